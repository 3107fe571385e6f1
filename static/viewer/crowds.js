/**
 * Which hotspots would cover each other. They are put together by the angle between them and not by where they are on
 * the screen, so that turning never changes a crowd: off the middle of a view everything is further apart than in it.
 *
 * @import {Vector} from './types.js'
 */

import { dot } from './projection.js';

/** Discs that would be nearer to each other become one with their number. */
export const APART_PX = 58;

/**
 * @typedef {object} Crowd
 * @property {Vector} at       its middle
 * @property {number[]} members  indexes of the directions, in their order
 */

/**
 * Puts directions together until no two crowds are nearer than `apart`. A grid finds neighbours, so that the work grows
 * with the number of directions only.
 * @param {Vector[]} directions unit vectors @param {number} apart radians @returns {Crowd[]}
 */
export function crowdsOf(directions, apart) {
  const chord = 2 * Math.sin(Math.min(apart, Math.PI) / 2);
  const near = Math.cos(apart);
  let crowds = directions.map((at, index) => /** @type {Crowd} */ ({ at, members: [index] }));
  for (let before = Infinity; crowds.length < before; ) {
    before = crowds.length;
    crowds = joined(crowds, chord, near, directions);
  }
  return crowds;
}

/** One pass: each crowd joins the first one near it. @param {Crowd[]} crowds @param {number} chord @param {number} near @param {Vector[]} directions */
function joined(crowds, chord, near, directions) {
  /** @type {Map<number, Crowd[]>} */
  const grid = new Map();
  const cell = (/** @type {number} */ x) => Math.floor(x / (2 * chord)) + 512;
  const key = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => (x * 2048 + y) * 2048 + z;

  /** What is near lies in the same cell or in those next to it on the nearer side. @param {Vector} at */
  function neighbour(at) {
    const [x, y, z] = at;
    for (let i = cell(x - chord); i <= cell(x + chord); i++) {
      for (let j = cell(y - chord); j <= cell(y + chord); j++) {
        for (let k = cell(z - chord); k <= cell(z + chord); k++) {
          const found = grid.get(key(i, j, k))?.find((other) => dot(other.at, at) > near);
          if (found) return found;
        }
      }
    }
    return null;
  }

  /** @type {Set<Crowd>} */
  const grown = new Set();
  const leading = crowds.filter((crowd) => {
    const other = neighbour(crowd.at);
    if (other) {
      other.members.push(...crowd.members);
      grown.add(other);
      return false;
    }
    const [x, y, z] = crowd.at;
    const here = key(cell(x), cell(y), cell(z));
    const there = grid.get(here);
    if (there) there.push(crowd);
    else grid.set(here, [crowd]);
    return true;
  });
  for (const crowd of grown) {
    crowd.members.sort((a, b) => a - b);
    crowd.at = middleOf(crowd.members.map((member) => /** @type {Vector} */ (directions[member])));
  }
  return leading;
}

/** The middle direction of several. @param {Vector[]} directions @returns {Vector} */
export function middleOf(directions) {
  const sum = directions.reduce((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);
  const length = Math.hypot(...sum) || 1;
  return [sum[0] / length, sum[1] / length, sum[2] / length];
}
