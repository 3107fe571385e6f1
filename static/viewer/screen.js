/** Filling the screen, its size, and handing a view on to others: what the browser may or may not allow. */

import { el } from './dom.js';

/**
 * Full screen; where elements may not have it (telephones by Apple) the stage fills the window.
 * @param {HTMLElement} stage @param {(full: boolean) => void} changed @param {AbortSignal} signal
 */
export function createScreen(stage, changed, signal) {
  const filling = () => stage.classList.contains('is-filling');
  const full = () => document.fullscreenElement === stage || filling();
  const fill = () => {
    stage.classList.toggle('is-filling');
    changed(full());
  };
  document.addEventListener('fullscreenchange', () => changed(full()), { signal });
  return {
    full,
    filling,
    toggle() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (filling() || !stage.requestFullscreen) fill();
      else stage.requestFullscreen().catch(fill);
    },
  };
}

/**
 * Tells when an element has got a size and when it gets another; returns how to stop.
 * @param {Element} element @param {() => void} changed
 */
export function watchSize(element, changed) {
  if (window.ResizeObserver) {
    const watching = new ResizeObserver(changed);
    watching.observe(element);
    return () => watching.disconnect();
  }
  requestAnimationFrame(changed);
  window.addEventListener('resize', changed);
  return () => window.removeEventListener('resize', changed);
}

/**
 * Hands a link to the device's own way of sharing, else to the clipboard, else shows it to be copied by hand.
 * @param {string} url @param {string} title
 * @param {{words: import('./words/vi.js').Words, note: (text: string) => void, show: (content: Node[]) => void}} host
 */
export async function share(url, title, { words, note, show }) {
  try {
    if (navigator.share) await navigator.share({ title, url });
    else {
      await navigator.clipboard.writeText(url);
      note(words.copied);
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const field = el('input', { type: 'text', readonly: true, value: url, 'aria-label': words.copyThis });
    show([el('div', { class: 'stage-card' }, el('h2', {}, words.copyThis), field)]);
    field.select();
  }
}
