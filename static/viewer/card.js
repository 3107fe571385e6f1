/**
 * What a card shows: text, pictures, sound and film, and OCOP products with their recognition. Text goes in as text,
 * addresses only where they may be followed.
 *
 * @import {Hotspot, Product, TourDocument} from './types.js'
 */

import { el, icon } from './dom.js';
import { safeUrl } from './links.js';
import { credit, figure } from './media.js';
import { paragraphs, rich, said } from './prose.js';

/** @typedef {import('./media.js').MediaHost & {tour: TourDocument, today: string, stage: HTMLElement}} CardHost  today: ISO date */

/** A date as people write it: 15/03/2028. @param {string} iso */
const dateOf = (iso) => iso.split('-').reverse().join('/');

/** Today, where the visitor is. */
function todayIso(now = new Date()) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/**
 * The first picture leads, or all of them one after the other; sound and film follow the text, and last who made them.
 * @param {string[]} ids @param {{value: string, lang: string}} title @param {CardHost} host
 */
function media(ids, title, host) {
  const found = ids.map((id) => host.tour.media?.[id]).filter((medium) => medium !== undefined);
  const pictures = found.filter((m) => m.kind === 'image');
  const figures = pictures.map((m) => figure(m, host));
  const lead = pictures.length > 1
    ? el('div', { class: 'stage-gallery', role: 'group', 'aria-label': title.value },
      el('div', { class: 'stage-gallery-row' }, ...figures))
    : figures[0] ?? null;
  if (lead) {
    // Leafing and enlarging come when there is something to leaf through; without them the pictures are there.
    import('./gallery.js').then(({ leaf }) => lead.isConnected && leaf(lead, pictures, host), () => {});
  }
  return { lead, others: [...found.filter((m) => m.kind !== 'image').map((m) => figure(m, host)), credit(found, host.words)] };
}

/**
 * What a hotspot opens: its name and the content of its card; null before the tour is there.
 * @param {Hotspot} spot @param {import('./types.js').Inside} inside
 */
export function cardOf(spot, { words, language, stage, source }) {
  const { tour, say, url } = source;
  if (!tour) return null;
  /** @type {CardHost} */
  const host = { words, language, stage, say, url, tour, today: todayIso() };
  const product = spot.kind === 'product' ? tour.products?.[spot.product] : undefined;
  return {
    title: say(product?.name ?? spot.title ?? tour.media?.[spot.medium ?? '']?.alt).value,
    content: product ? productContent(product, host) : cardContent(spot, host),
  };
}

/** Shows it. @param {Hotspot} spot @param {HTMLElement} from @param {import('./types.js').Inside} inside */
export function openCard(spot, from, inside) {
  // The scene may have been left meanwhile.
  const card = inside.hotspots.controlOf(spot.id) && cardOf(spot, inside);
  if (!card) return;
  inside.sheet.show(`card:${spot.id}`, card.title, card.content, from);
  inside.reveal(inside.hotspots.directionOf(spot));
}

/** The content of a card. @param {Hotspot} spot @param {CardHost} host @returns {(Node | null)[]} */
function cardContent(spot, host) {
  const ids = spot.media ?? (spot.medium ? [spot.medium] : []);
  const { lead, others } = media(ids, host.say(spot.title), host);
  const text = (spot.kind === 'url' ? paragraphs : rich)(host.say(spot.text));
  const lost = spot.kind === 'product' || ids.some((id) => !host.tour.media?.[id]);
  return [
    lead,
    el('div', { class: 'stage-card' }, said('h2', host.say(spot.title)), ...text, ...others,
      lost && el('p', { class: 'stage-lost' }, host.words.gone)),
  ];
}

/** The content of a product's card. @param {Product} product @param {CardHost} host @returns {(Node | null)[]} */
function productContent(product, host) {
  const { words, say } = host;
  const { lead, others } = media(product.media ?? [], say(product.name), host);
  const stars = product.stars > 0 && el('p', { class: 'stage-stars', role: 'img', 'aria-label': words.stars(product.stars) });
  for (let i = 1; stars && i <= 5; i++) {
    const star = icon('star');
    if (i <= product.stars) star.classList.add('is-full');
    stars.append(star);
  }
  const over = product.expires_on < host.today;
  const badge = product.expires_on && el(
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
  fact(words.decision, [product.decision, dateOf(product.issued_on)].filter(Boolean).join(', '));
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
