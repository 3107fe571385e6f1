/**
 * Brings what is changed on the editor's page to the server within a second, and what others changed to the page.
 *
 * One request is under way at a time. Without a network the page goes on: what was not sent is kept in the browser by tour
 * and person, and sent when there is a network again or the page is opened again. A change that meets another's is set aside
 * and asked about, one at a time.
 */

import { Clash, apply } from './changes.js';
import { Kept, knowsPages } from './kept.js';
import { People } from './people.js';

/** @typedef {import('./changes.js').Change} Change */
/** @typedef {import('./changes.js').Path} Path */
/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Met} Met */
/** @typedef {import('./store.js').Draft} Draft */
/** @typedef {import('./kept.js').Left} Left */
/** @typedef {import('./people.js').Present} Present */
/** @typedef {{ id: string, name: string } | null} Who */
/** What was saved once; `by` is null where a machine did it. @typedef {{ revision: number, by: Who, at: string, changes: Change[] }} Saved */
/** @typedef {{ change: string, op: number, there: boolean, now: unknown }} Refused */
/** @typedef {{ revision: number, done: string[], clashes: Refused[], others: Saved[] }} Answer */
/** @typedef {'saved' | 'saving' | 'offline' | 'clash' | 'refused'} Name */
/** `at`: when all was saved last; `text`: why the server refused, in words. @typedef {{ state: Name, at: Date | null, text: string }} State */
/**
 * The same was changed by us and by another; undefined where nothing stands. `ours`: our whole document of that moment.
 * `resolve` ends it: 'mine' puts ours over theirs, also after 'theirs' was taken.
 *
 * @typedef {{ path: Path, label: string, mine: unknown, theirs: unknown, by: string, ours: Draft, resolve: (whose: 'mine' | 'theirs') => void }} Question
 */
/** `lost`: a change that the server will never take was given up. @typedef {{ state: State, clash: Question, people: Present[], lost: { label: string, text: string } }} Events */
/**
 * @typedef {object} Options
 * @property {Store} store
 * @property {string} tour
 * @property {{ id: string }} person
 * @property {string} [api] address of the tour in the API
 * @property {string} [live] address of the tour's events
 * @property {typeof globalThis.fetch} [fetch]
 * @property {Storage | null} [storage]
 */

const SEND_MS = 400;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const ANSWER_MS = 30_000;
/** A page that was just closed or loaded anew may still count as open. */
const ADOPT_MS = 5_000;
/** What the server takes at a time: changes, and operations in all of them. */
const AT_ONCE = 200;
const MAX_OPS = 5_000;
/** What the server will never take, however often it is asked. */
const NEVER = new Set([400, 413, 415, 422]);
/** The server knows nothing of our revision: it was put back to an earlier state. */
const ANOTHER_PAST = 409;

/** Returns the connection of a store to its tour on the server; it begins in the next turn. @param {Options} options */
export const createSync = (options) => new Sync(options);

export class Sync {
  /** @type {{ [Event in keyof Events]: Set<(told: Events[Event]) => void> }} */
  #listeners = { state: new Set(), clash: new Set(), people: new Set(), lost: new Set() };
  #store;
  /** Whose work it is: another may have signed in in this browser since. */
  #person;
  #api;
  #fetch;
  #kept;
  #people;
  /** @type {State} */
  #state = { state: 'saved', at: null, text: '' };
  /** @type {{ met: Met[], question: Question }[]} */
  #questions = [];
  /** Whether what an earlier page left is on its way. */
  #isResuming = false;
  #isBusy = false;
  #isClosed = false;
  #timer = 0;
  /** How often in a row there was no answer, or none that helps. */
  #failures = 0;
  #refusal = '';
  /** When something was saved last. @type {Date | null} */
  #savedAt = null;
  /** The newest revision that was heard of. */
  #newest;
  /** How many changes are sent at a time: one, where of several one was refused. */
  #atOnce = AT_ONCE;
  /** What others saved last, for the questions that come of it. @type {readonly Saved[]} */
  #others = [];
  /** Changes that the server said to clash, and that did not here. @type {Set<string>} */
  #doubtful = new Set();

