/**
 * The icons. A published page carries them; a page of somebody else's gets them from beside the script.
 */

/** Brings the icons into an element. @param {HTMLElement} stage */
export async function bringIcons(stage) {
  const answer = await fetch(new URL('./icons.svg', import.meta.url)).catch(() => null);
  if (!answer?.ok) return;
  const { documentElement: drawing } = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  drawing.classList.add('stage-icons');
  drawing.setAttribute('aria-hidden', 'true');
  // Another tour of the page may have been quicker.
  if (!document.getElementById('i-x') && stage.isConnected) stage.append(document.adoptNode(drawing));
}
