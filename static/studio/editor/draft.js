/**
 * A draft as the editor reads it: it may lack anything, so whoever asks gets something to go on with.
 *
 * @typedef {Record<string, string>} Text  by language
 * @typedef {{yaw_deg: number, pitch_deg: number}} Direction
 * @typedef {{yaw_deg: number, pitch_deg: number, hfov_deg: number}} View
 * @typedef {{lat: number, lon: number, altitude_m?: number | null}} Position
 * @typedef {{pitch_deg: number, roll_deg: number}} Level
 * @typedef {import('../../viewer/types.js').Limits} Limits
 * @typedef {{id: string, kind: string, title?: Text | null, text?: Text | null, yaw_deg?: number, pitch_deg?: number,
 *   target?: string | null, arrival?: Partial<View> | null, icon?: string | null, media?: string[], url?: string, phone?: string,
 *   product?: string, medium?: string, points?: Direction[], corners?: Direction[], position?: Position | null,
 *   reach_deg?: number, volume?: number, repeat?: boolean}} Hotspot
 * @typedef {{id: string, title: Text, description?: Text | null,
 *   panorama: {file: string, coverage?: {haov_deg: number, vaov_deg: number, pitch_deg?: number} | null, alt?: Text | null,
 *   credit?: string | null}, initial_view?: Partial<View> | null, limits?: Partial<Limits> | null, level?: Level | null,
 *   north_deg?: number | null, position?: Position | null, floor?: string | null, plan_position?: {x: number, y: number} | null,
 *   place?: string | null, narration?: Record<string, string>, hotspots?: Hotspot[]}} Scene
 * @typedef {{id: string, kind: 'image' | 'audio' | 'video', file: string, alt?: Text | null, credit?: string | null,
 *   transcript?: Text | null, captions?: Record<string, string>, poster?: string | null}} Medium
 * @typedef {{id: string, name: Text, stars?: number, media?: string[], links?: unknown[], [more: string]: unknown}} Product
 * @typedef {{preset?: string, accent?: string | null, theme?: string, logo?: string | null, controls?: string[] | null,
 *   auto_turn?: boolean, [more: string]: unknown}} Skin
 * @typedef {{id: string, title: Text, plan?: {medium: string, north_deg?: number} | null}} Floor
 * @typedef {{id: string, version: number, title: Text, description?: Text, languages?: string[], start?: string | null,
 *   place?: string | null, agency?: Record<string, Text | string | null> | null, skin?: Skin, floors?: Floor[],
 *   places?: ({id: string} & Record<string, any>)[], products?: Product[], media?: Medium[], scenes: Scene[],
 *   [more: string]: unknown}} Draft
 */

import { middleOf } from '../../viewer/crowds.js';
import { directionOf as toDirection, vectorOf } from '../../viewer/projection.js';

/** The longest id that documents take. */
const ID_LENGTH = 80;

export const languagesOf = (/** @type {Draft} */ draft) => (draft.languages?.length ? draft.languages : ['vi']);

/**
 * The item of an id; a document that is being changed may hold anything in a list's place and in a list.
 * @template {{id: string}} Item
 * @param {Item[] | undefined} list @param {string | null | undefined} id
 */
const found = (list, id) => (Array.isArray(list) ? list.find((one) => one?.id === id) : null) ?? null;

/** @param {Draft} draft @param {string | null | undefined} id */
export const sceneOf = (draft, id) => found(draft.scenes, id);

/** @param {Scene | null} scene @param {string} id */
export const spotOf = (scene, id) => found(scene?.hotspots, id);

/** The hotspots of a scene; a document may leave an empty list out. @param {Scene | null | undefined} scene */
export const spotsOf = (scene) => scene?.hotspots ?? [];

/** @param {Draft} draft @param {string | null | undefined} id */
export const mediumOf = (draft, id) => draft.media?.find((medium) => medium.id === id) ?? null;

/** @param {Draft} draft @param {string | null | undefined} id */
export const productOf = (draft, id) => draft.products?.find((product) => product.id === id) ?? null;

/** What a text says in a language, else in the tour's first one, else in any; '' where it says nothing. @param {Text | null | undefined} text */
export function said(text, lang = 'vi') {
  return text?.[lang] || text?.vi || Object.values(text ?? {}).find(Boolean) || '';
}

/** Where the tour begins. @param {Draft} draft */
export const startOf = (draft) => sceneOf(draft, draft.start) ?? draft.scenes[0] ?? null;

/** A text without accents in small letters, as searching and names of things want it. @param {string} text */
export const bare = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase();

/** A readable name of small letters, digits and hyphens. @param {string} text @param {string} otherwise */
export function slug(text, otherwise) {
  const made = bare(text).replace(/[^a-z0-9]+/g, '-').slice(0, ID_LENGTH - 6).replace(/^-+|-+$/g, '');
  return made || otherwise;
}

/** @param {string} wanted @param {Iterable<string>} taken */
export function freeId(wanted, taken) {
  const known = new Set(taken);
  for (let number = 1; ; number++) {
    const id = number === 1 ? wanted : `${wanted}-${number}`;
    if (!known.has(id)) return id;
  }
}

/** Ids of everything in a document share nothing but this: within one list they differ. @param {{id: string}[] | undefined} list */
export const idsOf = (list) => (list ?? []).map(({ id }) => id);

/** Where a hotspot's middle lies. @param {Hotspot} spot @returns {Direction} */
export function directionOf(spot) {
  const corners = spot.points ?? spot.corners;
  if (!corners?.length) return { yaw_deg: spot.yaw_deg ?? 0, pitch_deg: spot.pitch_deg ?? 0 };
  return toDirection(middleOf(corners.map(vectorOf)));
}

/** A yaw between −180 (included) and 180. @param {number} yaw_deg */
export const wrapped = (yaw_deg) => ((((yaw_deg + 180) % 360) + 360) % 360) - 180;

/** An angle as documents keep it: a thousandth of a degree is a millimetre three hundred metres away. @param {number} degrees */
export const rounded = (degrees) => Math.round(degrees * 1000) / 1000;

/** @param {Direction} at @returns {Direction} */
export const direction = ({ yaw_deg, pitch_deg }) => ({
  yaw_deg: rounded(wrapped(yaw_deg)), pitch_deg: rounded(Math.max(-90, Math.min(90, pitch_deg))),
});

/** What a view that leaves something out stands for, as in ispace/model/view.py. */
export const AHEAD = { yaw_deg: 0, pitch_deg: 0, hfov_deg: 90 };

/** A view as documents keep it. @param {View} view @returns {View} */
export const view = ({ yaw_deg, pitch_deg, hfov_deg }) => ({
  ...direction({ yaw_deg, pitch_deg }), hfov_deg: rounded(Math.max(5, Math.min(150, hfov_deg))),
});
