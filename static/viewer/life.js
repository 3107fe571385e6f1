/** What happens to the page around a stage: it is hidden and seen again, kept and brought back, cut off and connected. */

import { frugal } from './dom.js';

/** A page hidden for so long gives its textures up on devices with little memory. */
const HIDDEN_MS = 20_000;

/**
 * @param {AbortSignal} signal ends it
 * @param {{wake: () => void, quiet: () => void, shed: () => void, retry: () => void}} host
 *   quiet: sounds and films stop; shed: what can be made again is given up; retry: what had failed is asked for again
 */
export function followLife(signal, { wake, quiet, shed, retry }) {
  let shedding = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(shedding);
    if (!document.hidden) return wake();
    quiet();
    // The system ends what holds most when memory is short; a page that nobody sees can be made again.
    if (frugal()) shedding = window.setTimeout(shed, HIDDEN_MS);
  }, { signal });
  window.addEventListener('pagehide', quiet, { signal });
  window.addEventListener('online', retry, { signal });
  // Back from the browser's page cache: the context may be gone, and the canvas may need its frame again.
  window.addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
  signal.addEventListener('abort', () => clearTimeout(shedding));
}
