/**
 * What can be done with hotspots: made, copied, laid out, linked with each other.
 *
 * @import {Editor, Tool} from './context.js'
 * @import {Direction, Draft, Hotspot, Position, Scene, View} from './draft.js'
 */

import { direction, directionOf, freeId, idsOf, rounded, said, sceneOf, slug, spotsOf, wrapped } from './draft.js';

const EARTH_M = 6_371_000;
const RADIAN = Math.PI / 180;

/** The compass bearing from one place to another, and how far it is. @param {Position} from @param {Position} to */
export function course(from, to) {
  const [a, b] = [from.lat * RADIAN, to.lat * RADIAN];
  const east = (to.lon - from.lon) * RADIAN;
  const bearing_deg = Math.atan2(Math.sin(east) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east)) / RADIAN;
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(east / 2) ** 2;
  return { bearing_deg: (bearing_deg + 360) % 360, distance_m: 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half))) };
}

/** In which yaw of a scene another one lies; null where nobody knows. @param {Scene} from @param {number | null} north_deg bearing of yaw 0 in `from` @param {Scene} to */
export function yawTo(from, north_deg, to) {
  if (!from.position || !to.position || north_deg === null) return null;
  const { bearing_deg, distance_m } = course(from.position, to.position);
  return distance_m < 0.5 ? null : rounded(wrapped(bearing_deg - north_deg));
}

/**
 * How a visitor who walked should look on arrival: the way they walked, by positions and north, else the way they faced,
 * else as the scene opens (null).
 * @param {{scene: Scene, north_deg: number | null}} from @param {Direction} way where the link lies @param {{scene: Scene, north_deg: number | null}} to
 * @returns {View | null}
 */
export function arrivalOf(from, way, to) {
  if (from.north_deg === null || to.north_deg === null) return null;
  const walked = from.scene.position && to.scene.position ? course(from.scene.position, to.scene.position) : null;
  const bearing = walked && walked.distance_m >= 0.5 ? walked.bearing_deg : way.yaw_deg + from.north_deg;
  return { yaw_deg: rounded(wrapped(bearing - to.north_deg)), pitch_deg: 0, hfov_deg: to.scene.initial_view?.hfov_deg ?? 90 };
}

/** @param {Editor} ed @param {Scene} scene */
export const northOf = (ed, scene) => scene.north_deg ?? ed.panorama(scene)?.north_deg ?? null;

/** A new hotspot of a kind. @param {Draft} draft @param {Scene} scene @param {Exclude<Tool, 'choose'>} kind @param {Direction} at @param {Partial<Hotspot>} [more] @returns {Hotspot} */
export function newSpot(draft, scene, kind, at, more = {}) {
  const lang = draft.languages?.[0] ?? 'vi';
  const named = more.target ? said(sceneOf(draft, more.target)?.title, lang) : said(more.title, lang);
  const base = slug(more.target ? `den ${named}` : named, { link: 'loi-di', card: 'the', product: 'san-pham', url: 'lien-ket', phone: 'dien-thoai', directions: 'chi-duong', sound: 'am-thanh', area: 'vung' }[kind]);
  const id = freeId(base, idsOf(spotsOf(scene)));
  const there = kind === 'area' ? {} : direction(at);
  const filled = { link: { target: '' }, card: { title: {} }, product: { product: '' }, url: { title: {}, url: '' }, phone: { title: {}, phone: '' },
    directions: {}, sound: { medium: '' }, area: { title: {}, points: [] } }[kind];
  return /** @type {Hotspot} */ ({ id, kind, ...there, ...filled, ...more });
}

/** Puts a new hotspot into the scene on the screen and chooses it. @param {Editor} ed @param {Hotspot} spot */
export function addSpot(ed, spot) {
  ed.changeScene('spot-add', (scene) => void (scene.hotspots ??= []).push(spot));
  ed.show({ tool: 'choose', chosen: [spot.id] });
}

/**
 * The way back: where it lies in the target is where the visitor came from.
 * @param {Editor} ed @param {Draft} draft @param {Scene} scene @param {Hotspot} link @returns {{scene: Scene, spot: Hotspot} | null} null where there is one already
 */
export function wayBack(ed, draft, scene, link) {
  const target = sceneOf(draft, link.target);
  if (!target || spotsOf(target).some((spot) => spot.target === scene.id)) return null;
  const [here, there] = [northOf(ed, scene), northOf(ed, target)];
  const exact = yawTo(target, there, scene);
  const arrival = link.arrival ?? arrivalOf({ scene, north_deg: here }, directionOf(link), { scene: target, north_deg: there });
  const yaw_deg = exact ?? wrapped((arrival?.yaw_deg ?? target.initial_view?.yaw_deg ?? 0) + 180);
  return { scene: target, spot: newSpot(draft, target, 'link', { yaw_deg, pitch_deg: Math.min(link.pitch_deg ?? -15, -5) }, { target: scene.id }) };
}

/**
 * Ways between scenes that stand next to each other and have none yet: by their positions the nearest ones, without them
 * the one after in the list. Each way goes in both directions.
 * @param {Editor} ed @param {{nearest?: number, within_m?: number}} [how]
 * @returns {{from: string, to: string, yaw_deg: number, exact: boolean, distance_m: number | null}[]}
 */
