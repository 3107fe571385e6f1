/**
 * What can be pointed at: real links and buttons in one list, laid over the picture where they belong. Their order is
 * clockwise from the left edge of the initial view and stays while the picture turns; what is out of view or in a crowd
 * stays focusable, and comes into view by itself when the keyboard reaches it.
 *
 * @import {Point, Scene, Size, Vector, View} from './types.js'
 * @import {Words} from './words/vi.js'
 * @import {HotspotHost, Item} from './spot.js'
 */

import { APART_PX, crowdsOf } from './crowds.js';
import { el, set, svg } from './dom.js';
import { lying } from './ground.js';
import { createRoom, settled } from './labels.js';
import { RADIAN, axes, toView, wrap } from './projection.js';
import { createSpots, middle } from './spot.js';

/** From how many hotspots in view on labels of cards show only on hover and focus. */
const CROWD = 6;
/** Crowds are made anew when the zoom has changed by so much, not with every step of it. */
const STEP = 1.08;
/** How near the viewer's own plane an area is cut off; its corners behind it have no place on the screen. */
const NEAR = 0.05;
/** So many of a crowd are named by its number; all of them are in the list anyway. */
const SAID = 5;
/** Half the size of a disc, and what lies between it and its label. */
const [DISC_PX, GAP_PX] = [28, 6];

/**
 * @typedef {object} Group  what stands for several hotspots
 * @property {Vector} at
 * @property {Item[]} members
 * @property {HTMLElement} li
 * @property {string} transform
 * @property {boolean | null} away
 */

