/**
 * The map of a tour, fetched when it is asked for: the land or the plan of a floor with all scenes on it, and a cone that
 * shows where the visitor looks. At the lower right on wide stages, below the picture on telephones. Table of contents:
 *
 *   map/grounds.js    what there is to be shown on, and which of it for a scene
 *   map/mercator.js   positions on a plane; map/plane.js looking at a plane
 *   map/gestures.js   moving it
 *   map/dots.js       scenes; map/cone.js the direction faced
 *   map/tiles.js      a street map below, where an operator has one; map/sea.js the East Sea, always
 *
 * @import {Inside, Scene} from './types.js'
 * @import {Ground} from './map/grounds.js'
 * @import {PlaneView, Room} from './map/plane.js'
 */

import { button, el, follow, set, svg } from './dom.js';
import { safeUrl } from './links.js';
import { createCone } from './map/cone.js';
import { APART_PX, createDots } from './map/dots.js';
import { ZOOM_STEP, createGestures } from './map/gestures.js';
import { groundFor, groundsOf, waysOn } from './map/grounds.js';
import * as plane from './map/plane.js';
import { createSea } from './map/sea.js';
import { createTiles, scaleOf } from './map/tiles.js';
import { watchSize } from './screen.js';

const MARGIN_PX = 58;
const PLAN_MARGIN_PX = 8;
/** The nearest look at the land, and at a plan, in pixels per metre and per pixel. */
const NEAREST = { land: 24, plan: 4 };
/** How much smaller than whole a tour may be shown where there is nothing around it. */
const FARTHEST = 0.6;
const SCALE_PX = 96;

/**
 * @param {Inside} inside
 * @param {import('./actions.js').Offered} offered
 */
