/**
 * What can be pointed at: real links and buttons in one list, laid over the picture where they belong. Their order is
 * clockwise from the initial view and stays while the picture turns; what is out of view stays focusable and brings
 * the view along when the keyboard reaches it.
 *
 * @import {Hotspot, Point, Scene, Size, Text, Vector, View} from './types.js'
 * @import {Words} from './words/vi.js'
 */

import { el, follow, icon, set, svg } from './dom.js';
import { formatLink, safeUrl } from './links.js';
import { RADIAN, axes, toView, vectorOf, wrap } from './projection.js';

/** From how many hotspots in view on labels of cards show only on hover and focus. */
const CROWD = 6;
/** What a hotspot covers, for those that have no single place. @param {Hotspot} spot */
const cornersOf = (spot) => (spot.kind === 'area' ? spot.points : spot.kind === 'layer' ? spot.corners : []);
/** How near the viewer's own plane an area is cut off; its corners behind it have no place on the screen. */
const NEAR = 0.05;

/**
 * @typedef {object} HotspotHost
 * @property {(text: Text | null | undefined) => {value: string, lang: string}} say
 * @property {(id: string) => Text | null} sceneTitle
 * @property {(id: string) => Text | null} productName
 * @property {(id: string) => string | null} mediumKind
 * @property {string} base  address against which the document's addresses are resolved
 * @property {(spot: Hotspot, from: HTMLElement) => void} open
 * @property {(target: string, arrival: Hotspot['arrival'], spot: string) => void} go
 * @property {(at: Vector) => void} reveal turns the view until a direction is comfortably in it
 */

/**
 * @typedef {object} Item
 * @property {Hotspot} spot
 * @property {Vector} at
 * @property {HTMLLIElement} li
 * @property {HTMLElement} control
 * @property {HTMLElement} label
 * @property {SVGPolygonElement | null} polygon
 * @property {Vector[]} corners
 * @property {string} transform
 * @property {boolean | null} away
 * @property {number} labelWidth
 * @property {number} shift
 */

