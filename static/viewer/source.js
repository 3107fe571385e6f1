/**
 * The tour document, as much of it as is known, and the previews of scenes, fetched once. Previews of neighbouring
 * scenes are fetched when the browser is idle, so that a step into them needs no waiting; never for visitors who save
 * data.
 *
 * @import {Pixels, Scene, Text, TourDocument} from './types.js'
 */

import { decode } from './panorama.js';
import { pick } from './text.js';

/** So many neighbours are made ready: some 60 kB of line and 1.6 MB of memory each. */
const NEIGHBOURS = 6;

/** Whether the visitor saves data, or the line is very slow. */
export function thrifty() {
  const line = /** @type {{connection?: {saveData?: boolean, effectiveType?: string}}} */ (navigator).connection;
  return Boolean(line?.saveData) || /2g/.test(line?.effectiveType ?? '');
}

/** @param {string} tourUrl @param {string} language in which texts are said, where they are */
export function createSource(tourUrl, language) {
  const base = new URL(tourUrl, document.baseURI).href;
  /** @type {Map<string, Promise<Blob>>} */
  const previews = new Map();
  /** Those that have arrived. @type {Map<string, Blob>} */
  const here = new Map();
  /** Those of neighbours, decoded: a step into them is then a matter of one frame. @type {Map<string, Pixels>} */
  const ready = new Map();
  /** @type {Promise<TourDocument> | null} */
  let fetching = null;
  /** @type {TourDocument | null} */
  let tour = null;
  let whole = false;
  let count = 0;
  let prefetching = new AbortController();

  const url = (/** @type {string} */ path) => new URL(path, base).href;

  /** @param {Scene} scene @param {RequestInit} init */
  function preview(scene, init) {
    const address = url(scene.preview.url);
    let blob = previews.get(address);
    if (!blob) {
      blob = fetch(address, init).then((answer) => {
        if (!answer.ok) throw new Error(address);
        return answer.blob();
      });
      previews.set(address, blob);
      blob.then(
        (data) => here.set(address, data),
        () => previews.delete(address),
      );
    }
    return blob;
  }

  return {
    base,
    url,

    get tour() {
      return tour;
    },
    /** Whether all scenes are known, not only the first. */
    get whole() {
      return whole;
    },
    /** How many scenes the tour has, known or not. */
    get count() {
      return count;
    },
    scene: (/** @type {string} */ id) => tour?.scenes.find((scene) => scene.id === id) ?? null,
    number: (/** @type {Scene} */ scene) => (tour?.scenes.indexOf(scene) ?? 0) + 1,
    /** The scene after another, or before; the last is followed by the first. @param {Scene} scene @param {1 | -1} by */
    beside: (scene, by) => tour?.scenes[(tour.scenes.indexOf(scene) + by + count) % count] ?? null,
    /** A text in the visitor's language or the best there is. @param {Text | null | undefined} text */
    say: (text) => pick(text, language, tour?.default_language ?? 'vi'),

    /** Takes up a document. @param {TourDocument} next @param {boolean} complete @param {number} [scenes] */
    take(next, complete, scenes = next.scenes.length) {
      [tour, whole, count] = [next, complete, scenes];
    },

    /** Fetches the whole tour and what reads it; a failed attempt is forgotten, so that another may be made. */
    fetch() {
      fetching ??= Promise.all([fetch(base), import('./reading.js')]).then(async ([answer, { readTour }]) => {
        const { tour: found, left_out } = readTour(answer.ok && (await answer.json()), base);
        if (!found) throw new Error(`${answer.status} ${base}`);
        if (left_out.length) console.warn(`${base}: ${left_out.join(', ')}`);
        return found;
      });
      fetching.catch(() => (fetching = null));
      return fetching;
    },

    /** The preview strip of a scene. @param {Scene} scene */
    preview: (scene) => preview(scene, { priority: 'high' }).then(decode),

    /**
     * What can be shown of a scene without waiting: its fetched preview, else the small strip in the document.
     * @param {Scene} scene @returns {Promise<{strip: Pixels, sharp: boolean} | null>}
     */
    async atOnce(scene) {
      const address = url(scene.preview.url);
      const strip = ready.get(address);
      if (strip && ready.delete(address)) return { strip, sharp: true };
      const blob = here.get(address);
      if (blob) return { strip: await decode(blob), sharp: true };
      const { inline } = scene.preview;
      if (!inline) return null;
      const bytes = Uint8Array.from(atob(inline), (c) => c.charCodeAt(0));
      return { strip: await decode(new Blob([bytes], { type: 'image/jpeg' })), sharp: false };
    },

    /** Fetches the previews of scenes to which a scene leads, and makes them ready. @param {Scene | null} scene */
    prefetch(scene) {
      if (thrifty()) return;
      const { signal } = prefetching;
      (window.requestIdleCallback ?? setTimeout)(() => {
        const targets = [...new Set(scene?.hotspots.map(({ target }) => target))];
        const near = targets.flatMap((id) => tour?.scenes.find((other) => other.id === id) ?? []).slice(0, NEIGHBOURS);
        const wanted = new Set(near.map((other) => url(other.preview.url)));
        for (const [address, strip] of ready) if (!wanted.has(address) && ready.delete(address)) strip.close?.();
        for (const other of signal.aborted ? [] : near) {
          const address = url(other.preview.url);
          if (ready.has(address)) continue;
          preview(other, { signal, priority: 'low' }).then(decode).then((strip) => {
            if (signal.aborted || ready.has(address)) strip.close?.();
            else ready.set(address, strip);
          }, () => {});
        }
      });
    },

    /** The visitor walks on: what was fetched for later must not be in the way. */
    hurry() {
      prefetching.abort();
      prefetching = new AbortController();
    },
  };
}
