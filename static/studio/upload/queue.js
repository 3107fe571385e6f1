/** The list of what is to be uploaded: a state per file and the sums of them. Knows nothing of pages and networks. */

/**
 * checking: is it here already? · waiting · sending · done · known: here already, not sent · refused: cannot be sent as it
 * is · failed: may be sent again
 *
 * @typedef {'checking' | 'waiting' | 'sending' | 'done' | 'known' | 'refused' | 'failed'} State
 */

/**
 * @typedef {object} Item
 * @property {string} key what makes a file the same when it is chosen again
 * @property {File} file
 * @property {string} path within the chosen folder
 * @property {State} state
 * @property {number} sentBytes
 * @property {boolean} resumed whether it went on where it had been broken off
 * @property {string} code which sentence says why, '' where there is nothing to say
 * @property {Record<string, string | number>} fields what that sentence names
 * @property {string} fingerprint '' while it was not read
 * @property {boolean} again whether it is to be sent although the tour has it
 */

/** @typedef {'all' | 'waiting' | 'problems' | 'done'} Filter */

/** @type {Record<Filter, (state: State) => boolean>} */
const SHOWN = {
  all: () => true,
  waiting: (state) => state === 'checking' || state === 'waiting' || state === 'sending',
  problems: (state) => state === 'refused' || state === 'failed',
  done: (state) => state === 'done' || state === 'known',
};

/** Returns what makes a file the same when it is chosen again: a path, a size and a time, no bytes. */
export const keyOf = (/** @type {File} */ file, /** @type {string} */ path) => `${path}\n${file.size}\n${file.lastModified}`;

export class Queue {
  /** @type {Item[]} in the order in which they were chosen */
  items = [];
  /** @type {Map<string, Item>} */
  #byKey = new Map();

  constructor(/** @type {() => void} */ changed) {
    this.changed = changed;
  }

  /**
   * Adds files and returns those that are new. One that is here is not added twice; one that could not be sent is taken
   * up again, since it was chosen again.
   *
   * @param {Iterable<{ file: File, path: string }>} chosen
   */
  add(chosen) {
    /** @type {Item[]} */
    const added = [];
    for (const { file, path } of chosen) {
      const key = keyOf(file, path);
      const there = this.#byKey.get(key);
      if (there && there.state !== 'failed') continue;
      if (there) {
        Object.assign(there, { file, state: 'checking', code: '', fields: {} });
        added.push(there);
        continue;
      }
      /** @type {Item} */
      const item = { key, file, path, state: 'checking', sentBytes: 0, resumed: false, code: '', fields: {}, fingerprint: '', again: false };
      this.#byKey.set(key, item);
      this.items.push(item);
      added.push(item);
    }
    this.changed();
    return added;
  }

  /** @param {Item} item @param {Partial<Item>} change */
  set(item, change) {
    Object.assign(item, change);
    this.changed();
  }

  /** Returns the items of a filter, in their order. */
  shown(/** @type {Filter} */ filter) {
    return filter === 'all' ? this.items : this.items.filter(({ state }) => SHOWN[filter](state));
  }

  /** Returns how many files there are of each kind, and how far they are; what is not sent at all does not count in bytes. */
  totals() {
    const counts = { all: this.items.length, waiting: 0, problems: 0, done: 0, checking: 0, resumed: 0 };
    let sizeBytes = 0;
    let sentBytes = 0;
    for (const { state, file, sentBytes: sent, resumed } of this.items) {
      if (SHOWN.waiting(state)) counts.waiting += 1;
      else if (SHOWN.problems(state)) counts.problems += 1;
      else counts.done += 1;
      if (state === 'checking') counts.checking += 1;
      if (resumed) counts.resumed += 1;
      if (state === 'known' || state === 'refused') continue;
      sizeBytes += file.size;
      sentBytes += state === 'done' ? file.size : sent;
    }
    return { ...counts, sizeBytes, sentBytes };
  }
}
