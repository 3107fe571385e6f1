/** Texts of the document as elements. */

import { el } from './dom.js';
import { blocks, inlines } from './markdown.js';

/** @typedef {{value: string, lang: string}} Said */

/** @param {keyof HTMLElementTagNameMap} tag @param {Said} text @param {string} [cls] */
export function said(tag, { value, lang }, cls) {
  return value ? el(tag, { class: cls, lang }, value) : null;
}

/** Paragraphs, parted by blank lines. @param {Said} text */
export const paragraphs = ({ value, lang }) =>
  value.split(/\n\s*\n/).filter((p) => p.trim()).map((p) => el('p', { lang }, p.trim()));

/** Paragraphs and lists with the little Markdown that texts may hold. @param {Said} text */
export const rich = ({ value, lang }) =>
  blocks(value).map(({ kind, items }) =>
    el(kind, { lang }, ...(kind === 'p' ? items.flatMap(shown) : items.map((item) => el('li', {}, ...shown(item))))));

/** @param {string} line */
const shown = (line) => inlines(line).map(element);

/** @param {import('./markdown.js').Inline} part @returns {Node | string} */
function element(part) {
  if (typeof part === 'string') return part;
  const { tag, href, children } = part;
  return el(tag, href ? { href, target: '_blank', rel: 'noopener noreferrer' } : {}, ...children.map(element));
}
