/** Handing a view on to others. */

import { el } from './dom.js';

/**
 * Hands a link to the device's own way of sharing, else to the clipboard, else shows it to be copied by hand.
 * @param {import('./types.js').Inside} inside @param {string} url
 */
export async function share({ words, chrome, sheet, source }, url) {
  try {
    if (navigator.share) await navigator.share({ title: source.say(source.tour?.title).value, url });
    else {
      await navigator.clipboard.writeText(url);
      chrome.note(words.copied);
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const field = el('input', { type: 'text', readonly: true, value: url, 'aria-label': words.copyThis });
    const content = el('div', { class: 'stage-card' }, el('h2', {}, words.copyThis), field);
    sheet.show('share', words.share, [content], chrome.first());
    field.select();
  }
}
