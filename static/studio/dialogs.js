/**
 * Questions before something that cannot easily be undone: a form with data-ask opens the dialog it names, whose own form
 * says that the question was answered. Without a script the server asks.
 */

/** Watches the whole page. */
export function watchDialogs() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.ask) return;
    const dialog = document.getElementById(form.dataset.ask);
    if (!(dialog instanceof HTMLDialogElement) || typeof dialog.showModal !== 'function') return;
    event.preventDefault();
    dialog.showModal();
    // The harmless answer has the focus, so that Enter pressed twice does no harm.
    const keep = dialog.querySelector('[data-close]');
    if (keep instanceof HTMLElement) keep.focus();
  });
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const closes = target.closest('[data-close]') ?? (target instanceof HTMLDialogElement ? target : null);
    const dialog = closes?.closest('dialog');
    if (dialog instanceof HTMLDialogElement && dialog.classList.contains('dialog')) dialog.close();
  });
}
