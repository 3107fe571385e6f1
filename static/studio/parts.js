/** Exchanges the parts of a page (data-live-part) for those that the server would show now. */

const LEAST_MS = 1_500;
const BUSY_MS = 3_000;

let waiting = 0;
let asked = 0;

/**
 * Asks for the page and exchanges its parts, soon and never twice at once. A part in which somebody is choosing or typing
 * is left alone until they have done.
 */
export function refresh(/** @type {(root: ParentNode) => void} */ ready) {
  if (waiting) return;
  const wait = Math.max(0, asked + LEAST_MS - Date.now());
  waiting = window.setTimeout(async () => {
    waiting = 0;
    asked = Date.now();
    const fresh = await page();
    if (fresh && exchange(fresh, ready)) waiting = window.setTimeout(() => { waiting = 0; refresh(ready); }, BUSY_MS);
  }, wait);
}

async function page() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    // A page that is not this one, such as the one to sign in at, has none of its parts.
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null;
  } catch {
    return null;
  }
}

/**
 * Exchanges what `fresh` has too, and returns whether a part had to be left alone; none is where somebody waits for it.
 *
 * @param {Document} fresh @param {(root: ParentNode) => void} ready
 */
export function exchange(fresh, ready, isAwaited = false) {
  let left = false;
  for (const part of document.querySelectorAll('[data-live-part]')) {
    const other = fresh.querySelector(`[data-live-part="${CSS.escape(part.getAttribute('data-live-part') ?? '')}"]`);
    if (!other) continue;
    if (!isAwaited && isBusy(part)) {
      left = true;
      document.dispatchEvent(new CustomEvent('studio:left', { detail: other }));
      continue;
    }
    const open = [...part.querySelectorAll('details[open]')].map(path);
    const focused = document.activeElement && part.contains(document.activeElement) ? path(document.activeElement) : '';
    const scrolled = [...part.querySelectorAll('[tabindex="0"]')].map((e) => /** @type {const} */ ([path(e), e.scrollTop]));
    part.replaceChildren(...[...other.childNodes].map((node) => document.importNode(node, true)));
    for (const where of open) part.querySelector(where)?.setAttribute('open', '');
    for (const [where, top] of scrolled) {
      const again = part.querySelector(where);
      if (again) again.scrollTop = top;
    }
    ready(part);
    const again = focused ? part.querySelector(focused) : null;
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
  return left;
}

function isBusy(/** @type {Element} */ part) {
  const active = document.activeElement;
  const typing = active instanceof HTMLSelectElement || active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement;
  return (typing && part.contains(active)) || part.querySelector('dialog[open], :checked:not(option), .dragged') !== null;
}

/** Returns a selector that finds an element again: from the nearest one with a name, by place. */
function path(/** @type {Element} */ element) {
  const steps = [];
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    if (at.id) {
      steps.unshift(`#${CSS.escape(at.id)}`);
      break;
    }
    if (at.hasAttribute('data-job')) {
      steps.unshift(`[data-job="${CSS.escape(at.getAttribute('data-job') ?? '')}"]`);
      break;
    }
    const nth = at.parentElement ? [...at.parentElement.children].indexOf(at) + 1 : 1;
    steps.unshift(`${at.localName}:nth-child(${nth})`);
  }
  return steps.join(' > ');
}
