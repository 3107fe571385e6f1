/**
 * Reads a tour document that anybody may have written. What is not as the format says takes its default or is left out,
 * and its place is noted, so that no other module has to ask; what is right stays as it is. Comes with the document
 * itself, because a page carries a first scene of its own making.
 *
 * @import {Direction, DocumentView, Hotspot, Limits, Medium, Picture, Product, Scene, Text, TileSet, TourDocument} from './types.js'
 */

/** So many hotspots of a scene are shown, as the format says; a browser could not bear any number. */
const MOST_HOTSPOTS = 2000;
const MOST_POINTS = 200;
/** Faces of 32K panoramas are smaller; a level beyond is a mistake. */
const LARGEST_PX = 65_536;
const ORDER = 'bdflru';
const FULL = { yaw_min_deg: -180, yaw_max_deg: 180, pitch_min_deg: -90, pitch_max_deg: 90, hfov_min_deg: 25, hfov_max_deg: 110 };

/** @typedef {Record<string, unknown>} Found */

/**
 * @param {unknown} found  what was parsed @param {string} base  address of the document
 * @returns {{tour: TourDocument | null, left_out: string[]}} null where there is no scene to be shown;
 *   `left_out`: places of what could not be used, such as `scenes[2].hotspots[0]`
 */
export function readTour(found, base) {
  /** @type {string[]} */
  const left_out = [];
  const document = record(found);
  const usable = usableFrom(base);

  /**
   * Those of a list that can be used.
   * @template T @param {unknown} values @param {string} place @param {(value: Found, n: number) => T | null} read
   */
  function each(values, place, read) {
    /** @type {T[]} */
    const made = [];
    list(values).forEach((value, n) => {
      const one = read(record(value), n);
      if (one === null) left_out.push(`${place}[${n}]`);
      else made.push(one);
    });
    return made;
  }

  /** @template T @param {unknown} values @param {string} place @param {(value: Found) => T | null} read */
  function named(values, place, read) {
    /** @type {Record<string, T>} */
    const made = Object.create(null);
    for (const [name, value] of Object.entries(record(values))) {
      const one = read(record(value));
      if (one === null) left_out.push(`${place}.${name}`);
      else made[name] = one;
    }
    return made;
  }

  const scenes = /** @type {Scene[]} */ (unlike(each(document.scenes, 'scenes', (value, n) =>
    readScene(value, usable, each, `scenes[${n}]`)), false));
  const [first] = scenes;
  if (!first) return { tour: null, left_out };
  const language = LANGUAGE.test(string(document.default_language) ?? '') ? String(document.default_language) : 'vi';
  const start = scenes.find(({ id }) => id === document.start) ?? first;
  if (start.id !== document.start) left_out.push('start');
  const tour = /** @type {TourDocument} */ (/** @type {unknown} */ ({
    ...document,
    id: string(document.id) ?? '',
    default_language: language,
    languages: strings(document.languages) ?? [language],
    title: text(document.title) ?? {},
    start: start.id,
    scenes,
    floors: unlike(each(document.floors, 'floors', (floor) => ({
      id: string(floor.id), title: text(floor.title) ?? {}, plan: readPlan(record(floor.plan), usable),
    })), false),
    guide: document.guide ? readGuide(record(document.guide)) : null,
    map: readMap(record(document.map)),
    skin: { ...record(document.skin), controls: strings(record(document.skin).controls) },
    page: byName(document.page, usable),
    products: named(document.products, 'products', readProduct),
    media: named(document.media, 'media', (medium) => readMedium(medium, usable)),
  }));
  return { tour, left_out };
}

/** @typedef {(value: unknown) => string | null} Usable  an address in full; null where nothing can be fetched there */

/** @param {string} base @returns {Usable} */
function usableFrom(base) {
  return (value) => {
    try {
      const { protocol, href } = new URL(string(value) ?? 'none:', base);
      return protocol === 'https:' || protocol === 'http:' ? href : null;
    } catch {
      return null;
    }
  };
}

// --- values of one kind ------------------------------------------------------------------------------------------

/** @param {unknown} value @returns {Found} */
const record = (value) =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? /** @type {Found} */ (value) : {});

