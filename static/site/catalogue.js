/**
 * Finds tours in the catalogue's page: every card is there from the start, this only hides what does not match.
 *
 * Without it, the chips are links that filter through the address (see catalogue.css) and the search field is hidden.
 */

import { matches, wordsOf } from '../viewer/fold.js';
import { offlineWhenIdle } from '../viewer/late.js';

/** @typedef {{ element: HTMLElement, words: string, kinds: string[], shown: boolean }} Card */

const WAIT_MS = 80;

/** Sets up the finder of this page; does nothing on a page without one. */
function start() {
  const finder = document.querySelector('.finder');
  const field = document.querySelector('.search input');
  const search = document.querySelector('.search');
  const count = document.querySelector('.count');
  const none = document.querySelector('.none-found');
  const all = document.querySelector('.show-all');
  if (
    !(finder instanceof HTMLElement) || !(field instanceof HTMLInputElement) || !(search instanceof HTMLElement) ||
    !(count instanceof HTMLElement) || !(none instanceof HTMLElement) || !(all instanceof HTMLElement)
  ) return;

  const chips = /** @type {HTMLAnchorElement[]} */ ([...finder.querySelectorAll('.chips a')]);
  const cards = [...document.querySelectorAll('.card')].filter((e) => e instanceof HTMLElement).map(cardOf);
  let kind = '';

  const apply = () => {
    const wanted = wordsOf(field.value);
    let shown = 0;
    for (const card of cards) {
      const fits = (kind === '' || card.kinds.includes(kind)) && matches(card.words, wanted);
      if (fits) shown += 1;
      if (fits !== card.shown) {
        card.shown = fits;
        card.element.hidden = !fits;
      }
    }
    const words = (shown === 1 && count.dataset.one) || count.dataset.many || '';
    count.textContent = words.replace('{count}', shown.toLocaleString(document.documentElement.lang));
    none.hidden = shown > 0;
  };

  const choose = (/** @type {string} */ chosen) => {
    kind = chosen;
    for (const chip of chips) {
      if (chip.dataset.kind === kind) chip.setAttribute('aria-current', 'true');
      else chip.removeAttribute('aria-current');
    }
    apply();
  };

  for (const chip of chips) {
    chip.addEventListener('click', (event) => {
      event.preventDefault(); // the address keeps the filter, the page keeps its place
      history.replaceState(null, '', chip.hash || location.pathname + location.search);
      unmark();
      choose(chip.dataset.kind ?? '');
    });
  }

  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(apply, WAIT_MS);
  });
  search.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(timer);
    apply();
  });
  all.addEventListener('click', () => {
    field.value = '';
    history.replaceState(null, '', location.pathname + location.search);
    choose('');
    field.focus();
  });

  const fromAddress = () => {
    const mark = location.hash.slice(1);
    unmark();
    choose(chips.find((chip) => chip.hash === `#${mark}`)?.dataset.kind ?? '');
  };
  window.addEventListener('hashchange', fromAddress);
  search.dataset.ready = '';
  fromAddress();
}

/** Takes the marks away that filter by style sheet: from here on the script filters, and both would add up. */
function unmark() {
  for (const mark of document.querySelectorAll('.mark')) mark.remove();
}

/** @param {HTMLElement} element @returns {Card} */
function cardOf(element) {
  const words = ` ${wordsOf(`${element.textContent ?? ''} ${element.dataset.words ?? ''}`).join(' ')}`;
  return { element, words, kinds: (element.dataset.kind ?? '').split(' '), shown: true };
}

start();
if (document.readyState === 'complete') offlineWhenIdle();
else addEventListener('load', offlineWhenIdle);
