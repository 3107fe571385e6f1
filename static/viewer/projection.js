/**
 * Where things are: directions, the view, the screen and the faces of the cube. Pure functions without a DOM.
 *
 * x right, y up, z forward; yaw 0 and pitch 0 look along +z, yaw grows to the right, pitch upwards, so a direction is
 * (sin yaw cos pitch, sin pitch, cos yaw cos pitch). `ispace/imaging/geometry.py` states the same in Python and both
 * are tested against tests/golden/geometry.json. Inside the viewer angles are radians and the zoom is a focal length
 * in CSS pixels; degrees appear in documents, deep links and the API only.
 *
 * @import {Direction, DocumentView, Limits, Point, Size, Vector, View} from './types.js'
 */

export const RADIAN = Math.PI / 180;
const TURN = 2 * Math.PI;

/** Faces of the cube, seen from inside: the axes that point right, up and forward on each of them. */
export const FACES = Object.freeze(
  /** @type {Record<string, {right: Vector, up: Vector, forward: Vector}>} */ ({
    f: { right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, 1] },
    r: { right: [0, 0, -1], up: [0, 1, 0], forward: [1, 0, 0] },
    b: { right: [-1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1] },
    l: { right: [0, 0, 1], up: [0, 1, 0], forward: [-1, 0, 0] },
    u: { right: [1, 0, 0], up: [0, 0, -1], forward: [0, 1, 0] },
    d: { right: [1, 0, 0], up: [0, 0, 1], forward: [0, -1, 0] },
  }),
);

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** An angle in radians brought into [−π, π). @param {number} angle */
export const wrap = (angle) => angle - TURN * Math.floor((angle + Math.PI) / TURN);

/** @param {Vector} a @param {Vector} b */
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** The unit vector of a direction in radians. @param {number} yaw @param {number} pitch @returns {Vector} */
export function direction(yaw, pitch) {
  const level = Math.cos(pitch);
  return [Math.sin(yaw) * level, Math.sin(pitch), Math.cos(yaw) * level];
}

/** The unit vector of a document's direction. @param {Direction} at */
export const vectorOf = (at) => direction(at.yaw_deg * RADIAN, at.pitch_deg * RADIAN);

/** Yaw and pitch, in radians, of a vector of any length. @param {Vector} v */
export const anglesOf = (v) => ({ yaw: Math.atan2(v[0], v[2]), pitch: Math.atan2(v[1], Math.hypot(v[0], v[2])) });

/** The direction of a vector, as documents say it. @param {Vector} v @returns {Direction} */
export function directionOf(v) {
  const { yaw, pitch } = anglesOf(v);
  return { yaw_deg: yaw / RADIAN, pitch_deg: pitch / RADIAN };
}

/** Focal length that spans `hfov_deg` over the longer side. @param {number} hfov_deg @param {Size} size */
export const focalOf = (hfov_deg, size) => Math.max(size.width, size.height) / 2 / Math.tan((hfov_deg * RADIAN) / 2);

/** The inverse of `focalOf`, in degrees. @param {number} focal @param {Size} size */
export const hfovOf = (focal, size) => (2 * Math.atan(Math.max(size.width, size.height) / 2 / focal)) / RADIAN;

/** A document's view on a screen. @param {DocumentView} view @param {Size} size @returns {View} */
export const fromDocument = (view, size) => ({
  yaw: wrap(view.yaw_deg * RADIAN),
  pitch: view.pitch_deg * RADIAN,
  focal: focalOf(view.hfov_deg, size),
});

/** The inverse of `fromDocument`. @param {View} view @param {Size} size @returns {DocumentView} */
export const toDocument = (view, size) => ({
  yaw_deg: wrap(view.yaw) / RADIAN,
  pitch_deg: view.pitch / RADIAN,
  hfov_deg: hfovOf(view.focal, size),
});

/**
 * Focal length of a poster as the browser shows it with `object-fit: cover`: this is what an initial view *is*, so
 * that canvas and poster coincide for every shape of screen.
 * @param {Size} poster natural size, of any density  @param {number} hfov_deg  @param {Size} size
 */
export const posterFocal = (poster, hfov_deg, size) =>
  focalOf(hfov_deg, poster) * Math.max(size.width / poster.width, size.height / poster.height);

