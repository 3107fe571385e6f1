/**
 * A page in a frame of another site, asked for in its address: `?embed` fills the frame with the picture and begins when
 * the visitor wants it, `?embed=now` at once. `scene`, `view` (yaw,pitch,hfov) and `lang` say where and in what language.
 */

import { formatLink, parseLink } from './links.js';

/**
 * Puts what the address asks for in its place. Ends when the tour is to begin: when the visitor wants it, at once where
 * nobody has to be asked, never where another page is on its way.
 * @param {HTMLElement} stage
 */
export async function open(stage) {
  const asked = new URLSearchParams(location.search);
  const root = document.documentElement;
  if (asked.has('embed')) root.dataset.embed = '';
  const link = parseLink([asked.get('scene') ?? '', ...(asked.get('view')?.split(',') ?? [])].join('/'));
  if (link && !location.hash) rename(formatLink(link.scene, link.view ?? undefined));
  const lang = asked.get('lang');
  if (lang && lang !== root.lang && (await turnTo(lang, asked))) await new Promise(() => {});
  if (!asked.has('embed')) return;
  showFull(stage);
  // Who changes the language has begun, and stays in the frame's form.
  document.addEventListener('click', ({ target }) => {
    const chip = target instanceof Element ? target.closest('a[hreflang]') : null;
    if (chip instanceof HTMLAnchorElement) chip.search = 'embed=now';
  }, true);
  const begin = /** @type {HTMLButtonElement | null} */ (stage.querySelector('.stage-begin'));
  if (!begin || asked.get('embed') === 'now') return;
  begin.hidden = false;
  await new Promise((go) => begin.addEventListener('click', go, { once: true }));
  handOver(stage, begin);
}

/** @param {string} lang @param {URLSearchParams} asked */
async function turnTo(lang, asked) {
  // The links to other languages stand below the picture, which may come before them.
  if (document.readyState === 'loading') await new Promise((go) => document.addEventListener('DOMContentLoaded', go, { once: true }));
  const chips = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('.strip-nav a[hreflang]'))];
  const chip = chips.find(({ hreflang }) => hreflang === lang);
  if (!chip) return false;
  const to = new URL(chip.href);
  asked.delete('lang');
  to.search = asked.toString().replace(/=(?=&|$)/g, '');
  to.hash = location.hash;
  location.replace(to.href);
  return true;
}

/** @param {HTMLElement} stage */
function showFull(stage) {
  const full = /** @type {HTMLAnchorElement | null} */ (stage.querySelector('.stage-full'));
  if (!full) return;
  full.hidden = false;
  // Where the visitor is by then, not where the frame began.
  const aim = () => (full.href = location.pathname + location.hash);
  for (const type of ['pointerdown', 'focus', 'click']) full.addEventListener(type, aim);
  aim();
}

/** Takes the button away and gives the keyboard to the picture as soon as there is one. @param {HTMLElement} stage @param {HTMLElement} begin */
function handOver(stage, begin) {
  const had = document.activeElement === begin;
  begin.remove();
  if (!had) return;
  const watch = new MutationObserver(() => {
    const picture = /** @type {HTMLElement | null} */ (stage.querySelector('.stage-picture'));
    if (!picture) return;
    watch.disconnect();
    if (document.activeElement === document.body) picture.focus({ preventScroll: true });
  });
  watch.observe(stage, { childList: true, subtree: true });
}

/** @param {string} hash */
function rename(hash) {
  try {
    history.replaceState(null, '', location.pathname + location.search + hash);
  } catch {
    // Sandboxed frames may not touch the history.
  }
}
