/** Keys, and the first steps for whoever opens a tour for the first time. */

import { button, el, openDialog, say } from './parts.js';

/** @type {[string, string][]} */
const KEYS = [
  ['?', 'key-help'], ['Ctrl+Z', 'key-undo'], ['Ctrl+Shift+Z', 'key-redo'], ['1 … 4', 'key-tabs'], ['[ ]', 'key-scenes'], ['V', 'key-view'],
  ['L', 'key-link'], ['T', 'key-card'], ['P', 'key-product'], ['Enter', 'key-place'], ['← ↑ → ↓', 'key-move'], ['Shift+← ↑ → ↓', 'key-move-far'],
  ['Ctrl+C, Ctrl+V', 'key-copy'], ['Ctrl+A', 'key-all'], ['Delete', 'key-remove'], ['Esc', 'key-escape'], ['Alt+↑ ↓', 'key-order'], ['/', 'key-find'],
];

export const openKeys = () => openDialog(say('keys'), () => [
  el('dl', { class: 'ed-keys' }, ...KEYS.flatMap(([keys, what]) => [el('dt', {}, ...keys.split(', ').flatMap((key, i) => [i ? ', ' : '', el('kbd', {}, key)])), el('dd', {}, say(what))])),
], 'is-wide');

const STEPS = ['pictures', 'titles', 'view', 'links', 'cards', 'publish'];
const SEEN = 'ispace-huong-dan';

/** Whether somebody has seen the first steps in this browser. */
export const hasSeenGuide = () => {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return true;
  }
};

/** Six steps, each beside what it is about. @param {(step: string) => void} lead shows the place that a step is about */
export function openGuide(lead) {
  let at = 0;
  const body = el('div', { class: 'ed-guide-step', 'aria-live': 'polite' });
  const count = el('span', { class: 'ed-hint' });
  const before = button(say('guide-before'), 'arrow-left', () => show(at - 1));
  const next = button(say('guide-next'), 'arrow-right', () => (at === STEPS.length - 1 ? dialog.close() : show(at + 1)), { cls: 'button-main' });
  const dialog = openDialog(say('guide'), () => [body, el('div', { class: 'ed-dialog-foot' }, before, count, next)], 'is-guide');
  const show = (/** @type {number} */ to) => {
    at = to;
    const step = STEPS[at] ?? '';
    body.replaceChildren(el('h3', {}, say(`guide-${step}`)), el('p', {}, say(`guide-${step}-text`)));
    count.textContent = say('guide-count', { number: at + 1, count: STEPS.length });
    before.disabled = at === 0;
    next.querySelector('span')?.replaceChildren(say(at === STEPS.length - 1 ? 'guide-end' : 'guide-next'));
    lead(step);
  };
  show(0);
  next.focus();
  try {
    localStorage.setItem(SEEN, '1');
  } catch {
    // Who keeps nothing is shown the way each time, and may close it.
  }
}
