/**
 * The list of all scenes, in the sheet: with pictures, by floors where the tour has some, and with a search that needs no
 * accents. Arrow keys move through it.
 *
 * @import {Inside, Scene} from './types.js'
 */

import { button, el, icon, styled } from './dom.js';
import { matches, wordsOf } from './fold.js';
import { sceneLink } from './scene_link.js';

/** @typedef {{item: HTMLLIElement, link: HTMLAnchorElement, folded: string}} Entry */

/** @param {Inside} inside */
export function create(inside) {
  const { words, source, sheet } = inside;
  const dressed = styled(new URL('./scenes.css', import.meta.url));

  /** What is searched in: names in every language, and the floor's. @param {Scene} scene @param {string} floor */
  const foldedOf = (scene, floor) => ` ${wordsOf([...Object.values(scene.title), floor].join(' ')).join(' ')}`;

  /** Scenes by floor, lowest first; those without one come last. */
  function groups() {
    const { scenes = [], floors = [] } = source.tour ?? {};
    const known = new Set(floors.map(({ id }) => id));
    const found = floors.map(({ id, title }) => ({ title: source.say(title), scenes: scenes.filter((s) => s.floor === id) }));
    const others = scenes.filter(({ floor }) => !floor || !known.has(floor));
    found.push({ title: { value: words.otherPlaces, lang: inside.language }, scenes: others });
    return found.filter((group) => group.scenes.length > 0);
  }

  /** The list and its search, as content of the sheet. */
  function list() {
    const field = el('input', { type: 'search', 'aria-label': words.findScene, placeholder: words.findScene, autocomplete: 'off' });
    const count = el('p', { class: 'scenes-count', role: 'status' });
    const all = button(words.showAll, 'list', () => {
      field.value = '';
      search();
      field.focus();
    }, '', true);
    const none = el('div', { class: 'scenes-none', hidden: true }, el('p', {}, words.noSceneFound), all);
    const found = groups();
    /** @type {Entry[]} */
    const entries = [];
    const parts = found.map(({ title, scenes }, n) => {
      const items = scenes.map((scene) => {
        const link = sceneLink(scene, inside);
        const item = el('li', {}, link);
        entries.push({ item, link, folded: foldedOf(scene, found.length > 1 ? title.value : '') });
        return item;
      });
      const id = `${inside.stage.id || 'stage'}-floor-${n}`;
      const grid = el('ol', { class: 'scenes-grid', 'aria-labelledby': found.length > 1 && id }, ...items);
      return el('section', {}, found.length > 1 && el('h3', { id, lang: title.lang }, title.value), grid);
    });

    function search() {
      const wanted = wordsOf(field.value);
      let shown = 0;
      for (const { item, folded } of entries) {
        item.hidden = !matches(folded, wanted);
        if (!item.hidden) shown++;
      }
      for (const part of parts) part.hidden = !part.querySelector('li:not([hidden])');
      none.hidden = shown > 0;
      count.textContent = words.sceneCount(shown);
    }
    field.addEventListener('input', search);
    search();

    const content = el('div', { class: 'scenes' },
      el('div', { class: 'scenes-search' }, icon('search'), field), count, ...parts, none);
    content.addEventListener('keydown', (event) => move(event, entries.filter(({ item }) => !item.hidden), field));
    return content;
  }

  /** @param {HTMLElement} opener */
  function show(opener) {
    const whole = source.whole;
    const body = whole ? list() : el('p', { class: 'scenes-wait', role: 'status' }, words.scenesComing);
    sheet.show('scenes', words.scenes, [el('h2', {}, words.scenes), body], opener);
    body.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    if (!whole) void fetchAll(opener, body);
  }

  /** @param {HTMLElement} opener @param {HTMLElement} waiting */
  async function fetchAll(opener, waiting) {
    try {
      await inside.needTour();
      if (waiting.isConnected) show(opener);
    } catch {
      waiting.replaceChildren(el('span', {}, words.noScenes), button(words.retry, 'refresh-cw', () => show(opener), '', true));
    }
  }

  return {
    /** @param {HTMLElement} opener */
    async toggle(opener) {
      if (sheet.owner === 'scenes') return sheet.close();
      await dressed;
      show(opener);
    },
  };
}

/**
 * Arrow keys go from scene to scene, up and down by rows; from the search field down to the first one, and Enter in it
 * opens the only one that is left.
 * @param {KeyboardEvent} event @param {Entry[]} shown @param {HTMLElement} field
 */
function move(event, shown, field) {
  const at = shown.findIndex(({ link }) => link === document.activeElement);
  if (document.activeElement === field) {
    if (event.key === 'Enter' && shown.length === 1) shown[0]?.link.click();
    else if (event.key === 'ArrowDown' || event.key === 'Enter') shown[0]?.link.focus();
    else return;
    event.preventDefault();
    return;
  }
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = target(event.key, at, shown);
  if (to === undefined) return;
  event.preventDefault();
  if (to < 0) field.focus();
  else shown[Math.min(to, shown.length - 1)]?.link.focus();
}

/** Where a key leads from an entry; −1 is the search field, undefined nowhere. @param {string} key @param {number} at @param {Entry[]} shown */
function target(key, at, shown) {
  const place = (/** @type {number} */ n) => {
    const box = shown[n]?.item.getBoundingClientRect();
    return { x: box?.left ?? 0, y: box?.top ?? 0 };
  };
  if (key === 'ArrowRight') return at + 1;
  if (key === 'ArrowLeft') return at - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return shown.length - 1;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  // The nearest in the next row: rows differ in length, and so do floors.
  const [step, here] = [key === 'ArrowDown' ? 1 : -1, place(at)];
  let row = at + step;
  while (shown[row] && place(row).y === here.y) row += step;
  if (!shown[row]) return step < 0 ? -1 : at;
  const line = place(row).y;
  let best = row;
  for (let n = row; shown[n] && place(n).y === line; n += step) {
    if (Math.abs(place(n).x - here.x) < Math.abs(place(best).x - here.x)) best = n;
  }
  return best;
}
