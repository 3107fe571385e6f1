/**
 * A scene on a WebGL canvas: below its tiles the preview strip, and the poster at its own place, so that something is
 * to be seen from the first frame on. Reports a lost context and starts again when it comes back.
 *
 * @import {Pixels, Scene, Size, View} from './types.js'
 * @import {Eye, Square, Texture} from './gl.js'
 */

import { frugal } from './dom.js';
import { createRenderer } from './gl.js';
import { FACES, axes, frustumOf } from './projection.js';
import { rectOf } from './grid.js';
import { createTiles } from './tiles.js';

/**
 * What `draw` did: `full` is true when all of the view is as sharp as it gets, `more` when another frame is due.
 * @typedef {{full: boolean, more: boolean, failing: boolean, painted: boolean}} Drawn
 *
 * @typedef {{scene: Scene, url: (path: string) => string, view: View, size: Size, density: number, backed: boolean}} Early
 *   backed: a poster will lie below
 *
 * @typedef {object} Pano what a scene is shown by: this canvas, or a cube of pictures where there is no WebGL
 * @property {HTMLElement} element
 * @property {(scene: Scene, url: (path: string) => string) => void} open
 * @property {(strip: Pixels, order: string) => void} preview
 * @property {(poster: Pixels, view: View) => void} poster at the natural size of the picture
 * @property {(view: View, size: Size, density: number, fade: boolean, poster?: 'coming' | 'there' | false) => Drawn} draw
 *   poster: whether the view is the one that the poster shows, and the poster is still to come
 * @property {() => HTMLCanvasElement | null} copy the last frame, drawn again; null where that cannot be
 * @property {() => void} retry
 * @property {() => void} shed  gives up what can be had again
 * @property {Stereo} [stereo]
 * @property {() => void} destroy
 *
 * @typedef {object} Stereo the same picture for several eyes, with more squares before it
 * @property {(eyes: Eye[], options: {fade?: boolean, backed?: number, over?: Square[], budget_bytes?: number,
 *   target?: WebGLFramebuffer | null}) => Drawn} draw
 * @property {(size: Size, density: number) => void} fit  gives the canvas a size
 * @property {(picture: HTMLCanvasElement) => Texture} upload
 * @property {(texture: Texture) => void} release
 */

/** Bytes of tiles, of 64 MB of textures in all (32 where memory is short): the rest is for strip and spare ones. */
const TILES_BYTES = 56e6;
const FEW_TILES_BYTES = 26e6;

/** How much of the screen a tile must cover to be worth having over a poster, which is soft where pixels are small. */
const enough = (/** @type {number} */ density) => (density > 2 ? 0.025 : 0.05);

/**
 * `early`: what is sure to be seen first. Its tiles are asked for before a graphics context is made, which takes long.
 * @param {{wake: () => void, lost: () => void, restored: () => void, early: () => Early | null}} host
 * @returns {Pano | null} null where there is no WebGL 2
 */
