/** A question of the page itself, in a dialog that looks like those of the server; the harmless answer has the focus. */

import { el } from '../../viewer/dom.js';

/** @param {string} title @param {string} text @param {string} no @param {string} yes @param {() => void} act */
export function ask(title, text, no, yes, act) {
  const keep = el('button', { type: 'button', class: 'button button-main' }, no);
  const go = el('button', { type: 'button', class: 'button' }, yes);
  const dialog = el('dialog', { class: 'dialog', 'aria-labelledby': 'hoi_ten', 'aria-describedby': 'hoi_chu' },
    el('h2', { id: 'hoi_ten' }, title), el('p', { id: 'hoi_chu' }, text), el('div', { class: 'row' }, keep, go));
  keep.addEventListener('click', () => dialog.close());
  go.addEventListener('click', () => {
    dialog.close();
    act();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
}
