/**
 * Whether everything is saved, and who else works on the tour.
 *
 * @import {Editor} from './context.js'
 */

import { askClash } from './clash.js';
import { el, icon, knows, say, tell } from './parts.js';

const SIGNS = { saved: 'cloud-check', saving: 'cloud-upload', offline: 'wifi-off', clash: 'triangle-alert', refused: 'triangle-alert' };

/** @param {Editor} ed @param {ReturnType<typeof import('./sync.js').createSync>} sync */
export function createSaved(ed, sync) {
  const word = el('span', { role: 'status' });
  const sign = el('span', { class: 'ed-saved-sign' });
  // Pressed, it asks again what was left unanswered.
  const element = el('button', { type: 'button', class: 'ed-saved' }, sign, word);
  element.addEventListener('click', () => (sync.state.state === 'clash' ? sync.ask() : sync.flush()));
  const people = el('ul', { class: 'ed-people', 'aria-label': say('people-here') });
  let state = '';
  const time = new Intl.DateTimeFormat(ed.given.lang, { hour: '2-digit', minute: '2-digit' });

  /** @param {keyof typeof SIGNS} next @param {{at?: Date | null, text?: string}} [detail] */
  function show(next, detail = {}) {
    const words = next === 'saved'
      ? detail.at ? say('saved-at', { time: time.format(detail.at) }) : say('saved')
      : detail.text || say(`saved-${next}`);
    element.dataset.state = next;
    if (state !== next) sign.replaceChildren(icon(SIGNS[next]));
    state = next;
    if (word.textContent !== words) word.textContent = words;
  }
  show(sync.state.state, sync.state);
  sync.on('state', (now) => show(now.state, now));
  sync.on('lost', ({ label, text }) => tell(say('lost', { what: knows(`did-${label}`) ? say(`did-${label}`) : label, why: text })));
  sync.on('people', (list) => {
    people.replaceChildren(...[...new Map(list.map((one) => [one.id, one])).values()].map(({ name }) =>
      el('li', { title: say('person-here', { name }) }, el('span', { 'aria-hidden': 'true' }, initials(name)), el('span', { class: 'unseen' }, name))));
  });
  let isAsking = false;
  sync.on('clash', (question) => {
    if (isAsking) return;
    isAsking = true;
    askClash(ed, question, () => void (isAsking = false));
  });
  return { element, people };
}

/** @param {string} name */
const initials = (name) => name.trim().split(/\s+/).slice(-2).map((word) => word[0] ?? '').join('').toUpperCase();