/** The axes of a view in the world. @param {{yaw: number, pitch: number}} view */
export function axes({ yaw, pitch }) {
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  return {
    right: /** @type {Vector} */ ([cy, 0, -sy]),
    up: /** @type {Vector} */ ([-sy * sp, cp, -cy * sp]),
    forward: /** @type {Vector} */ ([sy * cp, sp, cy * cp]),
  };
}

/**
 * What an eye sees: its axes in the world, and the edges of its picture (left, right, bottom, top) on the plane at
 * distance 1. A screen's are alike on both sides; those of a headset's eyes are not.
 * @typedef {ReturnType<typeof axes> & {edges: readonly [number, number, number, number]}} Frustum
 */

/** What a screen sees. @param {View} view @param {Size} size @returns {Frustum} */
export function frustumOf(view, size) {
  const [x, y] = [size.width / 2 / view.focal, size.height / 2 / view.focal];
  return { ...axes(view), edges: [-x, x, -y, y] };
}

/**
 * A world vector in the axes of a view: right, up, depth.
 * @param {Vector} v @param {ReturnType<typeof axes>} view @returns {Vector}
 */
export const toView = (v, view) => [dot(v, view.right), dot(v, view.up), dot(v, view.forward)];

/**
 * Where a world vector appears; `depth` ≤ 0 lies behind the viewer.
 * @param {Vector} v @param {View} view @param {Size} size @returns {Point & {depth: number}}
 */
export function project(v, view, size) {
  const [x, y, depth] = toView(v, axes(view));
  return { x: size.width / 2 + (view.focal * x) / depth, y: size.height / 2 - (view.focal * y) / depth, depth };
}

/** The world vector (of any length) under a point of the screen. @param {Point} at @param {View} view @param {Size} size */
export function unproject(at, view, size) {
  const { right, up, forward } = axes(view);
  const x = (at.x - size.width / 2) / view.focal;
  const y = (size.height / 2 - at.y) / view.focal;
  return plus(forward, right, x, up, y);
}

/**
 * v + x a + y b
 * @param {Vector} v @param {Vector} a @param {number} x @param {Vector} b @param {number} y @returns {Vector}
 */
export const plus = (v, a, x, b, y) => [
  v[0] + x * a[0] + y * b[0], v[1] + x * a[1] + y * b[1], v[2] + x * a[2] + y * b[2],
];

/**
 * The view in which `grabbed` appears at `at`: what a drag asks for. Past a pole there is no such view; then the
 * nearest pitch is taken. Yaw turns at most by `most` radians, because next to a pole a pixel is half a turn.
 * @param {Vector} grabbed @param {Point} at @param {View} view @param {Size} size @param {number} [most]
 * @returns {View}
 */
export function turnedTo(grabbed, at, view, size, most = Math.PI) {
  const x = (at.x - size.width / 2) / view.focal;
  const y = (size.height / 2 - at.y) / view.focal;
  const height = (grabbed[1] / Math.hypot(...grabbed)) * Math.hypot(x, y, 1);
  // The ray (x, y, 1) raised by a pitch p has the height y cos p + sin p, which must be the grabbed one.
  const swing = Math.asin(clamp(height / Math.hypot(y, 1), -1, 1));
  const lean = Math.atan(y);
  const pitches = [swing - lean, Math.PI - swing - lean].map(wrap);
  pitches.sort((a, b) => Math.abs(a - view.pitch) - Math.abs(b - view.pitch));
  const pitch = clamp(pitches[0] ?? 0, -Math.PI / 2, Math.PI / 2);
  const ahead = Math.cos(pitch) - y * Math.sin(pitch);
  const turn = wrap(Math.atan2(grabbed[0], grabbed[2]) - Math.atan2(x, ahead) - view.yaw);
  return { yaw: wrap(view.yaw + clamp(turn, -most, most)), pitch, focal: view.focal };
}

/**
 * How far a view reaches, in radians: the highest and lowest pitch on screen, and the yaw to either side (π when a
 * pole is on screen).
 * @param {number} pitch @param {number} focal @param {Size} size
 */
