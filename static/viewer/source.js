/**
 * The tour document and the previews of scenes, fetched once. Previews of neighbouring scenes are fetched when the
 * browser is idle, so that a step into them needs no waiting; never for visitors who save data.
 *
 * @import {Scene, TourDocument} from './types.js'
 */

import { decode } from './panorama.js';

/** @param {string} tourUrl */
export function createSource(tourUrl) {
  const base = new URL(tourUrl, document.baseURI).href;
  /** @type {Map<string, Promise<Blob>>} */
  const previews = new Map();
  /** Those that have arrived. @type {Map<string, Blob>} */
  const here = new Map();
  /** @type {Promise<TourDocument> | null} */
  let whole = null;
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

    /** The whole tour; a failed attempt is forgotten, so that another may be made. */
    tour() {
      whole ??= fetch(base).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.status} ${base}`);
        return answer.json();
      });
      whole.catch(() => (whole = null));
      return whole;
    },

    /** The preview strip of a scene. @param {Scene} scene */
    preview: (scene) => preview(scene, { priority: 'high' }).then(decode),

    /**
     * What can be shown of a scene without waiting: its fetched preview, else the small strip in the document.
     * @param {Scene} scene @returns {Promise<{strip: ImageBitmap, sharp: boolean} | null>}
     */
    async atOnce(scene) {
      const blob = here.get(url(scene.preview.url));
      if (blob) return { strip: await decode(blob), sharp: true };
      const { inline } = scene.preview;
      if (!inline) return null;
      const bytes = Uint8Array.from(atob(inline), (c) => c.charCodeAt(0));
      return { strip: await decode(new Blob([bytes], { type: 'image/jpeg' })), sharp: false };
    },

    /** Fetches previews of scenes nearby when there is nothing better to do. @param {Scene[]} scenes */
    prefetch(scenes) {
      const line = /** @type {{connection?: {saveData?: boolean, effectiveType?: string}}} */ (navigator).connection;
      if (line?.saveData || /2g/.test(line?.effectiveType ?? '')) return;
      const { signal } = prefetching;
      (window.requestIdleCallback ?? setTimeout)(() => {
        if (signal.aborted) return;
        for (const scene of scenes) preview(scene, { signal, priority: 'low' }).catch(() => {});
      });
    },

    /** The visitor walks on: what was fetched for later must not be in the way. */
    hurry() {
      prefetching.abort();
      prefetching = new AbortController();
    },
  };
}
