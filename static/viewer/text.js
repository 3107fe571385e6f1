/** Texts of a tour document, which are said in several languages. */

/**
 * A text of the document in a language or the best there is, and the language it then is in.
 * @param {import('./types.js').Text | null | undefined} text @param {string} language @param {string} fallback
 */
export function pick(text, language, fallback) {
  for (const lang of [language, fallback, 'vi', ...Object.keys(text ?? {})]) {
    const value = text?.[lang];
    if (value) return { value, lang };
  }
  return { value: '', lang: language };
}

/**
 * What a language calls itself, or is called in another one; its code where the browser does not know.
 * @param {string} code @param {string} [language]
 */
export function tongueOf(code, language = code) {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}
