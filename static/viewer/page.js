/**
 * Starts the viewer on a published page: the section `#stage` names the tour, the JSON in `#tour-start` is the part of
 * it that the first view needs.
 */

import { createTour } from './index.js';

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

if (stage && url) {
  createTour(stage, url, { start: readStart(), language: document.documentElement.lang });
  // Links of the page that lead into the picture are of use from now on.
  document.documentElement.dataset.viewer = '';
}
