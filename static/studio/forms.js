/** Forms: what is wrong or was done takes the focus, nothing is sent twice, nothing is lost while there is no network. */

/** Moves the focus to what is wrong, else to what a form has done: the page after a form would begin at its top. */
export function readyForms(/** @type {ParentNode} */ root) {
  const first = root.querySelector('.summary[data-first]') ?? root.querySelector('[data-first]');
  if (first instanceof HTMLElement) first.focus();
  else if (root === document && location.hash) {
    // A form led back to what it changed.
    const changed = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (changed?.getAttribute('tabindex') === '-1') changed.focus();
  }
}

/** Watches the whole page. */
export function watchForms() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== 'post') return;
    if (form.dataset.sent !== undefined) event.preventDefault();
    else if (!navigator.onLine) {
      event.preventDefault();
      tell(form);
    } else hold(form, event.submitter);
  });
  // Back from the next page: the form is as it was, and may be sent again.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const form of document.querySelectorAll('form[data-sent]')) release(form);
  });
}

/** Says that the form could not be sent, and keeps what was typed. */
function tell(/** @type {HTMLFormElement} */ form) {
  const said = form.querySelector('.form-said') ?? document.createElement('p');
  said.className = 'form-said error';
  said.setAttribute('role', 'alert');
  said.textContent = document.body.dataset.offline ?? '';
  form.append(said);
}

/** Marks a form as sent. Its buttons stay enabled: a disabled one would not be sent along. */
function hold(/** @type {HTMLFormElement} */ form, /** @type {HTMLElement | null} */ button) {
  form.dataset.sent = '';
  form.querySelector('.form-said')?.remove();
  if (!button) return;
  button.setAttribute('aria-disabled', 'true');
  const word = button.querySelector('span:not(.unseen)');
  if (!(word instanceof HTMLElement) || !button.dataset.busy) return;
  word.dataset.before = word.textContent ?? '';
  word.textContent = button.dataset.busy;
}

function release(/** @type {Element} */ form) {
  form.removeAttribute('data-sent');
  for (const button of form.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
  for (const word of form.querySelectorAll('[data-before]')) {
    if (word instanceof HTMLElement) word.textContent = word.dataset.before ?? '';
  }
}
