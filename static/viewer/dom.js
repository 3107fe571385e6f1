/** Making elements. Text goes in as text nodes, never as markup; styles come from viewer.css. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] false, null, undefined: left out
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets or removes an attribute. @param {Element | null} element @param {string} name @param {unknown} value */
export function set(element, name, value) {
  if (value === false || value === null || value === undefined) element?.removeAttribute(name);
  else element?.setAttribute(name, value === true ? '' : String(value));
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag @param {Record<string, string>} [attributes] @param {...Node} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An icon of the page's sprite. @param {string} name */
export const icon = (name) =>
  svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `#i-${name}` }));

/**
 * A button with an icon; its name is written beside the icon, or else is its tooltip.
 * @param {string} name @param {string} symbol @param {() => void} act @param {string} [cls] @param {boolean} [written]
 */
export function button(name, symbol, act, cls = '', written = false) {
  const names = written ? {} : { title: name, 'aria-label': name };
  const element = el('button', { type: 'button', class: `stage-button ${cls}`, ...names },
    icon(symbol), written && el('span', {}, name));
  element.addEventListener('click', act);
  return element;
}

/**
 * Lets the viewer follow a link by itself; a new tab or window stays the browser's business.
 * @param {HTMLElement} link @param {() => void} act
 */
export function follow(link, act) {
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act();
  });
}

/**
 * Brings the style sheet of a part that is loaded on demand, once; what it makes is shown after that, styled or not.
 * @param {URL} address @returns {Promise<unknown>}
 */
export function styled({ href }) {
  const known = sheets.get(href);
  if (known) return known;
  const link = el('link', { rel: 'stylesheet', href });
  const come = new Promise((done) => ['load', 'error'].forEach((type) => link.addEventListener(type, done)));
  sheets.set(href, come);
  document.head.append(link);
  return come;
}

/** Style sheets that were brought. @type {Map<string, Promise<unknown>>} */
const sheets = new Map();

/** Gives a button another icon. @param {Element | null} control @param {string} symbol */
export const redraw = (control, symbol) => control?.querySelector('use')?.setAttribute('href', `#i-${symbol}`);

/** @param {number} ms */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Whether the visitor asked for less motion. */
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Whether the device has little memory; those that do not tell are taken to have enough. */
export const frugal = () => (/** @type {{deviceMemory?: number}} */ (navigator).deviceMemory ?? 4) <= 2;
