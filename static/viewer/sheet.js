/**
 * The one dialog of the stage: at the side on wide screens, at the bottom on telephones. The picture beside it can
 * still be turned; the keyboard stays inside until Escape or the close button, and then returns to where it came from.
 */

import { button, el, set } from './dom.js';

const FOCUSABLE = 'a[href], button, input, audio[controls], video[controls], summary, [tabindex="0"]';

/** @param {HTMLElement} stage @param {import('./words/vi.js').Words} words @param {() => void} changed */
export function createSheet(stage, words, changed) {
  const body = el('div', { class: 'stage-sheet-body' });
  const dismiss = button(words.close, 'x', () => sheet.close(), 'stage-sheet-close');
  const dialog = el('dialog', { class: 'stage-sheet', closedby: 'closerequest' }, dismiss, body);
  // Safari 15.3 and Firefox 97 know no such element: it then is one by its role, and its attribute opens it.
  if (!window.HTMLDialogElement) set(dialog, 'role', 'dialog');
  /** @type {HTMLElement | null} */
  let from = null;
  let owner = '';

  // The browser's own wish to close: the Back gesture, and Escape where a player swallows the key.
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    sheet.close();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      sheet.close();
    }
    if (event.key !== 'Tab') return;
    const stops = [...dialog.querySelectorAll(FOCUSABLE)].filter((e) => /** @type {HTMLElement} */ (e).tabIndex >= 0
      && (e.checkVisibility?.() ?? e.getClientRects().length > 0));
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const leaving = event.shiftKey ? first : last;
    const next = event.shiftKey ? last : first;
    const at = document.activeElement;
    if (!(next instanceof HTMLElement)) return;
    if (at === leaving || at === dialog) {
      event.preventDefault();
      next.focus();
    }
    // A player that is still loading may drop the focus, or pass it on: what left comes back.
    setTimeout(() => sheet.open && !dialog.contains(document.activeElement) && next.focus());
  });

  const sheet = {
    dialog,
    /** How much something else covers of the stage's right side, or of its lower one. */
    aside: { width: 0, height: 0 },

    get open() {
      return dialog.hasAttribute('open');
    },
    /** What the sheet shows, by the name its opener gave. */
    get owner() {
      return sheet.open ? owner : '';
    },

    /**
     * Shows something. `name` says it to screen readers; focus goes to the dialog and comes back to `opener`.
     * @param {string} id @param {string} name @param {(Node | null)[]} content @param {HTMLElement | null} opener
     */
    show(id, name, content, opener) {
      sheet.quiet();
      owner = id;
      body.replaceChildren(...content.filter((node) => node !== null));
      body.scrollTop = 0;
      set(dialog, 'aria-label', name);
      set(from, 'aria-expanded', from && 'false');
      from = opener ?? (sheet.open ? from : null);
      set(from, 'aria-expanded', from && 'true');
      dialog.dataset.kind = id.split(':')[0] ?? '';
      if (!sheet.open) dialog.show ? dialog.show() : set(dialog, 'open', true);
      dialog.tabIndex = -1;
      // What scrolls must be reachable, or the keyboard cannot scroll it; and what is reached has a name.
      const scrolls = body.scrollHeight > body.clientHeight;
      set(body, 'tabindex', scrolls && '0');
      set(body, 'role', scrolls && 'region');
      set(body, 'aria-label', scrolls && name);
      dialog.focus({ preventScroll: true });
      stage.classList.add('has-sheet');
      changed();
    },

    /** Closes without asking. @param {boolean} [keep] leave the focus where it is */
    close(keep = false) {
      if (!sheet.open) return;
      sheet.quiet();
      set(from, 'aria-expanded', from && 'false');
      const back = !keep && dialog.contains(document.activeElement) ? from : null;
      dialog.close ? dialog.close() : set(dialog, 'open', null);
      body.replaceChildren();
      stage.classList.remove('has-sheet');
      owner = '';
      from = null;
      if (back?.isConnected) back.focus({ preventScroll: true });
      changed();
    },

    /** Stops sounds and films. */
    quiet() {
      for (const player of body.querySelectorAll('audio, video')) /** @type {HTMLMediaElement} */ (player).pause();
    },

    /** The part of the stage that the sheet leaves free, by where it will lie when it has risen. */
    free() {
      const { clientWidth: width, clientHeight: height } = stage;
      if (!sheet.open) return { width: width - sheet.aside.width, height: height - sheet.aside.height };
      return dialog.offsetWidth < width * 0.8
        ? { width: Math.max(dialog.offsetLeft, 120), height }
        : { width, height: Math.max(dialog.offsetTop, 120) };
    },
  };
  return sheet;
}

