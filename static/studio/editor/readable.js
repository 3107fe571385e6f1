/**
 * What can be shown of a draft: it may hold anything anywhere (the API saves it, the gate before publishing reads it
 * strictly). Parts that are not what they should be are left out, so that the page stands, tells what is wrong, and an
 * earlier state can be brought back. What is as it should be is the very object of the document.
 *
 * @import {Draft} from './draft.js'
 */

/** Returns the value as it can be shown; undefined where it cannot. @typedef {(value: any) => any} Read */

const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : undefined);
const number = (/** @type {unknown} */ value) => (typeof value === 'number' ? value : undefined);
const within = (/** @type {number} */ most) => (/** @type {unknown} */ value) => (typeof value === 'number' && Math.abs(value) <= most ? value : undefined);
const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isThere = (/** @type {unknown} */ value) => value !== undefined && value !== null;

/** Reads what was read before only once: documents are never changed in place. @param {Read} read @returns {Read} */
function once(read) {
  const known = new WeakMap();
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (!known.has(value)) known.set(value, read(value));
    return known.get(value);
  };
}

/** An object of fields that are each what they should be; those of `needed` stand there in any case. @param {Record<string, Read>} fields @param {Record<string, any>} [needed] */
const object = (fields, needed = {}) => once((value) => {
  if (!isObject(value)) return undefined;
  /** @type {Record<string, any>} */
  const other = {};
  for (const [name, read] of Object.entries(fields)) {
    const was = Object.prototype.hasOwnProperty.call(value, name) ? value[name] : undefined;
    const now = isThere(was) ? read(was) : was;
    const shown = isThere(now) ? now : needed[name] ?? now;
    if (shown !== was) other[name] = shown;
  }
  return Object.keys(other).length ? { ...value, ...other } : value;
});

/** An object whose fields are all of one kind. @param {Read} read */
const each = (read) => once((value) => {
  if (!isObject(value)) return undefined;
  const fitting = Object.entries(value).filter(([, one]) => !isThere(one) || read(one) !== undefined);
  return fitting.length === Object.keys(value).length ? value : Object.fromEntries(fitting);
});

/** An object that is of no use without all of these fields. @param {Record<string, Read>} fields @returns {Read} */
const whole = (fields) => (value) => (isObject(value) && Object.entries(fields).every(([name, read]) => read(value[name]) !== undefined) ? value : undefined);

/** A list of what can be read. @param {Read} read */
const list = (read) => once((value) => {
  if (!Array.isArray(value)) return undefined;
  const made = value.map(read).filter((one) => one !== undefined);
  return made.length === value.length && made.every((one, i) => one === value[i]) ? value : made;
});

/** A list of what has an id, and `needed`. @param {Record<string, Read>} fields @param {Record<string, any>} [needed] */
function items(fields, needed) {
  const read = object(fields, needed);
  return list((value) => (isObject(value) && typeof value.id === 'string' ? read(value) : undefined));
}

const told = each(text);
const numbers = each(number);
const directions = list(whole({ yaw_deg: number, pitch_deg: number }));
const position = whole({ lat: within(90), lon: within(180) });

const spots = items({
  kind: text, title: told, text: told, yaw_deg: number, pitch_deg: number, target: text, arrival: numbers, icon: text,
  media: list(text), url: text, phone: text, product: text, medium: text, points: directions, corners: directions, position,
  reach_deg: number, volume: number,
}, { kind: '' });

const scenes = items({
  title: told, description: told,
  panorama: object({ file: text, coverage: whole({ haov_deg: number, vaov_deg: number }), alt: told, credit: text }, { file: '' }),
  initial_view: numbers, limits: numbers, level: whole({ pitch_deg: number, roll_deg: number }), north_deg: number, position,
  floor: text, plan_position: whole({ x: number, y: number }), place: text, narration: told, hotspots: spots,
}, { title: {}, panorama: { file: '' } });

const draft = object({
  title: told, description: told, languages: list(text), start: text, place: text, scenes,
  agency: each((value) => text(value) ?? told(value)),
  skin: object({ preset: text, accent: text, theme: text, logo: text, controls: list(text) }),
  floors: items({ title: told, plan: object({ medium: text, north_deg: number }) }, { title: {} }),
  places: items({ names: list(object({ name: told })), position }),
  products: items({ name: told, summary: told, stars: number, media: list(text), links: list(object({})) }, { name: {} }),
  media: items({ kind: text, file: text, alt: told, credit: text, transcript: told, captions: told, poster: text }, { kind: '', file: '' }),
}, { title: {}, scenes: [] });

/** Returns what can be shown of a document. @param {any} document @returns {Draft} */
export const readable = (document) => draft(document);
