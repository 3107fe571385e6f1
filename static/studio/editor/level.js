/**
 * Levelling by hand: where the horizon of other angles lies in the picture as it is shown, and where hotspots and views
 * go when the picture is turned. Signs as in ispace/imaging/geometry.py (`source_rotation`), held against the same numbers.
 *
 * @import {Direction, Level, Scene} from './draft.js'
 * @import {Vector} from '../../viewer/types.js'
 */

import { RADIAN, directionOf, vectorOf } from '../../viewer/projection.js';
import { AHEAD, direction, spotsOf } from './draft.js';

/** From the camera's axes to the world's: rolled about its own axis, then looked up. @param {Level} level @param {Vector} v @returns {Vector} */
function toWorld({ pitch_deg, roll_deg }, [x, y, z]) {
  const [p, r] = [pitch_deg * RADIAN, roll_deg * RADIAN];
  const [a, b] = [Math.cos(r) * x + Math.sin(r) * y, -Math.sin(r) * x + Math.cos(r) * y];
  return [a, Math.cos(p) * b + Math.sin(p) * z, -Math.sin(p) * b + Math.cos(p) * z];
}

/** @param {Level} level @param {Vector} v @returns {Vector} */
function toCamera({ pitch_deg, roll_deg }, [x, y, z]) {
  const [p, r] = [pitch_deg * RADIAN, roll_deg * RADIAN];
  const [b, c] = [Math.cos(p) * y - Math.sin(p) * z, Math.sin(p) * y + Math.cos(p) * z];
  return [Math.cos(r) * x - Math.sin(r) * b, Math.sin(r) * x + Math.cos(r) * b, c];
}

/** Where a direction of the picture levelled by `from` lies when it is levelled by `to`. @param {Direction} at @param {Level} from @param {Level} to */
export const turned = (at, from, to) => directionOf(toWorld(to, toCamera(from, vectorOf(at))));

/** The horizon that `to` would make level, as it lies in the picture levelled by `from`: from yaw −180 to 180. @param {Level} from @param {Level} to @param {number} [steps] */
export const horizon = (from, to, steps = 180) =>
  Array.from({ length: steps + 1 }, (_, i) => turned({ yaw_deg: -180 + (360 * i) / steps, pitch_deg: 0 }, to, from));

/**
 * The angles with which the horizon goes through two directions of the picture levelled by `from`.
 * @param {Direction} a @param {Direction} b @param {Level} from @returns {Level | null} null where they are too near each other
 */
export function through(a, b, from) {
  const [u, v] = [toCamera(from, vectorOf(a)), toCamera(from, vectorOf(b))];
  /** @type {Vector} */
  let up = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const length = Math.hypot(...up);
  if (length < 0.05) return null;
  if (up[1] < 0) up = [-up[0], -up[1], -up[2]];
  // The world's up in the camera's axes is (−sin r cos p, cos r cos p, sin p) for roll r and pitch p, by signs of toCamera.
  const [x, y, z] = up.map((part) => part / length);
  return { pitch_deg: Math.asin(Math.max(-1, Math.min(1, z ?? 0))) / RADIAN, roll_deg: Math.atan2(-(x ?? 0), y ?? 1) / RADIAN };
}

/** Turns everything in a scene that has a direction with its picture. @param {Scene} scene in a draft that may be changed @param {Level} from @param {Level} to */
export function turnScene(scene, from, to) {
  const move = (/** @type {Direction} */ at) => Object.assign(at, direction(turned(at, from, to)));
  if (scene.initial_view) scene.initial_view = { ...AHEAD, ...scene.initial_view, ...direction(turned({ ...AHEAD, ...scene.initial_view }, from, to)) };
  for (const spot of spotsOf(scene)) {
    for (const corner of spot.points ?? spot.corners ?? []) move(corner);
    if (typeof spot.yaw_deg === 'number') move(/** @type {Direction} */ (spot));
  }
}
