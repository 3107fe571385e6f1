/**
 * The ground itself: the land or a floor's plan, with the scenes on it, moved about and looked at closely. What is under it
 * (tiles, the sea, the grid and its scale) is what visitors get; what lies on it can be moved.
 *
 * @import {Editor} from '../context.js'
 * @import {Position} from '../draft.js'
 * @import {Ground} from '../../../viewer/map/grounds.js'
 * @import {PlaneView, Room} from '../../../viewer/map/plane.js'
 * @import {Point, Scene as ShownScene} from '../../../viewer/types.js'
 * @import {Origin} from './places.js'
 */

import { svg } from '../../../viewer/dom.js';
import { ZOOM_STEP, createGestures } from '../../../viewer/map/gestures.js';
import { waysOn } from '../../../viewer/map/grounds.js';
import * as plane from '../../../viewer/map/plane.js';
import { createSea } from '../../../viewer/map/sea.js';
import { createTiles, scaleOf } from '../../../viewer/map/tiles.js';
import { watchSize } from '../../../viewer/screen.js';
import { said, sceneOf } from '../draft.js';
import { button, el, say, tell } from '../parts.js';
import { changeFloor, planOfFloor } from './floors.js';
import { createNorth } from './north.js';
import { createPins } from './pins.js';
import { floorOf, landOf, originOf, planOf, put, takeOff } from './places.js';
import { createRadar } from './radar.js';

const MARGIN_PX = { land: 70, plan: 16 };
const NEAREST = { land: 40, plan: 8 };
/** So many metres of land are shown where no scene has a place yet: by what is known of the tour, and by nothing. */
const FIRST_LOOK_M = { near: 400, province: 60_000 };
/** So much land there is around the scenes to put others on. */
const AROUND_M = 3000;
const SCALE_PX = 96;
/** So far an arrow key moves a scene: metres, and parts of a plan's width. */
const STEP = { land_m: 1, plan: 0.0025 };
/** More ways than these are a thicket, and slow to draw: those of the scene on the screen are shown. */
const MOST_WAYS = 400;
const READ_MS = 350;
/** The middle of the province, where a street map begins for a tour of which nothing is known yet. */
const PROVINCE = { lat: 10.3711, lon: 105.4323 };

/**
 * @param {Editor} ed @param {() => import('../page.js').Stage | null} stage
 * @param {(at: Point) => void} press  the ground was pressed
 */
