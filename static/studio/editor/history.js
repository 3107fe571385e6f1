/**
 * What was done with the tour, by whom and when; any earlier state can be made the newest one again.
 *
 * @import {Editor} from './context.js'
 *
 * What one person did in one go, from save `first` to save `revision`; `by` is null where a machine did it.
 * @typedef {{revision: number, first: number, by: {id: string, name: string} | null, since: string, until: string, told: string,
 *   labels: string[], note: string}} Entry
 */

import { button, el, openDialog, say, tell } from './parts.js';

/** @param {Editor} ed */
export function openHistory(ed) {
  const { api, lang, may_edit } = ed.given;
  const list = el('ol', { class: 'ed-history' });
  const state = el('p', { class: 'ed-hint', role: 'status' }, say('history-coming'));
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'short', timeStyle: 'short' });
  const hour = new Intl.DateTimeFormat(lang, { timeStyle: 'short' });
  /** @type {number | null} */
  let before = null;
  const more = button(say('history-more'), 'chevron-down', () => void ask());
  more.hidden = true;
  const dialog = openDialog(say('history'), () => [el('p', { class: 'ed-hint' }, say('history-text')), state, list, more], 'is-wide');
  void ask();

  async function ask() {
    const answer = await fetch(`${api}/history?lang=${lang}${before === null ? '' : `&before=${before}`}`).catch(() => null);
    if (!answer?.ok) {
      state.hidden = false;
      state.textContent = say('history-failed');
      return;
    }
    /** @type {{entries: Entry[], before: number | null}} */
    const told = await answer.json();
    state.hidden = true;
    const isNewest = before === null;
    list.append(...told.entries.map((entry, index) => line(entry, isNewest && index === 0)));
    before = told.before;
    more.hidden = before === null;
  }

  /** @param {Entry} entry @param {boolean} isNewest */
  function line(entry, isNewest) {
    const [since, until] = [new Date(entry.since), new Date(entry.until)];
    const isLong = hour.format(since) !== hour.format(until) || day.format(since) !== day.format(until);
    const sameDay = since.toDateString() === until.toDateString();
    const when = isLong ? `${day.format(since)} – ${(sameDay ? hour : day).format(until)}` : day.format(until);
    const name = entry.by?.name ?? say('history-machine');
    const restored = entry.labels.includes('restore') ? say('history-restored') : '';
    return el('li', {},
      el('div', {}, el('strong', {}, `${when} · ${name}`), el('span', { class: 'ed-hint' }, [restored, entry.told].filter(Boolean).join(': '))),
      isNewest ? el('span', { class: 'ed-hint' }, say('history-now'))
        : may_edit && button(say('restore'), 'rotate-ccw', () => void restore(entry.revision), { about: `${when}, ${name}` }));
  }

  /** @param {number} revision */
  async function restore(revision) {
    const answer = await fetch(`${api}/revisions/${revision}/restore`, { method: 'POST' }).catch(() => null);
    tell(say(answer?.ok ? 'restored' : 'restore-failed'));
    if (answer?.ok) dialog.close();
  }
}
