/**
 * Pictures are dragged from group to group: a shorter way to what the form of their group does, which the keyboard has too.
 */

import { fill } from '../words.js';

/** What a group of a kind is called in the form's choice. */
const KINDS = /** @type {Record<string, string>} */ ({ panorama: 'panorama', part: 'panorama', media: 'media' });

/** @type {HTMLElement | null} */
let dragged = null;

/** Watches the whole page. */
export function watchGroups(/** @type {Record<string, string>} */ words) {
  document.addEventListener('submit', (event) => {
    const [form, button] = [event.target, event.submitter];
    if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) return;
    if (!form.matches('[data-group-form]') || !['move', 'remove'].includes(button.value)) return;
    const boxes = [...form.querySelectorAll('input[name="file"]')].filter((box) => box instanceof HTMLInputElement);
    const [first] = boxes;
    if (!first || boxes.some((box) => box.checked)) return;
    // Of one picture alone it is clear which is meant.
    if (boxes.length === 1) return void (first.checked = true);
    event.preventDefault();
    event.stopPropagation();
    first.focus();
    first.setCustomValidity(words.tick ?? '');
    first.reportValidity();
    first.setCustomValidity('');
  }, { capture: true });
  tellOfNew(words);
  document.addEventListener('pointerdown', ({ target, pointerType }) => {
    const thumb = thumbOf(target);
    if (thumb && pointerType === 'mouse') thumb.draggable = true;
  });
  document.addEventListener('dragstart', (event) => {
    dragged = thumbOf(event.target);
    if (!dragged || !event.dataTransfer) return;
    dragged.classList.add('dragged');
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', dragged.dataset.file ?? '');
  });
  document.addEventListener('dragover', (event) => {
    const group = goal(event.target);
    for (const other of document.querySelectorAll('.group-over')) other.classList.toggle('group-over', other === group);
    if (!group) return;
    event.preventDefault();
    group.classList.add('group-over');
  });
  document.addEventListener('drop', (event) => {
    const group = goal(event.target);
    if (!group || !dragged) return;
    event.preventDefault();
    move(dragged, group);
  });
  document.addEventListener('dragend', () => {
    dragged?.classList.remove('dragged');
    dragged = null;
    for (const group of document.querySelectorAll('.group-over')) group.classList.remove('group-over');
  });
}

/** Says how many groups are new while the page is left alone because pictures are ticked, and shows them on request. */
function tellOfNew(/** @type {Record<string, string>} */ words) {
  const bar = document.querySelector('[data-groups-new]');
  const button = bar?.querySelector('button');
  const word = button?.querySelector('span');
  if (!(bar instanceof HTMLElement) || !button || !word) return;
  document.addEventListener('studio:left', (event) => {
    const fresh = event instanceof CustomEvent && event.detail instanceof Element ? event.detail.querySelectorAll('[data-group]') : [];
    const here = new Set([...document.querySelectorAll('[data-group]')].map(({ id }) => id));
    const count = [...fresh].filter(({ id }) => !here.has(id)).length;
    bar.hidden = count === 0;
    word.textContent = fill(words[count === 1 ? 'groups-new-one' : 'groups-new'], { count });
  });
  button.addEventListener('click', () => {
    for (const box of document.querySelectorAll('[data-group-form] input[name="file"]')) if (box instanceof HTMLInputElement) box.checked = false;
    bar.hidden = true;
    const title = document.getElementById('nhom_ten');
    title?.setAttribute('tabindex', '-1');
    title?.focus();
    document.dispatchEvent(new CustomEvent('studio:changed'));
  });
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function thumbOf(target) {
  const thumb = target instanceof Element ? target.closest('[data-group-form] .thumb') : null;
  return thumb instanceof HTMLElement && thumb.querySelector('input') ? thumb : null;
}

/** Returns the group that what is dragged may be dropped on. */
function goal(/** @type {EventTarget | null} */ target) {
  const group = dragged && target instanceof Element ? target.closest('[data-group]') : null;
  if (!(group instanceof HTMLElement) || group === dragged?.closest('[data-group]')) return null;
  return choice(/** @type {HTMLElement} */ (dragged), group) ? group : null;
}

/** Returns the choice of the picture's form that means `group`. */
function choice(/** @type {HTMLElement} */ thumb, /** @type {HTMLElement} */ group) {
  const kind = [...group.classList].find((name) => name.slice(6) in KINDS)?.slice(6) ?? '';
  const value = KINDS[kind] ?? group.dataset.group ?? '';
  const options = thumb.closest('form')?.querySelectorAll('[data-to] option') ?? [];
  return [...options].find((option) => option instanceof HTMLOptionElement && option.value === value);
}

/** Moves a picture, and with it all that are ticked in its group, by sending the form of its group. */
function move(/** @type {HTMLElement} */ thumb, /** @type {HTMLElement} */ group) {
  const form = thumb.closest('form');
  const box = thumb.querySelector('input');
  const option = choice(thumb, group);
  const button = form?.querySelector('[data-move]');
  if (!form || !box || !(option instanceof HTMLOptionElement) || !(button instanceof HTMLButtonElement)) return;
  if (!box.checked) {
    for (const other of form.querySelectorAll('input[name="file"]')) if (other instanceof HTMLInputElement) other.checked = false;
    box.checked = true;
  }
  option.selected = true;
  form.requestSubmit(button);
}
