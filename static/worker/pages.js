/** Pages of a store, kept as texts: what they say of themselves, and the page for what was never visited. */

/** Whether a page stands in for a tour that was taken down; buckets answer 200 for it. @param {string} page */
export const isGone = (page) => /<html\b[^>]*\bdata-release="gone"/.test(page.slice(0, 4000));

/** The title of a tour's page without the site's name, still as HTML; null for other pages. @param {string} page */
export function tourTitle(page) {
  if (!/<section\b[^>]*\bdata-tour="/.test(page)) return null;
  const title = /<title>([^<]*)<\/title>/.exec(page)?.[1]?.trim();
  return title ? title.replace(/ · [^·]*$/, '') : null;
}

/** The language of a page. @param {string} page */
export const languageOf = (page) => /<html\b[^>]*?\blang="([A-Za-z0-9-]+)"/.exec(page)?.[1] ?? 'vi';

/**
 * The offline page as it is shown in place of any page of the store: its links lead to the top, whatever the depth, and
 * the tours that do open are listed. Titles come escaped from pages of this store.
 * @param {string} page @param {string} root @param {{url: string, title: string, lang: string}[]} tours
 */
export function offlinePage(page, root, tours) {
  const items = tours.map(({ url, title, lang }) => `<li lang="${lang}"><a href="${quoted(url)}">${title}</a></li>`);
  const placed = page.replaceAll('="../', () => `="${quoted(root)}`);
  if (items.length === 0) return placed;
  return placed.replace(' data-visited hidden', ' data-visited').replace('<ul></ul>', () => `<ul>${items.join('')}</ul>`);
}

const quoted = (/** @type {string} */ url) => url.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
