/** The menus of the head are <details>: this closes them by Escape and by a press beside them. */

const MENU = 'details[data-pull]';

/** Watches the whole page. */
export function watchMenus() {
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && event.target instanceof Element && event.target.closest(`${MENU}[open]`);
    if (!(menu instanceof HTMLDetailsElement)) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
  document.addEventListener('click', ({ target }) => {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) {
      if (menu instanceof HTMLDetailsElement && target instanceof Node && !menu.contains(target)) menu.open = false;
    }
  });
}