  /** @param {Options} options */
  constructor({ store, tour, person, api = `/api/v1/tours/${tour}`, live = `/live/tours/${tour}`, fetch = globalThis.fetch.bind(globalThis), storage = browserStorage() }) {
    this.#store = store;
    this.#person = person.id;
    this.#api = api;
    this.#fetch = fetch;
    this.#newest = store.revision;
    this.#kept = new Kept(storage, person.id, tour);
    this.#people = new People({ address: `${api}/presence`, live, page: this.#kept.page, fetch }, {
      people: (people) => this.#tell('people', people),
      revision: (revision) => this.#hear(revision),
      back: () => this.#again(),
    });
    store.on('pending', () => this.#pending());
    store.on('clash', (met) => this.#ask(met));
    setTimeout(() => void this.#begin(), 0);
  }

  /** How it stands now. */
  get state() {
    return this.#state;
  }

  /**
   * Calls `hear` at every event of that name; returns what ends it.
   *
   * @template {keyof Events} Event
   * @param {Event} name @param {(told: Events[Event]) => void} hear
   */
  on(name, hear) {
    const listeners = /** @type {Set<(told: Events[Event]) => void>} */ (this.#listeners[name]);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }

  /** Tells the others which scene and which tab is on the screen. @param {string | null} scene @param {string} tab */
  at(scene, tab) {
    this.#people.at(scene, tab);
  }

  /** Tells the first open question again. */
  ask() {
    const [first] = this.#questions;
    if (first) this.#tell('clash', first.question);
  }

  /** Sends at once what is pending. */
  flush() {
    if (this.#store.pending.length > 0) this.#plan(0);
  }

  /** Ends it: nothing is sent and nothing is heard any more. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#kept.write();
    this.#people.close();
  }

  async #begin() {
    if (this.#isClosed) return;
    globalThis.addEventListener?.('online', () => this.#again());
    globalThis.addEventListener?.('pagehide', () => this.#leave());
    // Whatever the browser cannot keep is lost with the page.
    globalThis.addEventListener?.('beforeunload', (event) => this.#kept.write() || event.preventDefault());
    globalThis.document?.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && this.flush());
    this.#people.start();
    await this.#adopt();
  }

  /** Takes over what other pages left: those of before, and those that are closed while this one is open. */
  async #adopt() {
    if (this.#isClosed) return;
    if (knowsPages()) setTimeout(() => void this.#adopt(), ADOPT_MS);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (const left of await this.#kept.left()) {
        this.#isResuming = true;
        this.#show();
        await this.#resume(left);
      }
    } finally {
      this.#isBusy = this.#isResuming = false;
      this.#next();
    }
  }

  /** Sends what an earlier page left: some of it may have arrived, with its answer lost. @param {Left} left */
  async #resume({ revision, changes, forget }) {
    const done = new Set();
    for (let sent = 0; sent < changes.length; ) {
      const some = this.#batch(changes.slice(sent));
      /** @type {Answer | null} */
      const answer = await this.#request(`${this.#api}/changes`, { revision, changes: some, person: this.#person });
      if (!answer) break;
      for (const id of answer.done) done.add(id);
      this.#newest = Math.max(this.#newest, answer.revision);
      this.#others = answer.others;
      sent += some.length;
    }
    const open = changes.filter(({ id }) => !done.has(id));
    // What it looked like to who made them: that is what they are asked about.
    const past = open.length ? await this.#request(`${this.#api}/revisions/${revision}`) : null;
    this.#store.resume(open, past ? applied(past.document, changes) : this.#store.document);
    this.#keep();
    if (this.#kept.write()) forget();
  }

  #pending() {
    this.#keep();
    if (this.#store.pending.length > 0) this.#plan();
    this.#show();
  }

  /** Sends after a while, unless that is planned already. @param {number} [ms] */
  #plan(ms) {
    if (this.#isClosed || (this.#timer && ms !== 0)) return;
    clearTimeout(this.#timer);
    const wait = ms ?? (this.#failures ? RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] : SEND_MS);
    this.#timer = /** @type {any} */ (setTimeout(() => {
      this.#timer = 0;
      void this.#exchange();
    }, wait));
  }

  /** Plans what there is to do. */
  #next() {
    if (this.#store.pending.length > 0 || this.#newest > this.#store.revision) this.#plan();
    this.#show();
  }

  /** The network may be back. */
  #again() {
    if (this.#failures > 0) this.#plan(0);
  }

  #hear(/** @type {number} */ revision) {
    this.#newest = Math.max(this.#newest, revision);
    if (this.#newest > this.#store.revision && !this.#isBusy) this.#plan(this.#failures ? undefined : 0);
  }

  /** Sends what is pending and takes in what came of it, or asks for what others saved. */
  async #exchange() {
    if (this.#isBusy || this.#isClosed) return;
    const changes = this.#batch(this.#store.send());
    const { revision } = this.#store;
    if (changes.length === 0 && this.#newest <= revision) return this.#show();
    this.#isBusy = true;
    try {
      const answer = changes.length
        ? await this.#request(`${this.#api}/changes`, { revision, changes, person: this.#person }, changes)
        : await this.#request(`${this.#api}/changes?since=${revision}`);
      if (answer && !this.#isClosed) await this.#take(answer, changes);
    } catch (error) {
      this.#failures += 1; // a fault of the page: what is pending is tried again, later and later
      throw error;
    } finally {
      this.#isBusy = false;
      this.#next();
    }
  }

  /** Returns as many changes as can be sent at a time. @param {Change[]} changes */
  #batch(changes) {
    let ops = 0;
    const fitting = changes.findIndex((change, i) => i >= this.#atOnce || (ops += change.ops.length) > MAX_OPS);
    return changes.slice(0, fitting < 0 ? changes.length : Math.max(fitting, 1));
  }

  /** @param {Answer} answer @param {Change[]} sent */
  async #take(answer, sent) {
    const done = new Set(answer.done);
    this.#newest = Math.max(this.#newest, answer.revision);
    this.#others = answer.others;
    const others = answer.others.flatMap(({ changes }) => changes);
    // One that was saved before, its answer lost, is among the others already.
    const known = new Set(others.map(({ id }) => id));
    const ours = sent.filter(({ id }) => done.has(id) && !known.has(id));
    try {
      this.#store.take(answer.revision, [...others, ...ours]);
    } catch (error) {
      if (!(error instanceof Clash)) throw error;
      return this.#reset(done);
    }
    const doubtful = answer.clashes.filter(({ change }) => this.#store.pending.some(({ id }) => id === change));
    if (doubtful.length === 0) return;
    // It fits here and not there, so the documents differ.
    await this.#reset(done);
    for (const { change } of doubtful) {
      const found = this.#store.pending.find(({ id }) => id === change);
      if (found && this.#doubtful.has(change)) this.#lose(found, '');
      this.#doubtful.add(change);
    }
  }

  /** Takes the server's document anew. @param {Iterable<string>} [done] */
  async #reset(done = []) {
    const tour = await this.#request(this.#api);
    if (!tour) return;
    this.#newest = tour.revision;
    this.#store.reset(tour.document, tour.revision, done);
  }

  /**
   * Returns the answer; null where there is none, and why is shown then.
   *
   * @param {string} address @param {object} [body] @param {Change[]} [sent]
   * @returns {Promise<any>}
   */
  async #request(address, body, sent = []) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_MS);
    try {
      const answer = await this.#fetch(address, {
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
        headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) },
        signal: stop.signal,
      });
      const told = await answer.json().catch(() => null);
      if (!answer.ok) return await this.#refuse(answer.status, String(told?.title ?? answer.status), sent);
      // What stands between us and the server may answer in its stead: the page of a network that asks to sign in.
      if (!Number.isInteger(told?.revision)) throw new TypeError('no answer of ours');
      this.#failures = 0;
      this.#refusal = '';
      this.#atOnce = AT_ONCE;
      if (body) this.#savedAt = new Date();
      return told;
    } catch {
      this.#failures += 1;
      this.#refusal = '';
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {number} status @param {string} text @param {Change[]} sent @returns {Promise<null>} */
  async #refuse(status, text, sent) {
    const [first, ...more] = sent;
    if (NEVER.has(status) && first) {
      // Which of several it is shows when they come one by one.
      this.#atOnce = 1;
      if (more.length === 0) this.#lose(first, text);
      return null;
    }
    this.#failures += 1;
    this.#refusal = status >= 500 || status === 429 ? '' : text;
    if (status === ANOTHER_PAST) await this.#reset();
    return null;
  }

  /** @param {Change} change @param {string} text */
  #lose(change, text) {
    this.#store.forget(change.id);
    this.#tell('lost', { label: change.label, text });
  }

  /** @param {Met} met */
  #ask(met) {
    const { path, label, mine, theirs, ours } = met;
    const open = this.#questions.find(({ question }) => question.path.join('/') === path.join('/'));
    if (open) {
      open.met.push(met);
      Object.assign(open.question, { mine, theirs });
    } else {
      const all = [met];
      /** @type {Question} */
      const question = { path, label, mine, theirs, ours, by: this.#whoChanged(path), resolve: (whose) => this.#resolve(question, all, whose) };
      this.#questions.push({ met: all, question });
      if (this.#questions.length === 1) setTimeout(() => this.ask(), 0);
    }
    this.#keep();
    this.#show();
  }

  /** @param {Question} question @param {readonly Met[]} met @param {'mine' | 'theirs'} whose */
  #resolve(question, met, whose) {
    this.#questions = this.#questions.filter((one) => one.question !== question);
    if (whose === 'mine') for (const one of met) this.#store.insist(one);
    this.#keep();
    this.#show();
    setTimeout(() => this.ask(), 0);
  }

  /** Returns who changed last what stands at a path; '' where nobody knows. @param {Path} path */
  #whoChanged(path) {
    const meets = (/** @type {Path} */ at) => path.every((step, i) => at[i] === undefined || at[i] === step);
    const found = [...this.#others].reverse().find(({ changes }) => changes.some(({ ops }) => ops.some((op) => meets(op.at))));
    return found?.by?.name ?? '';
  }

  /** Keeps in the browser what the server does not have, and what is still asked about. */
  #keep() {
    const asked = this.#questions.flatMap(({ met }) => met.map(({ change }) => change));
    this.#kept.keep([...asked, ...this.#store.pending], this.#store.revision);
  }

  #leave() {
    this.#kept.write();
    this.#people.leave();
  }

  #show() {
    const { state, at, text } = this.#state;
    /** @type {Name} */
    let now = 'saved';
    if (this.#questions.length > 0) now = 'clash';
    else if (this.#refusal) now = 'refused';
    else if (this.#failures > 0) now = 'offline';
    else if (this.#isResuming || this.#store.pending.length > 0) now = 'saving';
    if (now === state && this.#refusal === text && (now !== 'saved' || at === this.#savedAt)) return;
    this.#state = { state: now, at: this.#savedAt, text: this.#refusal };
    this.#tell('state', this.#state);
  }

  /** @template {keyof Events} Event @param {Event} name @param {Events[Event]} told */
  #tell(name, told) {
    for (const hear of [.../** @type {Set<(told: Events[Event]) => void>} */ (this.#listeners[name])]) hear(told);
  }
}

/** Returns the document after all changes that fit. @param {import('./store.js').Draft} document @param {Change[]} changes */
function applied(document, changes) {
  let made = document;
  for (const { ops } of changes) {
    try {
      made = apply(made, ops);
    } catch (error) {
      if (!(error instanceof Clash)) throw error;
    }
  }
  return made;
}

/** Returns the browser's storage; null where there is none or it is shut. */
function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
