/**
 * The other languages of a tour: one stands as a link, several in a list behind one button, because next to each other
 * they would cover the title.
 *
 * @import {TourDocument} from './types.js'
 * @import {Words} from './words/vi.js'
 */

import { button, el, set } from './dom.js';
import { tongueOf } from './text.js';

/** @param {Words} words @param {Pick<import('./chrome.js').ChromeHost, 'language' | 'pageIn' | 'show'>} host */
export function createTongues(words, { language, pageIn, show }) {
  const element = el('span', { class: 'stage-tongues' });

  /** A link to this view in another language. @param {string} code @param {Record<string, string>} attributes @param {(Node | string)[]} content */
  function linkTo(code, attributes, ...content) {
    const link = el('a', { class: 'stage-button', href: pageIn(code), hreflang: code, lang: code, ...attributes }, ...content);
    // What is shown changes, and with it where the link leads.
    for (const type of ['pointerdown', 'focus', 'click']) link.addEventListener(type, () => (link.href = pageIn(code)));
    return link;
  }

  /** @param {string[]} codes */
  function list(codes) {
    const name = `${words.languages}: ${tongueOf(language)}`;
    const opener = button(name, 'languages', () => {
      const items = codes.map((code) => el('li', {}, linkTo(code, {}, el('span', {}, tongueOf(code)))));
      show('languages', words.languages, [el('h2', {}, words.languages), el('ul', { class: 'stage-menu' }, ...items)], opener);
    });
    set(opener, 'aria-haspopup', 'dialog');
    return opener;
  }

  return {
    element,

    /** The first control of it, null where there is no other language. */
    first: () => /** @type {HTMLElement | null} */ (element.querySelector('a, button')),

    /** Offers what a tour has. @param {TourDocument} tour */
    take({ languages, page }) {
      const others = languages.filter((code) => code !== language && page?.[code]);
      const [only = ''] = others;
      const own = tongueOf(only);
      element.replaceChildren(...(others.length > 1 ? [list(others)] : others.map(() =>
        linkTo(only, { title: own }, only.toUpperCase(), el('span', { class: 'stage-unseen' }, ` – ${own}`)))));
    },
  };
}
