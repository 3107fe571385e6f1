/**
 * One picture of a card as large as the window, to be zoomed and moved by fingers, mouse, wheel, buttons and keys.
 *
 * @import {Medium} from './types.js'
 * @import {MediaHost} from './media.js'
 */

import { button, el } from './dom.js';

const MOST = 8;
const STEP = 1.6;
/** So far a stroke leads to the next picture. */
const SWIPE_PX = 60;

/**
 * Opens pictures at one of them; the focus goes back by itself to where it came from.
 * @param {Medium[]} pictures @param {number} first @param {MediaHost & {stage: HTMLElement}} host
 */
export function enlarged(pictures, first, { words, say, url, stage }) {
  const picture = el('img', { draggable: 'false' });
  const pane = el('div', { class: 'stage-enlarged-pane' }, picture);
  const caption = el('p', { 'aria-live': 'polite' });
  const back = button(words.pictureBefore, 'chevron-left', () => step(-1));
  const on = button(words.nextPicture, 'chevron-right', () => step(1));
  const close = button(words.close, 'x', shut, 'stage-enlarged-close');
  const dialog = el('dialog', { class: 'stage-enlarged' }, close, pane,
    el('div', { class: 'stage-enlarged-bar' },
      pictures.length > 1 && back, pictures.length > 1 && on,
      button(words.zoomIn, 'plus', () => zoom(STEP)), button(words.zoomOut, 'minus', () => zoom(1 / STEP)), caption));
  const opener = document.activeElement;
  let index = first;
  let [scale, x, y] = [1, 0, 0];
  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let stroke = 0;

  function shut() {
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  }

  function draw() {
    // What is moved off the pane cannot be found again.
    const [w, h] = [(pane.clientWidth * (scale - 1)) / 2, (pane.clientHeight * (scale - 1)) / 2];
    x = Math.min(Math.max(x, -w), w);
    y = Math.min(Math.max(y, -h), h);
    picture.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
  }

  /** Zooms about a point of the pane, given from its middle. @param {number} by @param {{x: number, y: number}} [about] */
  function zoom(by, about = { x: 0, y: 0 }) {
    const next = Math.min(Math.max(scale * by, 1), MOST);
    x = about.x - ((about.x - x) * next) / scale;
    y = about.y - ((about.y - y) * next) / scale;
    scale = next;
    draw();
  }

  function show() {
    const medium = pictures[index];
    if (!medium) return;
    const alt = say(medium.alt);
    Object.assign(picture, { src: url(medium.url), alt: alt.value, lang: alt.lang });
    const place = pictures.length > 1 ? `${words.picture(index + 1, pictures.length)} · ` : '';
    caption.replaceChildren(place, el('span', { lang: alt.lang }, alt.value),
      medium.credit ? ` · ${words.credit(medium.credit)}` : '');
    dialog.setAttribute('aria-label', alt.value);
    back.setAttribute('aria-disabled', String(index === 0));
    on.setAttribute('aria-disabled', String(index === pictures.length - 1));
    [scale, x, y] = [1, 0, 0];
    draw();
  }

  /** @param {1 | -1} by */
  function step(by) {
    if (!pictures[index + by]) return;
    index += by;
    show();
  }

  /** @param {{clientX: number, clientY: number}} event */
  function fromMiddle({ clientX, clientY }) {
    const box = pane.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  pane.addEventListener('pointerdown', (event) => {
    pane.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, fromMiddle(event));
    stroke = 0;
  });
  pane.addEventListener('pointermove', (event) => {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = fromMiddle(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, to);
    if (other) {
      const apart = (/** @type {{x: number, y: number}} */ p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
      zoom(apart(to) / apart(from), { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    } else if (scale > 1) {
      x += to.x - from.x;
      y += to.y - from.y;
      draw();
    } else stroke += to.x - from.x;
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    pane.addEventListener(type, (event) => {
      if (pointers.delete(event.pointerId) && type === 'pointerup' && Math.abs(stroke) > SWIPE_PX) step(stroke < 0 ? 1 : -1);
      stroke = 0;
    });
  }
  pane.addEventListener('dblclick', (event) => (scale > 1 ? zoom(1 / MOST) : zoom(STEP * STEP, fromMiddle(event))));
  pane.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), fromMiddle(event));
  }, { passive: false });

  /** @type {Record<string, () => void>} */
  const keys = {
    Escape: shut, '+': () => zoom(STEP), '=': () => zoom(STEP), '-': () => zoom(1 / STEP), 0: () => zoom(1 / MOST),
    ArrowLeft: () => move(1, 0), ArrowRight: () => move(-1, 0), ArrowUp: () => move(0, 1), ArrowDown: () => move(0, -1),
  };
  /** An arrow moves what is zoomed, else leafs. @param {-1 | 0 | 1} across @param {-1 | 0 | 1} down */
  function move(across, down) {
    if (scale === 1) return across && step(across > 0 ? -1 : 1);
    x += (across * pane.clientWidth) / 6;
    y += (down * pane.clientHeight) / 6;
    draw();
  }
  dialog.addEventListener('keydown', (event) => {
    // The stage below must not turn, nor its sheet close.
    event.stopPropagation();
    if (event.key === 'Tab') hold(event);
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  /** Where dialogs are no modal ones the keyboard stays inside all the same. @param {KeyboardEvent} event */
  function hold(event) {
    const stops = [...dialog.querySelectorAll('button')];
    const [leaving, next] = event.shiftKey ? [stops[0], stops[stops.length - 1]] : [stops[stops.length - 1], stops[0]];
    if (document.activeElement !== leaving) return;
    event.preventDefault();
    next?.focus();
  }

  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    event.stopPropagation();
    shut();
  });
  stage.append(dialog);
  if (window.HTMLDialogElement) dialog.showModal?.();
  else for (const [name, value] of Object.entries({ open: '', role: 'dialog', 'aria-modal': 'true' })) dialog.setAttribute(name, value);
  close.focus();
  show();
}