/** @param {unknown} value @returns {unknown[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** @param {unknown} value */
const string = (value) => (typeof value === 'string' && value !== '' ? value : null);

/** @param {unknown} value @returns {string[] | null} */
const strings = (value) => (Array.isArray(value) ? value.filter((one) => string(one) !== null) : null);

/**
 * A number within bounds; numbers in quotes are meant as such. @template D
 * @param {unknown} value @param {D} otherwise @param {number} [low] @param {number} [high] @returns {number | D}
 */
function number(value, otherwise, low = -Infinity, high = Infinity) {
  const found = string(value) === null ? value : Number(value);
  return typeof found === 'number' && Number.isFinite(found) ? Math.min(Math.max(found, low), high) : otherwise;
}

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const OPENING = /[\u202A-\u202E\u2066-\u2069]/;

/** A string that does not turn what stands after it: every change of direction in it ends in it. @param {string} value */
function closed(value) {
  if (!OPENING.test(value)) return value;
  /** @type {string[]} */
  const open = [];
  const kept = [...value].filter((letter) => {
    if (/[\u202A\u202B\u202D\u202E]/.test(letter)) open.push('\u202C');
    else if (/[\u2066-\u2068]/.test(letter)) open.push('\u2069');
    else if (letter === '\u202C' || letter === '\u2069') return open[open.length - 1] === letter && open.pop();
    return true;
  });
  return kept.join('') + open.reverse().join('');
}

/**
 * Texts by language; one that stands alone has no language. There are thousands of them: one that is right is not copied.
 * @param {unknown} value @returns {Text | null}
 */
function text(value) {
  const found = typeof value === 'string' ? { '': value } : record(value);
  const languages = Object.keys(found);
  const right = (/** @type {string} */ lang) => typeof found[lang] === 'string' && found[lang] !== '' && !OPENING.test(found[lang]);
  if (languages.length && languages.every(right)) return /** @type {Text} */ (found);
  const said = languages.flatMap((lang) => (string(found[lang]) === null ? [] : [[lang, closed(String(found[lang]))]]));
  return said.length ? Object.fromEntries(said) : null;
}

/** Strings by name. @param {unknown} value @param {(one: unknown) => string | null} [read] @returns {Record<string, string>} */
function byName(value, read = string) {
  const found = Object.entries(record(value)).flatMap(([name, one]) => {
    const made = read(one);
    return made === null ? [] : [[name, made]];
  });
  return Object.assign(Object.create(null), Object.fromEntries(found));
}

/**
 * Entries with names of their own: of those with none, or with one that was there, the first are kept, or all under
 * new names. @template {{id: string | null}} T @param {T[]} entries @param {boolean} rename
 */
function unlike(entries, rename) {
  const known = new Set();
  return entries.filter((entry, n) => {
    if (rename && (entry.id === null || known.has(entry.id))) entry.id = `${entry.id ?? ''}~${n}`;
    const fresh = entry.id !== null && !known.has(entry.id);
    known.add(entry.id);
    return fresh;
  });
}

/** @param {Found} found @returns {Direction | null} */
function direction(found) {
  const yaw_deg = number(found.yaw_deg, null, -360, 360);
  const pitch_deg = number(found.pitch_deg, null, -90, 90);
  return yaw_deg === null || pitch_deg === null ? null : { yaw_deg, pitch_deg };
}

/** @param {Found} found @returns {DocumentView} */
const view = (found) => ({
  yaw_deg: number(found.yaw_deg, 0, -360, 360), pitch_deg: number(found.pitch_deg, 0, -90, 90),
  hfov_deg: number(found.hfov_deg, 90, 5, 150),
});

/** @param {unknown} value @param {Usable} usable @returns {Picture | null} */
function picture(value, usable) {
  const found = record(value);
  const [url, width_px, height_px] = [usable(found.url), number(found.width_px, 0), number(found.height_px, 0)];
  return url !== null && width_px > 0 && height_px > 0 ? { url, width_px, height_px } : null;
}

// --- scenes ------------------------------------------------------------------------------------------------------

/**
 * @param {Found} found @param {Usable} usable
 * @param {<T>(values: unknown, place: string, read: (value: Found) => T | null) => T[]} each @param {string} place
 */
