/**
 * Changes that the server does not have yet, kept in the browser by person, tour and page, so that a closed or broken page
 * loses nothing. A page holds a lock for as long as it lives: what lies there without its page is taken over by the next.
 */

/** @typedef {import('./changes.js').Change} Change */
/** What a page had not sent, made to a revision. `forget` takes it out of the browser. @typedef {{ revision: number, changes: Change[], forget: () => void }} Left */

const WRITE_MS = 250;

export class Kept {
  /** The name of this page, which no other has. */
  page = crypto.randomUUID();
  #storage;
  #prefix;
  /** @type {{ revision: number, changes: Change[] } | null} */
  #unwritten = null;
  #timer = 0;

  /** @param {Storage | null} storage @param {string} person @param {string} tour */
  constructor(storage, person, tour) {
    this.#storage = storage;
    this.#prefix = `ispace-unsent:${person}:${tour}:`;
    void hold(this.page);
  }

  /** Keeps these changes instead of those kept before, soon. @param {Change[]} changes @param {number} revision */
  keep(changes, revision) {
    this.#unwritten = { revision, changes };
    if (this.#timer) return;
    this.#timer = /** @type {any} */ (setTimeout(() => this.write(), WRITE_MS));
  }

  /** Writes down at once what is to be kept; says whether that could be done. */
  write() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const left = this.#unwritten;
    if (left === null) return true;
    try {
      if (left.changes.length > 0) this.#storage?.setItem(this.#prefix + this.page, JSON.stringify(left));
      else this.#storage?.removeItem(this.#prefix + this.page);
    } catch {
      return false; // full, or shut: the page alone has it
    }
    if (this.#storage === null && left.changes.length > 0) return false;
    this.#unwritten = null;
    return true;
  }

  /** Returns what pages left that are gone, the earliest first. @returns {Promise<Left[]>} */
  async left() {
    const storage = this.#storage;
    if (!storage) return [];
    /** @type {Left[]} */
    const found = [];
    for (const key of keys(storage, this.#prefix)) {
      const page = key.slice(this.#prefix.length);
      if (page === this.page || (await isHeld(page))) continue;
      const left = read(storage.getItem(key));
      const forget = () => storage.removeItem(key);
      if (left) found.push({ ...left, forget });
      else forget();
    }
    return found.sort((a, b) => a.revision - b.revision);
  }
}

/** @param {Storage} storage @param {string} prefix */
function keys(storage, prefix) {
  const all = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '');
  return all.filter((key) => key.startsWith(prefix));
}

/** @param {string | null} text @returns {{ revision: number, changes: Change[] } | null} */
function read(text) {
  try {
    const { revision, changes } = JSON.parse(text ?? '');
    return Number.isInteger(revision) && Array.isArray(changes) && changes.length > 0 ? { revision, changes } : null;
  } catch {
    return null;
  }
}

/** Says whether this browser can tell pages that are open from those that are gone. */
export const knowsPages = () => Boolean(globalThis.navigator?.locks);

const lockOf = (/** @type {string} */ page) => `ispace-editor:${page}`;

/** Holds the lock of a page until it is gone. @param {string} page */
async function hold(page) {
  const locks = globalThis.navigator?.locks;
  await locks?.request(lockOf(page), () => new Promise(() => undefined)).catch(() => undefined);
}

/** Says whether a page lives; where nobody can say, it does not: what is sent twice is taken once. @param {string} page */
async function isHeld(page) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return false;
  return locks.request(lockOf(page), { ifAvailable: true }, async (lock) => lock === null);
}
