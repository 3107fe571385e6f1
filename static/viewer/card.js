/**
 * What a card shows: text, pictures, sound and film, and OCOP products with their recognition. Text goes in as text,
 * addresses only where they may be followed.
 *
 * @import {Hotspot, Medium, Product, Text, TourDocument} from './types.js'
 * @import {Words} from './words/vi.js'
 */

import { el, icon, set } from './dom.js';
import { safeUrl } from './links.js';

/**
 * @typedef {object} CardHost
 * @property {Words} words
 * @property {(text: Text | null | undefined) => {value: string, lang: string}} say
 * @property {(path: string) => string} url  resolves an address of the document
 * @property {TourDocument} tour
 * @property {string} today  ISO date
 */

/** A date as people write it: 15/03/2028. @param {string} iso */
const dateOf = (iso) => iso.split('-').reverse().join('/');

/** Today, where the visitor is. */
export function todayIso(now = new Date()) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** @param {keyof HTMLElementTagNameMap} tag @param {{value: string, lang: string}} text @param {string} [cls] */
function said(tag, { value, lang }, cls) {
  return value ? el(tag, { class: cls, lang }, value) : null;
}

/** Paragraphs, parted by blank lines. @param {{value: string, lang: string}} text */
const paragraphs = ({ value, lang }) =>
  value.split(/\n\s*\n/).filter((p) => p.trim()).map((p) => el('p', { lang }, p.trim()));

/** @param {Medium} medium @param {CardHost} host */
function player(medium, { words, say, url }) {
  const alt = say(medium.alt);
  const address = url(medium.url);
  const size = { width: medium.width_px, height: medium.height_px };
  const figure = el('figure', { class: `stage-medium is-${medium.kind}` });
  if (medium.kind === 'image') {
    figure.append(el('img', { src: address, alt: alt.value, lang: alt.lang, loading: 'lazy', decoding: 'async', ...size }));
  } else {
    const player = el(medium.kind, { src: address, controls: true, preload: 'metadata', 'aria-label': alt.value || null });
    if (medium.kind === 'video') for (const name of ['width', 'height']) set(player, name, size[/** @type {'width'} */ (name)]);
    set(player, 'playsinline', medium.kind === 'video');
    Object.entries(medium.captions ?? {}).forEach(([lang, path], i) => {
      player.append(el('track', { kind: 'captions', srclang: lang, label: lang, src: url(path), default: i === 0 }));
    });
    // One sound at a time.
    player.addEventListener('play', () => {
      for (const other of player.getRootNode() instanceof Document ? document.querySelectorAll('audio, video') : []) {
        if (other !== player) /** @type {HTMLMediaElement} */ (other).pause();
      }
    });
    figure.append(player);
  }
  const transcript = say(medium.transcript);
  if (medium.kind !== 'image' && alt.value) figure.append(el('figcaption', { lang: alt.lang }, alt.value));
  if (transcript.value) {
    figure.append(el('details', {}, el('summary', {}, icon('chevron-down'), words.transcript), ...paragraphs(transcript)));
  }
  return figure;
}

/**
 * The first picture leads; the others, sound and film follow the text, and last who made them.
 * @param {string[]} ids @param {CardHost} host
 */
function media(ids, host) {
  const found = ids.map((id) => host.tour.media?.[id]).filter((medium) => medium !== undefined);
  const credits = [...new Set(found.map((m) => m.credit).filter(Boolean))];
  const [lead, ...pictures] = found.filter((m) => m.kind === 'image').map((m) => player(m, host));
  return {
    lead: lead ?? null,
    others: [
      ...found.filter((m) => m.kind !== 'image').map((m) => player(m, host)),
      ...pictures,
      credits.length ? el('p', { class: 'stage-credit' }, host.words.credit(credits.join(' · '))) : null,
    ],
  };
}

/** What a hotspot opens: its name and the content of its card. @param {Hotspot} spot @param {CardHost} host */
export function cardOf(spot, host) {
  const product = spot.kind === 'product' ? host.tour.products?.[spot.product] : undefined;
  return {
    title: host.say(product?.name ?? spot.title).value,
    content: product ? productContent(product, host) : cardContent(spot, host),
  };
}

/** The content of a card. @param {Hotspot} spot @param {CardHost} host @returns {(Node | null)[]} */
function cardContent(spot, host) {
  const { lead, others } = media(spot.media ?? [], host);
  return [
    lead,
    el('div', { class: 'stage-card' }, said('h2', host.say(spot.title)), ...paragraphs(host.say(spot.text)), ...others),
  ];
}

/** The content of a product's card. @param {Product} product @param {CardHost} host @returns {(Node | null)[]} */
function productContent(product, host) {
  const { words, say } = host;
  const { lead, others } = media(product.media ?? [], host);
  const stars = el('p', { class: 'stage-stars', role: 'img', 'aria-label': words.stars(product.stars) });
  for (let i = 1; i <= 5; i++) {
    const star = icon('star');
    if (i <= product.stars) star.classList.add('is-full');
    stars.append(star);
  }
  const over = product.expires_on < host.today;
  const badge = el(
    'span',
    { class: `stage-badge ${over ? 'is-over' : ''}` },
    icon(over ? 'hourglass' : 'badge-check'),
    over ? words.reassessed : words.validUntil(dateOf(product.expires_on)),
  );
  const facts = el('dl', {});
  const fact = (/** @type {string} */ name, /** @type {Node | string | null} */ value) => {
    if (value) facts.append(el('div', {}, el('dt', {}, name), el('dd', {}, value)));
  };
  fact(words.maker, said('span', say(product.maker.name)));
  fact(words.address, said('span', say(product.maker.address)));
  fact(words.decision, `${product.decision}, ${dateOf(product.issued_on)}`);
  fact(words.issuer, said('span', say(product.issuer)));
  fact(words.validity, badge);

  const links = el('p', { class: 'stage-actions' });
  /** @param {string} address @param {string} sign @param {string} label @param {string} lang */
  const action = (address, sign, label, lang) => {
    const href = safeUrl(address, host.url(''));
    if (!href) return;
    const out = href.startsWith('tel:') ? {} : { target: '_blank', rel: 'noopener noreferrer' };
    links.append(el('a', { href, lang, class: 'stage-action', ...out }, icon(sign), label));
  };
  const kinds = {
    map: ['navigation', words.directions],
    shop: ['store', words.shop],
    trace: ['qr-code', words.trace],
    website: ['globe', words.web],
  };
  const add = (/** @type {keyof typeof kinds} */ kind) => {
    for (const link of product.links.filter((l) => l.kind === kind)) {
      const [sign = '', label = ''] = kinds[kind];
      const own = say(link.title);
      action(link.url, sign, own.value || label, own.lang);
    }
  };
  add('map');
  if (product.maker.phone) {
    action(`tel:${product.maker.phone.replace(/[^\d+]/g, '')}`, 'phone', words.phone, say(null).lang);
  }
  add('trace');
  add('shop');
  add('website');
  return [
    lead,
    el(
      'div',
      { class: 'stage-card' },
      el('div', { class: 'stage-card-top' }, stars, product.sample && el('span', { class: 'stage-sample' }, words.sample)),
      said('h2', say(product.name)),
      ...paragraphs(say(product.summary)),
      facts,
      links.childElementCount ? links : null,
      ...others,
    ),
  ];
}