function readScene(found, usable, each, place) {
  const tiles = readTiles(record(found.tiles), usable);
  const id = string(found.id);
  if (!tiles || id === null) return null;
  const hotspots = each(list(found.hotspots).slice(0, MOST_HOTSPOTS), `${place}.hotspots`, (spot) => readHotspot(spot));
  const strip = record(found.preview);
  const order = string(strip.order) ?? ORDER;
  const pictures = record(found.poster);
  const [portrait, landscape] = [picture(pictures.portrait, usable), picture(pictures.landscape, usable)];
  const [position, plan] = [record(found.position), record(found.plan_position)];
  const [lat, lon] = [number(position.lat, null, -85, 85), number(position.lon, null, -180, 180)];
  const [x, y] = [number(plan.x, null, 0, 1), number(plan.y, null, 0, 1)];
  return {
    ...found,
    id,
    title: text(found.title) ?? {},
    description: text(found.description),
    tiles,
    preview: {
      url: usable(strip.url) ?? `${tiles.base}preview.jpg`,
      size_px: number(strip.size_px, 256),
      order: [...order].sort().join('') === ORDER ? order : ORDER,
      ...(string(strip.inline) ? { inline: strip.inline } : {}),
    },
    poster: portrait && landscape ? { portrait, landscape } : undefined,
    thumbnail: picture(found.thumbnail, usable) ?? undefined,
    initial_view: view(record(found.initial_view)),
    limits: readLimits(record(found.limits)),
    north_deg: number(found.north_deg, null, -360, 360),
    position: lat === null || lon === null ? null : { lat, lon },
    floor: string(found.floor),
    plan_position: x === null || y === null ? null : { x, y },
    narration: byName(found.narration),
    hotspots: unlike(hotspots, true),
  };
}

/** @param {Found} found @param {Usable} usable @returns {TileSet | null} */
function readTiles(found, usable) {
  const base = usable(found.base);
  if (base === null) return null;
  const tile_size_px = number(found.tile_size_px, 512, 64, 8192);
  const sizes = list(found.level_sizes_px).map((size) => number(size, 0));
  // Each level has twice the side of the one before; what does not go on like that cannot be addressed.
  const end = sizes.findIndex((size, n) => size <= 0 || size > LARGEST_PX || (n > 0 && size !== 2 * (sizes[n - 1] ?? 0)));
  const level_sizes_px = end < 0 ? sizes : sizes.slice(0, end);
  const format = string(found.format) ?? '';
  return {
    base,
    tile_size_px,
    level_sizes_px: level_sizes_px.length ? level_sizes_px : [tile_size_px],
    format: /^[a-z]+$/.test(format) ? format : 'jpg',
  };
}

/** @param {Found} found @returns {Limits} */
function readLimits(found) {
  const limits = {
    yaw_min_deg: number(found.yaw_min_deg, -180, -360, 360), yaw_max_deg: number(found.yaw_max_deg, 180, -360, 360),
    pitch_min_deg: number(found.pitch_min_deg, -90, -90, 90), pitch_max_deg: number(found.pitch_max_deg, 90, -90, 90),
    hfov_min_deg: number(found.hfov_min_deg, 25, 5, 150), hfov_max_deg: number(found.hfov_max_deg, 110, 5, 150),
  };
  // A range that ends before it begins says nothing.
  const { yaw_min_deg, yaw_max_deg, pitch_min_deg, pitch_max_deg, hfov_min_deg, hfov_max_deg } = FULL;
  if (limits.yaw_min_deg >= limits.yaw_max_deg) Object.assign(limits, { yaw_min_deg, yaw_max_deg });
  if (limits.pitch_min_deg >= limits.pitch_max_deg) Object.assign(limits, { pitch_min_deg, pitch_max_deg });
  if (limits.hfov_min_deg > limits.hfov_max_deg) Object.assign(limits, { hfov_min_deg, hfov_max_deg });
  return limits;
}

/** Kinds of hotspots, and what each cannot be without. @type {Map<unknown, string>} */
const KINDS = new Map([
  ['link', 'target'], ['card', 'kind'], ['url', 'url'], ['directions', 'url'], ['phone', 'phone'], ['product', 'product'],
  ['sound', 'medium'], ['layer', 'medium'], ['area', 'kind'],
]);

