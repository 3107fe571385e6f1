/** Handing a view on to others. */

import { el } from './dom.js';

/**
 * Hands a link to the device's own way of sharing, else to the clipboard, else shows it to be copied by hand.
 * @param {string} url @param {string} title
 * @param {{words: import('./words/vi.js').Words, note: (text: string) => void, show: (content: Node[]) => void}} host
 */
export async function share(url, title, { words, note, show }) {
  try {
    if (navigator.share) await navigator.share({ title, url });
    else {
      await navigator.clipboard.writeText(url);
      note(words.copied);
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const field = el('input', { type: 'text', readonly: true, value: url, 'aria-label': words.copyThis });
    show([el('div', { class: 'stage-card' }, el('h2', {}, words.copyThis), field)]);
    field.select();
  }
}
