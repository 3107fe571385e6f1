/**
 * What a visitor can choose at the top right: the first few as buttons where there is room, all of them in a menu. Parts
 * of the viewer offer their actions here, in the order in which they should stand.
 *
 * @import {Words} from './words/vi.js'
 */

import { button, el, redraw, set } from './dom.js';

/** More buttons than these beside each other are a cockpit; the rest stands in the menu. */
const MOST_BUTTONS = 5;
/** The order of all that there may be; a skin may leave some out. */
const ORDER = ['scenes', 'map', 'guide', 'share', 'fullscreen', 'gyroscope', 'vr', 'move', 'offline'];

/**
 * @typedef {object} Action
 * @property {string} id     as the skin names it
 * @property {string} name
 * @property {string} symbol
 * @property {(opener: HTMLElement) => void} act
 * @property {boolean} [dialog]  opens the sheet
 * @property {boolean} [written] its name stands beside its icon
 * @property {boolean} [menu]    stands in the menu only
 * @property {boolean} [narrow]  stands in the menu of narrow stages only: elsewhere it has a place of its own
 *
 * @typedef {object} Offered what one can do with an offered action
 * @property {(name: string, symbol: string) => void} rename
 * @property {(on: boolean) => void} press says that it is switched on or off
 * @property {() => void} remove
 */

/**
 * @param {Words} words
 * @param {(id: string, name: string, content: Node[], opener: HTMLElement) => void} show in the sheet
 * @param {() => void} close the sheet
 */
export function createActions(words, show, close) {
  /** @type {(Action & {button: HTMLButtonElement, pressed: boolean | null})[]} */
  let all = [];
  /** @type {ReadonlySet<string> | null} */
  let chosen = null;
  const bar = el('div', { class: 'stage-bar' });
  const menu = button(words.menu, 'menu', openMenu, 'stage-menu-button');
  set(menu, 'aria-haspopup', 'dialog');

  const allowed = () => all.filter(({ id }) => !chosen || chosen.has(id));

  function arrange() {
    const shown = allowed();
    const buttons = shown.filter((action) => !action.menu && !action.narrow).slice(0, MOST_BUTTONS);
    const focused = document.activeElement;
    bar.replaceChildren(...buttons.map((action) => action.button));
    if (focused instanceof HTMLElement && bar.contains(focused)) focused.focus({ preventScroll: true });
    menu.classList.toggle('is-narrow', shown.every((action) => action.narrow || buttons.includes(action)));
    menu.hidden = shown.length === 0;
  }

  function openMenu() {
    const items = allowed().map((action) => {
      const item = button(action.name, action.symbol, () => {
        close();
        action.act(menu);
      }, '', true);
      set(item, 'aria-pressed', action.pressed === null ? null : String(action.pressed));
      return el('li', { class: action.narrow && 'is-narrow' }, item);
    });
    show('menu', words.controls, [el('ul', { class: 'stage-menu' }, ...items)], menu);
  }

  return {
    bar,
    menu,

    /** The first of them that is there. */
    first: () => /** @type {HTMLElement | null} */ (bar.querySelector('button') ?? menu),

    /** Which of them a tour wants, all where it does not say. @param {readonly string[] | null | undefined} ids */
    choose(ids) {
      chosen = ids ? new Set(ids) : null;
      arrange();
    },

    /** Does what a button elsewhere stands for. @param {string} id @param {HTMLElement} opener */
    act: (id, opener) => all.find((action) => action.id === id)?.act(opener),

    /** Whether a tour wants something that stands elsewhere. @param {string} id */
    wants: (id) => !chosen || chosen.has(id),

    /** Takes an action up. @param {Action} action @returns {Offered} */
    offer(action) {
      const made = button(action.name, action.symbol, () => action.act(made), 'is-wide', action.written);
      set(made, 'aria-haspopup', action.dialog && 'dialog');
      const entry = { ...action, button: made, pressed: /** @type {boolean | null} */ (null) };
      all = [...all, entry].sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
      arrange();
      return {
        rename(name, symbol) {
          Object.assign(entry, { name, symbol });
          for (const attribute of ['title', 'aria-label']) if (!entry.written) set(made, attribute, name);
          made.querySelector('span')?.replaceChildren(name);
          redraw(made, symbol);
        },
        press(on) {
          entry.pressed = on;
          set(made, 'aria-pressed', String(on));
        },
        remove() {
          all = all.filter((other) => other !== entry);
          arrange();
        },
      };
    },
  };
}
