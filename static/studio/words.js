/** Words that a page carries for its scripts: JSON in a data block, since the server knows every language. */

/** Returns the words in the block `id`, {} where the page has none. */
export function wordsIn(/** @type {string} */ id) {
  const block = document.getElementById(id);
  return /** @type {Record<string, string>} */ (block ? JSON.parse(block.textContent ?? '{}') : {});
}

/**
 * Returns the sentence with its fields filled in.
 *
 * @param {string | undefined} sentence @param {Record<string, string | number>} [fields]
 */
export function fill(sentence, fields = {}) {
  return (sentence ?? '').replace(/\{(\w+)\}/g, (whole, /** @type {string} */ name) => String(fields[name] ?? whole));
}

/**
 * Returns how much time is left, in the words `PREFIX-short`, `-minutes`, `-hours`; '' while nobody can say.
 *
 * @param {number | null} leftS @param {Record<string, string>} words @param {string} prefix @param {string} lang
 */
export function leftWords(leftS, words, prefix, lang) {
  if (leftS === null) return '';
  if (leftS < 60) return fill(words[`${prefix}-short`]);
  const [unit, count] = leftS < 5400 ? ['minutes', leftS / 60] : ['hours', leftS / 3600];
  return fill(words[`${prefix}-${unit}`], { count: Math.round(count).toLocaleString(lang) });
}