export function create(inside, offered) {
  const { words, source, stage, signal } = inside;
  const { say } = source;
  /** @type {HTMLLinkElement | null} */
  let style = null;

  /** @type {Ground[]} */
  let grounds = [];
  /** @type {Ground | null} */
  let ground = null;
  /** The visitor chose the land where there was a plan as well. */
  let land = false;
  /** @type {PlaneView} */
  let view = { x: 0, y: 0, scale: 1 };
  /** @type {Room} */
  let room = { box: plane.boxOf([]), min: 1, max: 1 };
  let size = { width: 0, height: 0 };
  /** Which scale, ground and scene the dots were arranged for. */
  let arranged = '';
  let pending = 0;
  /** @type {Scene | null} */
  let shown = null;
  /** @type {HTMLElement | null} */
  let opener = null;

  const picture = el('img', { class: 'stage-map-plan', alt: '', draggable: 'false', hidden: true });
  const ways = svg('g', {});
  const lines = svg('svg', { class: 'stage-map-ways', 'aria-hidden': 'true' }, ways);
  const sea = createSea(say);
  const cone = createCone(inside);
  const dots = createDots(inside, { go, enter, seek, lost: () => panel.focus({ preventScroll: true }) });
  const north = svg('svg', { class: 'stage-map-north', viewBox: '0 0 32 44', 'aria-hidden': 'true' },
    svg('path', { d: 'M16 16l6 14-6-3-6 3z' }), svg('text', { x: '16', y: '12', 'text-anchor': 'middle' }));
  north.querySelector('text')?.append(words.northLetter);
  const scale = el('p', { class: 'stage-map-scale' });
  const credit = el('p', { class: 'stage-map-credit' });
  const nearer = button(words.zoomIn, 'plus', () => zoom(null, ZOOM_STEP));
  const farther = button(words.zoomOut, 'minus', () => zoom(null, 1 / ZOOM_STEP));
  const field = el('div', { class: 'stage-map-field' }, picture, lines, sea.layer, cone.element, dots.list, north,
    el('div', { class: 'stage-map-own stage-map-zoom' }, nearer, farther), el('div', { class: 'stage-map-foot' }, scale, credit));

  const chooser = el('select', { class: 'stage-map-chooser', 'aria-label': words.map });
  const heading = el('h2', { class: 'stage-map-heading' }, words.map);
  const index = el('div', { class: 'stage-map-index', id: `${stage.id || 'stage'}-map-scenes`, hidden: true });
  const lister = button(words.scenes, 'list', () => list(Boolean(index.hidden)));
  set(lister, 'aria-controls', index.id);
  set(lister, 'aria-expanded', 'false');
  const note = el('p', { class: 'stage-map-note', role: 'status' });
  const panel = el('section', { class: 'stage-map', 'aria-label': words.map, tabindex: -1, hidden: true },
    el('div', { class: 'stage-map-bar' }, heading, chooser, lister, button(words.close, 'x', close)),
    field, index, note);
  const tiles = source.tour?.map
    ? createTiles(source.tour.map, (path) => safeUrl(path, source.base), () => tell(words.mapMissing))
    : null;
  if (tiles) field.prepend(tiles.layer);
  stage.append(panel);

  // --- which ground, which part of it ---------------------------------------------------------------------------

  /** Takes up a ground as a whole. @param {Ground} next */
  function take(next) {
    ground = next;
    chooser.value = next.id;
    const { floor, origin } = next;
    ways.replaceChildren(...waysOn(source.tour?.scenes ?? [], next).map(([a, b]) =>
      svg('line', { x1: String(a.x), y1: String(a.y), x2: String(b.x), y2: String(b.y) })));
    set(lines, 'class', `stage-map-ways${floor ? ' is-plan' : ''}`);
    picture.hidden = !floor?.plan;
    if (floor?.plan) {
      const { url, width_px: width, height_px: height, alt } = floor.plan;
      Object.assign(picture, { src: source.url(url), alt: say(alt ?? floor.title).value, width, height });
    }
    north.style.transform = `rotate(${-next.up_deg}deg)`;
    credit.replaceChildren(origin && source.tour?.map ? source.tour.map.attribution : '');
    unplaced();
    measure();
    view = whole();
  }

  const whole = () => (ground
    ? plane.within(plane.fit(ground.box, size, ground.floor ? PLAN_MARGIN_PX : MARGIN_PX, ground.least), room)
    : view);

  /** The room there is to move in: the tour, and with a street map what lies around it, down to its farthest view. */
  function measure() {
    if (!ground) return;
    const { box, floor, origin, least } = ground;
    const fitted = plane.fit(box, size, floor ? PLAN_MARGIN_PX : MARGIN_PX, least).scale;
    if (origin && source.tour?.map) {
      const { min_zoom, max_zoom } = source.tour.map;
      const min = Math.min(scaleOf(min_zoom, origin.metres), fitted);
      const around = Math.max(size.width, size.height) / 2 / min;
      room = { box: plane.padded(box, around), min, max: Math.max(scaleOf(max_zoom + 2, origin.metres), fitted) };
    } else {
      const min = floor ? fitted : fitted * FARTHEST;
      room = { box: plane.padded(box, floor ? 0 : least / 2), min, max: Math.max(floor ? NEAREST.plan : NEAREST.land, fitted) };
    }
  }

  /** Says which scenes are on no map at all. */
  function unplaced() {
    const count = (source.tour?.scenes ?? []).filter(({ id }) => !grounds.some(({ points }) => points.has(id))).length;
    tell(count > 0 ? words.mapUnplaced(count) : '');
  }

  /** @param {string} text */
  function tell(text) {
    if (note.textContent !== text) note.textContent = text;
  }

  /** The open scene is another one. */
  function follow_scene() {
    const scene = inside.scene();
    if (scene === shown) return;
    shown = scene;
    const next = groundFor(grounds, scene, ground, land);
    if (next && next !== ground) take(next);
    const point = scene && ground?.points.get(scene.id);
    cone.open(point && ground ? ground.up_deg : null);
    if (point) reveal(point);
    if (!index.hidden) list(true);
    draw();
  }

  /** Moves the plane so that a point is well inside. @param {import('./types.js').Point} point */
  function reveal(point) {
    const at = plane.toPanel(point, view, size);
    const inside_ = at.x > 40 && at.y > 40 && at.x < size.width - 40 && at.y < size.height - 40;
    if (!inside_) view = plane.within({ ...view, x: point.x, y: point.y }, room);
  }

  // --- drawing --------------------------------------------------------------------------------------------------

  function draw() {
    pending ||= requestAnimationFrame(paint);
  }

  function paint() {
    pending = 0;
    if (!ground || panel.hidden || size.width === 0) return;
    const key = `${ground.id} ${view.scale} ${shown?.id}`;
    if (key !== arranged) {
      arranged = key;
      dots.arrange(ground, view, shown);
      set(nearer, 'aria-disabled', String(view.scale >= room.max * 0.999));
      set(farther, 'aria-disabled', String(view.scale <= room.min * 1.001));
      writeScale();
    }
    dots.place(view, size);
    const zero = plane.toPanel({ x: 0, y: 0 }, view, size);
    const moved = `translate(${zero.x.toFixed(2)}px, ${zero.y.toFixed(2)}px) scale(${view.scale})`;
    ways.style.transform = moved;
    field.style.backgroundPosition = `${zero.x.toFixed(1)}px ${zero.y.toFixed(1)}px`;
    if (ground.floor) picture.style.transform = moved;
    tiles?.place(view, size, ground);
    sea.place(view, size, ground);
    const here = shown && ground.points.get(shown.id);
    if (here) cone.place(plane.toPanel(here, view, size));
  }

  function writeScale() {
    field.classList.toggle('is-grid', Boolean(ground?.origin && !tiles));
    // Plans and street maps are light, whatever the page is.
    field.classList.toggle('is-light', Boolean(ground?.floor || tiles));
    if (!ground?.origin) return scale.replaceChildren();
    const { metres, px } = plane.scaleBar(view.scale, SCALE_PX);
    const [value, unit] = metres < 1000 ? [metres, 'meter'] : [metres / 1000, 'kilometer'];
    const bar = el('span', { class: 'stage-map-bar-line' });
    bar.style.width = `${px.toFixed(1)}px`;
    scale.replaceChildren(new Intl.NumberFormat(inside.language, { style: 'unit', unit }).format(value), bar);
    field.style.backgroundSize = `${px.toFixed(2)}px ${px.toFixed(2)}px`;
  }

  // --- what visitors do -----------------------------------------------------------------------------------------

  /** @param {import('./types.js').Point | null} at @param {number} factor */
  function zoom(at, factor) {
    view = plane.zoomedAbout(view, at ?? { x: size.width / 2, y: size.height / 2 }, factor, size, room);
    draw();
  }

  /** @param {string} scene */
  function go(scene) {
    void inside.goTo(scene, null);
  }

  /** A group was pressed: it is looked at closely, or listed where its scenes stay together. @param {string[]} scenes */
  function enter(scenes) {
    const points = scenes.flatMap((id) => ground?.points.get(id) ?? []);
    if (plane.grouped(points.map((at) => ({ ...at, of: 0 })), room.max, APART_PX).length < 2) return list(true, scenes[0]);
    view = plane.within(plane.fit(plane.boxOf(points), size, MARGIN_PX), room);
    draw();
  }

  /** @param {string} scene */
  function seek(scene) {
    const point = ground?.points.get(scene);
    if (!point) return;
    reveal(point);
    draw();
  }

  /** Shows all scenes as a list, those without a place as well. @param {boolean} open @param {string} [from] where the focus goes */
  function list(open, from) {
    index.hidden = !open;
    field.hidden = open;
    set(lister, 'aria-expanded', String(open));
    if (!open) return resize();
    const known = new Set(grounds.flatMap(({ points }) => [...points.keys()]));
    const scenes = source.tour?.scenes ?? [];
    const rows = (/** @type {Scene[]} */ of) => el('ol', {}, ...of.map(({ id, title }) => {
      const { value, lang } = say(title);
      const link = el('a', { href: `#${id}`, lang, 'aria-current': id === shown?.id && 'true' }, value);
      follow(link, () => go(id));
      return el('li', {}, link);
    }));
    const lost = scenes.filter(({ id }) => !known.has(id));
    const focused = index.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : from && `#${from}`;
    const at = index.scrollTop;
    index.replaceChildren(rows(scenes.filter(({ id }) => known.has(id))),
      ...(lost.length ? [el('p', {}, words.mapUnplaced(lost.length)), rows(lost)] : []));
    index.scrollTop = at;
    [...index.querySelectorAll('a')].find((link) => focused && link.getAttribute('href') === focused)?.focus();
  }

  chooser.addEventListener('change', () => {
    const next = grounds.find(({ id }) => id === chooser.value);
    if (!next) return;
    land = Boolean(next.origin);
    if (!index.hidden) list(false);
    take(next);
    const here = shown && next.points.has(shown.id);
    cone.open(here ? next.up_deg : null);
    draw();
  });

  createGestures(field, {
    zoom,
    pan(by) {
      view = plane.within({ ...view, x: view.x - by.x / view.scale, y: view.y - by.y / view.scale }, room);
      draw();
    },
    all() {
      view = whole();
      draw();
    },
    wheels: () => panel.contains(document.activeElement),
  });
  picture.addEventListener('error', () => tell(words.mapMissing));
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (index.hidden) close();
    else {
      list(false);
      lister.focus();
    }
  });

  // --- open and closed ------------------------------------------------------------------------------------------

  function resize() {
    const box = field.getBoundingClientRect();
    if (box.width === 0) return;
    const first = size.width === 0;
    size = { width: box.width, height: box.height };
    const beside = panel.offsetWidth < stage.clientWidth * 0.8;
    inside.sheet.aside = {
      width: beside ? stage.clientWidth - panel.offsetLeft : 0,
      height: beside ? 0 : stage.clientHeight - panel.offsetTop,
    };
    measure();
    view = first ? whole() : plane.within(view, room);
    arranged = '';
    draw();
  }

  function follower() {
    follow_scene();
    cone.show();
  }

  /** Fetches the style sheet; what failed is asked for again the next time. */
  async function dress() {
    if (style) return style;
    const sheet = el('link', { rel: 'stylesheet', href: new URL('./map.css', import.meta.url).href });
    const loaded = new Promise((resolve, reject) => {
      sheet.addEventListener('load', resolve);
      sheet.addEventListener('error', () => reject(new Error(sheet.href)));
    });
    document.head.append(sheet);
    await loaded.catch((error) => {
      sheet.remove();
      throw error;
    });
    return (style = sheet);
  }

  /** @param {HTMLElement} from */
  async function open(from) {
    opener = from;
    if (!(await inside.part(dress)) || signal.aborted || !panel.hidden) return;
    panel.hidden = false;
    stage.classList.add('has-map');
    offered.press(true);
    if (grounds.length === 0 && source.tour) {
      grounds = groundsOf(source.tour);
      chooser.replaceChildren(...grounds.map(({ id, floor }) => {
        const title = say(floor?.title);
        return el('option', { value: id, lang: floor && title.lang }, floor ? title.value : words.map);
      }));
      heading.hidden = grounds.length > 1;
      chooser.hidden = grounds.length < 2;
    }
    resize();
    inside.followers.add(follower);
    shown = null;
    follower();
    inside.wake();
    panel.focus({ preventScroll: true });
  }

  function close() {
    const back = panel.contains(document.activeElement) ? opener : null;
    panel.hidden = true;
    inside.sheet.aside = { width: 0, height: 0 };
    inside.followers.delete(follower);
    stage.classList.remove('has-map');
    offered.press(false);
    back?.focus({ preventScroll: true });
  }

  const unwatch = watchSize(field, () => panel.hidden || resize());
  signal.addEventListener('abort', () => {
    close();
    unwatch();
    cancelAnimationFrame(pending);
    panel.remove();
    style?.remove();
  });

  return { toggle: (/** @type {HTMLElement} */ from) => (panel.hidden ? void open(from) : close()) };
}
