/**
 * A scene without WebGL: pictures on the six sides of a CSS cube. It shows one middling level, which every browser of
 * the last ten years turns smoothly enough, and needs neither CORS nor a graphics processor.
 *
 * @import {Pano} from './panorama.js'
 */

import { el } from './dom.js';
import { FACES, axes, frustumOf, plus } from './projection.js';
import { nameOf, rectOf, visibleTiles } from './grid.js';

/** A level whose faces have about this many pixels is sharp enough and not too much for an old telephone. */
const FACE_PX = 900;

/** @param {{wake: () => void}} host @returns {Pano} */
export function createCube(host) {
  const box = el('div', { class: 'stage-cube' });
  const room = el('div', { class: 'stage-cube-room' });
  box.append(room);
  /** @type {Map<string, {img: HTMLImageElement, state: 'loading' | 'done' | 'failed'}>} */
  const shown = new Map();
  let level = 1;
  let side = 0;
  let base = '';
  let format = '';

  /**
   * Puts an element on a face: `left` and `top` in −1…1 are its top left corner.
   * @param {HTMLElement} element @param {string} name @param {number} left @param {number} top
   */
  function put(element, name, left, top) {
    const { right, up, forward } = /** @type {(typeof FACES)[string]} */ (FACES[name]);
    const corner = plus(forward, right, left, up, top).map((v) => (v * side) / 2);
    // CSS looks along −z with y downwards: y and z change their signs.
    const css = (/** @type {number[]} */ v) => [v[0], -(v[1] ?? 0), -(v[2] ?? 0)].join();
    element.style.transform = `matrix3d(${css(right)},0,${css(up.map((v) => -v))},0,${css(forward)},0,${css(corner)},1)`;
    room.append(element);
  }

  return {
    element: box,

    open(scene, url) {
      room.replaceChildren();
      shown.clear();
      const sizes = scene.tiles.level_sizes_px;
      level = sizes.findIndex((size) => size >= FACE_PX) + 1 || sizes.length;
      side = sizes[level - 1] ?? 1024;
      base = url(scene.tiles.base);
      format = scene.tiles.format;
      const pictures = [url(scene.preview.url)];
      if (scene.preview.inline) pictures.push(`data:image/jpeg;base64,${scene.preview.inline}`);
      [...scene.preview.order].forEach((name, i) => {
        const face = el('div', { class: 'stage-cube-face' });
        face.style.width = face.style.height = `${side}px`;
        face.style.backgroundImage = pictures.map((address) => `url(${JSON.stringify(address)})`).join();
        face.style.backgroundPosition = `0 ${i * 20}%`;
        put(face, name, -1, 1);
      });
      host.wake();
    },

    draw(view, size) {
      const { right: r, up: u, forward: f } = axes(view);
      box.style.perspective = `${view.focal}px`;
      room.style.transform =
        `translateZ(${view.focal}px) matrix3d(${r[0]},${-u[0]},${-f[0]},0,${-r[1]},${u[1]},${f[1]},0,` +
        `${-r[2]},${u[2]},${f[2]},0,0,0,0,1)`;
      let full = true;
      let failing = false;
      for (const at of visibleTiles(level, [frustumOf(view, size)])) {
        const name = nameOf(at);
        let tile = shown.get(name);
        if (!tile) {
          const img = el('img', { alt: '', draggable: 'false' });
          const entry = { img, state: /** @type {'loading' | 'done' | 'failed'} */ ('loading') };
          tile = entry;
          shown.set(name, entry);
          img.addEventListener('load', () => {
            entry.state = 'done';
            host.wake();
          });
          img.addEventListener('error', () => {
            entry.state = 'failed';
            img.remove();
            host.wake();
          });
          img.width = img.height = side / 2 ** (level - 1);
          img.src = `${base}${name}.${format}`;
          const [left = 0, top = 0] = rectOf(at);
          put(img, at.face, left, top);
        }
        if (tile.state === 'loading') full = false;
        if (tile.state === 'failed') failing = true;
      }
      return { full, more: false, failing, painted: true };
    },

    retry() {
      for (const [name, tile] of shown) if (tile.state === 'failed') shown.delete(name);
      host.wake();
    },

    preview() {},
    poster() {},
    shed() {},
    copy: () => null,
    destroy: () => box.remove(),
  };
}
