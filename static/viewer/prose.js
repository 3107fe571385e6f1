/** Texts of the document as elements. */

import { el } from './dom.js';

/** @typedef {{value: string, lang: string}} Said */

/** @param {keyof HTMLElementTagNameMap} tag @param {Said} text @param {string} [cls] */
export function said(tag, { value, lang }, cls) {
  return value ? el(tag, { class: cls, lang }, value) : null;
}

/** Paragraphs, parted by blank lines. @param {Said} text */
export const paragraphs = ({ value, lang }) =>
  value.split(/\n\s*\n/).filter((p) => p.trim()).map((p) => el('p', { lang }, p.trim()));
