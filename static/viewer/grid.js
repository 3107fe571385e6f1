/**
 * The squares into which the faces of the cube are cut, level by level: which of them an eye sees, how much of each, and
 * which are worth having. Pure functions.
 *
 * @import {Vector} from './types.js'
 * @import {Frustum} from './projection.js'
 */

import { FACES, dot, plus, toView } from './projection.js';

/** Device pixels per texel, at the middle of the screen, from which on the next finer level is taken. */
const ENLARGED = 1.25;
/** A tile of which less than this part of the screen is seen is not worth its bytes: something coarser will do there. */
const SLIVER = 0.03;
/** Of a tile of which even less is seen, nobody misses anything: whatever is there will do. */
const TRACE = 0.005;
/** A level is kept while the zoom is within this factor of its border: a slow pinch must not fetch two levels. */
const HYSTERESIS = 1.12;

/** @typedef {{face: string, level: number, row: number, col: number}} Address */

/** The name of a tile, which is also the end of its address. @param {Address} at */
export const nameOf = (at) => `${at.level}/${at.face}/${at.row}_${at.col}`;

/** The square of a tile on its face: left, top, right, bottom in −1…1, y upwards. @param {Address} at */
export function rectOf(at) {
  const side = 2 / 2 ** (at.level - 1);
  return [at.col * side - 1, 1 - at.row * side, (at.col + 1) * side - 1, 1 - (at.row + 1) * side];
}

/**
 * The coarsest level (from 1) that is not enlarged by more than a quarter at the middle of the screen.
 * @param {number[]} sizes face sizes in pixels, coarsest first @param {number} focal_px in device pixels
 * @param {number} [current] level in use
 */
export function chooseLevel(sizes, focal_px, current = 0) {
  const need = (2 * focal_px) / ENLARGED;
  const now = sizes[current - 1] ?? 0;
  const below = sizes[current - 2] ?? 0;
  if (now * HYSTERESIS >= need && below < need * HYSTERESIS && now > 0) return current;
  const found = sizes.findIndex((size) => size >= need);
  return found < 0 ? sizes.length : found + 1;
}

/**
 * A test whether a square of a face may be on screen: no, only where its corners all lie beyond one side of the screen
 * or behind. Touching counts as beyond, so that a view that ends on a tile's edge does not want the next one.
 * @param {Frustum} eye
 */
export function visibility(eye) {
  const [x0, x1, y0, y1] = eye.edges;
  /** Each face's axes as the camera sees them. @type {Record<string, [Vector, Vector, Vector]>} */
  const seen = {};
  for (const [name, face] of Object.entries(FACES)) {
    seen[name] = [toView(face.right, eye), toView(face.up, eye), toView(face.forward, eye)];
  }
  return (/** @type {Address} */ at) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = rectOf(at);
    const [r, u, f] = /** @type {[Vector, Vector, Vector]} */ (seen[at.face]);
    let [over, under, before, beyond, behind] = [0, 0, 0, 0, 0];
    for (const [a, b] of /** @type {[number, number][]} */ ([[left, top], [right, top], [left, bottom], [right, bottom]])) {
      const px = a * r[0] + b * u[0] + f[0];
      const py = a * r[1] + b * u[1] + f[1];
      const pz = a * r[2] + b * u[2] + f[2];
      const slack = 1e-9;
      if (px - x0 * pz <= slack) before++;
      if (px - x1 * pz >= -slack) beyond++;
      if (py - y0 * pz <= slack) under++;
      if (py - y1 * pz >= -slack) over++;
      if (pz <= slack) behind++;
    }
    return over < 4 && under < 4 && before < 4 && beyond < 4 && behind < 4;
  };
}

/** A test whether a square may be seen by any of several eyes. @param {Frustum[]} eyes */
export function visibleToAny(eyes) {
  const tests = eyes.map(visibility);
  return (/** @type {Address} */ at) => tests.some((shows) => shows(at));
}

/**
 * The tiles of a level that are seen by any of the eyes, those nearest to the middle of the screen first.
 * @param {number} level @param {Frustum[]} eyes @returns {Address[]}
 */
