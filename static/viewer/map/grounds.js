/**
 * What a tour can be shown on: the land, drawn from the scenes' positions, and the plan of each floor.
 *
 * @import {Point, Scene, TourDocument} from '../types.js'
 *
 * @typedef {object} Ground
 * @property {string} id        the floor's, empty for the land
 * @property {number} up_deg    compass bearing of the upper edge
 * @property {Map<string, Point>} points  where scenes are, by id, in units of the ground
 * @property {import('./plane.js').Box} box  everything that there is
 * @property {number} least     so many units are shown at least when all is shown
 * @property {(TourDocument['floors'] & {})[number] | null} floor
 * @property {{x: number, y: number, metres: number} | null} origin  of the land: its point (0, 0) in parts of the
 *   projected world, and how many metres that is wide here; one unit is one metre
 */

import { project, unproject, worldMetres } from './mercator.js';
import { boxOf } from './plane.js';

/** All scenes in one place are still shown with this much around them. */
const LEAST_M = 60;

/** The land first, then the floors in their order. @param {TourDocument} tour @returns {Ground[]} */
export function groundsOf(tour) {
  const plans = (tour.floors ?? []).flatMap((floor) => {
    const { plan } = floor;
    if (!plan) return [];
    const points = new Map();
    for (const { id, floor: on, plan_position: at } of tour.scenes) {
      if (on === floor.id && at) points.set(id, { x: at.x * plan.width_px, y: at.y * plan.height_px });
    }
    const box = { left: 0, top: 0, right: plan.width_px, bottom: plan.height_px };
    return [{ id: floor.id, up_deg: plan.north_deg, points, box, least: 1, floor, origin: null }];
  });
  const land = landOf(tour.scenes);
  return land ? [land, ...plans] : plans;
}

/** @param {Scene[]} scenes @returns {Ground | null} */
function landOf(scenes) {
  const known = scenes.flatMap(({ id, position }) => (position ? [{ id, at: project(position) }] : []));
  if (known.length === 0) return null;
  const world = boxOf(known.map(({ at }) => at));
  const middle = { x: (world.left + world.right) / 2, y: (world.top + world.bottom) / 2 };
  const metres = worldMetres(unproject(middle).lat);
  const points = new Map(known.map(({ id, at }) => [id, { x: (at.x - middle.x) * metres, y: (at.y - middle.y) * metres }]));
  return { id: '', up_deg: 0, points, box: boxOf(points.values()), least: LEAST_M, floor: null, origin: { ...middle, metres } };
}

/**
 * The ground on which a scene is shown. A visitor who chose the land keeps it as long as scenes are on it; everybody else
 * gets the plan of the scene's floor where there is one. A scene that is nowhere leaves the map as it is.
 * @param {Ground[]} grounds @param {Scene | null} scene @param {Ground | null} shown @param {boolean} land chosen by hand
 */
export function groundFor(grounds, scene, shown, land) {
  const on = grounds.filter(({ points }) => scene && points.has(scene.id));
  const wanted = on.find(({ origin }) => Boolean(origin) === land) ?? on[0];
  return wanted ?? shown ?? grounds[0] ?? null;
}

/** Pairs of scenes with a way between them, each once. @param {Scene[]} scenes @param {Ground} ground @returns {[Point, Point][]} */
export function waysOn(scenes, { points }) {
  const seen = new Set();
  return scenes.flatMap((scene) => scene.hotspots.flatMap(({ target }) => {
    const [from, to] = [points.get(scene.id), target ? points.get(target) : undefined];
    const pair = [scene.id, target].sort().join(' ');
    if (!from || !to || from === to || seen.has(pair)) return [];
    seen.add(pair);
    return [/** @type {[Point, Point]} */ ([from, to])];
  }));
}