/** @param {Words} words @param {HotspotHost} host */
export function createHotspots(words, host) {
  const list = el('ul', { class: 'stage-spots', 'aria-label': words.hotspots });
  const areas = svg('svg', { class: 'stage-areas', 'aria-hidden': 'true' });
  /** @type {Item[]} */
  let items = [];
  let crowded = false;

  /** The middle of a hotspot. @param {Hotspot} spot @returns {Vector} */
  function middle(spot) {
    if (spot.kind !== 'area' && spot.kind !== 'layer') return vectorOf(spot);
    const sum = cornersOf(spot).map(vectorOf).reduce((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);
    const length = Math.hypot(...sum) || 1;
    return [sum[0] / length, sum[1] / length, sum[2] / length];
  }

  /** What is written beside a hotspot, and how it is announced. @param {Hotspot} spot */
  function names(spot) {
    const own = spot.title ?? (spot.kind === 'product' ? host.productName(spot.product) : null)
      ?? (spot.target ? host.sceneTitle(spot.target) : null);
    const { value, lang } = host.say(own);
    const title = value || (spot.kind === 'link' ? words.otherScene : '');
    const name = {
      link: words.toScene, card: words.card, url: words.website, phone: words.call, product: words.productCard,
      directions: words.wayTo, sound: words.sound, layer: words.layer,
      area: spot.target ? words.toScene : words.area,
    }[spot.kind](title);
    return { title, name, lang };
  }

  /** @param {Hotspot} spot */
  function symbol(spot) {
    if (spot.kind === 'card') {
      const kinds = (spot.media ?? []).map(host.mediumKind);
      return kinds.includes('video') ? 'film' : kinds.includes('audio') ? 'volume-2' : 'info';
    }
    return {
      link: 'arrow-up', url: 'external-link', directions: 'navigation', phone: 'phone', product: 'shopping-basket',
      sound: 'volume-2', layer: '', area: '',
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

  /** @param {Item} item */
  function write(item) {
    const { title, name, lang } = names(item.spot);
    item.label.textContent = title;
    item.control.setAttribute('aria-label', name);
    set(item.label, 'lang', lang);
    item.labelWidth = 0;
    const note = item.spot.kind === 'url' ? host.say(item.spot.text).value : '';
    if (note) {
      item.label.append(el('span', { class: 'stage-spot-note' }, note));
      item.control.setAttribute('aria-description', note);
    }
  }

  /** @param {Hotspot} spot @returns {Item | null} */
  function make(spot) {
    const control = controlOf(spot);
    if (!control) return null;
    control.className = 'stage-spot';
    control.draggable = false;
    const label = el('span', { class: 'stage-spot-label' });
    const sign = symbol(spot);
    if (sign) control.append(el('span', { class: 'stage-spot-disc' }, icon(sign)));
    control.append(label);
    const li = el('li', { class: `is-${spot.kind}` }, control);
    const corners = cornersOf(spot).map(vectorOf);
    const polygon = corners.length ? svg('polygon') : null;
    polygon?.addEventListener('click', () => control.click());
    for (const type of ['pointerenter', 'pointerleave']) {
      polygon?.addEventListener(type, () => li.classList.toggle('is-hovered', type === 'pointerenter'));
    }
    for (const type of ['focus', 'blur']) {
      control.addEventListener(type, () => {
        const seen = type === 'focus' && control.matches(':focus-visible');
        polygon?.classList.toggle('is-focused', seen);
        if (seen) host.reveal(item.at);
      });
    }
    const item = /** @type {Item} */ ({
      spot, at: middle(spot), li, control, label, polygon, corners, transform: '', away: null, labelWidth: 0, shift: 0,
    });
    write(item);
    return item;
  }

  return {
    list,
    areas,

    /** Takes up the hotspots of a scene. @param {Scene} scene */
    open(scene) {
      const from = scene.initial_view.yaw_deg * RADIAN;
      const clockwise = (/** @type {Vector} */ v) => wrap(Math.atan2(v[0], v[2]) - from - Math.PI + 1e-6);
      items = scene.hotspots
        .map(make)
        .filter((item) => item !== null)
        .sort((a, b) => clockwise(a.at) - clockwise(b.at));
      list.replaceChildren(...items.map((item) => item.li));
      list.hidden = items.length === 0;
      areas.replaceChildren(...items.flatMap((item) => item.polygon ?? []));
    },

    /** Writes names again, when more of the tour is known. */
    rename: () => items.forEach(write),

    /** Forgets how wide labels are, when fonts or the screen changed. */
    measure() {
      for (const item of items) item.labelWidth = 0;
    },

    /** Where a hotspot's middle lies. @param {Hotspot} spot */
    directionOf: middle,

    /** The link or button of a hotspot. @param {string} id */
    controlOf: (id) => items.find((item) => item.spot.id === id)?.control ?? null,

    /**
     * Moves everything to where it now appears; below the heading, whose far corner is `heading`, nothing is shown.
     * @param {View} view @param {Size} size @param {Point} heading
     */
    place(view, size, heading) {
      const camera = axes(view);
      const seen = (/** @type {Vector} */ v) => {
        const [x, y, depth] = toView(v, camera);
        return { x: size.width / 2 + (view.focal * x) / depth, y: size.height / 2 - (view.focal * y) / depth, depth };
      };
      let count = 0;
      for (const item of items) {
        const { x, y, depth } = seen(item.at);
        const away = depth <= 0 || x < 0 || y < 0 || x > size.width || y > size.height || (x < heading.x && y < heading.y);
        // Out of view they wait in the middle: anywhere else the browser might scroll to them.
        const transform = away
          ? `translate(${size.width >> 1}px,${size.height >> 1}px)`
          : `translate(${x.toFixed(1)}px,${y.toFixed(1)}px)`;
        if (transform !== item.transform) item.li.style.transform = item.transform = transform;
        if (away !== item.away) item.li.classList.toggle('is-away', (item.away = away));
        if (item.polygon) item.polygon.setAttribute('points', outline(item.corners, camera, view, size));
        if (away) continue;
        count++;
        item.labelWidth ||= item.label.offsetWidth;
        const half = item.labelWidth / 2 + 8;
        const shift = half * 2 > size.width ? 0 : Math.round(Math.max(half - x, 0) + Math.min(size.width - half - x, 0));
        if (shift !== item.shift) {
          item.shift = shift;
          item.label.style.transform = shift ? `translate(${shift}px,0)` : '';
        }
      }
      if (crowded !== count > CROWD) list.classList.toggle('is-crowded', (crowded = count > CROWD));
    },
  };
}

/**
 * The points of an area on the screen, cut at a plane just in front of the viewer.
 * @param {Vector[]} corners @param {ReturnType<typeof axes>} camera @param {View} view @param {Size} size
 */
function outline(corners, camera, view, size) {
  const seen = corners.map((corner) => toView(corner, camera));
  /** @type {Vector[]} */
  const kept = [];
  seen.forEach((b, i) => {
    const a = /** @type {Vector} */ (seen[(i || seen.length) - 1]);
    if (a[2] > NEAR !== b[2] > NEAR) {
      const t = (NEAR - a[2]) / (b[2] - a[2]);
      kept.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), NEAR]);
    }
    if (b[2] > NEAR) kept.push(b);
  });
  const at = (/** @type {Vector} */ v) =>
    `${(size.width / 2 + (view.focal * v[0]) / v[2]).toFixed(1)},${(size.height / 2 - (view.focal * v[1]) / v[2]).toFixed(1)}`;
  return kept.map(at).join(' ');
}