/** @param {Words} words @param {HotspotHost} host */
export function createHotspots(words, host) {
  const spots = createSpots(words, host);
  const list = el('ul', { class: 'stage-spots', 'aria-label': words.hotspots });
  const crowds = el('div', { class: 'stage-spots' });
  const areas = svg('svg', { class: 'stage-areas', 'aria-hidden': 'true' });
  /** @type {Item[]} */
  let items = [];
  /** @type {Map<Element, Item>} */
  let known = new Map();
  /** @type {Group[]} */
  let groups = [];
  /** The zoom for which crowds were made; 0: they have to be made. */
  let grouped = 0;
  /** What the keyboard has reached or whose card is open: it never stands in a crowd. @type {Item | null} */
  let single = null;
  /** What the pointer is over. @type {Item | null} */
  let hovered = null;
  /** Whose labels must be measured before they can be placed. @type {Item[]} */
  let unmeasured = [];

  /** @param {Event} event */
  const itemOf = ({ target }) => (target instanceof Element && known.get(target.closest('li') ?? target)) || null;

  /** @param {Item | null} item */
  function setApart(item) {
    if (item === single) return;
    single = item;
    grouped = 0;
    host.wake();
  }

  /** @param {Item | null} item @param {boolean} on */
  function hover(item, on) {
    if (!item) return;
    hovered = on ? item : null;
    item.li.classList.toggle('is-hovered', on);
    item.polygon?.classList.toggle('is-hovered', on);
    host.wake();
  }

  list.addEventListener('focusin', (event) => {
    const item = itemOf(event);
    if (!item) return;
    setApart(item);
    const seen = list.querySelector(':focus-visible') !== null;
    item.polygon?.classList.toggle('is-focused', seen);
    if (seen) host.reveal(item.at);
  });
  list.addEventListener('focusout', (event) => {
    const item = itemOf(event);
    item?.polygon?.classList.remove('is-focused');
    // While its card is open it stays where the visitor pressed it.
    if (item?.control.getAttribute('aria-expanded') !== 'true') setApart(null);
  });
  for (const [type, on] of /** @type {const} */ ([['pointerover', true], ['pointerout', false]])) {
    for (const part of [list, areas]) part.addEventListener(type, (event) => hover(itemOf(event), on));
  }

  /** Puts what would cover each other together. @param {number} focal */
  function group(focal) {
    const discs = items.filter((item) => !item.corners.length && item !== single);
    const found = crowdsOf(discs.map((item) => item.at), APART_PX / focal);
    const before = new Map(groups.map((crowd) => [crowd.members[0], crowd]));
    for (const item of items) item.hidden = false;
    groups = found.filter(({ members }) => members.length > 1).map(({ at, members }) => {
      const inside = members.flatMap((member) => discs[member] ?? []);
      for (const item of inside) item.hidden = true;
      const old = inside.map((item) => before.get(item)).find((crowd) => crowd);
      if (old) before.delete(/** @type {Item} */ (old.members[0]));
      return filled(old ?? newGroup(), at, inside);
    });
    // A number under the keyboard that parts hands the focus on to what it stood for.
    for (const { li, members } of before.values()) {
      if (li.contains(document.activeElement)) members[0]?.control.focus({ preventScroll: true });
      li.remove();
    }
    grouped = focal;
  }

  /** @returns {Group} */
  function newGroup() {
    const control = el('button', { type: 'button', class: 'stage-spot stage-crowd' }, el('span', { class: 'stage-spot-disc' }));
    const crowd = /** @type {Group} */ ({
      at: [0, 0, 1], members: [], li: el('div', { class: 'is-away' }, control), transform: '', away: true,
    });
    control.addEventListener('click', () => host.part(crowd.members, crowd.at, control));
    crowds.append(crowd.li);
    return crowd;
  }

  /** Says what stands in a crowd. @param {Group} crowd @param {Vector} at @param {Item[]} members */
  function filled(crowd, at, members) {
    const same = members.length === crowd.members.length && members.every((item, i) => item === crowd.members[i]);
    Object.assign(crowd, { at, members });
    if (same && grouped) return crowd;
    const control = crowd.li.firstElementChild;
    control?.firstElementChild?.replaceChildren(String(members.length));
    const titles = members.slice(0, SAID).map((item) => spots.names(item.spot).title);
    set(control, 'aria-label', `${words.crowdTitle(members.length)}: ${titles.join(', ')}${members.length > SAID ? '…' : ''}`);
    crowd.li.classList.toggle('is-link', members.some((item) => item.spot.kind === 'link'));
    return crowd;
  }

  return {
    list,
    crowds,
    areas,

    /** Takes up the hotspots of a scene. @param {Scene} scene */
    open(scene) {
      // What is seen first comes first, from left to right.
      const { yaw_deg, hfov_deg } = scene.initial_view;
      const from = (yaw_deg - hfov_deg / 2) * RADIAN;
      const clockwise = (/** @type {Vector} */ v) => wrap(Math.atan2(v[0], v[2]) - from - Math.PI + 1e-6);
      single = hovered = null;
      items = scene.hotspots
        .map(spots.make)
        .filter((item) => item !== null)
        .sort((a, b) => clockwise(a.at) - clockwise(b.at));
      known = new Map(items.map((item) => [item.li, item]));
      for (const item of items) if (item.polygon) known.set(item.polygon, item);
      list.replaceChildren(...items.map((item) => item.li));
      list.hidden = items.length === 0;
      areas.replaceChildren(...items.flatMap((item) => item.polygon ?? []));
      crowds.replaceChildren();
      groups = [];
      grouped = 0;
    },

    /** Writes names again, when more of the tour is known. */
    rename() {
      items.forEach(spots.write);
      grouped = 0;
    },

    /** Forgets how large labels are, when fonts or the screen changed. */
    measure() {
      for (const item of items) item.size = null;
    },

    /** Where a hotspot's middle lies. @param {Hotspot} spot */
    directionOf: middle,

    /** The link or button of a hotspot. @param {string} id */
    controlOf: (id) => items.find((item) => item.spot.id === id)?.control ?? null,

    /** The hotspot whose link, button or outline an event is about. */
    itemOf,

    /** What a hotspot is called, beside it and by screen readers; and its icon. */
    names: spots.names,
    symbol: spots.symbol,

    /**
     * Moves everything to where it now appears; below the heading, whose far corner is `heading`, nothing is shown.
     * @param {View} view @param {Size} size @param {Point} heading
     */
    place(view, size, heading) {
      // Before anything is written, when it costs the browser nothing.
      for (const item of unmeasured) {
        item.size ??= { width: item.label?.offsetWidth ?? 0, height: item.label?.offsetHeight ?? 0 };
      }
      const change = view.focal / grouped;
      if (!(change < STEP && change > 1 / STEP)) group(view.focal);
      const camera = axes(view);
      const room = createRoom();

      /** Moves an element to where it appears, and says where that is; null where it is out of view. @param {Item | Group} mark */
      function moved(mark) {
        const hidden = 'hidden' in mark && mark.hidden;
        if (hidden && mark.away) return null;
        const [right, up, depth] = toView(mark.at, camera);
        const x = size.width / 2 + (view.focal * right) / depth;
        const y = size.height / 2 - (view.focal * up) / depth;
        const away = hidden || depth <= 0 || x < 0 || y < 0 || x > size.width || y > size.height
          || (x < heading.x && y < heading.y);
        if (away !== mark.away) mark.li.classList.toggle('is-away', (mark.away = away));
        if (away) return null;
        const transform = `translate(${x.toFixed(1)}px,${y.toFixed(1)}px)`;
        if (transform !== mark.transform) mark.li.style.transform = mark.transform = transform;
        return { x, y };
      }

      const numbers = groups.flatMap((crowd) => moved(crowd) ?? []);
      const seen = items.flatMap((item) => {
        const corners = outline(item.corners, camera, view, size);
        if (item.polygon) draw(item.polygon, corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '));
        const at = moved(item);
        if (!at) return [];
        spots.show(item);
        let gap = DISC_PX + GAP_PX;
        // The label of a layer is no part of its picture.
        if (item.spot.kind === 'layer') gap = Math.max(...corners.map((corner) => corner.y)) - at.y + GAP_PX;
        if (item.spot.kind === 'link' && item.disc) {
          const { matrix, reach } = lying(item.at, camera, view.focal);
          item.disc.style.transform = matrix;
          gap = DISC_PX * reach + GAP_PX + 2;
        }
        return { item, gap, ...at };
      });
      list.classList.toggle('is-crowded', seen.length + numbers.length > CROWD);
      for (const { x, y } of numbers) room.take([x - DISC_PX, y - DISC_PX, x + DISC_PX, y + DISC_PX]);
      for (const { item, x, y, gap } of seen) if (item.disc) room.take([x - 26, y - gap + GAP_PX, x + 26, y + gap - GAP_PX]);
      writeLabels(seen, room, size, seen.length + numbers.length > CROWD);
    },
  };

  /**
   * Labels where they cover nothing: first that of the hotspot in hand, then those of ways, then the others.
   * @param {{item: Item, x: number, y: number, gap: number}[]} seen @param {ReturnType<typeof createRoom>} room
   * @param {Size} size @param {boolean} crowded
   */
  function writeLabels(seen, room, size, crowded) {
    const rank = (/** @type {Item} */ item) => (item === hovered || item === single ? 0 : item.spot.kind === 'link' ? 1 : 2);
    const wanted = seen.filter(({ item }) => rank(item) < 2 || (!crowded && item.spot.kind !== 'layer'));
    unmeasured = wanted.flatMap(({ item }) => (item.size ? [] : item));
    if (unmeasured.length) host.wake();
    const settling = new Map(seen.map(({ item }) => [item, /** @type {ReturnType<typeof settled>} */ (null)]));
    for (const { item, x, y, gap } of wanted.sort((a, b) => rank(a.item) - rank(b.item))) {
      const { width, height } = item.size ?? { width: 0, height: 0 };
      const at = item.spot.kind === 'area' ? { x, y: y - height / 2, gap: 0 } : { x, y, gap };
      const found = width ? settled(room, { ...at, width, height, now: item.side }, size) : null;
      settling.set(item, found && { ...found, left: found.left + width / 2 - x, top: found.top - y });
    }
    settling.forEach((found, item) => put(item, found));
  }

  /** Moves a label to where it was settled, or hides it. @param {Item} item @param {ReturnType<typeof settled>} found */
  function put(item, found) {
    if (Boolean(found) !== Boolean(item.side)) item.label?.classList.toggle('is-quiet', !found);
    item.side = found && found.side;
    if (!found || !item.label) return;
    const placed = `translate(${Math.round(found.left)}px,${Math.round(found.top)}px)`;
    if (placed !== item.placed) item.label.style.transform = item.placed = placed;
  }
}

/** @param {SVGPolygonElement} polygon @param {string} points */
function draw(polygon, points) {
  if (polygon.getAttribute('points') !== points) polygon.setAttribute('points', points);
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
  return kept.map(([x, y, depth]) => ({
    x: size.width / 2 + (view.focal * x) / depth, y: size.height / 2 - (view.focal * y) / depth,
  }));
}
