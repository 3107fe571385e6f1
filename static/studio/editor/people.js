/**
 * Who else has the tour open, and that something new was saved: server-sent events of the tour, and the word to the others
 * that this page is here. Where a stream cannot be held, the same is asked for now and then.
 */

/** `id` is the person's. @typedef {{ page: string, id: string, name: string, scene: string | null, tab: string }} Present */
/** @typedef {{ revision: number, people: Present[] }} Told */
/** `back`: the server answers (again). @typedef {{ people: (people: Present[]) => void, revision: (revision: number) => void, back: () => void }} Hears */

const HERE_MS = 10_000;
const SOON_MS = 300;
const POLL_MS = 5_000;
const TRY_AGAIN_MS = 30_000;

export class People {
  #address;
  #live;
  #page;
  #fetch;
  #hears;
  /** @type {{ scene: string | null, tab: string }} */
  #where = { scene: null, tab: '' };
  /** @type {Set<any>} */
  #timers = new Set();
  /** @type {EventSource | null} */
  #source = null;
  #isClosed = false;
  #isAsking = false;
  #soon = 0;

  /** @param {{ address: string, live: string, page: string, fetch: typeof globalThis.fetch }} given @param {Hears} hears */
  constructor({ address, live, page, fetch }, hears) {
    this.#address = address;
    this.#live = live;
    this.#page = page;
    this.#fetch = fetch;
    this.#hears = hears;
  }

  start() {
    this.#listen();
    this.#here();
    globalThis.document?.addEventListener('visibilitychange', () => (document.hidden ? this.leave() : void this.#say()));
  }

  /** @param {string | null} scene @param {string} tab */
  at(scene, tab) {
    if (scene === this.#where.scene && tab === this.#where.tab) return;
    this.#where = { scene, tab };
    clearTimeout(this.#soon);
    this.#soon = this.#after(SOON_MS, () => void this.#say());
  }

  /** Tells the others that the page is gone, as it goes. */
  leave() {
    const body = new Blob([JSON.stringify({ page: this.#page, left: true })], { type: 'application/json' });
    globalThis.navigator?.sendBeacon?.(this.#address, body);
  }

  close() {
    this.#isClosed = true;
    this.#source?.close();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #here() {
    // Nobody is at a page that is not seen; browsers let it speak once a minute only.
    if (!globalThis.document?.hidden) void this.#say();
    this.#after(HERE_MS, () => this.#here());
  }

  async #say() {
    const body = JSON.stringify({ page: this.#page, ...this.#where });
    const headers = { 'Content-Type': 'application/json' };
    // Who is here is no matter to fail over.
    await this.#fetch(this.#address, { method: 'POST', body, headers }).catch(() => undefined);
  }

  #listen() {
    if (typeof EventSource === 'undefined') return void this.#ask();
    const source = new EventSource(this.#live);
    this.#source = source;
    source.addEventListener('open', () => this.#hears.back());
    source.addEventListener('revision', (event) => this.#hears.revision(JSON.parse(event.data).revision));
    source.addEventListener('people', (event) => this.#tell(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED || this.#isClosed) return; // the browser tries again
      void this.#ask();
      this.#after(TRY_AGAIN_MS, () => this.#listen());
    });
  }

  /** Asks now and then, until there is a stream. */
  async #ask() {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    try {
      const answer = await this.#fetch(`${this.#live}.json`, { headers: { Accept: 'application/json' } });
      if (answer.ok) {
        /** @type {Told} */
        const { revision, people } = await answer.json();
        this.#hears.back();
        this.#hears.revision(revision);
        this.#tell(people);
      }
    } catch {
      // asked again
    }
    this.#after(POLL_MS, () => {
      this.#isAsking = false;
      if (this.#source === null || this.#source.readyState === 2) void this.#ask();
    });
  }

  #tell(/** @type {Present[]} */ people) {
    this.#hears.people(people.filter(({ page }) => page !== this.#page));
  }

  /** @param {number} ms @param {() => void} act */
  #after(ms, act) {
    if (this.#isClosed) return 0;
    const timer = /** @type {any} */ (setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms));
    this.#timers.add(timer);
    return timer;
  }
}
