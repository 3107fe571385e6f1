/**
 * Where scenes lie on the land and on the plans of floors, and how to put them somewhere else. Pure functions; the ground
 * is that of the viewer's map, except that its origin stays where it is while scenes are moved on it.
 *
 * @import {Draft, Floor, Position, Scene} from '../draft.js'
 * @import {Ground} from '../../../viewer/map/grounds.js'
 * @import {Point, Size} from '../../../viewer/types.js'
 */

import { project, unproject, worldMetres } from '../../../viewer/map/mercator.js';
import { boxOf } from '../../../viewer/map/plane.js';
import { clamp } from '../../../viewer/projection.js';
import { course } from '../spots.js';

/** @typedef {Point & {metres: number}} Origin  in parts of the projected world, and how many metres that is wide there */

/** So many metres are shown at least. */
const LEAST_M = 60;
/** Positions differ from those of the photos where they are farther apart than this. */
const SAME_M = 0.5;
/** What map programs write beside decimal degrees: degrees, minutes and seconds with the side of the world. */
const MINUTES = /^\s*(\d{1,2})°\s*(\d{1,2})['′’]\s*(\d{1,2}(?:\.\d+)?)["″”]\s*([NS])[,;\s]*(\d{1,3})°\s*(\d{1,2})['′’]\s*(\d{1,2}(?:\.\d+)?)["″”]\s*([EW])\s*$/i;
/** With commas as decimals both need enough places to be no list of three numbers. */
const COMMAS = /^\s*-?\d{1,2},\d{3,}°?\s*[,;\s]\s*-?\d{1,3},\d{3,}°?\s*$/;
/** The point in the address of a map's page. */
const ADDRESS = /^\s*https?:\/\/\S*@(-?\d{1,2}\.\d+),(-?\d{1,3}\.\d+)/;
/** What people write between two numbers with a point: a comma, a semicolon or a gap. */
const PAIR = /^\s*(-?\d{1,2}(?:\.\d+)?)°?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)°?\s*$/;

const round = (/** @type {number} */ value, /** @type {number} */ places) => Math.round(value * 10 ** places) / 10 ** places;

/** A bearing from 0 to under 360, as documents keep it. @param {number} degrees */
export const bearing = (degrees) => round(((degrees % 360) + 360) % 360, 1) % 360;

/** The middle of some positions; null where there are none. @param {Position[]} positions @returns {Origin | null} */
export function originOf(positions) {
  if (!positions.length) return null;
  const { left, top, right, bottom } = boxOf(positions.map(project));
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  return { ...middle, metres: worldMetres(unproject(middle).lat) };
}

/** @param {Position} position @param {Origin} origin @returns {Point} metres east and south of the origin */
export function landPoint(position, origin) {
  const at = project(position);
  return { x: (at.x - origin.x) * origin.metres, y: (at.y - origin.y) * origin.metres };
}

/** The inverse of `landPoint`, to the centimetre. @param {Point} at @param {Origin} origin @returns {Position} */
export function positionAt(at, origin) {
  const { lat, lon } = unproject({ x: origin.x + at.x / origin.metres, y: origin.y + at.y / origin.metres });
  return { lat: round(lat, 7), lon: round(lon, 7) };
}

/** @param {Scene[]} scenes @param {Origin} origin @returns {Ground} */
export function landOf(scenes, origin) {
  const points = new Map(scenes.flatMap(({ id, position }) => (position ? [[id, landPoint(position, origin)]] : [])));
  return { id: '', up_deg: 0, points, box: boxOf(points.values()), least: LEAST_M, floor: null, origin };
}

/** @param {Scene[]} scenes @param {Floor} floor @param {Size} size of its plan in pixels @returns {Ground} */
export function planOf(scenes, floor, size) {
  const points = new Map(scenes.flatMap(({ id, floor: on, plan_position: at }) =>
    (on === floor.id && at ? [[id, { x: at.x * size.width, y: at.y * size.height }]] : [])));
  return {
    id: floor.id, up_deg: floor.plan?.north_deg ?? 0, points, box: { left: 0, top: 0, right: size.width, bottom: size.height }, least: 1,
    floor: /** @type {Ground['floor']} */ (/** @type {unknown} */ (floor)), origin: null,
  };
}

/** Where on a plan a point of it is, as documents keep it; never beside it. @param {Point} at @param {Size} size */
export const planPosition = (at, size) => ({
  x: round(clamp(at.x / size.width, 0, 1), 4), y: round(clamp(at.y / size.height, 0, 1), 4),
});

/** Puts a scene on a ground. @param {Scene} scene @param {Ground} ground @param {Point} at */
export function put(scene, ground, at) {
  if (ground.origin) {
    scene.position = { ...scene.position, ...positionAt(at, ground.origin) };
    return;
  }
  scene.floor = ground.id;
  scene.plan_position = planPosition(at, { width: ground.box.right, height: ground.box.bottom });
}

