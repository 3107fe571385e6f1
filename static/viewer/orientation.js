/**
 * Which way a device points: quaternions [x, y, z, w] from the angles that telephones report and from headsets, and the
 * view directions they stand for. Pure functions; angles are radians unless their name says otherwise.
 *
 * Devices and headsets use right-handed axes, the viewer x right, y up, z forward; `east*` and `headset*` below are the
 * only places where one becomes the other.
 *
 * @import {Vector} from './types.js'
 */

import { RADIAN, clamp, dot, wrap } from './projection.js';

/** @typedef {[number, number, number, number]} Quaternion  x, y, z, w of length 1 */
/** @typedef {ReturnType<typeof import('./projection.js').axes>} Axes */
/** @typedef {{yaw: number, pitch: number}} Heading */

/** Above this pitch, in radians, the way the top of the screen points says more of the yaw than the way ahead does. */
const STEEP = 70 * RADIAN;

/** One rotation after another, in the turned axes. @param {Quaternion} a @param {Quaternion} b @returns {Quaternion} */
export const times = ([a, b, c, d], [x, y, z, w]) => [
  d * x + a * w + b * z - c * y,
  d * y - a * z + b * w + c * x,
  d * z + a * y - b * x + c * w,
  d * w - a * x - b * y - c * z,
];

/** A vector turned by a rotation. @param {Quaternion} q @param {Vector} v @returns {Vector} */
export function rotate(q, [x, y, z]) {
  const [a, b, c] = times(times(q, [x, y, z, 0]), [-q[0], -q[1], -q[2], q[3]]);
  return [a, b, c];
}

/**
 * The rotation from the screen's axes (right, up, towards the visitor) to the earth's (east, north, up), from what a
 * `deviceorientation` event says and how far the picture on the screen is turned against the device.
 * @param {{alpha: number, beta: number, gamma: number}} angles_deg about z, x′ and y″ @param {number} screen_deg
 * @returns {Quaternion}
 */
export function fromDevice({ alpha, beta, gamma }, screen_deg) {
  const about = (/** @type {0 | 1 | 2} */ axis, /** @type {number} */ angle_deg) => {
    const q = /** @type {Quaternion} */ ([0, 0, 0, Math.cos((angle_deg * RADIAN) / 2)]);
    q[axis] = Math.sin((angle_deg * RADIAN) / 2);
    return q;
  };
  return times(times(times(about(2, alpha), about(0, beta)), about(1, gamma)), about(2, -screen_deg));
}

/** The angle between two rotations. @param {Quaternion} a @param {Quaternion} b */
export const between = (a, b) =>
  2 * Math.acos(clamp(Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]), 0, 1));

/** Part of the shortest way from one rotation to another. @param {Quaternion} a @param {Quaternion} b @param {number} part */
export function slerp(a, b, part) {
  const half = between(a, b) / 2;
  // The same rotation has two quaternions; the nearer one is meant.
  const sign = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] < 0 ? -1 : 1;
  const [from, to] = half < 1e-5
    ? [1 - part, part]
    : [Math.sin((1 - part) * half) / Math.sin(half), Math.sin(part * half) / Math.sin(half)];
  const mixed = /** @type {Quaternion} */ (a.map((v, i) => v * from + sign * to * (b[i] ?? 0)));
  const length = Math.hypot(...mixed);
  return /** @type {Quaternion} */ (mixed.map((v) => v / length));
}

/** @param {Quaternion} q @param {(v: Vector) => Vector} toWorld @returns {Axes} */
const axesBy = (q, toWorld) => ({
  right: toWorld(rotate(q, [1, 0, 0])),
  up: toWorld(rotate(q, [0, 1, 0])),
  forward: toWorld(rotate(q, [0, 0, -1])),
});

/** The axes of who looks through the back of a screen; yaw 0 is north. @param {Quaternion} q screen to earth */
export const eastAxes = (q) => axesBy(q, ([east, north, up]) => [east, up, north]);

/** The axes of who wears a headset; yaw 0 is where it says that ahead lies. @param {Quaternion} q */
export const headsetAxes = (q) => axesBy(q, ([x, y, z]) => [x, y, -z]);

/** Axes turned to the right about the vertical. @param {Axes} axes @param {number} yaw @returns {Axes} */
export function turned({ right, up, forward }, yaw) {
  const [s, c] = [Math.sin(yaw), Math.cos(yaw)];
  const turn = (/** @type {Vector} */ [x, y, z]) => /** @type {Vector} */ ([c * x + s * z, y, c * z - s * x]);
  return { right: turn(right), up: turn(up), forward: turn(forward) };
}

/**
 * Yaw and pitch of axes. Straight up and down the way ahead has no yaw; towards there the top of the picture takes over.
 * @param {Axes} axes
 */
export function headingOf({ forward, up }) {
  const pitch = Math.asin(clamp(forward[1], -1, 1));
  const steep = clamp((Math.abs(pitch) - STEEP) / (Math.PI / 2 - STEEP), 0, 1);
  // Looking down the top of the picture points ahead, looking up it points back.
  const top = -Math.sign(pitch) * steep;
  const level = 1 - steep;
  return { yaw: Math.atan2(forward[0] * level + up[0] * top, forward[2] * level + up[2] * top), pitch };
}

/**
 * What a projection matrix (column by column, as headsets give it) shows on the plane at distance 1.
 * @param {ArrayLike<number>} m @returns {[number, number, number, number]} left, right, bottom, top
 */
export function edgesOf(m) {
  const [sx = 1, sy = 1, ox = 0, oy = 0] = [m[0], m[5], m[8], m[9]];
  return [(ox - 1) / sx, (ox + 1) / sx, (oy - 1) / sy, (oy + 1) / sy];
}

/**
 * Ties the yaw of a device to that of the picture: nothing jumps when it begins, and whatever else turns the picture (a
 * drag, a key, another scene) turns it against the device for good, which also cures drift.
 * @param {{view: import('./types.js').View, look: (view: import('./types.js').View) => import('./types.js').View}} camera
 */
export function createTie(camera) {
  let [turn, lift] = [0, 0];
  /** What was shown, and where the device looked then. @type {{yaw: number, pitch: number} | null} */
  let shown = null;
  let then = { yaw: 0, pitch: 0 };
  return {
    /** By how much the picture is turned against the device, whatever has turned it since. @param {Heading} device */
    turn(device) {
      const { view } = camera;
      if (!shown) turn = wrap(view.yaw - device.yaw);
      else {
        if (view.yaw !== shown.yaw) turn = wrap(view.yaw - then.yaw);
        if (view.pitch !== shown.pitch) lift = view.pitch - then.pitch;
      }
      return turn;
    },

    /**
     * Looks where the device looks. What hands added to the pitch melts as the device turns, so that the horizon comes
     * back without a movement of its own.
     * @param {Heading} device @param {number} moved by which angle it turned since the last time
     */
    look(device, moved) {
      lift = moved > 0 && Math.abs(lift) < 1e-3 ? 0 : lift * Math.exp(-2 * moved);
      const { yaw, pitch } = camera.look({ ...camera.view, yaw: device.yaw + turn, pitch: device.pitch + lift });
      [shown, then] = [{ yaw, pitch }, device];
    },
  };
}

/** The angle between two directions. @param {Vector} a @param {Vector} b */
export const angleBetween = (a, b) => Math.acos(clamp(dot(a, b) / (Math.hypot(...a) * Math.hypot(...b)), -1, 1));
