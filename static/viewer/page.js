/**
 * Starts the viewer on a published page: the section `#stage` names the tour, the JSON in `#tour-start` is the part of
 * it that the first view needs.
 */

import { createTour, parseLink } from './index.js';
import { bringTheRest } from './late.js';
import { openStage } from './opening.js';

// Other pages build on the same file.
export { createTour, parseLink };

const stage = document.getElementById('stage');
const url = stage?.dataset.tour;

/** The first scene as the page carries it; null where the page is older or damaged. */
function readStart() {
  try {
    return JSON.parse(document.getElementById('tour-start')?.textContent ?? 'null');
  } catch {
    return null;
  }
}

/**
 * Whether listeners can be taken away by a signal: the youngest thing that the viewer cannot do without. Where it is
 * missing the page stays as it is, with its poster and all of its text.
 */
function isYoungEnough() {
  let known = false;
  const options = Object.defineProperty({}, 'signal', { get: () => void (known = true) });
  window.addEventListener('unknown', () => {}, options);
  return known;
}

// Without its styles a stage has another size, and would ask for other tiles. Module scripts do not wait for them.
const styles = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="stylesheet"]'));
if (styles && !styles.sheet) {
  await new Promise((go) => ['load', 'error'].forEach((type) => styles.addEventListener(type, go)));
}

if (stage && url && isYoungEnough()) {
  if (location.search) await import('./embed.js').then((part) => part.open(stage));
  const options = { start: readStart(), language: document.documentElement.lang };
  const opening = openStage(stage, url, options);
  await opening.seen();
  const tour = createTour(stage, url, options, opening);
  bringTheRest(tour);
  // Links of the page that lead to a view are of use from now on: they bring the visitor back up to the picture.
  document.documentElement.dataset.viewer = '';
  document.addEventListener('click', (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    const link = anchor?.getAttribute('href')?.startsWith('#') ? parseLink(anchor.hash) : null;
    if (!link?.view || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    stage.scrollIntoView();
    /** @type {HTMLElement | null} */ (stage.querySelector('.stage-picture'))?.focus({ preventScroll: true });
    void tour.goTo(link.scene, link.view);
  });
}
