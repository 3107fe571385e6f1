/**
 * What the number of a crowd does when it is pressed: zooms in until its hotspots part, or lists them where they cannot.
 *
 * @import {Inside, Vector} from './types.js'
 * @import {Item} from './spot.js'
 */

import { APART_PX, crowdsOf } from './crowds.js';
import { el, follow, icon } from './dom.js';
import { anglesOf, clamp, dot } from './projection.js';

/** So much further than they must hotspots stand apart afterwards. */
const MORE = 1.1;
/** Part of the stage's shorter side that they may then take. */
const FILLED = 0.7;
/** A press that zoomed less would look like none. */
const LEAST = 1.5;

const between = (/** @type {Vector} */ a, /** @type {Vector} */ b) => Math.acos(clamp(dot(a, b), -1, 1));

/**
 * The focal length at which hotspots part as far as they can while all of them are in view; null where even the longest
 * one parts none of them.
 * @param {Vector[]} directions @param {Vector} middle @param {{focal: number, closest: number, shorter_px: number}} now
 */
export function parting(directions, middle, { focal, closest, shorter_px }) {
  let nearest = Infinity;
  directions.forEach((a, i) => {
    for (const b of directions.slice(i + 1)) nearest = Math.min(nearest, between(a, b));
  });
  const outermost = Math.max(...directions.map((at) => between(at, middle)));
  const fit = (shorter_px * FILLED) / 2 / Math.tan(clamp(outermost, 1e-6, 1.5));
  const goal = Math.min(Math.max(Math.min((APART_PX * MORE) / nearest, fit), focal * LEAST), closest);
  return crowdsOf(directions, APART_PX / goal).length > 1 ? goal : null;
}

/** @param {Inside} inside @param {Item[]} members @param {Vector} at @param {HTMLElement} from */
export function parted(inside, members, at, from) {
  const { camera, hotspots, sheet, words } = inside;
  const { width, height } = camera.size;
  const now = { focal: camera.view.focal, closest: camera.closest, shorter_px: Math.min(width, height) };
  const focal = parting(members.map((item) => item.at), at, now);
  if (focal) return inside.glideTo({ ...anglesOf(at), focal });
  const entries = members.map(({ spot, control }) => {
    const { title, name, lang } = hotspots.names(spot);
    const content = [icon(hotspots.symbol(spot) || 'info'), el('span', { lang }, title || name)];
    const common = { class: 'stage-button', 'aria-label': name };
    const act = () => {
      sheet.close(true);
      // What has the focus stands apart, and is where the focus comes back to.
      control.focus({ preventScroll: true });
      control.click();
    };
    if (!(control instanceof HTMLAnchorElement)) {
      const entry = el('button', { type: 'button', ...common }, ...content);
      entry.addEventListener('click', act);
      return el('li', {}, entry);
    }
    const entry = el('a', { href: control.href, target: control.target || null, rel: control.rel || null, ...common }, ...content);
    if (!control.target && spot.target) follow(entry, act);
    return el('li', {}, entry);
  });
  const title = words.crowdTitle(members.length);
  sheet.show('crowd', title, [el('h2', {}, title), el('ul', { class: 'stage-menu' }, ...entries)], from);
  inside.reveal(at);
}
