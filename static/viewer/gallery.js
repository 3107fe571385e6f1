/**
 * Pictures of a card to leaf through: by swiping, by buttons, by the arrow keys; each can be enlarged.
 *
 * @import {Medium} from './types.js'
 * @import {MediaHost} from './media.js'
 */

import { button, calm, el, icon, styled } from './dom.js';
import { enlarged } from './enlarged.js';

/**
 * Makes the pictures of a card leaf and enlarge. @param {HTMLElement} lead a figure, or a gallery of several
 * @param {Medium[]} pictures @param {MediaHost & {stage: HTMLElement}} host
 */
export function leaf(lead, pictures, host) {
  const { words, say } = host;
  void styled(new URL('./gallery.css', import.meta.url));
  const row = lead.querySelector('.stage-gallery-row');
  const figures = /** @type {HTMLElement[]} */ (row ? [...row.children] : [lead]);
  figures.forEach((figure, index) => {
    const open = el('button', {
      type: 'button', class: 'stage-enlarge', 'aria-haspopup': 'dialog', 'aria-label': words.enlarge(say(pictures[index]?.alt).value),
    }, icon('zoom-in'));
    open.addEventListener('click', () => enlarged(pictures, index, host));
    figure.append(open);
  });
  if (!row) return;

  const count = el('span', { 'aria-hidden': 'true' });
  const told = el('span', { class: 'stage-unseen', 'aria-live': 'polite' });
  const back = button(words.pictureBefore, 'chevron-left', () => step(-1));
  const on = button(words.nextPicture, 'chevron-right', () => step(1));
  lead.append(el('div', { class: 'stage-gallery-bar' }, back, el('p', {}, count, told), on));
  let at = 0;
  let resting = 0;

  /** @param {number} next */
  function show(next) {
    at = next;
    count.textContent = `${at + 1}/${figures.length}`;
    back.setAttribute('aria-disabled', String(at === 0));
    on.setAttribute('aria-disabled', String(at === figures.length - 1));
  }

  /** @param {1 | -1} by */
  function step(by) {
    const next = Math.min(Math.max(at + by, 0), figures.length - 1);
    if (next === at) return;
    show(next);
    row?.scrollTo({ left: next * row.clientWidth, behavior: calm() ? 'auto' : 'smooth' });
    told.textContent = words.picture(next + 1, figures.length);
  }

  row.addEventListener('scroll', () => {
    clearTimeout(resting);
    // While a swipe or a smooth scroll is under way its end is not known.
    resting = window.setTimeout(() => show(Math.round(row.scrollLeft / row.clientWidth)), 120);
  });
  lead.addEventListener('keydown', (event) => {
    const by = { ArrowRight: /** @type {const} */ (1), ArrowLeft: /** @type {const} */ (-1) }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    step(by);
  });
  show(0);
}
