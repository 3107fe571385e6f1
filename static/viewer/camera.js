/**
 * Where the visitor looks: the view of the open scene, kept within its limits, and how it moves by itself.
 *
 * @import {DocumentView, Scene, Size, Vector, View} from './types.js'
 */

import { calm, frugal } from './dom.js';
import * as geometry from './projection.js';

/**
 * Three device pixels per CSS pixel are drawn where the whole screen has no more of them than these, as telephones do;
 * beyond, two: the third costs much and shows little.
 */
const DENSE_PX = 4e6;
const GLIDE_MS = 450;

/**
 * `turned`: the view changed. `rested`: a glide came to its end.
 * @param {{turned: () => void, rested: () => void, wake: () => void}} host
 */
export function createCamera(host) {
  /** @type {Scene | null} */
  let scene = null;
  /** @type {View} */
  let view = { yaw: 0, pitch: 0, focal: 500 };
  /** @type {Size} */
  let size = { width: 0, height: 0 };
  /** The poster on the page as it was loaded, of whatever density. @type {Size | null} */
  let poster = null;
  let zoom = { min: 1, max: 1e6 };
  let pristine = true;
  /** @type {{from: View, to: View, start: number} | null} */
  let gliding = null;

  const allowed = (/** @type {View} */ next) => (scene ? geometry.withinLimits(next, scene.limits, size, zoom) : view);
  const density = () =>
    Math.min(devicePixelRatio || 1, size.width * size.height * 9 > DENSE_PX || frugal() ? 2 : 3);

  /** The view with which the scene opens: just what its poster shows. */
  function initial() {
    if (!scene) return view;
    const start = geometry.fromDocument(scene.initial_view, size);
    // The page chooses its poster by the shape of the window, not of the stage.
    const own = scene.poster?.[matchMedia('(orientation: portrait)').matches ? 'portrait' : 'landscape'];
    const natural = poster ?? (own && { width: own.width_px, height: own.height_px });
    return natural ? { ...start, focal: geometry.posterFocal(natural, scene.initial_view.hfov_deg, size) } : start;
  }

  function measure() {
    if (!scene) return;
    const face_px = Math.max(...scene.tiles.level_sizes_px);
    zoom = geometry.zoomRange(scene.limits, size, initial().focal, face_px, density());
  }

  /** Shows a view as far as the limits allow, and returns what it became. @param {View} next */
  function look(next) {
    const { yaw, pitch, focal } = allowed(next);
    if (yaw !== view.yaw || pitch !== view.pitch || focal !== view.focal) {
      view = { yaw, pitch, focal };
      pristine = false;
      host.turned();
    }
    return view;
  }

  return {
    density,
    initial,
    look,
    get view() {
      return view;
    },
    get size() {
      return size;
    },
    /** Nobody has turned the picture yet: it shows its initial view, whatever the shape of the screen. */
    get pristine() {
      return pristine;
    },
    /** The view as documents and links say it. @returns {DocumentView} */
    get said() {
      return geometry.toDocument(view, size);
    },
    /** The longest focal length that is allowed. */
    get closest() {
      return zoom.max;
    },
    /** Whether one may zoom further in, and out. */
    get room() {
      return { in: view.focal < zoom.max * 0.999, out: view.focal > zoom.min * 1.001 };
    },

    /**
     * Takes up a scene at its initial view.
     * @param {Scene} next @param {Size | null} [shown] size of its poster on the page
     */
    open(next, shown = null) {
      [scene, poster, gliding, pristine] = [next, shown, null, true];
      measure();
      view = allowed(initial());
    },

    /** The stage has another size; what is looked at stays as large as the longer side. @param {Size} next */
    resize(next) {
      const longest = Math.max(size.width, size.height);
      size = next;
      measure();
      view = pristine
        ? allowed(initial())
        : allowed({ ...view, focal: (view.focal * Math.max(size.width, size.height)) / longest });
    },

    /** Goes to a view smoothly, or at once where less motion is wanted. @param {View} to */
    glide(to) {
      if (calm()) {
        look(to);
        host.rested();
        return;
      }
      gliding = { from: view, to: allowed(to), start: performance.now() };
      host.wake();
    },

    /** Ends a glide where it is. */
    halt() {
      gliding = null;
    },

    /** Moves a glide on; false when there is none. @param {number} now */
    step(now) {
      if (!gliding) return false;
      const { from, to, start } = gliding;
      const t = geometry.clamp((now - start) / GLIDE_MS, 0, 1);
      const ease = 1 - (1 - t) ** 3;
      look({
        yaw: from.yaw + geometry.wrap(to.yaw - from.yaw) * ease,
        pitch: from.pitch + (to.pitch - from.pitch) * ease,
        focal: from.focal * (to.focal / from.focal) ** ease,
      });
      if (t === 1) {
        gliding = null;
        host.rested();
      }
      return true;
    },

    /**
     * The view that brings a direction well into the free part of the stage, below its heading, turned no further than
     * needed; null where it is there.
     * @param {Vector} at @param {Size} free @param {number} heading_px
     */
    towards(at, free, heading_px) {
      const { x, y, depth } = geometry.project(at, view, size);
      // Below its disc a hotspot has a label.
      const bottom = Math.min(free.height * 0.8, free.height - 76);
      const top = Math.min(Math.max(free.height * 0.2, heading_px + 32), bottom);
      const goal = depth > 0
        ? { x: geometry.clamp(x, free.width * 0.2, free.width * 0.8), y: geometry.clamp(y, top, bottom) }
        : { x: free.width / 2, y: (top + bottom) / 2 };
      return goal.x === x && goal.y === y ? null : geometry.turnedTo(at, goal, view, size);
    },
  };
}
