/**
 * Jobs as they go on: server-sent events of the address in data-live change state, stage and progress in place.
 *
 * An event `job` is {id, state, stage, done, left_s} (see job_parts.html.j2), an event `changed` says that the page has
 * something new. Where a job ends or something is new, the page is asked for again and its parts with data-live-part are
 * exchanged, so that words and links are made in one place: on the server. A browser reconnects by itself and says which
 * event it had last; where it gives up, data-poll is asked for {jobs: […]}, and events are tried again after a while.
 */

import { refresh } from './parts.js';
import { fill, leftWords, wordsIn } from './words.js';

/** @typedef {{ id: string, state: string, stage: string, done: number | null, left_s: number | null }} Job */

const POLL_MS = 5_000;
const TRY_AGAIN_MS = 30_000;
const SAID_MS = 6_000;
const WORKING = new Set(['running', 'retrying']);
const ENDED = new Set(['done', 'failed', 'cancelled', 'set-aside']);

/** Follows the jobs of the page; `ready` enhances what was exchanged. */
export function startLive(/** @type {(root: ParentNode) => void} */ ready) {
  const place = document.querySelector('[data-live]');
  if (!(place instanceof HTMLElement)) return;
  const words = wordsIn('loi_song');
  const again = () => refresh(ready);
  const take = (/** @type {Job} */ job) => {
    const shown = place.querySelector(`[data-job="${CSS.escape(job.id)}"]`);
    if (!(shown instanceof HTMLElement)) return void again();
    if (ENDED.has(job.state) && shown.dataset.state !== job.state) {
      const about = shown.closest('[data-name]')?.getAttribute('data-name') ?? shown.querySelector('.job-name')?.textContent ?? '';
      announce(`${about.trim()}: ${stateWords(job.state)}`);
      void again();
    }
    // Why something waits to be tried again is said in words that the page itself has.
    const waits = [job.state, shown.dataset.state].includes('retrying') && shown.dataset.state !== job.state;
    if (waits && !ENDED.has(job.state)) void again();
    showJob(shown, job, words);
  };
  document.addEventListener('studio:changed', again);
  new Follower(place.dataset.live ?? '', place.dataset.poll ?? '', take, again, (lost) => {
    if (lost) announce(words.lost ?? '', true);
    else {
      announce(words.back ?? '');
      void again();
    }
  }).listen();
}

/** Shows what a job does on one line of the page. */
function showJob(/** @type {HTMLElement} */ line, /** @type {Job} */ job, /** @type {Record<string, string>} */ words) {
  const lang = document.documentElement.lang;
  if (line.dataset.state !== job.state) {
    line.dataset.state = job.state;
    const badge = template(`[data-state="${CSS.escape(job.state)}"]`);
    if (badge) line.querySelector('[data-job-state]')?.replaceChildren(badge);
  }
  const stage = line.querySelector('[data-stage]');
  const named = job.stage && WORKING.has(job.state) ? template(`[data-stage="${CSS.escape(job.stage)}"]`) : null;
  // Whoever waits may have been told how many are before: that stands until the page is asked for again.
  if (stage && job.state !== 'waiting') stage.textContent = named?.textContent?.trim() ?? '';
  const working = line.querySelector('[data-when-working]');
  if (working instanceof HTMLElement) working.hidden = !WORKING.has(job.state);
  const bar = line.querySelector('progress');
  if (bar && job.done === null) bar.removeAttribute('value');
  else if (bar && job.done !== null) bar.value = job.done;
  const percent = line.querySelector('[data-percent]');
  if (percent) percent.textContent = job.done === null ? '' : fill(words.percent, { percent: Math.round(job.done * 100) });
  const left = line.querySelector('[data-left]');
  if (left) left.textContent = leftWords(job.left_s, words, 'left', lang);
}

/** Returns a copy of what the page's template holds under `selector`. */
function template(/** @type {string} */ selector) {
  const words = document.getElementById('mau_viec');
  const found = words instanceof HTMLTemplateElement ? words.content.querySelector(selector) : null;
  return found ? /** @type {Element} */ (document.importNode(found, true)) : null;
}

const stateWords = (/** @type {string} */ state) => template(`[data-state="${CSS.escape(state)}"]`)?.textContent?.trim() ?? '';

let hiding = 0;

/** Says something at the foot of the page, for a while or until something else is said. */
export function announce(/** @type {string} */ text, stays = false) {
  const place = document.querySelector('[data-live-state]');
  if (!(place instanceof HTMLElement)) return;
  clearTimeout(hiding);
  place.hidden = text === '';
  place.textContent = text;
  if (!stays) hiding = window.setTimeout(() => (place.hidden = true), SAID_MS);
}

/** Listens to events, and asks where there are none. */
export class Follower {
  #last = '';
  #lost = false;
  #asking = 0;
  #trying = 0;
  /** @type {EventSource | null} */
  #source = null;

  /**
   * @param {string} events @param {string} poll addresses
   * @param {(job: Job) => void} take @param {() => void} changed @param {(lost: boolean) => void} connection
   */
  constructor(events, poll, take, changed, connection) {
    this.events = events;
    this.poll = poll;
    this.take = take;
    this.changed = changed;
    this.connection = connection;
  }

  /** Opens the stream; after a new start from the event that was the last one. */
  listen() {
    if (typeof EventSource === 'undefined') return this.#ask();
    const mark = this.events.includes('?') ? '&' : '?';
    const source = new EventSource(this.#last ? `${this.events}${mark}after=${encodeURIComponent(this.#last)}` : this.events);
    this.#source = source;
    source.addEventListener('open', () => this.#found());
    source.addEventListener('job', (event) => {
      this.#last = event.lastEventId || this.#last;
      this.take(JSON.parse(event.data));
    });
    source.addEventListener('changed', (event) => {
      this.#last = event.lastEventId || this.#last;
      this.changed();
    });
    source.addEventListener('error', () => {
      this.#miss();
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
      this.#ask();
      this.#trying = window.setTimeout(() => this.listen(), TRY_AGAIN_MS);
    });
  }

  /** Hears no more until `listen`, which goes on after the event that was the last one. */
  close() {
    this.#source?.close();
    this.#source = null;
    clearTimeout(this.#asking);
    clearTimeout(this.#trying);
    this.#asking = 0;
    this.#lost = false;
  }

  #found() {
    clearTimeout(this.#asking);
    this.#asking = 0;
    if (this.#lost) this.connection(false);
    this.#lost = false;
  }

  #miss() {
    if (!this.#lost) this.connection(true);
    this.#lost = true;
  }

  /** Asks now and then, until the stream is there again. */
  #ask() {
    if (this.#asking || !this.poll) return;
    const once = async () => {
      try {
        const answer = await fetch(this.poll, { headers: { Accept: 'application/json' } });
        if (!answer.ok) throw new Error(String(answer.status));
        /** @type {{ jobs: Job[] }} */
        const told = await answer.json();
        for (const job of told.jobs) this.take(job);
        if (this.#lost) this.connection(false);
        this.#lost = false;
      } catch {
        this.#miss();
      }
      if (this.#asking) this.#asking = window.setTimeout(once, POLL_MS);
    };
    this.#asking = window.setTimeout(once, 0);
  }
}
