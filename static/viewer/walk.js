/**
 * The guided walk without its buttons: what is told in a scene, for how long it is shown, and where one looks meanwhile.
 * Pure functions; angles in radians.
 *
 * @import {Medium, Scene, TourDocument} from './types.js'
 */

import { RADIAN, clamp, wrap } from './projection.js';

/** How fast people read, in letters a second; slower than most, because there is a picture to look at. */
const LETTERS_A_SECOND = 14;
/** The view never turns faster, or it makes dizzy. */
const FASTEST = 6 * RADIAN;
/** What lies ahead already is not worth a turn; then the view wanders a little to one side. */
const WORTH_IT = 15 * RADIAN;
const WANDER = 45 * RADIAN;
/** Nobody wants to be shown the floor or the sky for long. */
const STEEPEST = 20 * RADIAN;
/** What a guide points at. */
const OF_INTEREST = ['card', 'product', 'area', 'layer', 'sound'];

/**
 * The narration of a scene in a language, else in the tour's own, else in any; null where it has none.
 * @param {Scene} scene @param {TourDocument} tour @param {string} language
 * @returns {{medium: Medium, lang: string} | null}
 */
export function narrationOf(scene, tour, language) {
  const all = scene.narration ?? {};
  for (const lang of [language, tour.default_language, ...Object.keys(all)]) {
    const medium = tour.media?.[all[lang] ?? ''];
    if (medium?.kind === 'audio') return { medium, lang };
  }
  return null;
}

/** The scenes of the walk that the tour really has; all of them where it names none. @param {TourDocument} tour */
export function stationsOf(tour) {
  const known = tour.scenes.map(({ id }) => id);
  const named = (tour.guide?.scenes ?? []).filter((id) => known.includes(id));
  return named.length > 0 ? named : known;
}

/** For how long a scene is shown in which nothing can be heard. @param {number} seconds @param {string} text to be read */
export const shownFor = (seconds, text) => Math.max(seconds, text.length / LETTERS_A_SECOND);

/**
 * Where the view goes from where it is: past what lies on the way to the scene's way out, or clockwise past what there is.
 * @param {{yaw: number, pitch: number}} from @param {Scene} scene @param {string | null} next the scene that follows
 */
export function panPath(from, scene, next) {
  const spots = scene.hotspots.flatMap((spot) => {
    const [at = null] = 'yaw_deg' in spot ? [spot] : 'corners' in spot ? spot.corners : spot.points;
    if (!at) return [];
    return [{ kind: spot.kind, target: spot.target, turn: wrap(at.yaw_deg * RADIAN - from.yaw), pitch: at.pitch_deg * RADIAN }];
  });
  const ways = spots.filter(({ target }) => target);
  const out = ways.find(({ target }) => target === next)
    ?? ways.sort((a, b) => Math.abs(a.turn) - Math.abs(b.turn))[0];
  const sign = out && out.turn < 0 ? -1 : 1;
  const far = out ? Math.abs(out.turn) : Math.PI;
  const between = spots
    .filter(({ kind, turn }) => OF_INTEREST.includes(kind) && turn * sign > 0 && turn * sign < far)
    .sort((a, b) => (a.turn - b.turn) * sign);
  const path = [{ ...from }, ...[...between, ...(out ? [out] : [])].map(({ turn, pitch }) => ({
    yaw: from.yaw + turn, pitch: clamp(pitch, -STEEPEST, STEEPEST),
  }))];
  if (lengthOf(path) < WORTH_IT) path.push({ yaw: from.yaw + WANDER * sign, pitch: from.pitch });
  return path;
}

/** @param {{yaw: number, pitch: number}[]} path */
const lengthOf = (path) => path.reduce((sum, to, n) => sum + span(path[n - 1] ?? to, to), 0);

/** @param {{yaw: number, pitch: number}} a @param {{yaw: number, pitch: number}} b */
const span = (a, b) => Math.hypot(b.yaw - a.yaw, b.pitch - a.pitch);

/**
 * Where one looks after a part of the time, 0 to 1. The path is left early where it is too long for the time.
 * @param {{yaw: number, pitch: number}[]} path @param {number} part @param {number} seconds for the whole
 */
export function panAt(path, part, seconds) {
  const t = clamp(part, 0, 1);
  // Smooth at both ends: at its fastest in the middle, 1.5 times the mean.
  const whole = Math.min(lengthOf(path), (FASTEST * seconds) / 1.5);
  let left = whole * t * t * (3 - 2 * t);
  for (let n = 1; n < path.length; n++) {
    const [a, b] = [path[n - 1], path[n]];
    if (!a || !b) break;
    const step = span(a, b);
    if (left <= step && step > 0) {
      const share = left / step;
      return { yaw: a.yaw + (b.yaw - a.yaw) * share, pitch: a.pitch + (b.pitch - a.pitch) * share };
    }
    left -= step;
  }
  return path[path.length - 1] ?? { yaw: 0, pitch: 0 };
}