/** Takes a scene off a ground; off a plan it is taken off the floor as well. @param {Scene} scene @param {Ground} ground */
export function takeOff(scene, ground) {
  if (ground.origin) delete scene.position;
  else {
    delete scene.floor;
    delete scene.plan_position;
  }
}

/** Scenes that have no place on a ground and may get one: those of other floors stay where they are. @param {Scene[]} scenes @param {Ground} ground */
export const waiting = (scenes, ground) =>
  scenes.filter(({ id, floor }) => !ground.points.has(id) && (ground.origin || !floor || floor === ground.id));

/** @param {string} key @param {boolean} far @param {number} step units of the ground @returns {Point | null} how far an arrow key moves */
export function stepOf(key, far, step) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const by = step * (far ? 10 : 1);
  return way ? { x: (way[0] ?? 0) * by, y: (way[1] ?? 0) * by } : null;
}

/**
 * What the photos' own positions would change.
 * @param {Scene[]} scenes @param {(scene: Scene) => Position | null | undefined} photoOf
 * @returns {{id: string, to: Position, moved_m: number | null}[]} moved_m: null where the scene has no position yet
 */
export function fromPhotos(scenes, photoOf) {
  return scenes.flatMap((scene) => {
    const to = photoOf(scene);
    if (!to) return [];
    const moved_m = scene.position ? course(scene.position, to).distance_m : null;
    return moved_m !== null && moved_m < SAME_M ? [] : [{ id: scene.id, to: { lat: round(to.lat, 7), lon: round(to.lon, 7) }, moved_m }];
  });
}

/**
 * How a plan lies on the land, by scenes that are on both: the turned and scaled picture that fits best (least squares).
 * @param {{plan: Point, land: Point}[]} pairs pixels of the plan, metres of the land
 * @returns {{north_deg: number, metres_per_px: number} | null} null where fewer than two places tell
 */
export function fitPlan(pairs) {
  const middle = (/** @type {'plan' | 'land'} */ of) => ({
    x: pairs.reduce((sum, pair) => sum + pair[of].x, 0) / pairs.length, y: pairs.reduce((sum, pair) => sum + pair[of].y, 0) / pairs.length,
  });
  const [plan, land] = [middle('plan'), middle('land')];
  let [along, across, size] = [0, 0, 0];
  for (const { plan: p, land: l } of pairs) {
    const [px, py, lx, ly] = [p.x - plan.x, p.y - plan.y, l.x - land.x, l.y - land.y];
    along += px * lx + py * ly;
    across += px * ly - py * lx;
    size += px * px + py * py;
  }
  if (pairs.length < 2 || size < 1 || Math.hypot(along, across) < 1e-9) return null;
  return { north_deg: bearing((Math.atan2(across, along) * 180) / Math.PI), metres_per_px: Math.hypot(along, across) / size };
}

/** Reads a position as map services give it, such as "10.6815, 105.0806"; null where it is none. @param {string} text @returns {Position | null} */
export function readPosition(text) {
  const minutes = MINUTES.exec(text);
  if (minutes) {
    const [lat = 0, lon = 0] = [1, 5].map((at) => {
      const [degrees = 0, parts = 0, seconds = 0] = minutes.slice(at, at + 3).map(Number);
      return round((degrees + parts / 60 + seconds / 3600) * (/[SW]/i.test(minutes[at + 3] ?? '') ? -1 : 1), 7);
    });
    return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lat, lon } : null;
  }
  const found = ADDRESS.exec(text) ?? PAIR.exec(COMMAS.test(text) ? text.replace(/(\d),(?=\d{3})/g, '$1.') : text);
  const [lat, lon] = [Number(found?.[1]), Number(found?.[2])];
  return found && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

/** A floor that is not the name of another one. @param {Draft} draft @param {string | null | undefined} id */
export const floorOf = (draft, id) => draft.floors?.find((floor) => floor.id === id) ?? null;

/**
 * Which names can be written below their points without covering a point or another name; those that come first win.
 * @param {{x: number, y: number, width: number, height: number}[]} points in pixels, with the size of their names
 * @param {number} disc_px @param {number} most
 */
export function written(points, disc_px, most) {
  /** @type {{left: number, right: number, top: number, bottom: number}[]} */
  const taken = points.map(({ x, y }) => ({ left: x - disc_px / 2, right: x + disc_px / 2, top: y - disc_px / 2, bottom: y + disc_px / 2 }));
  let left = most;
  return points.map(({ x, y, width, height }, index) => {
    const box = { left: x - width / 2, right: x + width / 2, top: y + disc_px / 2 + 1, bottom: y + disc_px / 2 + height };
    const free = left > 0 && taken.every((other, at) => at === index || other.left > box.right || other.right < box.left || other.top > box.bottom || other.bottom < box.top);
    if (free) {
      left -= 1;
      taken.push(box);
    }
    return free;
  });
}