export function reach(pitch, focal, size) {
  const [sp, cp] = [Math.sin(pitch), Math.cos(pitch)];
  const x = size.width / 2;
  let [top, bottom, side] = [-Infinity, Infinity, 0];
  for (const y of [size.height / 2, 0, -size.height / 2]) {
    const rise = focal * sp + y * cp;
    const ahead = focal * cp - y * sp;
    for (const across of [0, x]) {
      const angle = Math.atan2(rise, Math.hypot(ahead, across));
      top = Math.max(top, angle);
      bottom = Math.min(bottom, angle);
    }
    side = Math.max(side, Math.atan2(x, ahead));
  }
  const pole = Math.PI / 2 - Math.abs(pitch) < Math.atan(size.height / 2 / focal);
  if (pole && pitch > 0) top = Math.PI / 2;
  if (pole && pitch < 0) bottom = -Math.PI / 2;
  return { top, bottom, side: pole ? Math.PI : side };
}

/**
 * The nearest view that shows nothing outside the limits; where the screen is larger than what is allowed, the middle.
 * `focal_min` and `focal_max` bound the zoom (see `zoomRange`).
 * @param {View} view @param {Limits} limits @param {Size} size @param {{min: number, max: number}} zoom
 * @returns {View}
 */
export function withinLimits(view, limits, size, zoom) {
  const focal = clamp(view.focal, zoom.min, zoom.max);
  const low = limits.pitch_min_deg * RADIAN;
  const high = limits.pitch_max_deg * RADIAN;
  let pitch = clamp(view.pitch, -Math.PI / 2, Math.PI / 2);
  const over = (/** @type {number} */ p) => limits.pitch_max_deg < 90 && reach(p, focal, size).top > high;
  const under = (/** @type {number} */ p) => limits.pitch_min_deg > -90 && reach(p, focal, size).bottom < low;
  if (over(pitch)) pitch = edge(pitch, low, (p) => !over(p));
  if (under(pitch)) pitch = edge(pitch, high, (p) => !under(p));
  if (over(pitch)) pitch = (Math.max(low, -Math.PI / 2) + Math.min(high, Math.PI / 2)) / 2;

  const range = (limits.yaw_max_deg - limits.yaw_min_deg) * RADIAN;
  let yaw = view.yaw;
  if (range < TURN - 1e-9) {
    const middle = ((limits.yaw_min_deg + limits.yaw_max_deg) / 2) * RADIAN;
    const room = Math.max(range / 2 - reach(pitch, focal, size).side, 0);
    yaw = middle + clamp(wrap(yaw - middle), -room, room);
  }
  return { yaw: wrap(yaw), pitch, focal };
}

/**
 * Searches from `bad` towards `far` for the first pitch that is `fine` (24 halvings: below a millionth of a degree).
 * @param {number} bad @param {number} far @param {(pitch: number) => boolean} fine
 */
function edge(bad, far, fine) {
  if (!fine(far)) return far;
  for (let i = 0; i < 24; i++) {
    const middle = (bad + far) / 2;
    if (fine(middle)) far = middle;
    else bad = middle;
  }
  return far;
}

/**
 * Bounds of the focal length: from the document, from the edges of a partial panorama, and from the sharpness of the
 * picture (at most two device pixels per texel, but always twice the initial zoom). The initial view itself is allowed.
 * @param {Limits} limits @param {Size} size @param {number} initial @param {number} face_px @param {number} density
 */
export function zoomRange(limits, size, initial, face_px, density) {
  const fit = (/** @type {number} */ length, /** @type {number} */ range_deg) =>
    range_deg < 180 ? length / 2 / Math.tan((range_deg * RADIAN) / 2) : 0;
  const edges = Math.max(
    fit(size.height, limits.pitch_max_deg - limits.pitch_min_deg),
    fit(size.width, limits.yaw_max_deg - limits.yaw_min_deg),
  );
  const min = Math.max(Math.min(focalOf(limits.hfov_max_deg, size), initial), edges);
  const sharp = Math.max(face_px / density, 2 * initial);
  const max = Math.max(Math.min(focalOf(limits.hfov_min_deg, size), sharp), initial, min);
  return { min, max };
}

/** Compass bearing, in degrees from north, of a yaw in radians. @param {number} yaw @param {number} north_deg */
export const bearing = (yaw, north_deg) => (((yaw / RADIAN + north_deg) % 360) + 360) % 360;