export function createBoard(ed, stage, press) {
  const { map, lang, page } = ed.given;
  const readOut = el('p', { class: 'unseen', role: 'status' });
  let reading = 0;
  /** @param {string} text */
  function read(text) {
    clearTimeout(reading);
    reading = window.setTimeout(() => (readOut.textContent = text), READ_MS);
  }

  /** @type {Origin | null} */
  let origin = null;
  /** @type {Ground | null} */
  let ground = null;
  /** @type {PlaneView} */
  let view = { x: 0, y: 0, scale: 1 };
  /** @type {Room} */
  let room = { box: plane.boxOf([]), min: 1, max: 1 };
  let size = { width: 0, height: 0 };
  /** What is shown as a whole: another one is looked at from its beginning. */
  let shown = '';
  let current = '';
  let arranged = '';
  let pending = 0;
  /** Sizes of plans by their address; 0 of those that cannot be had. @type {Map<string, {width: number, height: number}>} */
  const plans = new Map();

  const picture = el('img', { class: 'stage-map-plan', alt: '', draggable: 'false', hidden: true });
  const ways = svg('g', {});
  const lines = svg('svg', { class: 'stage-map-ways', 'aria-hidden': 'true' }, ways);
  const sea = createSea((text) => ({ value: said(text, lang), lang }));
  const tiles = map && createTiles(map, (path) => new URL(path, location.href).href, () => tell(say('map-tiles-missing')));
  const radar = createRadar(ed, stage, read);
  const pins = createPins(ed, {
    choose: (id) => ed.show({ scene: id }),
    move,
    takeOff: remove,
    seek(id) {
      const at = pins.pointOf(id);
      if (at) reveal(at);
    },
    drawn: draw,
    step: () => (ground?.origin ? STEP.land_m : (ground?.box.right ?? 1) * STEP.plan),
  });
  const north = createNorth((up_deg) => {
    if (!ground?.floor) return;
    changeFloor(ed, ground.id, (floor) => void (floor.plan && (floor.plan.north_deg = up_deg)), 'plan-north', 'plan-north');
    read(say('map-plan-north-told', { degrees: Math.round(up_deg) }));
  }, ed.given.may_edit);
  const scale = el('p', { class: 'stage-map-scale' });
  const credit = el('p', { class: 'stage-map-credit' });
  const nearer = button(say('zoom-in'), 'plus', () => zoom(null, ZOOM_STEP), { bare: true });
  const farther = button(say('zoom-out'), 'minus', () => zoom(null, 1 / ZOOM_STEP), { bare: true });
  const all = button(say('map-whole'), 'maximize', whole, { bare: true });
  const field = el('div', { class: 'stage-map-field ed-map-field', tabindex: -1 }, tiles?.layer, picture, lines, sea.layer, radar.element, pins.list, north.element,
    el('div', { class: 'stage-map-own ed-map-zoom' }, nearer, farther, all), el('div', { class: 'stage-map-foot' }, scale, credit), pins.hint, readOut);

  // --- which ground ---------------------------------------------------------------------------------------------------

  /** Where something of the tour is known to be, best first. @returns {Position[]} */
  function known() {
    const { scenes, places } = ed.draft;
    const some = [
      scenes.map(({ position }) => position),
      (places ?? []).map((place) => place.position),
      scenes.map((scene) => ed.panorama(scene)?.position),
      [map ? PROVINCE : null],
    ];
    return some.map((list) => list.filter((position) => Boolean(position))).find((list) => list.length) ?? [];
  }

  /** The ground as the draft has it now; null where there is nothing to put scenes on yet. @returns {Ground | null} */
  function groundNow() {
    const floor = floorOf(ed.draft, ed.screen.floor);
    if (!floor) {
      const at = known();
      origin ??= originOf(at);
      const land = origin && landOf(ed.draft.scenes, origin);
      return land && (land.points.size ? land : { ...land, least: FIRST_LOOK_M[at[0] === PROVINCE ? 'province' : 'near'] });
    }
    const medium = planOfFloor(ed, floor);
    const url = medium && `${page}/media/${encodeURIComponent(medium.file)}`;
    const natural = url ? plans.get(url) : null;
    if (!url || !natural?.width) {
      if (url && !plans.has(url)) measurePlan(url);
      return null;
    }
    if (picture.getAttribute('src') !== url) Object.assign(picture, { src: url, ...natural });
    return planOf(ed.draft.scenes, floor, natural);
  }

  /** @param {string} url */
  function measurePlan(url) {
    const found = new Image();
    plans.set(url, { width: 0, height: 0 });
    found.addEventListener('load', () => {
      plans.set(url, { width: found.naturalWidth || 1000, height: found.naturalHeight || 1000 });
      ed.emit('screen');
    });
    found.addEventListener('error', () => tell(say('map-plan-missing')));
    found.src = url;
  }

  function refresh() {
    ground = groundNow();
    field.hidden = !ground;
    if (!ground) return;
    const { floor, up_deg, points } = ground;
    picture.hidden = !floor;
    north.show(up_deg, Boolean(floor));
    credit.textContent = ground.origin && map ? map.attribution : '';
    lines.setAttribute('class', `stage-map-ways${floor ? ' is-plan' : ''}`);
    pins.take(ground, ed.draft.scenes, ed.screen.scene);
    drawWays(ground);
    measure();
    const here = ed.screen.scene ? points.get(ed.screen.scene) : undefined;
    radar.open(here ? up_deg : null);
    // The first scene that gets a place shows the land around it.
    const key = `${ground.id} ${floor ? picture.src : points.size === 0}`;
    if (key !== shown) {
      shown = key;
      current = ed.screen.scene ?? '';
      view = fitted();
    } else if (ed.screen.scene !== current) {
      current = ed.screen.scene ?? '';
      if (here && !pins.dragging) reveal(here);
    }
    arranged = '';
    draw();
  }

  /** What the ways that are drawn were made of. @type {unknown[]} */
  let drawn = [];

  /** Draws the ways, unless nothing of them has changed: there may be thousands. @param {Ground} on */
  function drawWays(on) {
    const { scenes } = ed.draft;
    const now = [on.id, picture.src, on.origin, ed.screen.scene, ...scenes.flatMap((scene) => [scene.hotspots, scene.position, scene.plan_position, scene.floor])];
    if (now.length === drawn.length && now.every((part, at) => part === drawn[at])) return;
    drawn = now;
    const all = waysOn(/** @type {ShownScene[]} */ (/** @type {unknown} */ (scenes)), on);
    const here = on.points.get(ed.screen.scene ?? '');
    ways.replaceChildren(...(all.length > MOST_WAYS ? all.filter((way) => here && way.includes(here)) : all)
      .map(([a, b]) => svg('line', { x1: String(a.x), y1: String(a.y), x2: String(b.x), y2: String(b.y) })));
  }

  const fitted = () => (ground ? plane.within(plane.fit(ground.box, size, ground.floor ? MARGIN_PX.plan : MARGIN_PX.land, ground.least), room) : view);

  function measure() {
    if (!ground) return;
    const { box, floor, origin: from, least } = ground;
    const whole_scale = plane.fit(box, size, floor ? MARGIN_PX.plan : MARGIN_PX.land, least).scale;
    if (from && map) {
      const min = Math.min(scaleOf(map.min_zoom, from.metres), whole_scale);
      room = { box: plane.padded(box, Math.max(size.width, size.height) / 2 / min), min, max: Math.max(scaleOf(map.max_zoom + 2, from.metres), whole_scale) };
    } else if (floor) room = { box, min: whole_scale * 0.7, max: Math.max(NEAREST.plan, whole_scale) };
    else room = { box: plane.padded(box, AROUND_M), min: Math.min(whole_scale, size.width / (2 * AROUND_M)), max: NEAREST.land };
  }

  /** Shows everything, and measures the land from where the scenes are now. */
  function whole() {
    origin = null;
    shown = '';
    refresh();
  }

  /** @param {Point} point */
  function reveal(point) {
    const at = plane.toPanel(point, view, size);
    const seen = at.x > 40 && at.y > 40 && at.x < size.width - 40 && at.y < size.height - 40;
    if (!seen) view = plane.within({ ...view, x: point.x, y: point.y }, room);
    draw();
  }

  // --- drawing --------------------------------------------------------------------------------------------------------

  function draw() {
    pending ||= requestAnimationFrame(paint);
  }

  function paint() {
    pending = 0;
    if (!ground || size.width === 0) return;
    const key = `${view.scale}`;
    if (key !== arranged) {
      arranged = key;
      pins.arrange(view, size, ed.screen.scene);
      nearer.disabled = view.scale >= room.max * 0.999;
      farther.disabled = view.scale <= room.min * 1.001;
      writeScale();
    }
    pins.place(view, size);
    const zero = plane.toPanel({ x: 0, y: 0 }, view, size);
    const moved = `translate(${zero.x.toFixed(2)}px, ${zero.y.toFixed(2)}px) scale(${view.scale})`;
    ways.style.transform = moved;
    field.style.backgroundPosition = `${zero.x.toFixed(1)}px ${zero.y.toFixed(1)}px`;
    if (ground.floor) picture.style.transform = moved;
    tiles?.place(view, size, ground);
    sea.place(view, size, ground);
    const here = ed.screen.scene && pins.pointOf(ed.screen.scene);
    if (here) radar.place(plane.toPanel(here, view, size));
  }

  function writeScale() {
    field.classList.toggle('is-grid', Boolean(ground?.origin && !tiles));
    field.classList.toggle('is-light', Boolean(ground?.floor || tiles));
    scale.hidden = !ground?.origin;
    if (!ground?.origin) return;
    const { metres, px } = plane.scaleBar(view.scale, SCALE_PX);
    const [value, unit] = metres < 1000 ? [metres, 'meter'] : [metres / 1000, 'kilometer'];
    const bar = el('span', { class: 'stage-map-bar-line' });
    bar.style.width = `${px.toFixed(1)}px`;
    scale.replaceChildren(new Intl.NumberFormat(lang, { style: 'unit', unit }).format(value), bar);
    field.style.backgroundSize = `${px.toFixed(2)}px ${px.toFixed(2)}px`;
  }

  // --- what is done ---------------------------------------------------------------------------------------------------

  /** @param {Point | null} at @param {number} factor */
  function zoom(at, factor) {
    view = plane.zoomedAbout(view, at ?? { x: size.width / 2, y: size.height / 2 }, factor, size, room);
    draw();
  }

  /** Puts a scene somewhere on the ground that is shown; steps by key are one step of undo. @param {string} id @param {Point} at @param {boolean} [byKey] */
  function move(id, at, byKey) {
    const on = ground;
    if (!on || !sceneOf(ed.draft, id)) return;
    const inside = plane.toPanel(at, view, size);
    // Let go beside the map: as if it had not been dragged.
    if (pins.pointOf(id) && on.origin && (inside.x < 0 || inside.y < 0 || inside.x > size.width || inside.y > size.height)) return draw();
    ed.changeScene(on.origin ? 'position' : 'plan-position', (scene) => put(scene, on, at), { scene: id, ...(byKey ? { merge: 'map-keys' } : {}) });
    const scene = sceneOf(ed.draft, id);
    if (scene) read(`${said(scene.title, lang) || say('untitled')}: ${placeWords(scene)}`);
  }

  /** @param {string} id */
  function remove(id) {
    const on = ground;
    if (!on) return;
    ed.changeScene(on.origin ? 'position' : 'plan-position', (scene) => takeOff(scene, on), { scene: id });
    tell(say('map-taken-off', { scene: said(sceneOf(ed.draft, id)?.title, lang) }), { name: say('undo'), act: () => ed.store.undo() });
    field.focus({ preventScroll: true });
  }

  createGestures(field, {
    zoom,
    pan(by) {
      view = plane.within({ ...view, x: view.x - by.x / view.scale, y: view.y - by.y / view.scale }, room);
      draw();
    },
    all: whole,
    wheels: () => true,
  });
  const groundAt = (/** @type {{clientX: number, clientY: number}} */ event) => {
    const box = field.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    return at.x < 0 || at.y < 0 || at.x > box.width || at.y > box.height || field.hidden ? null : plane.toGround(at, view, size);
  };
  field.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('.stage-map-own, [role="slider"]')) return;
    const at = groundAt(event);
    if (at) press(at);
  });

  const unwatch = watchSize(field, () => {
    const { width, height } = field.getBoundingClientRect();
    if (!width) return;
    const first = size.width === 0;
    size = { width, height };
    measure();
    view = first ? fitted() : plane.within(view, room);
    arranged = '';
    draw();
  });
  /** @type {(() => void) | undefined} */
  let unlisten;
  const listen = () => {
    unlisten ??= stage()?.on('view', () => radar.show());
  };

  return {
    field,
    groundAt,
    move,
    get ground() {
      return ground;
    },
    /** The point of the ground in the middle of what is shown. */
    middle: () => plane.toGround({ x: size.width / 2, y: size.height / 2 }, view, size),
    refresh() {
      listen();
      refresh();
    },
    focus: (/** @type {string} */ id) => pins.focus(id),
    end() {
      unwatch();
      unlisten?.();
      clearTimeout(reading);
      cancelAnimationFrame(pending);
    },
  };
}

/** Where a scene is, in words: on its floor's plan, else on the land. @param {import('../draft.js').Scene} scene */
export function placeWords({ position, plan_position: at }) {
  const degrees = (/** @type {number} */ value) => value.toFixed(5).replace('.', ',');
  return [
    at && say('map-on-plan', { across: Math.round(at.x * 100), down: Math.round(at.y * 100) }),
    position && say('map-on-land', { lat: degrees(position.lat), lon: degrees(position.lon) }),
  ].filter(Boolean).join(' · ') || say('map-nowhere');
}
