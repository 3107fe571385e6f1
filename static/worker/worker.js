/**
 * The service worker of a public store: tours that were visited open without a network.
 *
 * Pages come from the network first; what never changes (`a/`, `t/`, `r/<tour>/<release>/`) comes from the caches. A
 * page names everything by its content, so a page of one release never meets a document of another. What the network
 * says of a page wins: a tour that was taken down is forgotten.
 *
 * Whoever publishes puts a line before this file that sets `ISPACE`; see ispace/offline.py. It relies on nothing but
 * the keys of a store (docs/architecture.md), because pages of older and newer releases live under the same worker.
 *
 * @import {Place} from '../viewer/caches.js'
 */

import { cachesOf, isCurrent, isOf, placeOf } from '../viewer/caches.js';
import { isGone, languageOf, offlinePage, tourTitle } from './pages.js';
import { partOf } from './ranges.js';
import { createShelf } from './shelf.js';

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/**
 * @typedef {object} Settings
 * @property {string} offline  the key of the page for what was never visited
 * @property {string[]} shell  keys of what that page shows
 * @property {{pages: number, things: number, tiles: number}} limits  how many of each are kept
 */
const settings = /** @type {{ISPACE: Settings}} */ (/** @type {unknown} */ (self)).ISPACE;

/** A line that does not answer for so long is no line, where there is a page to show. */
const PATIENCE_MS = 6000;
/** A tour's film would push out everything else; it is kept only when the visitor saves the tour. */
const LARGEST_BYTES = 4e6;
const LISTED = 20;

const root = new URL('./', worker.location.href).href;
const names = cachesOf(root);
const shelf = createShelf(caches, () => ({
  [names.pages]: settings.limits.pages,
  [names.things]: settings.limits.things,
  [names.tiles]: settings.limits.tiles,
}));
/** What was used since this worker was woken; the first use makes a thing the newest of its cache. */
const used = new Set();