export function visibleTiles(level, eyes) {
  const shows = visibleToAny(eyes);
  /** @type {Address[]} */
  const found = [];
  const descend = (/** @type {Address} */ at) => {
    if (!shows(at)) return;
    if (at.level === level) found.push(at);
    else {
      for (const [row, col] of /** @type {[number, number][]} */ ([[0, 0], [0, 1], [1, 0], [1, 1]])) {
        descend({ face: at.face, level: at.level + 1, row: at.row * 2 + row, col: at.col * 2 + col });
      }
    }
  };
  for (const face of Object.keys(FACES)) descend({ face, level: 1, row: 0, col: 0 });
  const nearness = new Map(found.map((at) => [at, Math.max(...eyes.map((eye) => dot(middle(at), eye.forward)))]));
  return found.sort((a, b) => (nearness.get(b) ?? 0) - (nearness.get(a) ?? 0));
}

/**
 * How much of what an eye sees lies on a square of a face, 0 to 1: its corners, cut at the four sides of the screen.
 * @param {Address} at @param {Frustum} eye
 */
export function shareOf(at, eye) {
  const { right, up, forward } = /** @type {(typeof FACES)[string]} */ (FACES[at.face]);
  const [left = 0, top = 0, rightmost = 0, bottom = 0] = rectOf(at);
  const [x0, x1, y0, y1] = eye.edges;
  let shape = [[left, top], [rightmost, top], [rightmost, bottom], [left, bottom]]
    .map(([x = 0, y = 0]) => toView(plus(forward, right, x, up, y), eye));
  const sides = /** @type {((v: Vector) => number)[]} */ ([
    (v) => v[0] - x0 * v[2], (v) => x1 * v[2] - v[0], (v) => v[1] - y0 * v[2], (v) => y1 * v[2] - v[1],
  ]);
  for (const inside of sides) {
    shape = shape.flatMap((b, i) => {
      const a = /** @type {Vector} */ (shape[(i || shape.length) - 1]);
      const [from, to] = [inside(a), inside(b)];
      const cut = () => /** @type {Vector} */ (a.map((v, k) => v + ((b[k] ?? 0) - v) * (from / (from - to))));
      return [...(from * to < 0 ? [cut()] : []), ...(to >= 0 ? [b] : [])];
    });
  }
  const flat = shape.map(([x, y, z]) => [x / z, y / z]);
  const twice = flat.reduce((sum, [x = 0, y = 0], i) => {
    const [u = 0, v = 0] = flat[(i || flat.length) - 1] ?? [];
    return sum + u * y - x * v;
  }, 0);
  return Math.abs(twice) / 2 / (x1 - x0) / (y1 - y0) || 0;
}

/**
 * The tiles of which enough is seen, and for the others the coarsest tile of their face, of which there is one.
 * @param {Address[]} found @param {Frustum[]} eyes @param {number} [least] part of the screen that is enough
 */
export function withoutSlivers(found, eyes, least = SLIVER) {
  /** @type {Map<string, Address>} */
  const coarse = new Map();
  /** Whether something is left without any tile of its own. */
  let bare = false;
  const worth = found.filter((at) => {
    const share = at.level === 1 ? 1 : Math.max(...eyes.map((eye) => shareOf(at, eye)));
    const enough = share >= least;
    if (!enough && share < TRACE) bare = true;
    else if (!enough) coarse.set(at.face, { face: at.face, level: 1, row: 0, col: 0 });
    return enough;
  });
  return { worth, coarse: [...coarse.values()], bare };
}

/**
 * As many of the tiles as may be held: those farthest from the middle, the last of the list, give way to their parents.
 * @param {Address[]} found of one level @param {number} most @returns {Address[]}
 */
export function withinBudget(found, most) {
  /** @type {Map<string, Address>} */
  const parents = new Map();
  const near = [...found];
  while (near.length + parents.size > most && (near[0]?.level ?? 1) > 1) {
    const parent = parentOf(/** @type {Address} */ (near.pop()));
    parents.set(nameOf(parent), parent);
  }
  return [...near, ...parents.values()];
}

/** The tile of the next coarser level in which a tile lies. @param {Address} at @returns {Address} */
export const parentOf = ({ face, level, row, col }) => ({ face, level: level - 1, row: row >> 1, col: col >> 1 });

/** @param {Address} at @returns {Vector} unit vector to the middle of a tile */
function middle(at) {
  const [left = 0, top = 0, right = 0, bottom = 0] = rectOf(at);
  const face = /** @type {(typeof FACES)[string]} */ (FACES[at.face]);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [a, b, c] = plus(face.forward, face.right, x, face.up, y);
  const length = Math.hypot(x, y, 1);
  return [a / length, b / length, c / length];
}
