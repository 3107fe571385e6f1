/**
 * A draft and its pictures → the tour as the viewer reads it, so that the editor shows what visitors will see. The gate
 * and the pages are made by the server from the same draft (ispace/pipeline/compose.py); this is for the eyes while
 * something is changed, so what cannot be shown yet is left out.
 *
 * @import {Draft, Hotspot, Limits, Scene} from './draft.js'
 * @import {TourDocument, Scene as ShownScene, Hotspot as ShownSpot} from '../../viewer/types.js'
 */

import { plain } from '../../viewer/markdown.js';
import { AHEAD, languagesOf, startOf } from './draft.js';

/**
 * @typedef {object} Panorama  what the server tells of a picture; see the API's /panoramas
 * @property {string} file
 * @property {{level: import('./draft.js').Level | null, coverage: unknown}} recipe
 * @property {'waiting' | 'running' | 'retrying' | 'done' | 'failed' | 'set-aside' | 'cancelled'} state
 * @property {string | null} job
 * @property {number | null} progress
 * @property {{code: string, text: string} | null} problem
 * @property {string} name
 * @property {number} width_px
 * @property {number} height_px
 * @property {string | null} [taken_at]
 * @property {{lat: number, lon: number} | null} [position]
 * @property {string | null} [report]
 * @property {import('../../viewer/types.js').TileSet} [tiles]
 * @property {import('../../viewer/types.js').Preview} [preview]
 * @property {import('../../viewer/types.js').Picture} [thumbnail]
 * @property {Limits} [bounds]
 * @property {import('./draft.js').View} [first_view]
 * @property {number | null} [north_deg]
 */

/** What limits that leave something out stand for. */
export const WHOLE = { yaw_min_deg: -180, yaw_max_deg: 180, pitch_min_deg: -90, pitch_max_deg: 90, hfov_min_deg: 25, hfov_max_deg: 110 };

/** Names what a panorama was made of: its file and what of the scene goes into its tiles. @param {string} file @param {unknown} level @param {unknown} coverage */
export function workKey(file, level, coverage) {
  const sorted = (/** @type {any} */ value) =>
    value ? Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null).sort(([a], [b]) => (a < b ? -1 : 1))) : null;
  return JSON.stringify([file, sorted(level), sorted(coverage)]);
}

/** @param {Panorama[]} panoramas @returns {Map<string, Panorama>} */
export const byWork = (panoramas) => new Map(panoramas.map((one) => [workKey(one.file, one.recipe.level, one.recipe.coverage), one]));

/** The panorama of a scene as it is to be; null where nothing is known of it. @param {Map<string, Panorama>} known @param {Scene} scene */
export const panoramaOf = (known, scene) =>
  known.get(workKey(scene.panorama?.file, scene.level ?? null, scene.panorama?.coverage ?? null)) ?? null;

/** What can be shown of a scene: its panorama, else the same picture made with other angles. @param {Map<string, Panorama>} known @param {Scene} scene */
export function shownOf(known, scene) {
  const own = panoramaOf(known, scene);
  if (own?.tiles) return own;
  for (const one of known.values()) if (one.file === scene.panorama?.file && one.tiles) return one;
  return null;
}

/** How far one may turn: what is said, but never past the edge of the picture. @param {Partial<Limits> | null | undefined} said @param {Limits} bounds @returns {Limits} */
export function limitsOf(said, bounds) {
  if (!said) return bounds;
  const wanted = { ...WHOLE, ...said };
  const whole = bounds.yaw_max_deg - bounds.yaw_min_deg >= 360;
  const inner = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ from, /** @type {number} */ to) =>
    (Math.max(low, from) < Math.min(high, to) ? [Math.max(low, from), Math.min(high, to)] : [from, to]);
  const yaw = whole ? [wanted.yaw_min_deg, wanted.yaw_max_deg]
    : inner(wanted.yaw_min_deg, wanted.yaw_max_deg, bounds.yaw_min_deg, bounds.yaw_max_deg);
  const pitch = inner(wanted.pitch_min_deg, wanted.pitch_max_deg, bounds.pitch_min_deg, bounds.pitch_max_deg);
  const [[low = -180, high = 180], [down = -90, up = 90]] = [yaw, pitch];
  const widest = Math.max(10, Math.min(wanted.hfov_max_deg, high - low < 360 ? high - low : 360, up - down < 180 ? up - down : 180));
  return {
    yaw_min_deg: low, yaw_max_deg: high, pitch_min_deg: down, pitch_max_deg: up,
    hfov_min_deg: Math.min(wanted.hfov_min_deg, widest / 2), hfov_max_deg: widest,
  };
}