export function neighbours(ed, { nearest = 3, within_m = 80 } = {}) {
  const { scenes } = ed.draft;
  const placed = scenes.filter((scene) => scene.position);
  /** @type {Map<string, {from: string, to: string, distance_m: number | null}>} */
  const pairs = new Map();
  const add = (/** @type {string} */ a, /** @type {string} */ b, /** @type {number | null} */ distance_m) => {
    for (const [from, to] of [[a, b], [b, a]]) if (from && to) pairs.set(`${from} ${to}`, { from, to, distance_m });
  };
  for (const scene of placed) {
    const near = placed.filter((other) => other !== scene && (other.floor ?? null) === (scene.floor ?? null))
      .map((other) => ({ id: other.id, distance_m: course(/** @type {Position} */ (scene.position), /** @type {Position} */ (other.position)).distance_m }))
      .filter(({ distance_m }) => distance_m <= within_m).sort((a, b) => a.distance_m - b.distance_m);
    for (const { id, distance_m } of near.slice(0, nearest)) add(scene.id, id, distance_m);
  }
  scenes.forEach((scene, index) => {
    const next = scenes[index + 1];
    if (next && !(scene.position && next.position)) add(scene.id, next.id, null);
  });
  return [...pairs.values()].flatMap(({ from, to, distance_m }) => {
    const [a, b] = [sceneOf(ed.draft, from), sceneOf(ed.draft, to)];
    if (!a || !b || spotsOf(a).some((spot) => spot.target === to)) return [];
    const exact = yawTo(a, northOf(ed, a), b);
    // Without positions a way on lies ahead and a way back behind, where the editor finds and moves it.
    const ahead = (a.initial_view?.yaw_deg ?? 0) + (scenes.indexOf(b) > scenes.indexOf(a) ? 0 : 180);
    return [{ from, to, yaw_deg: exact ?? rounded(wrapped(ahead)), exact: exact !== null, distance_m }];
  });
}

/** Makes the ways that were looked at. @param {Editor} ed @param {ReturnType<typeof neighbours>} ways */
export function linkNeighbours(ed, ways) {
  ed.change('neighbours', (draft) => {
    for (const { from, to, yaw_deg } of ways) {
      const scene = sceneOf(draft, from);
      if (scene && sceneOf(draft, to)) (scene.hotspots ??= []).push(newSpot(draft, scene, 'link', { yaw_deg, pitch_deg: -15 }, { target: to }));
    }
  });
}

/** Puts hotspots on one height or beneath each other, or at even distances. @param {Editor} ed @param {'level' | 'column' | 'even'} how */
export function align(ed, how) {
  const spots = ed.chosen.filter((spot) => typeof spot.yaw_deg === 'number');
  const [first] = spots;
  if (!first || spots.length < 2) return;
  const from = first.yaw_deg ?? 0;
  const offset = (/** @type {Hotspot} */ spot) => wrapped((spot.yaw_deg ?? 0) - from);
  const sorted = [...spots].sort((a, b) => offset(a) - offset(b));
  const [low, high] = [offset(/** @type {Hotspot} */ (sorted[0])), offset(/** @type {Hotspot} */ (sorted[sorted.length - 1]))];
  const middle = spots.reduce((sum, spot) => sum + (spot.pitch_deg ?? 0), 0) / spots.length;
  const across = spots.reduce((sum, spot) => sum + offset(spot), 0) / spots.length;
  ed.changeSpots('align', spots.map(({ id }) => id), (spot) => {
    const place = sorted.findIndex(({ id }) => id === spot.id);
    if (how === 'level') spot.pitch_deg = rounded(middle);
    else if (how === 'column') spot.yaw_deg = rounded(wrapped(from + across));
    else spot.yaw_deg = rounded(wrapped(from + low + ((high - low) * place) / (sorted.length - 1)));
  });
}

const CLIP = 'ispace-diem';

/** Keeps hotspots to be pasted, also into another scene or in another window. @param {Hotspot[]} spots */
export function copy(spots) {
  try {
    localStorage.setItem(CLIP, JSON.stringify(spots));
  } catch {
    return false;
  }
  return true;
}

/** Pastes what was copied; what it refers to in another tour is left out. @param {Editor} ed @param {Direction | null} at where the first of them comes to lie; a little beside its place without */
export function paste(ed, at) {
  /** @type {Hotspot[]} */
  let spots = [];
  try {
    const found = JSON.parse(localStorage.getItem(CLIP) ?? '[]');
    if (Array.isArray(found)) spots = found.filter((spot) => spot && typeof spot.kind === 'string' && typeof spot.id === 'string');
  } catch {
    return [];
  }
  const { scene, draft } = ed;
  if (!scene || !spots.length) return [];
  const first = directionOf(/** @type {Hotspot} */ (spots[0]));
  const by = at ? { yaw: at.yaw_deg - first.yaw_deg, pitch: at.pitch_deg - first.pitch_deg } : { yaw: 6, pitch: 0 };
  const taken = new Set(idsOf(spotsOf(scene)));
  const media = new Set(idsOf(draft.media));
  const pasted = spots.flatMap((spot) => {
    if (spot.target && (!sceneOf(draft, spot.target) || spot.target === scene.id)) return [];
    if (spot.product && !idsOf(draft.products).includes(spot.product)) return [];
    if (spot.medium && !media.has(spot.medium)) return [];
    const id = freeId(spot.id.replace(/-\d+$/, ''), taken);
    taken.add(id);
    const moved = (/** @type {Direction} */ one) => direction({ yaw_deg: one.yaw_deg + by.yaw, pitch_deg: one.pitch_deg + by.pitch });
    /** @type {Hotspot} */
    const made = { ...structuredClone(spot), id };
    if (typeof made.yaw_deg === 'number') Object.assign(made, moved(directionOf(spot)));
    if (made.points) made.points = made.points.map(moved);
    if (made.corners) made.corners = made.corners.map(moved);
    if (made.media) made.media = made.media.filter((one) => media.has(one));
    return [made];
  });
  if (pasted.length) ed.changeScene('paste', (one) => void (one.hotspots ??= []).push(...pasted));
  return pasted.map(({ id }) => id);
}
