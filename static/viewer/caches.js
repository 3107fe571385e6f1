/**
 * Where a tour is kept on a visitor's device: the names of the caches, and what an address of a public store is. The
 * service worker and the page share this, and nothing else. Pure: no DOM, no worker.
 *
 * Every name carries the store's own address, because all stores of a host share one set of caches.
 */

/** What lies in the caches and how; only where an older worker could not read it any more does this change. */
const FORMAT = 1;

/** The name of the service worker at the top of a store. */
export const WORKER = 'sw.js';

/**
 * @typedef {'page' | 'folder' | 'thing' | 'tile'} Kind
 *   page: shown by a browser, changes · folder: a page's address without its slash · thing and tile: never change
 * @typedef {{kind: Kind, key: string, tour: string}} Place  `tour` is empty where the key belongs to none
 */

/** The names of the caches of a store. @param {string} root the store's address, with a slash at its end */
export const cachesOf = (root) => ({
  /** Pages as they were last read; also the notices of tours that were taken down. */
  pages: `ispace ${FORMAT} pages ${root}`,
  /** Viewer, styles, fonts, pictures, documents of releases. */
  things: `ispace ${FORMAT} things ${root}`,
  tiles: `ispace ${FORMAT} tiles ${root}`,
  /** What the worker itself shows when there is nothing else. */
  shell: `ispace ${FORMAT} shell ${root}`,
  /** All of one tour, because the visitor asked for it; never evicted. @param {string} tour */
  saved: (tour) => `ispace ${FORMAT} saved/${tour} ${root}`,
});

/** Whether a cache belongs to a store, of whatever format. @param {string} name @param {string} root */
export const isOf = (name, root) => name.startsWith('ispace ') && name.endsWith(` ${root}`);

/** Whether a cache belongs to a store and can be read by this code. @param {string} name @param {string} root */
export const isCurrent = (name, root) => isOf(name, root) && name.startsWith(`ispace ${FORMAT} `);

/**
 * What an address of a store is, by the keys of docs/architecture.md; null for what is none of the worker's business.
 * @param {string} address @param {string} root @returns {Place | null}
 */
export function placeOf(address, root) {
  const { origin, pathname } = new URL(address);
  const whole = origin + pathname;
  if (!whole.startsWith(root)) return null;
  const key = whole.slice(root.length);
  if (/^a\/[^/]+$/.test(key)) return { kind: 'thing', key, tour: '' };
  if (/^t\/[^/]+\/.+$/.test(key)) return { kind: 'tile', key, tour: '' };
  const release = /^r\/([^/]+)\/\d[^/]*\/[^/]+$/.exec(key);
  if (release) return { kind: 'thing', key, tour: release[1] ?? '' };
  const page = /^(?:([a-z0-9-]+)\/)?(?:[A-Za-z0-9-]+\/)?(?:index\.html)?$/.exec(key);
  if (page && (key === '' || /(\/|index\.html)$/.test(key))) {
    return { kind: 'page', key: key.replace(/(index\.html)?$/, 'index.html'), tour: page[1] ?? '' };
  }
  const folder = /^([a-z0-9-]+)(?:\/[A-Za-z0-9-]+)?$/.exec(key);
  return folder ? { kind: 'folder', key: `${key}/index.html`, tour: folder[1] ?? '' } : null;
}
