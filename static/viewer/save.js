/**
 * The panel in which a visitor keeps a whole tour for a time without a network: how much it is before anything is
 * fetched, how far it has come, and how to be rid of it.
 *
 * @import {Inside} from './types.js'
 */

import { button, el, set } from './dom.js';
import { megabytes, offlineStringsFor } from './offline-strings.js';
import { OfflineError, planSave, removeSaved, saveTour, savedTour } from './offline.js';

/** @param {Inside} inside */
export function create(inside) {
  const { language, sheet, signal, chrome } = inside;
  const words = offlineStringsFor(language);
  const url = inside.source.base;
  /** @type {AbortController | null} */
  let saving = null;

  const said = el('p', { 'aria-live': 'polite' });
  const bar = el('progress', { max: 100, 'aria-label': words.save, hidden: true });
  const actions = el('p', { class: 'stage-actions' });
  const panel = el('div', { class: 'stage-card' }, el('h2', {}, words.save), said, bar, actions);

  /** @param {string} text @param {...HTMLElement} choices */
  function tell(text, ...choices) {
    const held = actions.contains(document.activeElement);
    said.textContent = text;
    actions.replaceChildren(...choices);
    // What was pressed is gone: the keyboard goes on with what has come in its place.
    if (held) (choices[0] ?? sheet.dialog).focus();
  }

  /** @param {string} name @param {string} symbol @param {() => void} act */
  function choice(name, symbol, act) {
    const made = button(name, symbol, act, '', true);
    made.className = 'stage-action';
    return made;
  }

  /** @param {unknown} error */
  const reason = (error) => words[error instanceof OfflineError ? error.reason : 'network'];

  /** Says what is kept and what could be. */
  async function look() {
    if (saving) return;
    tell(inside.words.loading);
    try {
      const [plan, kept] = await Promise.all([planSave(url, { signal }), savedTour(url)]);
      const size = words.size(megabytes(plan.bytes, language));
      const remove = choice(words.remove, 'x', () => void drop());
      const start = (/** @type {string} */ name) => choice(name, 'download', () => void save(plan));
      if (!kept) tell(plan.face_px ? `${size}.` : `${size}. ${words.previewsOnly}`, start(words.start));
      else if (kept.release === plan.release) tell(words.saved, remove);
      else tell(`${words.outdated} ${size}.`, start(words.update), remove);
    } catch (error) {
      tell(reason(error), choice(inside.words.retry, 'refresh-cw', () => void look()));
    }
  }

  async function drop() {
    await removeSaved(url);
    tell(words.removed);
  }

  /** @param {import('./offline.js').Plan} plan */
  async function save(plan) {
    const own = new AbortController();
    saving = own;
    signal.addEventListener('abort', () => own.abort(), { once: true });
    bar.hidden = false;
    tell(words.saving('0'), choice(words.stop, 'x', () => own.abort()));
    try {
      let percent = 0;
      await saveTour(plan, {
        signal: own.signal,
        progress({ share }) {
          bar.value = share * 100;
          // A screen reader is told every tenth, not every file.
          if (Math.floor(share * 10) === Math.floor(percent / 10) && share < 1) return;
          percent = Math.round(share * 100);
          said.textContent = words.saving(percent.toLocaleString(language));
        },
      });
      tell(words.saved, choice(words.remove, 'x', () => void drop()));
      if (sheet.owner !== 'offline') chrome.note(words.saved);
    } catch (error) {
      tell(own.signal.aborted ? words.stopped : reason(error), choice(inside.words.retry, 'refresh-cw', () => void look()));
    } finally {
      saving = null;
      bar.hidden = true;
    }
  }

  return {
    /** @param {HTMLElement} opener */
    toggle(opener) {
      sheet.show('offline', words.save, [panel], opener);
      set(panel, 'lang', language === 'en' ? 'en' : 'vi');
      void look();
    },
  };
}
