/**
 * The address bar: a scene change is a step in the history, a turn of the view only renames the step. In a frame
 * nothing is added to the history, or the Back button of the page around it would be captured.
 *
 * @import {DocumentView} from './types.js'
 */

import { formatLink, parseLink } from './links.js';

/** Browsers refuse more than a hundred changes in half a minute. */
const PAUSE_MS = 500;

/** @param {boolean} used @param {(link: ReturnType<typeof parseLink>) => void} went */
export function createAddress(used, went) {
  const framed = window.top !== window;
  /** @type {string | null} */
  let waiting = null;
  let timer = 0;

  const write = (/** @type {'pushState' | 'replaceState'} */ how, /** @type {string} */ hash) => {
    try {
      history[how](null, '', hash);
    } catch {
      // Sandboxed frames may not touch the history; the tour works without it.
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (waiting !== null) write('replaceState', waiting);
    waiting = null;
  };
  const back = () => {
    // What still waited to be written belonged to the step that was left.
    clearTimeout(timer);
    [timer, waiting] = [0, null];
    went(parseLink(location.hash));
  };
  if (used) window.addEventListener('popstate', back);

  return {
    framed,
    link: () => (used ? parseLink(location.hash) : null),

    /**
     * Another scene; `led` when the visitor did not ask for it, and Back should not lead there.
     * @param {string} scene @param {DocumentView} [view] @param {boolean} [led]
     */
    scene(scene, view, led = false) {
      if (!used) return;
      flush();
      write(framed || led ? 'replaceState' : 'pushState', formatLink(scene, view));
    },

    /** The view came to rest. @param {string} scene @param {DocumentView} view */
    view(scene, view) {
      if (!used) return;
      waiting = formatLink(scene, view);
      timer ||= window.setTimeout(flush, PAUSE_MS);
    },

    destroy() {
      flush();
      window.removeEventListener('popstate', back);
    },
  };
}

/**
 * Keeps the page at an element while it is loading. A scene's text has the scene's name, so the browser scrolls there,
 * once or again; but the link meant the picture. Whoever scrolls by hand is left alone.
 * @param {HTMLElement} element
 */
export function holdAt(element) {
  const until = new AbortController();
  const { signal } = until;
  const up = () => element.scrollIntoView({ block: 'start', behavior: 'instant' });
  const end = () => until.abort();
  // On a busy machine the browser comes round to scrolling long after everything is loaded.
  const soon = () => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(end)), 2000);
  up();
  window.addEventListener('scroll', up, { signal });
  for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
    window.addEventListener(type, end, { signal, passive: true });
  }
  if (document.readyState === 'complete') soon();
  else window.addEventListener('load', soon, { signal });
}
