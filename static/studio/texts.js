/**
 * A table of texts brought back: read by the server, shown with what it would change, then changed as one.
 *
 * @typedef {{what: string, scene: string, part: string, field: string, lang: string, before: string, after: string}} Change
 * @typedef {{revision: number, changes: Change[], change_count: number, left: {line: number, why: string, what: string}[],
 *   left_count: number, ignored: string[]}} Preview
 */

import { el } from '../viewer/dom.js';
import { refresh } from './parts.js';
import { fill, wordsIn } from './words.js';

const MOST_BYTES = 8 << 20;

const words = wordsIn('loi_bang');
const say = (/** @type {string} */ code, /** @type {Record<string, string | number>} */ fields = {}) => fill(words[code] ?? code, fields);

/** @param {File} file @returns {Promise<string>} */
const inBase64 = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.addEventListener('load', () => done(String(reader.result).replace(/^[^,]*,/, '')));
  reader.addEventListener('error', () => failed(reader.error));
  reader.readAsDataURL(file);
});

/** @param {HTMLFormElement} form */
function start(form) {
  const api = form.dataset.sheet ?? '';
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input[type=file]'));
  const state = /** @type {HTMLElement} */ (form.querySelector('[data-state]'));
  const seen = /** @type {HTMLElement} */ (form.querySelector('[data-seen]'));
  let content = '';
  form.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());

  /** @param {string} path @param {object} body @returns {Promise<any>} what came, null where it failed and was told */
  async function ask(path, body) {
    const answer = await fetch(api + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok && told) return told;
    state.textContent = told?.title ?? say('failed');
    return null;
  }

  const forget = () => {
    content = input.value = '';
    seen.replaceChildren();
  };

  input.addEventListener('change', async () => {
    const [file] = input.files ?? [];
    seen.replaceChildren();
    state.textContent = '';
    if (!file) return;
    if (file.size > MOST_BYTES) return void (state.textContent = say('big', { most: MOST_BYTES >> 20 }));
    state.textContent = say('reading');
    try {
      content = await inBase64(file);
    } catch {
      return void (state.textContent = say('failed'));
    }
    const preview = /** @type {Preview | null} */ (await ask('/preview', { content }));
    if (preview) show(preview);
  });

  /** @param {Preview} preview */
  function show(preview) {
    const { change_count, left_count, left, ignored, changes } = preview;
    state.textContent = change_count ? say('will', { count: change_count }) : say('nothing');
    const apply = el('button', { type: 'button', class: 'button button-main' }, say('apply', { count: change_count }));
    const cancel = el('button', { type: 'button', class: 'button' }, say('cancel'));
    apply.addEventListener('click', async () => {
      apply.disabled = true;
      const made = await ask('', { content, revision: preview.revision });
      apply.disabled = false;
      if (!made) return;
      forget();
      state.textContent = say('done', { count: made.change_count });
      void refresh(() => {});
    });
    cancel.addEventListener('click', () => {
      forget();
      state.textContent = '';
      input.focus();
    });
    seen.replaceChildren(...[
      change_count > 0 && table(changes),
      change_count > changes.length && el('p', { class: 'muted' }, say('more', { count: change_count - changes.length })),
      left_count > 0 && el('details', { class: 'sheet-left' }, el('summary', {}, say('left', { count: left_count })),
        el('ul', { class: 'plain' }, ...left.map((one) => el('li', {}, say(`why-${one.why}`, { line: one.line, what: one.what })))),
        left_count > left.length && el('p', { class: 'muted' }, say('left-more', { count: left_count - left.length }))),
      ignored.length > 0 && el('p', { class: 'muted' }, say('ignored', { names: ignored.join(', ') })),
      change_count > 0 && el('div', { class: 'row' }, apply, cancel),
    ].filter((part) => part !== false));
  }
}

/** @param {Change[]} changes */
function table(changes) {
  const head = ['where', 'before', 'after'].map((name) => el('th', { role: 'columnheader', scope: 'col' }, say(name)));
  return el('table', { class: 'diff', role: 'table' }, el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...head)),
    el('tbody', { role: 'rowgroup' }, ...changes.map((one) => el('tr', { role: 'row' },
      el('th', { role: 'rowheader', scope: 'row' }, one.what, el('br'), el('span', { class: 'muted' }, [nameOf(one.field), one.lang].join(' · '))),
      el('td', { role: 'cell', 'data-name': say('before'), lang: one.lang }, one.before ? el('del', {}, one.before) : el('span', { class: 'nothing' }, say('empty'))),
      el('td', { role: 'cell', 'data-name': say('after'), lang: one.lang }, el('ins', {}, one.after))))));
}

/** @param {string} field */
function nameOf(field) {
  const last = field.split('.').pop() ?? '';
  return words[`field-${last}`] ?? field;
}

for (const form of document.querySelectorAll('form[data-sheet]')) if (form instanceof HTMLFormElement) start(form);