worker.addEventListener('install', (event) => {
  // Pages name all that they use by content, so a new worker may take over while they are open.
  void worker.skipWaiting();
  event.waitUntil(stockShell());
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener('message', (event) => {
  const { data } = event;
  if (data?.kind === 'visited' && Array.isArray(data.urls)) event.waitUntil(keepVisited(data.urls, data.saves === true));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  // A page that saves a tour keeps what it fetches by itself, and says so by `no-store`.
  if (request.method !== 'GET' || request.cache === 'no-store' || request.cache === 'only-if-cached') return;
  const place = placeOf(request.url, root);
  if (!place) return;
  if (place.kind === 'thing' || place.kind === 'tile') event.respondWith(answerThing(event, place));
  else if (request.mode === 'navigate') event.respondWith(answerPage(event, place));
});

/** Brings the offline page and what it shows; a worker without them is still of use. */
async function stockShell() {
  const cache = await caches.open(names.shell);
  const wanted = [settings.offline, ...settings.shell].map((key) => root + key);
  await Promise.allSettled(wanted.map(async (url) => {
    const answer = await fetch(url, { cache: url === wanted[0] ? 'no-cache' : 'force-cache' });
    if (answer.ok) await cache.put(url, answer);
  }));
  const old = (await cache.keys()).filter(({ url }) => !wanted.includes(url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

/** Deletes caches that only older workers could read, and answers for the pages that are open already. */
async function takeOver() {
  const old = (await caches.keys()).filter((name) => isOf(name, root) && !isCurrent(name, root));
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.registration.navigationPreload?.enable().catch(() => {});
  await worker.clients.claim();
}

/**
 * Keeps what a page had loaded before there was a worker. It lies in the browser's own cache, so nothing is fetched
 * twice; for visitors who save data nothing is fetched at all.
 * @param {unknown[]} urls @param {boolean} saves
 */
async function keepVisited(urls, saves) {
  for (const url of urls) {
    const place = typeof url === 'string' ? placeOf(url, root) : null;
    if (!place || place.kind === 'folder' || /\.(mp[34]|m4a|ogg|webm)$/.test(place.key)) continue;
    const address = place.kind === 'page' ? /** @type {string} */ (url) : root + place.key;
    if (await caches.match(root + place.key)) continue;
    try {
      const answer = await fetch(address, { cache: saves ? 'only-if-cached' : 'force-cache', mode: 'same-origin' });
      if (place.kind === 'page') await keepPage(place, answer);
      else await keepThing(place, answer);
    } catch {
      // Not in the browser's cache, or no network: the next visit brings it.
    }
  }
}

// --- what never changes -------------------------------------------------------------------------------------------

/** @param {FetchEvent} event @param {Place} place */
async function answerThing(event, place) {
  const { request } = event;
  const url = root + place.key;
  const range = request.headers.get('Range');
  const kept = await caches.match(url, { ignoreVary: true });
  if (kept) {
    if (place.kind === 'thing' && !range) event.waitUntil(touch(url));
    return range ? partOf(kept, range) : kept;
  }
  try {
    const answer = await fetch(request);
    if (!range) event.waitUntil(keepThing(place, answer.clone()));
    return answer;
  } catch (error) {
    // Without any network a tile is not there: the viewer then shows the coarser one and does not ask again and again.
    if (place.kind === 'tile' && !worker.navigator.onLine) return new Response(null, { status: 404 });
    throw error;
  }
}

/** @param {Place} place @param {Response} answer */
async function keepThing(place, answer) {
  const heavy = Number(answer.headers.get('Content-Length') ?? 0) > LARGEST_BYTES;
  const lasting = /^(audio|video)\//.test(answer.headers.get('Content-Type') ?? '');
  if (answer.status !== 200 || answer.type !== 'basic' || heavy || lasting) {
    await answer.body?.cancel();
    return;
  }
  await shelf.keep(place.kind === 'tile' ? names.tiles : names.things, root + place.key, answer);
}

/** Makes a thing the newest of its cache, so that those which nobody uses go first. @param {string} url */
async function touch(url) {
  if (used.has(url)) return;
  used.add(url);
  const kept = await (await caches.open(names.things)).match(url);
  if (kept) await shelf.keep(names.things, url, kept);
}

// --- pages --------------------------------------------------------------------------------------------------------

/** @param {FetchEvent} event @param {Place} place */
async function answerPage(event, place) {
  const asked = fromNetwork(event, place);
  // The browser would call a refusal that nobody waits for an error.
  const heard = asked.catch(() => null);
  event.waitUntil(heard);
  const kept = (await (await caches.open(names.pages)).match(root + place.key)) ?? (await caches.match(root + place.key));
  const answer = kept ? await Promise.race([heard, pause(PATIENCE_MS)]) : await heard;
  // 404 and 410 are answers; that a server is broken is none.
  if (answer && !(kept && answer.status >= 500)) return answer;
  // Links of a page start from its folder: without the slash they would lead astray.
  if (kept && place.kind === 'folder') return Response.redirect(`${root}${place.key.replace(/index\.html$/, '')}`);
  return kept ?? nothing();
}

/** @param {FetchEvent} event @param {Place} place */
async function fromNetwork(event, place) {
  const answer = /** @type {Response | undefined} */ (await event.preloadResponse) ?? (await fetch(event.request));
  // A redirect is for the browser to follow; it has no status here.
  if (answer.type === 'basic') event.waitUntil(keepPage(place, answer.clone()));
  return answer;
}

/**
 * Keeps what the network said of a page: the page, or that the tour is gone, with which all of it is forgotten.
 * @param {Place} place @param {Response} answer
 */
async function keepPage(place, answer) {
  const { status } = answer;
  if (place.kind !== 'page' || ![200, 404, 410].includes(status)) {
    await answer.body?.cancel();
    return;
  }
  const gone = status === 410 || isGone(await answer.clone().text());
  const main = place.key === `${place.tour}/index.html`;
  if (place.tour && (gone || (status === 404 && main))) await forget(place.tour);
  if (status === 404) await (await caches.open(names.pages)).delete(root + place.key);
  else await shelf.keep(names.pages, root + place.key, answer);
}

/** Forgets a tour: its pages, its releases, and what the visitor saved of it. @param {string} tour */
async function forget(tour) {
  await caches.delete(names.saved(tour));
  for (const name of [names.pages, names.things]) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const { pathname, origin } = new URL(request.url);
      const key = (origin + pathname).slice(root.length);
      if (key.startsWith(`${tour}/`) || key.startsWith(`r/${tour}/`)) await cache.delete(request);
    }
  }
}

/** The page that says that there is nothing, and what there is. */
async function nothing() {
  const kept = await (await caches.open(names.shell)).match(root + settings.offline);
  if (!kept) return Response.error();
  const body = offlinePage(await kept.text(), root, await visitedTours());
  return new Response(body, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}

/** The tours that open, those visited last first. */
async function visitedTours() {
  /** @type {Map<string, {url: string, title: string, lang: string}>} */
  const found = new Map();
  const saved = (await caches.keys()).filter((name) => isCurrent(name, root) && name.includes(' saved/'));
  for (const name of [names.pages, ...saved]) {
    const cache = await caches.open(name);
    for (const { url } of [...(await cache.keys())].reverse()) {
      if (found.has(url) || found.size >= LISTED || placeOf(url, root)?.kind !== 'page') continue;
      const page = (await (await cache.match(url))?.text()) ?? '';
      const title = tourTitle(page);
      if (title) found.set(url, { url, title, lang: languageOf(page) });
    }
  }
  return [...found.values()];
}

/** @param {number} ms @returns {Promise<null>} */
const pause = (ms) => new Promise((done) => setTimeout(() => done(null), ms));
