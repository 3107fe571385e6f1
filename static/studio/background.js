/** Work of the server's that a page waits for: while a part holds data-again, it is asked for until it no longer does. */

import { refresh } from './parts.js';
import { say } from './say.js';

const EVERY_MS = 2_000;

/** Follows the part with data-done, and says those words at the end. */
export function followBackground(/** @type {(root: ParentNode) => void} */ ready) {
  const part = document.querySelector('[data-live-part][data-done]');
  if (!(part instanceof HTMLElement) || !part.querySelector('[data-again]')) return;
  const timer = setInterval(() => {
    if (part.querySelector('[data-again]')) return refresh(ready);
    clearInterval(timer);
    say(part.dataset.done ?? '');
  }, EVERY_MS);
}
