/**
 * Folding for search, the same as `ispace.model.text.fold`: no case, no accents, đ as d, so that `chua` finds `Chùa`
 * and `hoà` finds `hòa`. Both are tested with tests/golden/fold.json.
 */

// Marks with a combining class other than 0, of the scripts that occur here (Latin, Greek, Cyrillic, Khmer, Thai, Lao,
// Arabic, Hebrew, Devanagari), and the invisible space at which a line of Khmer may break. Vowel signs such as those of Khmer have class 0 and stay: they are letters, not accents.
const MARKS =
  /[\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u093c\u094d\u0951-\u0954\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb\u17d2\u17dd\u1ab0-\u1abd\u1dc0-\u1dff\u200b\u20d0-\u20dc\u20e1\u20e5-\u20f0\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]/g;

/** @type {Record<string, string>} Letters that full case folding spells out, and đ. */
const LETTERS = { ß: 'ss', ẞ: 'ss', ς: 'σ', ſ: 's', ŉ: 'ʼn', ﬀ: 'ff', ﬁ: 'fi', ﬂ: 'fl', ﬃ: 'ffi', ﬄ: 'ffl', ﬅ: 'st', ﬆ: 'st', đ: 'd', ð: 'd' };
const SPELLED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

/**
 * Returns `text` without case and accents, its words separated by single spaces.
 * @param {string} text
 */
export function fold(text) {
  const lower = text.toLowerCase().replace(SPELLED, (letter) => LETTERS[letter] ?? letter);
  return lower.normalize('NFD').replace(MARKS, '').split(/\s+/u).filter(Boolean).join(' ');
}

/**
 * Returns the folded words of a text: punctuation parts them.
 * @param {string} text
 */
export function wordsOf(text) {
  return fold(text).split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
}

/**
 * Says whether every wanted word begins a word of `folded`, which starts with a space.
 * @param {string} folded
 * @param {string[]} wanted
 */
export function matches(folded, wanted) {
  return wanted.every((word) => folded.includes(` ${word}`));
}
