/**
 * What a page loads only when the first picture is complete, or is not to be had: its fonts, the pictures of its text,
 * and the module that lets the service worker in. Until then the line belongs to the picture.
 */

import { el } from './dom.js';

/** Where a first picture does not come, the page does not wait for it any longer than this. */
const PATIENCE_MS = 8000;
/** The last tiles are drawn, but not yet on the screen. */
const FRAME_MS = 100;
/** Who looks so long will perhaps come again: only then is anything kept for a time without a network. */
const STAY_MS = 10_000;
/** Under this name a browser remembers which fonts it has: then nobody need wait for them. */
const KNOWN = 'ispace-fonts';

/** @param {(stored: Storage) => string | null | void} use */
function remember(use) {
  try {
    return use(localStorage);
  } catch {
    // Frames in a sandbox have no storage.
    return null;
  }
}

/** The page names its sheet of fonts by `data-fonts`. */
function bringFonts() {
  const { fonts } = document.documentElement.dataset;
  if (!fonts || document.querySelector(`head > link[href="${CSS.escape(fonts)}"]`)) return;
  const sheet = el('link', { rel: 'stylesheet', href: fonts });
  sheet.addEventListener('load', () => remember((stored) => stored.setItem(KNOWN, fonts)));
  document.head.append(sheet);
}

/** The page names the worker by `data-worker`. A page in a frame leaves it alone. */
export function offlineWhenIdle() {
  const { worker } = document.documentElement.dataset;
  if (!worker || window.top !== window.self) return;
  (window.requestIdleCallback ?? setTimeout)(() => {
    import('./offline.js').then(({ registerOffline }) => registerOffline(worker), () => {});
  });
}

/** Waits for a visitor who does something with the page, or at least stays. @param {() => void} act */
function onceUsed(act) {
  const used = new AbortController();
  const go = () => {
    clearTimeout(staying);
    used.abort();
    act();
  };
  const staying = setTimeout(go, STAY_MS);
  for (const type of ['pointerdown', 'keydown', 'scroll']) {
    window.addEventListener(type, go, { signal: used.signal, passive: true, capture: true });
  }
}

/** Brings all of it when the time has come. @param {import('./types.js').Tour} tour */
export function bringTheRest(tour) {
  const { fonts } = document.documentElement.dataset;
  if (fonts && remember((stored) => stored.getItem(KNOWN)) === fonts) bringFonts();
  const impatient = setTimeout(rest, PATIENCE_MS);
  const stops = [tour.on('full', complete), tour.on('error', rest)];

  function rest() {
    clearTimeout(impatient);
    document.documentElement.dataset.complete = '';
    bringFonts();
  }

  function complete() {
    for (const stop of stops) stop();
    setTimeout(rest, FRAME_MS);
    onceUsed(offlineWhenIdle);
  }
}
