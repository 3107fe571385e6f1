/**
 * The list of scenes beside the picture: what each is, what it waits for, in which order they stand. Dragged, or moved
 * with Alt and an arrow key.
 *
 * @import {Editor} from './context.js'
 * @import {Scene} from './draft.js'
 * @import {Panorama} from './published.js'
 */

import { said } from './draft.js';
import { Panel, button, el, icon, say, set } from './parts.js';

/** Puts a scene before another one, or at the end. @param {Editor} ed @param {string} id @param {string | null} before */
export function moveScene(ed, id, before) {
  if (id === before) return;
  ed.change('scene-order', (draft) => {
    const from = draft.scenes.findIndex((scene) => scene.id === id);
    if (from < 0) return;
    const [scene] = draft.scenes.splice(from, 1);
    const to = before === null ? -1 : draft.scenes.findIndex((other) => other.id === before);
    if (scene) draft.scenes.splice(to < 0 ? draft.scenes.length : to, 0, scene);
  });
}

/** One place up or down. @param {Editor} ed @param {string} id @param {1 | -1} by */
export function nudgeScene(ed, id, by) {
  const { scenes } = ed.draft;
  const at = scenes.findIndex((scene) => scene.id === id);
  if (at + by < 0 || at + by >= scenes.length) return false;
  moveScene(ed, id, scenes[by === 1 ? at + 2 : at - 1]?.id ?? null);
  return true;
}

/** What a scene's picture waits for, in words; '' where it is ready. @param {Panorama | null} panorama @param {boolean} [old] whether one is shown until then */
export function stateWords(panorama, old = false) {
  if (!panorama) return say(old ? 'picture-anew' : 'picture-unknown');
  if (panorama.state === 'done') return '';
  if (panorama.state === 'running' && panorama.progress !== null) return say('picture-running', { percent: Math.round(panorama.progress * 100) });
  return say(`picture-${panorama.state}`);
}

