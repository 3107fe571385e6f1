/**
 * Tours without a network: lets the service worker in, and saves a whole tour where a visitor asks for it.
 *
 * Loaded by itself, after the first picture is complete. Nothing here fetches what the visitor did not look at, except
 * `saveTour`, whose size is told by `planSave` beforehand.
 *
 * @import {Scene, TourDocument} from './types.js'
 */

import { WORKER, cachesOf, placeOf } from './caches.js';
import { canKeep } from './device.js';

export { canKeep };

/** Faces up to this size are sharp on a telephone held upright; larger ones are for desks. */
const PHONE_FACE_PX = 2700;
const LIMIT_BYTES = 60e6;
const PARALLEL = 4;
const ATTEMPTS = 3;
/** Bytes of a pixel of preview, and how much heavier a pixel is on the next coarser level: measured on real tours. */
const PREVIEW_BYTES_PER_PX = 0.17;
const COARSER = 1.4;
const FACES = 'frblud';
const TEXTS = /\.(?:css|js|svg|vtt|webmanifest)$/;
const FILMS = /\.(?:mp4|webm)$/;

/**
 * @typedef {{url: string, bytes: number}} File
 * @typedef {object} Plan
 * @property {string} tour
 * @property {string} release
 * @property {number} bytes  what will be kept on the device, about
 * @property {number} face_px  size of the sharpest faces among it; 0 where only previews fit
 * @property {File[]} files  in the order in which they are fetched, coarse before sharp
 *
 * @typedef {{release: string, bytes: number, face_px: number, saved_at: string}} Saved
 * @typedef {{done_bytes: number, bytes: number, share: number}} Progress  share: 0…1
 * @typedef {{files: Map<string, number>, tile_sets: Map<string, number>}} Sizes  bytes by address
 */

/**
 * Why a tour was not saved: no room on the device, no network, another release since it was planned, or a browser that
 * keeps nothing here.
 */
export class OfflineError extends Error {
  /** @param {'room' | 'network' | 'changed' | 'forbidden'} reason */
  constructor(reason) {
    super(reason);
    this.name = 'OfflineError';
    this.reason = reason;
  }
}

/**
 * Lets the service worker in and tells it what this page has loaded without it. Never throws: where it may not be, the
 * page is as it was.
 * @param {string} address of the worker, relative to the page
 * @returns {Promise<ServiceWorkerRegistration | null>}
 */
export async function registerOffline(address) {
  if (!canKeep()) return null;
  try {
    const uncontrolled = !navigator.serviceWorker.controller;
    const url = new URL(address, document.baseURI);
    const registration = await navigator.serviceWorker.register(url, { updateViaCache: 'none' });
    if (uncontrolled) void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage(visited()));
    return registration;
  } catch {
    return null; // no worker at that address, or a browser that forbids it
  }
}

