/**
 * "Còn N việc": what the gate finds in the draft, asked for anew after each save; each entry leads to the place that mends it.
 *
 * @import {Editor} from './context.js'
 *
 * @typedef {{code: string, field: string, scene: string | null, part: string | null, severity: 'error' | 'warning', text: string,
 *   mend?: string | null}} Problem
 */

import { nameOfPlace } from './library_picker.js';
import { said, sceneOf } from './draft.js';
import { el, icon, say, set } from './parts.js';

const PAUSE_MS = 700;

/** @param {Editor} ed @param {(problem: Problem) => void} go */
export function createProblems(ed, go) {
  /** @type {Problem[]} */
  let problems = [];
  let known = false;
  let asking = 0;
  /** @type {Map<string, {count: number, severity: string}>} */
  let byScene = new Map();
  const count = el('span', {}, say('todo-unknown'));
  const press = el('summary', { class: 'button ed-todo', 'data-todo': '' }, icon('list-checks'), count);
  const list = el('div', { class: 'ed-todo-list' });
  const fold = el('details', { class: 'ed-pull', 'data-pull': '' }, press, list);

  function show() {
    const { length } = problems;
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    count.textContent = known ? say(length ? 'todo' : 'todo-none', { count: length }) : say('todo-unknown');
    press.classList.toggle('is-good', known && length === 0);
    press.classList.toggle('is-bad', errors > 0);
    if (!fold.open) return;
    /** @type {Map<string, Problem[]>} */
    const groups = new Map();
    for (const problem of problems) {
      const of = nameOf(ed, problem);
      groups.set(of, [...(groups.get(of) ?? []), problem]);
    }
    list.replaceChildren(
      el('p', { class: 'ed-hint' }, length ? say(errors ? 'todo-errors' : 'todo-warnings', { count: errors }) : say('todo-good')),
      ...[...groups].map(([name, of]) => el('section', {}, el('h3', {}, name),
        el('ul', {}, ...of.slice(0, 100).map((problem) => {
          const line = el('button', { type: 'button', class: `ed-problem${problem.severity === 'error' ? ' is-bad' : ''}` },
            icon(problem.severity === 'error' ? 'circle-alert' : 'info'), el('span', {}, problem.text, problem.mend && el('span', { class: 'ed-hint' }, problem.mend)));
          line.addEventListener('click', () => {
            fold.open = false;
            go(problem);
          });
          return el('li', {}, line);
        })))));
  }
  fold.addEventListener('toggle', show);

  async function ask() {
    const answer = await fetch(`${ed.given.api}/check`).catch(() => null);
    if (!answer?.ok) return;
    problems = (/** @type {{problems: Problem[]}} */ (await answer.json())).problems;
    known = true;
    byScene = new Map();
    for (const { scene, severity } of problems) {
      if (!scene) continue;
      const one = byScene.get(scene) ?? { count: 0, severity: 'warning' };
      byScene.set(scene, { count: one.count + 1, severity: severity === 'error' ? 'error' : one.severity });
    }
    show();
    ed.emit('problems');
  }

  return {
    element: fold,
    of: (/** @type {string} */ scene) => byScene.get(scene) ?? null,
    get all() {
      return problems;
    },
    /** Asks soon what is left to do. */
    renew() {
      clearTimeout(asking);
      asking = window.setTimeout(() => void ask(), PAUSE_MS);
    },
  };
}

/** What a problem is about: a scene, something that scenes share, else the tour. @param {Editor} ed @param {Problem} problem */
function nameOf(ed, { scene, field, part }) {
  const { lang } = ed.given;
  if (scene) return said(sceneOf(ed.draft, scene)?.title, lang) || scene;
  const [, list = '', number = ''] = /^(products|media|floors|places)\[(\d+)\]/.exec(field) ?? [];
  const item = /** @type {any} */ (ed.draft)[list]?.[Number(number)];
  const name = list === 'places' && item ? nameOfPlace(item, lang) : said(item?.name ?? item?.title ?? item?.alt, lang);
  return name || part || say('todo-tour');
}

/** Brings the focus to the field that a problem is about: its path's end is what fields are marked with. @param {HTMLElement} inspector @param {string} path */
export function focusField(inspector, path) {
  const steps = path.replace(/\[\d+\]/g, '').split('.').filter(Boolean);
  for (let from = 0; from < steps.length; from++) {
    for (let to = steps.length; to > from; to--) {
      const found = inspector.querySelector(`[data-field="${CSS.escape(steps.slice(from, to).join('.'))}"]`);
      if (!found) continue;
      const fold = found.closest('details');
      if (fold) fold.open = true;
      const control = found.matches('summary, input, a') ? found : found.querySelector('input, textarea, select, button, summary');
      if (control instanceof HTMLElement) control.focus();
      found.scrollIntoView({ block: 'center' });
      set(found, 'data-found', '');
      setTimeout(() => set(found, 'data-found', null), 2000);
      return true;
    }
  }
  return false;
}
