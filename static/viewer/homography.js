/**
 * Flat things in the perspective of the picture. A medium's pixels are mapped to directions once; each frame then only
 * turns and projects that map, which is exact for every view, also where a part lies behind the viewer.
 *
 * @import {Size, Vector, View} from './types.js'
 */

import { axes, plus, toView } from './projection.js';

/** What is nearer to the viewer's own plane than this part of a corner's ray is cut off: it cannot be on the screen. */
const NEAR = 0.03;

/** @typedef {{across: Vector, down: Vector, origin: Vector, size: Size, near: number}} Plane  ray = origin + x across + y down */

/** @param {Vector} a @param {Vector} b @param {Vector} c */
const volume = (a, b, c) =>
  a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) + a[2] * (b[0] * c[1] - b[1] * c[0]);

/** @param {Vector} v @param {number} by @returns {Vector} */
const scaled = (v, by) => [v[0] * by, v[1] * by, v[2] * by];

/**
 * The plane on which a medium of a size has its corners in four directions, clockwise from the upper left one; null
 * where they make no such plane.
 * @param {Vector[]} corners @param {Size} size
 * @returns {Plane | null}
 */
export function planeOf(corners, size) {
  const [a, b, c, d] = /** @type {[Vector, Vector, Vector, Vector]} */ (corners);
  // Rays of the right lengths make a parallelogram: a + c = b + d.
  const all = volume(b, d, a);
  const [lb, ld, la] = [volume(c, d, a) / all, volume(b, c, a) / all, -volume(b, d, c) / all];
  if (!(lb > 0 && ld > 0 && la > 0)) return null;
  const [origin, right, below] = [scaled(a, la), scaled(b, lb), scaled(d, ld)];
  return {
    origin,
    across: scaled(plus(right, origin, -1, origin, 0), 1 / size.width),
    down: scaled(plus(below, origin, -1, origin, 0), 1 / size.height),
    size,
    near: NEAR * Math.min(la, lb, ld, 1),
  };
}

/**
 * How a plane appears: CSS matrix3d for an element of its size at the stage's corner; which part of it lies in front of
 * the viewer, in pixels of the medium; and the corners of that part on the screen. Null where all of it is behind.
 * @param {Plane} plane @param {View} view @param {Size} stage
 */
export function seen({ across, down, origin, size, near }, view, stage) {
  const camera = axes(view);
  const [u, v, o] = [across, down, origin].map((ray) => {
    const [x, y, z] = toView(ray, camera);
    return /** @type {Vector} */ ([view.focal * x + (stage.width / 2) * z, (stage.height / 2) * z - view.focal * y, z]);
  });
  if (!u || !v || !o) return null;
  /** @type {[number, number][]} */
  const whole = [[0, 0], [size.width, 0], [size.width, size.height], [0, size.height]];
  const depth = (/** @type {[number, number]} */ [x, y]) => o[2] + x * u[2] + y * v[2] - near;
  /** @type {[number, number][]} */
  const part = [];
  whole.forEach((b, i) => {
    const a = /** @type {[number, number]} */ (whole[(i || whole.length) - 1]);
    const [da, db] = [depth(a), depth(b)];
    if (da > 0 !== db > 0) {
      const t = da / (da - db);
      part.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    }
    if (db > 0) part.push(b);
  });
  if (part.length < 3) return null;
  return {
    matrix: `matrix3d(${[u[0], u[1], 0, u[2], v[0], v[1], 0, v[2], 0, 0, 1, 0, o[0], o[1], 0, o[2]].join()})`,
    part: whole.every((corner) => depth(corner) > 0) ? null : part,
    points: part.map(([x, y]) => {
      const w = o[2] + x * u[2] + y * v[2];
      return { x: (o[0] + x * u[0] + y * v[0]) / w, y: (o[1] + x * u[1] + y * v[1]) / w };
    }),
  };
}
