/** What the upload says, in the words of the page: of a file, and of all of them. */

import { fill, leftWords } from '../words.js';

/** @typedef {import('./queue.js').Item} Item */
/** @typedef {Record<string, string>} Words */

/** Returns an amount of data as people say it, as ispace/templating.py does. */
export function size(/** @type {number} */ bytes, /** @type {string} */ lang) {
  const [unit, name] = /** @type {[number, string][]} */ ([[1e9, 'GB'], [1e6, 'MB'], [1e3, 'kB'], [1, 'B']]).find(([u]) => bytes >= u) ?? [1, 'B'];
  const amount = bytes / unit;
  const digits = amount < 100 && unit >= 1e6 ? 1 : 0;
  return `${amount.toLocaleString(lang, { maximumFractionDigits: digits })}\u00a0${name}`;
}

/** Returns what is said of one file. */
export function ofFile(/** @type {Item} */ item, /** @type {Words} */ words, /** @type {string} */ lang) {
  const { state, code, fields, file, sentBytes, resumed } = item;
  if (code) {
    if (state === 'known' && code === 'refused') return String(fields.reason);
    const shown = { ...fields, size: size(file.size, lang), most: size(Number(fields.mostBytes ?? 0), lang) };
    return fill(words[`file-${code}`], shown);
  }
  const percent = file.size ? Math.floor((sentBytes / file.size) * 100) : 0;
  return fill(words[`file-${state === 'sending' && resumed ? 'resuming' : state}`], { percent });
}

/**
 * Returns the title and the line below it for the whole list.
 *
 * @param {ReturnType<import('./queue.js').Queue['totals']>} totals
 * @param {{ paused: boolean, online: boolean, leftS: number | null }} now @param {Words} words @param {string} lang
 */
export function ofAll(totals, { paused, online, leftS }, words, lang) {
  const { all, waiting, problems, done, checking, sizeBytes, sentBytes } = totals;
  const files = (/** @type {number} */ count) => fill(words[count === 1 ? 'title-one' : 'title'], { count: count.toLocaleString(lang) });
  let title = fill(words['title-sending'], { files: files(waiting) });
  if (waiting === 0) title = problems ? fill(words['title-problems'], { files: files(problems) }) : fill(words['title-done'], { files: files(done) });
  else if (!online) title = fill(words['title-offline'], { files: files(waiting) });
  else if (paused) title = fill(words['title-paused'], { files: files(waiting) });
  else if (checking === waiting) title = fill(words['title-checking'], { files: files(waiting) });
  const text = fill(words.text, {
    sent: size(sentBytes, lang),
    size: size(sizeBytes, lang),
    done: done.toLocaleString(lang),
    count: all.toLocaleString(lang),
    left: waiting === 0 ? '' : leftWords(leftS, words, 'wait', lang),
  });
  return { title, text };
}
