/** Fields: passwords can be shown, what is to be kept is copied or printed. The buttons are hidden without a script. */

import { say } from './say.js';

const SAID_MS = 4000;
const BUTTONS = '[data-reveal], [data-copy], [data-print]';

/** Shows the buttons that need a script. */
export function readyFields(/** @type {ParentNode} */ root) {
  for (const button of root.querySelectorAll(BUTTONS)) {
    if (button instanceof HTMLElement) button.hidden = false;
  }
}

/** Watches the whole page. */
export function watchFields() {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest(BUTTONS) : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.print !== undefined) return window.print();
    const field = document.getElementById(button.dataset.reveal ?? button.dataset.copy ?? '');
    if (button.dataset.copy && field) void copy(button, field);
    else if (field instanceof HTMLInputElement) reveal(button, field);
  });
  // A password that is shown would be kept by the browser among what was typed into plain fields.
  document.addEventListener('submit', ({ target }) => {
    if (!(target instanceof HTMLFormElement)) return;
    for (const button of target.querySelectorAll('[data-reveal][aria-pressed="true"]')) {
      if (button instanceof HTMLElement) button.click();
    }
  }, { capture: true });
}

/** @param {HTMLElement} button @param {HTMLInputElement} field */
function reveal(button, field) {
  const shown = field.type === 'password';
  field.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(shown));
}

/** Copies a field or the lines of a list. @param {HTMLElement} button @param {HTMLElement} from */
async function copy(button, from) {
  const isField = from instanceof HTMLInputElement;
  const lines = [...from.querySelectorAll('li')].map((line) => line.textContent?.trim() ?? '');
  try {
    await navigator.clipboard.writeText(isField ? from.value : lines.join('\n'));
  } catch {
    // Selected, it is copied by hand.
    if (isField) from.select();
    else getSelection()?.selectAllChildren(from);
    return;
  }
  const word = button.querySelector('[data-word]');
  const said = button.dataset.said ?? '';
  say(said);
  if (!(word instanceof HTMLElement) || word.dataset.before !== undefined) return;
  word.dataset.before = word.textContent ?? '';
  word.textContent = said;
  setTimeout(() => {
    word.textContent = word.dataset.before ?? '';
    delete word.dataset.before;
  }, SAID_MS);
}