/** What this page has loaded, for the worker. */
function visited() {
  const { saveData } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator).connection ?? {};
  const urls = performance.getEntriesByType('resource').map(({ name }) => name);
  return { kind: 'visited', saves: saveData === true, urls: [location.href.replace(/#.*/, ''), ...new Set(urls)] };
}

/**
 * What saving a tour means, before anything of it is fetched (its document and its list of files are).
 * @param {string} tourUrl address of its tour.json
 * @param {{limit_bytes?: number, signal?: AbortSignal}} [options]
 * @returns {Promise<Plan>} rejects with `OfflineError`
 */
export async function planSave(tourUrl, { limit_bytes = LIMIT_BYTES, signal } = {}) {
  const { base, root, tour, release } = rootOf(tourUrl);
  const [document, list] = await Promise.all([json(base, signal), json(new URL('release.json', base).href, signal)]);
  const doc = /** @type {TourDocument} */ (document);
  const sizes = sizesOf(list, root);
  const size = (/** @type {string} */ url) => sizes.files.get(url) ?? 0;
  const file = (/** @type {string} */ url) => ({ url, bytes: size(url) });
  const at = (/** @type {string} */ path) => new URL(path, base).href;

  const pages = Object.values(doc.page ?? {}).map(at);
  // Pictures for those who show links to the tour are no part of it.
  const shared = new Set(doc.scenes.map((scene) => scene.share && at(scene.share.url)));
  const named = new Set([...JSON.stringify(doc).matchAll(/"((?:\.\.\/)+a\/[^"]+)"/g)].map(([, path = '']) => at(path)));
  const loaded = new Set(performance.getEntriesByType('resource').map(({ name }) => name));
  const things = [...sizes.files.keys()].filter((url) => placeOf(url, root)?.key.startsWith('a/') && !shared.has(url) &&
    (TEXTS.test(url) || named.has(url) || loaded.has(url)));
  const films = things.filter((url) => FILMS.test(url));
  /** @type {File[]} */
  const files = [...pages, base, ...things.filter((url) => !FILMS.test(url))].map(file);
  for (const { preview } of doc.scenes) {
    files.push({ url: at(preview.url), bytes: Math.round(6 * preview.size_px ** 2 * PREVIEW_BYTES_PER_PX) });
  }
  let bytes = total(files);

  const levels = [...new Set(doc.scenes.flatMap(({ tiles }) => tiles.level_sizes_px))].filter((px) => px <= PHONE_FACE_PX);
  let face_px = 0;
  for (const px of levels.sort((a, b) => a - b)) {
    const more = doc.scenes.flatMap((scene) => tilesOf(scene, px, at, sizes));
    if (bytes + total(more) > limit_bytes) break;
    files.push(...more);
    bytes += total(more);
    face_px = px;
  }
  for (const url of films) {
    if (bytes + size(url) > limit_bytes) continue;
    files.push(file(url));
    bytes += size(url);
  }
  return { tour, release, bytes, face_px, files };
}

/**
 * Fetches a planned tour and keeps it until it is removed, taken down, or the browser's data are cleared. What lies on
 * the device already is not fetched again, so saving once more goes on where it was, or brings what is new.
 * @param {Plan} plan
 * @param {{progress?: (progress: Progress) => void, signal?: AbortSignal}} [options]
 * @returns {Promise<Saved>} rejects with `OfflineError`, or with the signal's reason
 */
export async function saveTour(plan, { progress, signal } = {}) {
  if (!canKeep()) throw new OfflineError('forbidden');
  const { root, base } = rootOf(plan.files.find(({ url }) => url.endsWith('/tour.json'))?.url ?? '');
  const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota - usage < plan.bytes) throw new OfflineError('room');
  if (!(await registerOffline(root + WORKER))) throw new OfflineError('forbidden');
  // The visitor asked for it, so the browser may be asked not to throw it away; no answer is needed.
  void navigator.storage?.persist?.().catch(() => {});

  const cache = await caches.open(cachesOf(root).saved(plan.tour));
  const waiting = [...plan.files];
  let done_bytes = 0;
  const tell = () => progress?.({ done_bytes, bytes: plan.bytes, share: Math.min(1, done_bytes / (plan.bytes || 1)) });
  async function work() {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal?.throwIfAborted();
      await bring(cache, file.url, { root, release: plan.release, signal });
      done_bytes += file.bytes;
      tell();
    }
  }
  tell();
  await Promise.all(Array.from({ length: PARALLEL }, work));

  /** @type {Saved} */
  const saved = { release: plan.release, bytes: plan.bytes, face_px: plan.face_px, saved_at: new Date().toISOString() };
  const mark = markOf(base);
  await cache.put(mark, new Response(JSON.stringify(saved), { headers: { 'Content-Type': 'application/json' } }));
  const wanted = new Set([mark, ...plan.files.map(({ url }) => url)]);
  const old = (await cache.keys()).filter(({ url }) => !wanted.has(url));
  await Promise.all(old.map((request) => cache.delete(request)));
  return saved;
}

/**
 * What is saved of a tour, of whatever release; null where nothing is, or only a part.
 * @param {string} tourUrl @returns {Promise<Saved | null>}
 */
export async function savedTour(tourUrl) {
  if (!canKeep()) return null;
  const { root, tour } = rootOf(tourUrl);
  const name = cachesOf(root).saved(tour);
  if (!(await caches.has(name))) return null;
  const cache = await caches.open(name);
  const mark = (await cache.keys()).find(({ url }) => url.endsWith('/saved.json'));
  return mark ? (await cache.match(mark))?.json() ?? null : null;
}

/** Removes what was saved of a tour. @param {string} tourUrl */
export async function removeSaved(tourUrl) {
  if (!canKeep()) return;
  const { root, tour } = rootOf(tourUrl);
  await caches.delete(cachesOf(root).saved(tour));
}

/**
 * Puts one file into a cache, from the device where it is there. A page is asked for anew, and must still be of the
 * release that is being saved.
 * @param {Cache} cache @param {string} url
 * @param {{root: string, release: string, signal: AbortSignal | undefined}} of
 */
async function bring(cache, url, { root, release, signal }) {
  const page = placeOf(url, root)?.kind === 'page';
  if (!page && (await cache.match(url))) return;
  const near = page ? undefined : await caches.match(url, { ignoreVary: true });
  for (let attempt = 1; ; attempt++) {
    try {
      // `no-store`: the worker leaves this to us, and the browser need not keep it twice.
      const answer = near?.clone() ?? (await fetch(url, { cache: 'no-store', ...(signal && { signal }) }));
      if (answer.status !== 200) throw new OfflineError('network');
      if (page && !(await answer.clone().text()).includes(`data-release="${release}"`)) throw new OfflineError('changed');
      await cache.put(url, answer);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof OfflineError && error.reason === 'changed') throw error;
      if (error instanceof Error && error.name === 'QuotaExceededError') throw new OfflineError('room');
      if (attempt === ATTEMPTS) throw new OfflineError('network');
    }
  }
}

