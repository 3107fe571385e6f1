/**
 * The disc of a way ahead, lying on the ground in the perspective of the picture, its arrow pointing along the walk.
 *
 * @import {Vector} from './types.js'
 */

import { RADIAN, anglesOf, clamp, direction, toView } from './projection.js';

/** Ground far away is seen from the side: there the disc is raised until it can be read. */
const FLATTEST = 46 * RADIAN;
/** From the horizon up it rises with the way, and from this pitch on it faces the visitor. */
const UPRIGHT = 15 * RADIAN;

/**
 * How far the disc is opened towards the visitor, in radians: as the ground is seen below, facing them above.
 * @param {number} pitch of the direction in which it lies
 */
export const openness = (pitch) =>
  Math.max(-pitch, FLATTEST + (Math.PI / 2 - FLATTEST) * clamp(pitch / UPRIGHT, 0, 1));

/**
 * How an element whose middle lies at `at` is drawn there: CSS matrix3d of its pixels, which in the middle of a disc are
 * those of the screen; and half the height of a disc with a radius of one pixel.
 * @param {Vector} at @param {ReturnType<typeof import('./projection.js').axes>} camera @param {number} focal
 */
export function lying(at, camera, focal) {
  const { yaw, pitch } = anglesOf(at);
  const [vx, vy, depth] = toView(at, camera);
  const across = toView([Math.cos(yaw), 0, -Math.sin(yaw)], camera);
  const ahead = toView(direction(yaw, pitch + openness(pitch)), camera);
  /** Where a step along an axis leads on the screen, as a column of the matrix. @param {Vector} axis */
  const column = ([x, y, z]) => [x - (vx / depth) * z, (vy / depth) * z - y, z / focal];
  const [a, b] = [column(across), column(ahead).map((value) => -value)];
  const [ax = 0, ay = 0, aw = 0] = a;
  const [bx = 0, by = 0, bw = 0] = b;
  return {
    matrix: `matrix3d(${[ax, ay, 0, aw, bx, by, 0, bw, 0, 0, 1, 0, 0, 0, 0, 1].map((n) => +n.toFixed(6)).join()})`,
    reach: Math.hypot(ay, by),
  };
}
