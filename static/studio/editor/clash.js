/**
 * The question that is asked where two people changed the same: which place, what each of them made of it.
 *
 * @import {Editor} from './context.js'
 * @import {Scene} from './draft.js'
 * @import {Question} from './sync.js'
 */

import { said } from './draft.js';
import { button, el, knows, openDialog, say, tell } from './parts.js';

/** Asks one question; `closed` is called when it is answered or put off. @param {Editor} ed @param {Question} question @param {() => void} closed */
export function askClash(ed, question, closed) {
  const who = question.by || say('somebody');
  const where = placeOf(ed, question);
  const version = (/** @type {'mine' | 'theirs'} */ whose, /** @type {string} */ title) =>
    el('section', {}, el('h3', {}, title), el('blockquote', {}, shown(ed, question[whose])),
      button(say(`clash-take-${whose}`), 'check', () => answer(whose), { cls: whose === 'mine' ? 'button-main' : '' }));
  const dialog = openDialog(say('clash'), () => [
    el('p', {}, say('clash-text', { who })),
    where ? el('p', { class: 'ed-hint' }, say('clash-where', { where })) : null,
    el('div', { class: 'ed-clash' }, version('mine', say('clash-mine')), version('theirs', say('clash-theirs', { who }))),
  ], 'is-wide');
  dialog.addEventListener('close', closed);

  /** @param {'mine' | 'theirs'} whose */
  function answer(whose) {
    dialog.removeEventListener('close', closed);
    dialog.close();
    // What was not chosen can still be had: nothing is lost by a wrong press.
    if (whose === 'theirs') tell(say('clash-taken', { who }), { name: say('clash-back'), act: () => question.resolve('mine') });
    // The next question may come with the answer, so this one is over before.
    closed();
    question.resolve(whose);
  }
}

/** Says in words where it is: the scene, which may be gone by now, and what was done there. @param {Editor} ed @param {Question} question */
function placeOf(ed, { path, label, ours }) {
  const [list, step = ''] = path;
  /** @type {Scene | undefined} */
  const scene = list === 'scenes' ? [...ed.draft.scenes, ...(ours.scenes ?? [])].find(({ id }) => `#${id}` === step) : undefined;
  const did = knows(`did-${label}`) ? say(`did-${label}`) : '';
  return [scene ? said(scene.title, ed.given.lang) || scene.id : '', did].filter(Boolean).join(' · ');
}

/** Says a value in words, as far as it has some. @param {Editor} ed @param {unknown} value @returns {string} */
function shown(ed, value) {
  const number = new Intl.NumberFormat(ed.given.lang, { maximumFractionDigits: 2 });
  if (value === undefined || value === null) return say('clash-nothing');
  if (value === '') return say('clash-empty');
  if (typeof value === 'number') return number.format(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length ? value.map((one) => shown(ed, one)).join(', ') : say('clash-empty');
  const parts = /** @type {Record<string, unknown>} */ (value);
  const title = parts.title ?? parts.name;
  if (typeof title === 'object' && title) return said(/** @type {Record<string, string>} */ (title), ed.given.lang) || String(parts.id ?? '');
  return Object.values(parts).map((one) => shown(ed, one)).join(' · ');
}
