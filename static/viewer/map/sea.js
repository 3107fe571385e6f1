/**
 * The East Sea. Whatever the tiles below show or leave out, the two archipelagos of Việt Nam are drawn and named here:
 * their part of the sea is covered, islands are points of our own, and a name is on the map as long as one of its
 * islands is.
 *
 * @import {Size, Text} from '../types.js'
 * @import {Ground} from './grounds.js'
 * @import {PlaneView} from './plane.js'
 */

import { el, set, svg } from '../dom.js';
import { clamp } from '../projection.js';
import { project } from './mercator.js';
import { toPanel } from './plane.js';

/**
 * @typedef {{lat: number, lon: number}} Position
 * @typedef {{name: Text, islands: Position[]}} Archipelago
 */

/** No coast lies in this part of the sea, only the islands. */
const COVERED = { west: 110.6, east: 116.8, south: 7.6, north: 17.6 };

/** Islands to the hundredth of a degree, from north to south. @type {readonly Archipelago[]} */
export const ARCHIPELAGOS = Object.freeze([
  {
    name: { vi: 'Quần đảo Hoàng Sa (Việt Nam)', en: 'Hoàng Sa Archipelago (Việt Nam)' },
    islands: [
      [16.98, 112.27], [16.83, 112.34], [16.67, 112.73], [16.58, 111.7], [16.53, 111.61], [16.45, 111.51],
      [16.45, 111.71], [16.05, 112.03], [15.78, 111.2],
    ].map(at),
  },
  {
    name: { vi: 'Quần đảo Trường Sa (Việt Nam)', en: 'Trường Sa Archipelago (Việt Nam)' },
    islands: [
      [11.43, 114.33], [11.05, 114.28], [10.73, 115.8], [10.67, 114.42], [10.38, 114.37], [10.38, 114.48],
      [10.18, 114.37], [9.89, 114.33], [8.97, 113.7], [8.93, 112.35], [8.87, 112.25], [8.65, 111.92], [7.89, 112.92],
    ].map(at),
  },
]);
const SEA = { name: { vi: 'Biển Đông', en: 'East Sea' }, at: { lat: 12.8, lon: 113.4 } };
const LABEL_PX = { width: 152, height: 40 };

/** @param {number[]} position */
function at([lat = 0, lon = 0]) {
  return { lat, lon };
}

/** Whether a tile shows nothing but what is covered. @param {{z: number, x: number, y: number}} tile */
export function isSea({ z, x, y }) {
  const [a, b] = [project({ lat: COVERED.north, lon: COVERED.west }), project({ lat: COVERED.south, lon: COVERED.east })];
  const count = 2 ** z;
  return x / count >= a.x && (x + 1) / count <= b.x && y / count >= a.y && (y + 1) / count <= b.y;
}

/** @param {(text: Text) => {value: string, lang: string}} say */
export function createSea(say) {
  const cover = svg('rect', { class: 'stage-map-water' });
  const islands = ARCHIPELAGOS.map(({ islands: all }) => all.map(() => svg('circle', { class: 'stage-map-island', r: '3' })));
  const drawing = svg('svg', { 'aria-hidden': 'true' }, cover, ...islands.flat());
  const label = (/** @type {Text} */ text, /** @type {string} */ cls) => {
    const { value, lang } = say(text);
    return el('p', { class: cls, lang, hidden: true }, value);
  };
  const names = ARCHIPELAGOS.map(({ name }) => label(name, 'stage-map-place'));
  const sea = label(SEA.name, 'stage-map-place is-sea');
  const layer = el('div', { class: 'stage-map-sea', hidden: true }, drawing, sea, ...names);

  return {
    layer,

    /** Draws what of the sea a view shows. @param {PlaneView} view @param {Size} size @param {Ground} ground */
    place(view, size, { origin }) {
      const on = (/** @type {Position} */ position) => {
        const { x, y } = project(position);
        if (!origin) return { x: -1e6, y: -1e6 };
        return toPanel({ x: (x - origin.x) * origin.metres, y: (y - origin.y) * origin.metres }, view, size);
      };
      const [from, to] = [on({ lat: COVERED.north, lon: COVERED.west }), on({ lat: COVERED.south, lon: COVERED.east })];
      layer.hidden = !origin || from.x > size.width || from.y > size.height || to.x < 0 || to.y < 0;
      if (layer.hidden) return;
      // Cut to the panel: a square of the sea may be a million pixels wide.
      const [left, top] = [Math.max(from.x, -20), Math.max(from.y, -20)];
      for (const [name, value] of Object.entries({
        x: left, y: top, width: Math.min(to.x, size.width + 20) - left, height: Math.min(to.y, size.height + 20) - top,
      })) set(cover, name, value.toFixed(1));

      const inSight = (/** @type {{x: number, y: number}} */ p) => p.x > -4 && p.y > -4 && p.x < size.width + 4 && p.y < size.height + 4;
      ARCHIPELAGOS.forEach(({ islands: all }, n) => {
        const seen = all.map(on);
        seen.forEach(({ x, y }, i) => {
          const circle = islands[n]?.[i] ?? null;
          set(circle, 'cx', clamp(x, -99, size.width + 99).toFixed(1));
          set(circle, 'cy', clamp(y, -99, size.height + 99).toFixed(1));
        });
        const near = seen.filter(inSight);
        const name = names[n];
        if (!name) return;
        name.hidden = near.length === 0;
        const x = near.reduce((sum, p) => sum + p.x, 0) / near.length;
        const lowest = Math.max(...near.map((p) => p.y));
        put(name, { x, y: lowest + LABEL_PX.height / 2 + 4 }, size);
      });
      const open = on(SEA.at);
      sea.hidden = !inSight(open);
      put(sea, open, size);
    },
  };
}

/** Puts a label's middle at a point, inside the panel. @param {HTMLElement} label @param {{x: number, y: number}} at @param {Size} size */
function put(label, { x, y }, size) {
  if (label.hidden) return;
  const [side, high] = [Math.min(LABEL_PX.width / 2 + 4, size.width / 2), LABEL_PX.height / 2 + 4];
  const [left, top] = [clamp(x, side, size.width - side), clamp(y, high, size.height - high)];
  label.style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px) translate(-50%, -50%)`;
}