/**
 * A floor as the viewer reads it. How large its plan is a draft does not say: whoever looks at what is made here sees that
 * there is a plan, and opens none.
 * @param {import('./draft.js').Floor} floor @param {Draft} draft @param {(file: string) => string} url
 */
function floorShown({ id, title, plan }, draft, url) {
  const medium = plan && draft.media?.find((one) => one.id === plan.medium);
  return { id, title, ...(medium ? { plan: { url: url(medium.file), width_px: 1, height_px: 1, alt: medium.alt ?? null, north_deg: plan.north_deg ?? 0 } } : {}) };
}

/**
 * Makes tours of drafts one after the other; a scene that did not change stays the same object, so that the viewer sees
 * at once what has to be drawn anew.
 *
 * @param {string} tourUrl of the tour's page in the studio, to which the addresses of media belong
 */
export function createComposer(tourUrl) {
  /** @type {WeakMap<Scene, {panorama: Panorama, start: boolean, made: ShownScene}>} */
  const made = new WeakMap();

  /** @param {Scene} scene @param {Panorama} panorama @returns {ShownScene} */
  function composed(scene, panorama) {
    const bounds = panorama.bounds ?? WHOLE;
    return /** @type {ShownScene} */ ({
      id: scene.id,
      title: scene.title ?? {},
      description: scene.description ?? null,
      tiles: panorama.tiles,
      preview: panorama.preview,
      thumbnail: panorama.thumbnail,
      initial_view: { ...AHEAD, ...(scene.initial_view ?? panorama.first_view) },
      limits: limitsOf(scene.limits, bounds),
      north_deg: scene.north_deg ?? panorama.north_deg ?? null,
      position: scene.position ?? null,
      floor: scene.floor ?? null,
      plan_position: scene.plan_position ?? null,
      narration: scene.narration ?? null,
      hotspots: (scene.hotspots ?? []).flatMap((spot) => shown(spot) ?? []),
    });
  }

  /** What the viewer can show of a hotspot; null where it lacks what makes it one. @param {Hotspot} spot @returns {ShownSpot | null} */
  function shown(spot) {
    if (spot.kind === 'area' && (spot.points?.length ?? 0) < 3) return null;
    if (spot.kind === 'layer' && spot.corners?.length !== 4) return null;
    // What cannot be followed yet is shown all the same: this is where it is mended.
    const arrival = spot.arrival && { ...AHEAD, ...spot.arrival };
    const filled = { ...spot, ...(arrival ? { arrival } : {}), url: spot.url || (spot.kind === 'url' || spot.kind === 'directions' ? 'https://example.invalid/' : undefined) };
    const note = spot.kind === 'url' && spot.text ? { text: Object.fromEntries(Object.entries(spot.text).map(([lang, text]) => [lang, plain(text)])) } : {};
    return /** @type {ShownSpot} */ (/** @type {unknown} */ ({ ...filled, ...note, phone: spot.kind === 'phone' ? spot.phone || '0' : undefined }));
  }

  /** @param {Draft} draft @param {Map<string, Panorama>} panoramas @returns {TourDocument} */
  return function compose(draft, panoramas) {
    const scenes = draft.scenes.flatMap((scene) => {
      const panorama = shownOf(panoramas, scene);
      if (!panorama) return [];
      const known = made.get(scene);
      if (known?.panorama === panorama) return [known.made];
      const next = composed(scene, panorama);
      made.set(scene, { panorama, start: false, made: next });
      return [next];
    });
    const url = (/** @type {string} */ file) => `${tourUrl}/media/${encodeURIComponent(file)}`;
    return /** @type {TourDocument} */ (/** @type {unknown} */ ({
      id: draft.id,
      default_language: languagesOf(draft)[0],
      languages: languagesOf(draft),
      title: draft.title,
      description: draft.description ?? {},
      start: startOf(draft)?.id ?? '',
      floors: (draft.floors ?? []).map((floor) => floorShown(floor, draft, url)),
      guide: null,
      skin: { preset: draft.skin?.preset ?? 'museum', accent: draft.skin?.accent ?? '#14533f' },
      scenes,
      products: Object.fromEntries((draft.products ?? []).map((product) => [product.id, { media: [], links: [], ...product }])),
      media: Object.fromEntries((draft.media ?? []).map((medium) => [medium.id, {
        ...medium, url: url(medium.file),
        captions: medium.captions && Object.fromEntries(Object.entries(medium.captions).map(([lang, file]) => [lang, url(file)])),
        poster: medium.poster ? url(draft.media?.find(({ id }) => id === medium.poster)?.file ?? '') : null,
      }])),
    }));
  };
}