/** The tiles of a scene on one level. @param {Scene} scene @param {number} face_px
 * @param {(path: string) => string} at @param {Sizes} sizes @returns {File[]} */
function tilesOf({ tiles }, face_px, at, sizes) {
  const level = tiles.level_sizes_px.indexOf(face_px) + 1;
  if (level === 0) return [];
  const folder = at(tiles.base);
  const count = face_px / tiles.tile_size_px;
  const bytes = Math.round(levelBytes(tiles.level_sizes_px, level, sizes.tile_sets.get(folder)) / (6 * count ** 2));
  const found = [];
  for (const face of FACES) {
    for (let n = 0; n < count ** 2; n++) {
      const url = `${folder}${level}/${face}/${Math.floor(n / count)}_${n % count}.${tiles.format}`;
      found.push({ url, bytes });
    }
  }
  return found;
}

/**
 * About how many bytes a level has, of a tile set of known size: pixels of coarser levels weigh more.
 * @param {number[]} level_sizes_px @param {number} level from 1 @param {number} [set_bytes]
 */
export function levelBytes(level_sizes_px, level, set_bytes) {
  const weights = level_sizes_px.map((px, n) => px ** 2 * COARSER ** (level_sizes_px.length - 1 - n));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const px = level_sizes_px[level - 1] ?? 0;
  return set_bytes ? (set_bytes * (weights[level - 1] ?? 0)) / all : 6 * px ** 2 * 0.12;
}

/** Sizes by address, from release.json; tile sets by their folder. @param {any} list @param {string} root @returns {Sizes} */
function sizesOf(list, root) {
  const files = new Map();
  for (const { key, size } of [...(list?.files ?? []), ...(list?.pages ?? [])]) files.set(root + key, Number(size) || 0);
  const tile_sets = new Map();
  for (const { id, bytes } of list?.tile_sets ?? []) tile_sets.set(`${root}t/${id}/`, Number(bytes) || 0);
  return { files, tile_sets };
}

/** @param {string} tourUrl */
function rootOf(tourUrl) {
  const base = new URL(tourUrl, document.baseURI).href;
  const root = new URL('../../../', base).href;
  const [, tour = '', release = ''] = base.slice(root.length).split('/');
  return { base, root, tour, release };
}

/** Where the note lies that a tour is saved whole: beside its document, under a name that no store has. @param {string} base */
const markOf = (base) => new URL('saved.json', base).href;

const total = (/** @type {File[]} */ files) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** @param {string} url @param {AbortSignal | undefined} signal @returns {Promise<unknown>} */
async function json(url, signal) {
  try {
    const answer = await fetch(url, signal ? { signal } : {});
    if (answer.ok) return await answer.json();
  } catch {
    signal?.throwIfAborted();
  }
  throw new OfflineError('network');
}
