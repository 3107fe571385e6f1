/** A tour's pictures: takes what is dropped or chosen, tells it apart, sends it, and says how far it is. */

import { wordsIn, fill } from '../words.js';
import { refuse, tellApart } from './check.js';
import { ask } from './ask.js';
import { dropped, isLeftBehind, picked } from './choose.js';
import { fingerprint } from './fingerprint.js';
import { watchGroups } from './groups.js';
import { askKnown } from './known.js';
import { List } from './list.js';
import { Pace } from './pace.js';
import { Queue } from './queue.js';
import { ofAll, ofFile, size } from './said.js';
import { Sender } from './send.js';

/** @typedef {import('./queue.js').Item} Item */

const DRAWN_MS = 250;
/** How often the page asks for what became of what was sent, while it is sending. */
const ASKED_MS = 10_000;
const AGAIN_MS = 30_000;

class UploadPage {
  #words = wordsIn('loi_tai_len');
  #lang = document.documentElement.lang;
  #pace = new Pace();
  #paused = false;
  #drawing = 0;
  #asked = 0;
  #saidResumed = false;
  /** @type {import('./queue.js').Filter} */
  #filter = 'all';

  constructor(/** @type {HTMLElement} */ root) {
    const { tour = '', endpoint = '', known = '', chunk, atOnce, fileBytes, room, accept = '' } = root.dataset;
    this.root = root;
    this.limits = { accept: accept.split(',').filter(Boolean), fileBytes: Number(fileBytes), roomBytes: room ? Number(room) : Infinity };
    this.queue = new Queue(() => this.#soon());
    this.ask = (/** @type {string[]} */ fingerprints) => askKnown(known, tour, fingerprints);
    this.sender = new Sender({ tour, endpoint, chunkBytes: Number(chunk), atOnce: Number(atOnce) }, (item, change) => this.#set(item, change));
    this.list = new List(this.#part('[data-queue-list]'), (item) => this.#said(item), (item) => this.#again([item]));
    this.#watch();
  }

  /** @param {string} selector @returns {HTMLElement} */
  #part(selector) {
    const found = this.root.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new Error(selector);
    return found;
  }

  #watch() {
    const drop = this.#part('[data-drop]');
    drop.hidden = false;
    for (const input of drop.querySelectorAll('input')) {
      input.addEventListener('change', () => {
        void this.take(picked(input));
        input.value = ''; // so that the same folder can be chosen again
      });
    }
    // Anywhere on the page: a folder that misses the place by a finger must not open as a page of its own.
    document.addEventListener('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      drop.classList.add('drop-over');
    });
    document.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) drop.classList.remove('drop-over');
    });
    document.addEventListener('drop', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      drop.classList.remove('drop-over');
      void dropped(event.dataTransfer).then((chosen) => this.take(chosen));
    });
    this.#part('[data-pause]').addEventListener('click', () => this.#pause(!this.#paused));
    for (const button of this.root.querySelectorAll('[data-show]')) {
      button.addEventListener('click', () => {
        this.#filter = /** @type {import('./queue.js').Filter} */ (button.getAttribute('data-show'));
        for (const other of this.root.querySelectorAll('[data-show]')) other.setAttribute('aria-pressed', String(other === button));
        this.#part('[data-queue-list]').scrollTop = 0;
        this.#draw();
      });
    }
    // Before anything else takes the form.
    document.addEventListener('submit', (event) => this.#arriving(event), { capture: true });
    addEventListener('offline', () => this.#network(false));
    addEventListener('online', () => this.#network(true));
    addEventListener('beforeunload', (event) => {
      if (this.queue.totals().waiting > 0) event.preventDefault();
    });
    setInterval(() => {
      if (navigator.onLine && !this.#paused) this.#again(this.queue.items.filter(({ code }) => code === 'failed'));
    }, AGAIN_MS);
  }

  /** Takes what was chosen into the list, and sends what has to be sent. */
  async take(/** @type {import('./choose.js').Chosen[]} */ chosen) {
    const wanted = chosen.filter(({ path }) => !isLeftBehind(path));
    if (wanted.length < chosen.length) this.#tell(fill(this.#words['state-left-out'], { count: chosen.length - wanted.length }));
    if (wanted.length === 0) return;
    const set = (/** @type {Item} */ item, /** @type {Partial<Item>} */ change) => this.#set(item, change);
    const good = refuse(this.queue.add(wanted), this.limits, set);
    const without = this.queue.items.filter(({ code }) => code === 'room').length;
    if (without) this.#tell(fill(this.#words['state-room'], { count: without }));
    await tellApart(good, this.queue.items, { ask: this.ask, fingerprint, set, send: (items) => this.sender.add(items) });
  }

  /** A set that is confirmed while photos are on their way might lack some of them: then it is asked which is meant. */
  #arriving(/** @type {SubmitEvent} */ event) {
    const [form, button, { waiting }] = [event.target, event.submitter, this.queue.totals()];
    if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement) || waiting === 0) return;
    const isOfSets = button.value === 'confirm-all' ? document.querySelector('.group-photos.group-found') : form.closest('.group-photos');
    if (!button.value.startsWith('confirm') || !isOfSets || button.value.endsWith('-now')) return;
    event.preventDefault();
    event.stopPropagation();
    ask(fill(this.#words.arriving, { count: waiting }), this.#words['arriving-text'] ?? '', this.#words.wait ?? '', this.#words.now ?? '', () => {
      button.value += '-now';
      form.requestSubmit(button);
      button.value = button.value.replace(/-now$/, '');
    });
  }

  #again(/** @type {Item[]} */ items) {
    for (const item of items) this.#set(item, { state: 'waiting', again: item.again || item.state === 'known', code: '', fields: {} });
    this.sender.add(items);
  }

  /** @param {Item} item @param {Partial<Item>} change */
  #set(item, change) {
    this.queue.set(item, change);
    if (change.state !== 'done') return;
    // Not with each file: the page is asked for what became of them.
    const now = Date.now();
    if (now - this.#asked < ASKED_MS && this.queue.totals().waiting > 0) return;
    this.#asked = now;
    document.dispatchEvent(new CustomEvent('studio:changed'));
  }

  #pause(/** @type {boolean} */ paused) {
    this.#paused = paused;
    if (paused) this.sender.pause();
    else this.sender.resume();
    this.#pace.rest();
    const button = this.#part('[data-pause]');
    const word = button.querySelector('span');
    if (word) word.textContent = this.#words[paused ? 'resume' : 'pause'] ?? '';
    button.querySelector('use')?.setAttribute('href', this.#icon(button, paused ? 'play' : 'pause'));
    this.#tell(paused ? this.#words['state-paused'] ?? '' : '');
    this.#draw();
  }

  /** @param {HTMLElement} button @param {string} name */
  #icon(button, name) {
    return (button.querySelector('use')?.getAttribute('href') ?? '').replace(/#.*/, `#i-${name}`);
  }

  #network(/** @type {boolean} */ online) {
    if (this.queue.totals().waiting + this.queue.totals().problems === 0) return;
    this.#pace.rest();
    if (!online) this.sender.pause();
    else if (!this.#paused) {
      this.sender.resume();
      this.#again(this.queue.items.filter(({ code }) => code === 'failed'));
    }
    this.#tell(this.#words[online ? 'state-back' : 'state-offline'] ?? '');
    this.#draw();
  }

  /** Says something that matters now, also to those who do not see the list. */
  #tell(/** @type {string} */ text) {
    this.#part('[data-queue]').hidden = false;
    this.#part('[data-queue-state]').textContent = text;
  }

  /** @param {Item} item @returns {import('./list.js').Words} */
  #said(item) {
    return { said: ofFile(item, this.#words, this.#lang), size: size(item.file.size, this.#lang), retry: this.#words[item.state === 'known' ? 'file-again' : 'file-retry'] ?? '' };
  }

  #soon() {
    this.#drawing ||= window.setTimeout(() => this.#draw(), DRAWN_MS);
  }

  #draw() {
    clearTimeout(this.#drawing);
    this.#drawing = 0;
    const totals = this.queue.totals();
    if (totals.all === 0) return;
    this.#part('[data-queue]').hidden = false;
    // What this page is sending is not broken off.
    this.#part('[data-unfinished]').hidden = totals.waiting > 0;
    this.#pace.note(Date.now(), totals.sentBytes);
    const now = { paused: this.#paused, online: navigator.onLine, leftS: this.#pace.leftS(totals.sizeBytes - totals.sentBytes) };
    const { title, text } = ofAll(totals, now, this.#words, this.#lang);
    this.#part('[data-queue-title]').textContent = title;
    this.#part('[data-queue-text]').textContent = text;
    const bar = /** @type {HTMLProgressElement} */ (this.#part('[data-queue-done]'));
    bar.value = totals.sizeBytes ? totals.sentBytes / totals.sizeBytes : 1;
    this.#part('[data-pause]').hidden = totals.waiting === 0;
    for (const button of this.root.querySelectorAll('[data-show]')) {
      const kind = /** @type {import('./queue.js').Filter} */ (button.getAttribute('data-show'));
      const count = button.querySelector('[data-count]');
      if (count) count.textContent = totals[kind].toLocaleString(this.#lang);
    }
    if (totals.resumed && !this.#saidResumed) {
      this.#saidResumed = true;
      this.#tell(fill(this.#words['state-resumed'], { count: totals.resumed }));
    }
    this.list.show(this.queue.shown(this.#filter));
  }
}

const place = document.querySelector('[data-upload]');
if (place instanceof HTMLElement) new UploadPage(place);
watchGroups(wordsIn('loi_tai_len'));
