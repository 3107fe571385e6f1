/**
 * One hotspot as an element: a link where it leads somewhere, a button where it opens something, with a name that says
 * which. What is seen of it is made only when it comes into view: a scene may have thousands.
 *
 * @import {Hotspot, Text, Vector} from './types.js'
 * @import {Words} from './words/vi.js'
 */

import { middleOf } from './crowds.js';
import { el, follow, icon, set, svg } from './dom.js';
import { formatLink, safeUrl } from './links.js';
import { vectorOf } from './projection.js';

/**
 * @typedef {object} HotspotHost
 * @property {(text: Text | null | undefined) => {value: string, lang: string}} say
 * @property {(id: string) => Text | null} sceneTitle
 * @property {(id: string) => Text | null} productName
 * @property {(id: string) => import('./types.js').Medium | null} medium
 * @property {string} base  address against which the document's addresses are resolved
 * @property {(spot: Hotspot, from: HTMLElement) => void} open
 * @property {(target: string, arrival: Hotspot['arrival'], spot: string) => void} go
 * @property {(at: Vector) => void} reveal turns the view until a direction is comfortably in it
 * @property {(members: Item[], at: Vector, from: HTMLElement) => void} part  shows the hotspots of a crowd one by one
 * @property {() => void} wake  asks for a frame
 */

/**
 * @typedef {object} Item
 * @property {Hotspot} spot
 * @property {Vector} at
 * @property {HTMLLIElement} li
 * @property {HTMLElement} control
 * @property {HTMLElement | null} disc    what is seen of it, once it was in view
 * @property {HTMLElement | null} label
 * @property {SVGPolygonElement | null} polygon
 * @property {Vector[]} corners
 * @property {boolean} hidden   it stands in a crowd
 * @property {boolean | null} away
 * @property {string} transform
 * @property {{width: number, height: number} | null} size  of the label
 * @property {'below' | 'above' | null} side  where the label is
 * @property {string} placed    how it is moved there
 */

/** What icons of the document are called in the sprite; the others have the same name there. */
const SIGNS = /** @type {Record<string, string>} */ ({
  volume: 'volume-2', tree: 'tree-palm', food: 'utensils', craft: 'spool', water: 'waves', view: 'eye',
  accessible: 'accessibility',
});

/** What a hotspot covers, for those that have no single place. @param {Hotspot} spot */
const cornersOf = (spot) => (spot.kind === 'area' ? spot.points : spot.kind === 'layer' ? spot.corners : []);

/** The middle of a hotspot. @param {Hotspot} spot @returns {Vector} */
export const middle = (spot) =>
  spot.kind === 'area' || spot.kind === 'layer' ? middleOf(cornersOf(spot).map(vectorOf)) : vectorOf(spot);

/** @param {Words} words @param {HotspotHost} host */
export function createSpots(words, host) {
  /** What is written beside a hotspot, and how it is announced. @param {Hotspot} spot */
  function names(spot) {
    const own = spot.title ?? (spot.kind === 'product' ? host.productName(spot.product) : null)
      ?? (spot.target ? host.sceneTitle(spot.target) : null)
      ?? (spot.medium ? host.medium(spot.medium)?.alt : null);
    const { value, lang } = host.say(own);
    const title = value || (spot.kind === 'link' ? words.otherScene : '');
    const name = {
      link: words.toScene, card: words.card, url: words.website, phone: words.call, product: words.productCard,
      directions: words.wayTo, sound: words.sound, layer: words.layer,
      area: spot.target ? words.toScene : words.area,
    }[spot.kind](title);
    return { title: title || (spot.kind === 'directions' ? words.directions : ''), name, lang };
  }

  /** @param {Hotspot} spot */
  function symbol(spot) {
    if (spot.kind === 'card') {
      if (spot.icon) return SIGNS[spot.icon] ?? spot.icon;
      const kinds = (spot.media ?? []).map((id) => host.medium(id)?.kind);
      if (kinds.includes('video')) return 'film';
      return kinds.includes('audio') ? 'volume-2' : kinds.includes('image') ? (kinds[1] ? 'images' : 'image') : 'info';
    }
    return {
      link: 'arrow-up', url: 'external-link', directions: 'navigation', phone: 'phone', product: 'shopping-basket',
      sound: 'audio-lines', layer: '', area: '',
    }[spot.kind];
  }

  /** The link or button of a hotspot; null where its address may not be followed. @param {Hotspot} spot */
  function controlOf(spot) {
    if (spot.kind === 'url' || spot.kind === 'phone' || spot.kind === 'directions') {
      const href = safeUrl(spot.kind !== 'phone' ? spot.url : `tel:${spot.phone.replace(/[^\d+]/g, '')}`, host.base);
      if (!href) return null;
      return spot.kind === 'phone' ? el('a', { href }) : el('a', { href, target: '_blank', rel: 'noopener noreferrer' });
    }
    const { target } = spot;
    if (target) {
      const link = el('a', { href: formatLink(encodeURIComponent(target)) });
      follow(link, () => host.go(target, spot.arrival, spot.id));
      return link;
    }
    const control = el('button', { type: 'button', 'aria-haspopup': 'dialog' });
    control.addEventListener('click', () => host.open(spot, control));
    return control;
  }

  /** Writes what it is called, again when more of the tour is known. @param {Item} item */
  function write(item) {
    const { title, name, lang } = names(item.spot);
    const note = item.spot.kind === 'url' ? host.say(item.spot.text).value : '';
    item.control.setAttribute('aria-label', name);
    set(item.control, 'aria-description', note);
    if (!item.label) return;
    item.label.replaceChildren(title, ...(note ? [el('span', { class: 'stage-spot-note' }, note)] : []));
    set(item.label, 'lang', lang);
    item.size = null;
  }

  return {
    names,
    symbol,
    write,

    /** Makes what is seen of it, unless that was done. @param {Item} item */
    show(item) {
      if (item.label) return;
      const sign = symbol(item.spot);
      item.disc = sign ? el('span', { class: 'stage-spot-disc' }, icon(sign)) : null;
      item.label = el('span', { class: 'stage-spot-label' });
      item.control.append(...(item.disc ? [item.disc] : []), item.label);
      write(item);
    },

    /** @param {Hotspot} spot @returns {Item | null} */
    make(spot) {
      const control = controlOf(spot);
      if (!control) return null;
      control.className = 'stage-spot';
      control.draggable = false;
      const li = el('li', { class: `is-${spot.kind} is-away` }, control);
      const corners = cornersOf(spot).map(vectorOf);
      const polygon = corners.length ? svg('polygon', { class: `is-${spot.kind}` }) : null;
      polygon?.addEventListener('click', () => control.click());
      const item = /** @type {Item} */ ({
        spot, at: middle(spot), li, control, disc: null, label: null, polygon, corners, hidden: false, away: true, transform: '',
        size: null, side: 'below', placed: '',
      });
      write(item);
      return item;
    },
  };
}
