/** Caches with an end: what was put in first goes first, and a full disk is no error. */

/** How many are put in before the shelf is looked through again: listing it costs more than some too many. */
const EVERY = 32;

/**
 * @param {CacheStorage} caches
 * @param {() => Record<string, number>} limits how many answers a cache may hold, by its name
 */
export function createShelf(caches, limits) {
  /** How many were put into a cache since it was last looked through. @type {Map<string, number>} */
  const put = new Map();

  /** Removes the oldest of a cache until `most` are left. @param {string} name @param {number} most */
  async function shrink(name, most) {
    const cache = await caches.open(name);
    const held = await cache.keys();
    await Promise.all(held.slice(0, Math.max(0, held.length - most)).map((request) => cache.delete(request)));
    return held.length;
  }

  return {
    /**
     * Keeps an answer, as the newest of its cache. What does not fit on the disk is not kept, but makes room for the
     * next: half of the cache goes.
     * @param {string} name @param {string} url @param {Response} answer
     */
    async keep(name, url, answer) {
      const cache = await caches.open(name);
      const most = limits()[name] ?? Infinity;
      try {
        await cache.put(url, answer); // over an older entry, in one step, it is the newest from then on
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'QuotaExceededError') return; // the answer was cut short
        const held = (await cache.keys()).length;
        await shrink(name, Math.floor(held / 2));
        return;
      }
      const count = (put.get(name) ?? EVERY) + 1; // a worker just started does not know what there is
      put.set(name, count > EVERY || count > most ? 0 : count);
      if (put.get(name) === 0) await shrink(name, most);
    },
  };
}