/** @param {Editor} ed @param {(id: string) => {count: number, severity: string} | null} problemsOf */
export function createScenes(ed, problemsOf) {
  const list = el('ul', { class: 'ed-scene-list', 'data-scenes': '' });
  const head = el('p', { class: 'ed-scenes-head' });
  const panel = new Panel(el('div', { class: 'ed-scenes-inner' }, head, list,
    // Until they are confirmed they are no scenes, and somebody who misses them looks here.
    ed.given.may_edit && ed.given.asked > 0 && el('a', { class: 'ed-asked', href: `${ed.given.page}/pictures#nhom` }, say('pictures-asked', { count: ed.given.asked })),
    ed.given.may_edit && el('a', { class: 'button ed-add', href: `${ed.given.page}/pictures#tai_len` }, icon('plus'), el('span', {}, say('add-pictures')))));
  /** @type {Map<string, {li: HTMLElement, key: string, scene: Scene | null, panorama: Panorama | null}>} */
  const known = new Map();
  let dragged = '';

  /** @param {Scene} scene */
  function made(scene) {
    const press = el('button', { type: 'button', class: 'ed-scene', 'data-scene': scene.id });
    const li = el('li', { draggable: ed.given.may_edit ? 'true' : null }, press);
    press.addEventListener('click', () => ed.show({ scene: scene.id, ...(ed.screen.how === 'grid' && ed.screen.tab === 'panorama' ? { how: 'stage' } : {}) }));
    li.addEventListener('dragstart', (event) => {
      dragged = scene.id;
      event.dataTransfer?.setData('text/plain', scene.id);
      li.classList.add('is-dragged');
    });
    li.addEventListener('dragend', () => {
      dragged = '';
      for (const one of list.children) one.classList.remove('is-dragged', 'is-before', 'is-after');
    });
    li.addEventListener('dragover', (event) => {
      if (!dragged) return;
      event.preventDefault();
      const { top, height } = li.getBoundingClientRect();
      const after = event.clientY > top + height / 2;
      li.classList.toggle('is-before', !after);
      li.classList.toggle('is-after', after);
    });
    li.addEventListener('dragleave', () => li.classList.remove('is-before', 'is-after'));
    li.addEventListener('drop', (event) => {
      event.preventDefault();
      if (!dragged) return;
      const { scenes } = ed.draft;
      const at = scenes.findIndex(({ id }) => id === scene.id);
      moveScene(ed, dragged, li.classList.contains('is-after') ? scenes[at + 1]?.id ?? null : scene.id);
    });
    return { li, key: '', scene: /** @type {Scene | null} */ (null), panorama: /** @type {Panorama | null} */ (null) };
  }

  list.addEventListener('keydown', (event) => {
    const press = event.target instanceof Element ? event.target.closest('[data-scene]') : null;
    const by = /** @type {1 | -1 | undefined} */ ({ ArrowUp: -1, ArrowDown: 1 }[event.key]);
    if (!press || !by) return;
    event.preventDefault();
    const id = press.getAttribute('data-scene') ?? '';
    if (event.altKey) {
      if (nudgeScene(ed, id, by)) known.get(id)?.li.querySelector('button')?.focus();
      return;
    }
    const next = press.closest('li')?.[by === 1 ? 'nextElementSibling' : 'previousElementSibling'];
    next?.querySelector('button')?.focus();
  });

  panel.bind(() => {
    const { scenes, start } = ed.draft;
    head.textContent = say('scene-count', { count: scenes.length });
    const held = document.activeElement;
    for (const [id, one] of known) {
      if (scenes.some((scene) => scene.id === id)) continue;
      one.li.remove();
      known.delete(id);
    }
    let last = /** @type {Element | null} */ (null);
    const first = start ?? scenes[0]?.id;
    for (const [index, scene] of scenes.entries()) {
      let one = known.get(scene.id);
      if (!one) known.set(scene.id, (one = made(scene)));
      const place = last ? last.nextElementSibling : list.firstElementChild;
      if (one.li !== place) list.insertBefore(one.li, place);
      last = one.li;
      const panorama = ed.panorama(scene);
      const problems = problemsOf(scene.id);
      const key = [index + 1, scene.id === first, ed.screen.scene === scene.id, problems?.count ?? 0, problems?.severity].join();
      if (one.scene !== scene || one.panorama !== panorama || one.key !== key) {
        Object.assign(one, { scene, panorama, key });
        write(/** @type {HTMLButtonElement} */ (one.li.firstElementChild), scene, panorama, scene.id === first, problems);
      }
    }
    if (held instanceof HTMLElement && held !== document.activeElement && held.isConnected && list.contains(held)) held.focus();
  });
  return panel;

  /** @param {HTMLButtonElement} press @param {Scene} scene @param {Panorama | null} panorama @param {boolean} first @param {ReturnType<typeof problemsOf>} problems */
  function write(press, scene, panorama, first, problems) {
    const old = ed.meanwhile(scene);
    const small = panorama?.thumbnail ?? old?.thumbnail;
    const picture = small
      ? el('img', { src: small.url, width: small.width_px, height: small.height_px, alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' })
      : el('span', { class: 'ed-scene-blank' }, icon(panorama?.state === 'failed' || panorama?.state === 'set-aside' ? 'triangle-alert' : 'image'));
    const state = stateWords(panorama, Boolean(old));
    const bad = panorama?.state === 'failed' || panorama?.state === 'set-aside';
    const below = state
      ? el('span', { class: `ed-scene-state${bad ? ' is-bad' : ''}` }, state)
      : problems
        ? el('span', { class: `ed-scene-state${problems.severity === 'error' ? ' is-bad' : ' is-todo'}` }, say('scene-todo', { count: problems.count }))
        : el('span', { class: 'ed-scene-state' }, say('spot-count', { count: scene.hotspots?.length ?? 0 }));
    press.replaceChildren(el('span', { class: 'ed-thumb' }, picture),
      el('span', { class: 'ed-scene-words' }, el('span', { class: 'ed-scene-title' }, said(scene.title, ed.given.lang) || say('untitled')), below,
        first && el('span', { class: 'ed-start' }, say('is-start'))));
    set(press, 'aria-current', ed.screen.scene === scene.id ? 'true' : null);
    if (ed.screen.scene === scene.id) reveal(press);
  }

  /** Brings a scene into sight within its list; the page around it stays where it is. @param {HTMLElement} press */
  function reveal(press) {
    for (const box of [panel.element, panel.element.parentElement]) {
      if (!box) continue;
      const [of, within] = [press.getBoundingClientRect(), box.getBoundingClientRect()];
      box.scrollTop += Math.min(0, of.top - within.top) + Math.max(0, of.bottom - within.bottom);
      box.scrollLeft += Math.min(0, of.left - within.left) + Math.max(0, of.right - within.right);
    }
  }
}

/** The buttons that move a scene and what else is done with it as a whole. @param {Editor} ed */
export const sceneMoves = (ed) => el('div', { class: 'ed-row' },
  button(say('move-up'), 'arrow-up', () => ed.scene && nudgeScene(ed, ed.scene.id, -1), { bare: true }),
  button(say('move-down'), 'arrow-down', () => ed.scene && nudgeScene(ed, ed.scene.id, 1), { bare: true }));