/** @param {Found} found @returns {Hotspot | null} */
function readHotspot(found) {
  const { kind } = found;
  if (string(found[KINDS.get(kind) ?? '']) === null) return null;
  const edge = kind === 'layer' ? found.corners : kind === 'area' ? found.points : null;
  const at = edge === null ? direction(found) : {};
  const corners = edge === null ? [] : list(edge).slice(0, MOST_POINTS).flatMap((point) => direction(record(point)) ?? []);
  if (at === null || (kind === 'layer' && corners.length !== 4) || (kind === 'area' && corners.length < 3)) return null;
  // In place: a tour may have many thousands of them, and nobody else holds what was parsed.
  found.id = string(found.id);
  if ('title' in found) found.title = text(found.title);
  if ('text' in found) found.text = text(found.text);
  if ('media' in found) found.media = strings(found.media);
  if ('target' in found) found.target = string(found.target);
  if ('medium' in found) found.medium = string(found.medium) ?? undefined;
  if (found.arrival) found.arrival = direction(record(found.arrival)) && view(record(found.arrival));
  if (found.icon && !/^[a-z-]+$/.test(String(found.icon))) found.icon = undefined;
  if (edge === null) Object.assign(found, at);
  else found[kind === 'layer' ? 'corners' : 'points'] = corners;
  if (kind === 'sound') {
    found.reach_deg = number(found.reach_deg, 60, 5, 180);
    found.volume = number(found.volume, 1, 0, 1);
    found.repeat = found.repeat !== false;
  }
  return /** @type {Hotspot} */ (/** @type {unknown} */ (found));
}

// --- what scenes refer to ----------------------------------------------------------------------------------------

/** @param {Found} found @param {Usable} usable @returns {Medium | null} */
function readMedium(found, usable) {
  const { kind } = found;
  const url = usable(found.url);
  if ((kind !== 'image' && kind !== 'audio' && kind !== 'video') || url === null) return null;
  const [width_px, height_px] = [number(found.width_px, 0), number(found.height_px, 0)];
  const credit = string(found.credit);
  return {
    kind,
    url,
    ...(width_px > 0 && height_px > 0 ? { width_px, height_px } : {}),
    alt: text(found.alt),
    credit: credit && closed(credit),
    transcript: text(found.transcript),
    captions: byName(found.captions, usable),
    poster: usable(found.poster),
  };
}

const LINKS = ['map', 'trace', 'shop', 'website'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @param {Found} found @returns {Product | null} */
function readProduct(found) {
  const name = text(found.name);
  if (!name) return null;
  const maker = record(found.maker);
  const date = (/** @type {unknown} */ value) => (DATE.test(string(value) ?? '') ? String(value) : '');
  return /** @type {Product} */ ({
    ...found,
    name,
    summary: text(found.summary) ?? {},
    stars: Math.round(number(found.stars, 0, 0, 5)),
    decision: closed(string(found.decision) ?? ''),
    issuer: text(found.issuer) ?? {},
    issued_on: date(found.issued_on),
    expires_on: date(found.expires_on),
    maker: { name: text(maker.name) ?? {}, address: text(maker.address), phone: string(maker.phone) },
    links: list(found.links).map(record)
      .filter(({ kind, url }) => LINKS.includes(String(kind)) && string(url) !== null)
      .map(({ kind, url, title }) => ({ kind, url, title: text(title) })),
    media: strings(found.media) ?? [],
    sample: found.sample === true,
  });
}

/** @param {Found} found @param {Usable} usable */
function readPlan(found, usable) {
  const plan = picture(found, usable);
  return plan ? { ...plan, alt: text(found.alt), north_deg: number(found.north_deg, 0, -360, 360) } : undefined;
}

/** @param {Found} found */
const readGuide = (found) => ({
  scenes: strings(found.scenes) ?? [], seconds_per_scene: number(found.seconds_per_scene, 12, 1, 600),
});

/** @param {Found} found */
function readMap(found) {
  const tiles = string(found.tiles);
  if (tiles === null) return null;
  const min_zoom = number(found.min_zoom, 0, 0, 22);
  return {
    tiles, attribution: closed(string(found.attribution) ?? ''), min_zoom, max_zoom: Math.max(number(found.max_zoom, 18, 0, 22), min_zoom),
  };
}