export function createPanorama(host) {
  const canvas = document.createElement('canvas');
  const tiles = createTiles({
    load: loadBitmap,
    upload: (bitmap) => renderer.upload(/** @type {Pixels} */ (bitmap)),
    release: (/** @type {Texture} */ texture) => renderer.release(texture),
    now: () => performance.now(),
    wake: host.wake,
    later: (run, ms) => setTimeout(run, ms),
    budget_bytes: frugal() ? FEW_TILES_BYTES : TILES_BYTES,
  });
  const early = host.early();
  if (early) {
    const { scene, view, size, density, backed } = early;
    tiles.open(scene.tiles, early.url(scene.tiles.base));
    tiles.update([frustumOf(view, size)], view.focal * density, { backed: backed ? enough(density) : 0 });
  }
  const made = createRenderer(canvas);
  if (!made) {
    tiles.shed();
    return null;
  }
  const renderer = made;
  /** @type {Texture | null} */
  let strip = null;
  let stripOrder = '';
  /** @type {Square | null} */
  let poster = null;
  /** Draws the last frame once more. */
  let again = () => {};

  const lose = (/** @type {Event} */ event) => {
    event.preventDefault();
    tiles.forget(FEW_TILES_BYTES);
    strip = poster = null;
    again = () => {};
    host.lost();
  };
  const regain = () => {
    renderer.restore();
    host.restored();
  };
  canvas.addEventListener('webglcontextlost', lose);
  canvas.addEventListener('webglcontextrestored', regain);

  const dropPoster = () => {
    if (poster) renderer.release(poster.texture);
    poster = null;
  };

  /** The squares of the preview: the strip holds the six faces from top to bottom. @returns {Square[]} */
  function previewSquares() {
    if (!strip) return [];
    const texture = strip;
    return [...stripOrder].map((name, i) => ({
      texture,
      face: /** @type {(typeof FACES)[string]} */ (FACES[name]),
      rect: [-1, 1, 1, -1],
      part: [0, i / 6, 1, (i + 1) / 6],
    }));
  }

  /** @param {Size} size @param {number} density */
  function fit(size, density) {
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }

  /** @type {Stereo['draw']} */
  function draw(eyes, { fade = false, over = [], target = null, ...options }) {
    if (renderer.lost) return { full: false, more: false, failing: false, painted: false };
    // Pixels to the unit of the plane at distance 1: alike for both eyes of all devices there are.
    const [{ box: [, , , height = 0] = [], edges } = { edges: [0, 0, 0, 1] }] = eyes;
    const state = tiles.update(eyes, height / (edges[3] - edges[2]), { fade, ...options });
    const squares = state.covered ? [] : previewSquares();
    if (!state.covered && poster) squares.push(poster);
    for (const { at, texture, alpha } of state.draw) {
      squares.push({ texture, face: /** @type {(typeof FACES)[string]} */ (FACES[at.face]), rect: rectOf(at), alpha });
    }
    // Signs of a headset have edges that let the picture through.
    const all = [...squares, ...over.map((square) => ({ ...square, clear: true }))];
    again = () => renderer.draw(all, eyes, target);
    again();
    const full = state.full && !state.more;
    // Where tiles are missing the poster is the sharpest there is.
    if (full && state.covered) dropPoster();
    return { full, more: state.more, failing: state.failing, painted: strip !== null || state.covered };
  }

  return {
    element: canvas,
    stereo: { draw, fit, upload: renderer.upload, release: renderer.release },

    open(scene, url) {
      dropPoster();
      if (strip) renderer.release(strip);
      strip = null;
      tiles.open(scene.tiles, url(scene.tiles.base));
    },

    preview(picture, order) {
      if (renderer.lost) return;
      if (strip) renderer.release(strip);
      strip = renderer.upload(picture);
      stripOrder = order;
      host.wake();
    },

    poster(picture, view) {
      if (renderer.lost) return;
      dropPoster();
      const [x, y] = [picture.width / 2 / view.focal, picture.height / 2 / view.focal];
      poster = { texture: renderer.upload(picture), face: axes(view), rect: [-x, y, x, -y] };
      host.wake();
    },

    draw(view, size, density, fade, shows) {
      fit(size, density);
      const backed = shows === 'coming' || (shows === 'there' && poster !== null) ? enough(density) : 0;
      return draw([{ ...frustumOf(view, size), box: [0, 0, canvas.width, canvas.height] }], { fade, backed });
    },

    copy() {
      if (renderer.lost || canvas.width === 0) return null;
      // A canvas that does not keep its frame must be drawn in the task in which it is read.
      again();
      const copy = document.createElement('canvas');
      Object.assign(copy, { width: canvas.width, height: canvas.height });
      copy.getContext('2d')?.drawImage(canvas, 0, 0);
      return copy;
    },

    retry: tiles.retry,

    shed() {
      tiles.shed();
      renderer.trim();
      again = () => {};
    },

    destroy() {
      canvas.removeEventListener('webglcontextlost', lose);
      canvas.removeEventListener('webglcontextrestored', regain);
      tiles.shed();
      renderer.destroy();
      canvas.remove();
    },
  };
}

/**
 * Fetches and decodes a picture away from the main thread. An HTTP error rejects with `{status}`.
 * @param {string} url @param {AbortSignal} [signal]
 */
export async function loadBitmap(url, signal) {
  const answer = await fetch(url, signal ? { signal } : {});
  if (!answer.ok) throw Object.assign(new Error(url), { status: answer.status });
  return decode(await answer.blob());
}

/**
 * Decodes a picture as its pixels are stored. What is no picture rejects.
 * @param {Blob | HTMLImageElement} picture @returns {Promise<Pixels>}
 */
export async function decode(picture) {
  try {
    return await createImageBitmap(picture, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  } catch (error) {
    // No such function, or one that knows no options (Safari 15, Firefox 97); a broken picture is another error.
    if (error instanceof TypeError || error instanceof ReferenceError) return decodeAsElement(picture);
    throw error;
  }
}

/** @param {Blob | HTMLImageElement} picture @returns {Promise<Pixels>} */
async function decodeAsElement(picture) {
  const image = new Image();
  // A picture of the page has the size of its box; only one outside the page has the size of its file.
  if (picture instanceof Blob) image.src = URL.createObjectURL(picture);
  else Object.assign(image, { crossOrigin: picture.crossOrigin, src: picture.currentSrc });
  try {
    await image.decode();
  } finally {
    if (picture instanceof Blob) URL.revokeObjectURL(image.src);
  }
  return Object.assign(image, { close: () => image.removeAttribute('src') });
}
