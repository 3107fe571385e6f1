/**
 * Forms of the parts of a page are sent without leaving it where leaving would break something off, as uploads: the answer
 * is the page that would have come, of which the parts are taken. A question that the server asks back stands in a dialog.
 */

import { exchange } from './parts.js';

/** Sends the forms of live parts quietly; `ready` enhances what was exchanged, `say` tells what the server said. */
export function watchQuietly(/** @type {(root: ParentNode) => void} */ ready, /** @type {(text: string) => void} */ say) {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    // Prevented: another script has taken it, or it is on its way already.
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== 'post') return;
    if (!form.closest('[data-live-part], [data-question]')) return;
    event.preventDefault();
    if (form.dataset.sent !== undefined) return;
    form.dataset.sent = '';
    event.submitter?.setAttribute('aria-disabled', 'true');
    void send(form, event.submitter, ready, say);
  });
}

/**
 * @param {HTMLFormElement} form @param {HTMLElement | null} button
 * @param {(root: ParentNode) => void} ready @param {(text: string) => void} say
 */
async function send(form, button, ready, say) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value);
  if (button instanceof HTMLButtonElement && button.name) fields.append(button.name, button.value);
  const question = form.closest('dialog');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: fields, headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    question?.close();
    // Any page may hold questions of its own that nobody has asked yet.
    const asked = page.querySelector('main section[data-asked]');
    if (asked) ask(asked);
    else if (page.querySelector('[data-live-part]')) {
      exchange(page, ready, true);
      say([...page.querySelectorAll('.flash p')].map((one) => one.textContent).join(' '));
    } else if (page.body.classList.contains('door')) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    else say(page.querySelector('main h1 + p')?.textContent || page.querySelector('main h1')?.textContent || String(answer.status));
  } catch {
    say(document.body.dataset.offline ?? '');
  } finally {
    delete form.dataset.sent;
    button?.removeAttribute('aria-disabled');
  }
}

/** Shows a question of the server in a dialog. */
function ask(/** @type {Element} */ section) {
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.dataset.question = '';
  dialog.append(...[...section.childNodes].map((node) => document.importNode(node, true)));
  const title = dialog.querySelector('h1');
  if (title) {
    title.id = 'hoi_lai';
    dialog.setAttribute('aria-labelledby', title.id);
  }
  const back = dialog.querySelector('a.button');
  back?.setAttribute('role', 'button');
  back?.addEventListener('click', (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  if (back instanceof HTMLElement) back.focus();
}
