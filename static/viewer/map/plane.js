/**
 * Looking at a plane: which part of a ground is on the panel and how large. Pure functions; `gestures.js` moves it.
 * Grounds have units of their own (metres, or pixels of a plan), x to the right and y downwards.
 *
 * @import {Point, Size} from '../types.js'
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box  in units of the ground
 * @typedef {Point & {scale: number}} PlaneView  what is in the middle, and CSS pixels per unit
 * @typedef {{box: Box, min: number, max: number}} Room  where the middle may be, and the range of the scale
 */

import { RADIAN, clamp } from '../projection.js';

/** The smallest box around points; a point at the origin where there are none. @param {Iterable<Point>} points @returns {Box} */
export function boxOf(points) {
  const all = [...points];
  if (all.length === 0) return { left: 0, top: 0, right: 0, bottom: 0 };
  const [xs, ys] = [all.map((at) => at.x), all.map((at) => at.y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** @param {Box} box @param {number} by */
export const padded = (box, by) => ({
  left: box.left - by, top: box.top - by, right: box.right + by, bottom: box.bottom + by,
});

/**
 * The view that shows a whole box with `margin` pixels around it; `least` units are shown of a box that is smaller.
 * @param {Box} box @param {Size} size @param {number} margin @param {number} [least] @returns {PlaneView}
 */
export function fit(box, size, margin, least = 1e-9) {
  const wide = Math.max(size.width - 2 * margin, 1) / Math.max(box.right - box.left, least);
  const high = Math.max(size.height - 2 * margin, 1) / Math.max(box.bottom - box.top, least);
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, scale: Math.min(wide, high) };
}

/** @param {PlaneView} view @param {Room} room @returns {PlaneView} */
export const within = (view, { box, min, max }) => ({
  x: clamp(view.x, box.left, box.right),
  y: clamp(view.y, box.top, box.bottom),
  scale: clamp(view.scale, min, max),
});

/** Where a point of the ground is on the panel. @param {Point} at @param {PlaneView} view @param {Size} size @returns {Point} */
export const toPanel = (at, view, size) => ({
  x: (at.x - view.x) * view.scale + size.width / 2,
  y: (at.y - view.y) * view.scale + size.height / 2,
});

/** The inverse of `toPanel`. @param {Point} at @param {PlaneView} view @param {Size} size @returns {Point} */
export const toGround = (at, view, size) => ({
  x: (at.x - size.width / 2) / view.scale + view.x,
  y: (at.y - size.height / 2) / view.scale + view.y,
});

/** Shows a point of the ground at a place of the panel. @param {Point} ground @param {Point} at @param {number} scale @param {Size} size */
export const placed = (ground, at, scale, size) => ({
  x: ground.x - (at.x - size.width / 2) / scale,
  y: ground.y - (at.y - size.height / 2) / scale,
  scale,
});

/** Zooms so that what lies under a point of the panel stays there. @param {PlaneView} view @param {Point} at @param {number} factor @param {Size} size @param {Room} room */
export function zoomedAbout(view, at, factor, size, room) {
  const scale = clamp(view.scale * factor, room.min, room.max);
  return within(placed(toGround(at, view, size), at, scale, size), room);
}

/**
 * How far the cone of a map is turned clockwise from its upper edge, in degrees from 0 to 360.
 * @param {number} yaw radians @param {number} north_deg bearing of yaw 0 @param {number} up_deg bearing of the upper edge
 */
export const coneTurn = (yaw, north_deg, up_deg) => ((((yaw / RADIAN + north_deg - up_deg) % 360) + 360) % 360);

/** The inverse of `coneTurn`: a yaw in radians. @param {number} turn_deg @param {number} north_deg @param {number} up_deg */
export const yawOf = (turn_deg, north_deg, up_deg) => (turn_deg + up_deg - north_deg) * RADIAN;

/** The longest round length (1, 2 or 5 times a power of ten) that fits. @param {number} px_per_metre @param {number} most_px */
export function scaleBar(px_per_metre, most_px) {
  const most = most_px / px_per_metre;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((n) => n * power <= most) ?? 1) * power;
  return { metres, px: metres * px_per_metre };
}

/**
 * Groups points that would lie closer together than `apart` pixels. The first of a group is where it stands, so what must
 * not move comes first.
 * @template T @param {readonly (Point & {of: T})[]} points @param {number} scale @param {number} apart
 * @returns {(Point & {all: T[]})[]}
 */
export function grouped(points, scale, apart) {
  const reach = apart / scale;
  /** @type {Map<string, (Point & {all: T[]})[]>} */
  const cells = new Map();
  const groups = [];
  for (const { x, y, of } of points) {
    const [column, row] = [Math.floor(x / reach), Math.floor(y / reach)];
    const near = [-1, 0, 1].flatMap((i) => [-1, 0, 1].flatMap((j) => cells.get(`${column + i} ${row + j}`) ?? []));
    const group = near.find((other) => Math.hypot(other.x - x, other.y - y) < reach);
    if (group) group.all.push(of);
    else {
      const made = { x, y, all: [of] };
      groups.push(made);
      const key = `${column} ${row}`;
      cells.set(key, [...(cells.get(key) ?? []), made]);
    }
  }
  return groups;
}
