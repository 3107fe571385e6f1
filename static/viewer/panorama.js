/**
 * A scene on a WebGL canvas: below its tiles the preview strip, and the poster at its own place, so that something is
 * to be seen from the first frame on. Reports a lost context and starts again when it comes back.
 *
 * @import {Pixels, Scene, Size, View} from './types.js'
 * @import {Square, Texture} from './gl.js'
 */

import { createRenderer } from './gl.js';
import { FACES, axes } from './projection.js';
import { createTiles, rectOf } from './tiles.js';

/**
 * What `draw` did: `full` is true when all of the view is as sharp as it gets, `more` when another frame is due.
 * @typedef {{full: boolean, more: boolean, failing: boolean, painted: boolean}} Drawn
 *
 * @typedef {object} Pano what a scene is shown by: this canvas, or a cube of pictures where there is no WebGL
 * @property {HTMLElement} element
 * @property {(scene: Scene, url: (path: string) => string) => void} open
 * @property {(strip: Pixels, order: string) => void} preview
 * @property {(poster: Pixels, view: View) => void} poster at the natural size of the picture
 * @property {(view: View, size: Size, density: number, fade: boolean) => Drawn} draw
 * @property {() => HTMLCanvasElement | null} copy the last frame, drawn again; null where that cannot be
 * @property {() => void} retry
 * @property {() => void} destroy
 */

/**
 * @param {{wake: () => void, lost: () => void, restored: () => void}} host
 * @returns {Pano | null} null where there is no WebGL 2
 */
export function createPanorama(host) {
  const canvas = document.createElement('canvas');
  const made = createRenderer(canvas);
  if (!made) return null;
  const renderer = made;
  const memory = /** @type {{deviceMemory?: number}} */ (navigator).deviceMemory ?? 4;
  const tiles = createTiles({
    load: loadBitmap,
    upload: (bitmap) => renderer.upload(/** @type {Pixels} */ (bitmap)),
    release: renderer.release,
    now: () => performance.now(),
    wake: host.wake,
    later: (run, ms) => setTimeout(run, ms),
    budget_bytes: memory <= 2 ? 32e6 : 64e6,
  });
  /** @type {Texture | null} */
  let strip = null;
  let stripOrder = '';
  /** @type {Square | null} */
  let poster = null;
  /** Draws the last frame once more. */
  let again = () => {};

  const lose = (/** @type {Event} */ event) => {
    event.preventDefault();
    tiles.forget();
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

  return {
    element: canvas,

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

    draw(view, size, density, fade) {
      if (renderer.lost) return { full: false, more: false, failing: false, painted: false };
      const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      const state = tiles.update(view, size, density, { fade });
      const squares = state.covered ? [] : previewSquares();
      if (!state.covered && poster) squares.push(poster);
      for (const { at, texture, alpha } of state.draw) {
        squares.push({ texture, face: /** @type {(typeof FACES)[string]} */ (FACES[at.face]), rect: rectOf(at), alpha });
      }
      again = () => renderer.draw(squares, view, size);
      again();
      const full = state.full && !state.more;
      // Where tiles are missing the poster is the sharpest there is.
      if (full && state.covered) dropPoster();
      return { full, more: state.more, failing: state.failing, painted: strip !== null || state.covered };
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

    destroy() {
      canvas.removeEventListener('webglcontextlost', lose);
      canvas.removeEventListener('webglcontextrestored', regain);
      tiles.close();
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
