/** Menus are <details>: this closes them by Escape and by a press beside them, also one on the picture of the editor. */

const MENU = 'details[data-pull]';

/** Watches the whole page. */
export function watchMenus() {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
    // A press on the words of a menu leaves the focus on the page: the menu that is open is meant all the same.
    const menu = (event.target instanceof Element && event.target.closest(`${MENU}[open]`)) || document.querySelector(`${MENU}[open]`);
    if (!(menu instanceof HTMLDetailsElement)) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector('summary')?.focus();
  }, { capture: true });
  document.addEventListener('click', ({ target }) => {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) {
      if (menu instanceof HTMLDetailsElement && target instanceof Node && !menu.contains(target)) menu.open = false;
    }
  }, { capture: true });
}
