/**
 * Pictures of a street map below the scenes, where an operator has configured them: raster tiles in Web Mercator from
 * one address. What cannot be had stays away, and the drawing shows through.
 *
 * @import {Point, Size} from '../types.js'
 * @import {Ground} from './grounds.js'
 * @import {PlaneView} from './plane.js'
 */

import { el } from '../dom.js';
import { clamp } from '../projection.js';
import { TILE_PX } from './mercator.js';
import { isSea } from './sea.js';
import { toGround } from './plane.js';

/** @typedef {{z: number, x: number, y: number}} Tile */

/** The scale, in pixels per metre, at which a zoom level is shown as it is. @param {number} zoom @param {number} metres of the world's width */
export const scaleOf = (zoom, metres) => (TILE_PX * 2 ** zoom) / metres;

/**
 * The tiles that a view needs, nearest to its middle first.
 * @param {PlaneView} view @param {Size} size @param {Point & {metres: number}} origin @param {{min_zoom: number, max_zoom: number}} range
 * @returns {Tile[]}
 */
export function tilesOf(view, size, origin, { min_zoom, max_zoom }) {
  const exact = Math.log2((view.scale * origin.metres) / TILE_PX);
  const z = clamp(Math.round(exact), min_zoom, max_zoom);
  const count = 2 ** z;
  // Far below its level a map would be thousands of tiles of a few pixels each.
  if (exact < z - 2) return [];
  const at = (/** @type {Point} */ point) => {
    const { x, y } = toGround(point, view, size);
    return { x: (origin.x + x / origin.metres) * count, y: (origin.y + y / origin.metres) * count };
  };
  const [from, to] = [at({ x: 0, y: 0 }), at({ x: size.width, y: size.height })];
  const found = [];
  for (let y = Math.max(Math.floor(from.y), 0); y <= Math.min(Math.floor(to.y), count - 1); y++) {
    for (let x = Math.floor(from.x); x <= Math.floor(to.x); x++) found.push({ z, x: ((x % count) + count) % count, y });
  }
  const middle = at({ x: size.width / 2, y: size.height / 2 });
  const far = (/** @type {Tile} */ tile) => Math.hypot(tile.x + 0.5 - middle.x, tile.y + 0.5 - middle.y);
  return found.filter((tile) => !isSea(tile)).sort((a, b) => far(a) - far(b));
}

/**
 * @param {import('../types.js').MapTiles} source
 * @param {(path: string) => string | null} address  an address in full, null where it may not be asked
 * @param {() => void} missing  told once, when a tile cannot be had
 */
export function createTiles(source, address, missing) {
  const layer = el('div', { class: 'stage-map-tiles', 'aria-hidden': 'true' });
  /** @type {Map<string, {tile: Tile, image: HTMLImageElement, done: boolean}>} */
  const shown = new Map();
  let failed = false;

  /** @param {Tile} tile */
  function fetchTile(tile) {
    const url = address(source.tiles.replace(/\{([zxy])\}/g, (_, name) => String(tile[/** @type {'z'} */ (name)])));
    const image = el('img', { alt: '', decoding: 'async', draggable: 'false' });
    const entry = { tile, image, done: false };
    const end = (/** @type {boolean} */ good) => {
      entry.done = true;
      image.classList.toggle('is-there', good);
      if (!good && !failed) missing();
      failed ||= !good;
    };
    image.addEventListener('load', () => end(true));
    image.addEventListener('error', () => end(false));
    if (url) image.src = url;
    else end(false);
    return entry;
  }

  return {
    layer,

    /** Shows what a view needs. @param {PlaneView} view @param {Size} size @param {Ground} ground */
    place(view, size, { origin }) {
      layer.hidden = !origin;
      if (!origin) return;
      const wanted = tilesOf(view, size, origin, source);
      const keys = new Set(wanted.map(({ z, x, y }) => `${z}/${x}/${y}`));
      for (const tile of wanted) {
        const key = `${tile.z}/${tile.x}/${tile.y}`;
        if (shown.has(key)) continue;
        const entry = fetchTile(tile);
        shown.set(key, entry);
        layer.append(entry.image);
      }
      // Tiles of another level stay below until those of this one are there, so that zooming shows no holes.
      const ready = wanted.every(({ z, x, y }) => shown.get(`${z}/${x}/${y}`)?.done);
      const level = wanted[0]?.z;
      for (const [key, { tile, image }] of shown) {
        if (!keys.has(key) && (ready || tile.z === level)) {
          image.remove();
          shown.delete(key);
          continue;
        }
        const side = (origin.metres * view.scale) / 2 ** tile.z;
        const left = (tile.x / 2 ** tile.z - origin.x) * origin.metres;
        const top = (tile.y / 2 ** tile.z - origin.y) * origin.metres;
        const x = (left - view.x) * view.scale + size.width / 2;
        const y = (top - view.y) * view.scale + size.height / 2;
        image.style.transform = `translate(${x.toFixed(2)}px, ${y.toFixed(2)}px) scale(${((side + 0.5) / TILE_PX).toFixed(5)})`;
        image.style.zIndex = tile.z === level ? '1' : '0';
      }
    },
  };
}
