/**
 * Bản đồ: where scenes are, on the land and on the plans of floors; which way north is. What is placed here is what
 * visitors see on the tour's map.
 *
 * @import {Editor} from './context.js'
 */

import { putText } from './context.js';
import { said, sceneOf } from './draft.js';
import { addFloor, changeFloor, moveFloor, pickPlan, planOfFloor, removeFloor } from './map/floors.js';
import { createBoard, placeWords } from './map/board.js';
import { offersOf, openGps } from './map/gps.js';
import { bearing, fitPlan, floorOf, landPoint, originOf, readPosition, waiting } from './map/places.js';
import { positionField } from './map/position_field.js';
import { createTray } from './map/tray.js';
import { Panel, button, choice, el, field, figure, icon, say, tell, texts } from './parts.js';
import { northOf } from './spots.js';

/** @typedef {() => import('./page.js').Stage | null} TheStage */

/** The map, the plans and what waits for its place. @param {Editor} ed @param {TheStage} stage */
export function mapWork(ed, stage) {
  const panel = new Panel(el('div', { class: 'ed-map' }));
  /** The scene that the next press on the ground places. @type {string | null} */
  let picked = null;
  const board = createBoard(ed, stage, (at) => picked && place(picked, at, false));
  const tray = createTray(ed, {
    pick(id) {
      picked = id;
      if (id) ed.show({ scene: id });
      panel.refresh();
    },
    middle: (id) => place(id, board.middle(), true),
    drop(id, event) {
      const at = board.groundAt(event);
      if (at) place(id, at, false);
    },
  });

  /** @param {string} id @param {import('../../viewer/types.js').Point} at @param {boolean} byKey */
  function place(id, at, byKey) {
    picked = null;
    board.move(id, at);
    ed.show({ scene: id });
    panel.refresh();
    board.focus(id);
    if (byKey) tell(say('map-placed-middle', { scene: said(sceneOf(ed.draft, id)?.title, ed.given.lang) }));
  }

  const grounds = el('div', { class: 'ed-grounds', role: 'group', 'aria-label': say('map-grounds') });
  const gps = button(say('map-gps'), 'locate', () => openGps(ed));
  const empty = el('div', { class: 'ed-map-empty' });
  if (ed.given.may_edit) tray.element.append(gps);
  panel.element.append(grounds, board.field, empty, tray.element);

  panel.element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !picked) return;
    event.stopPropagation();
    picked = null;
    panel.refresh();
  });

  let listed = '';
  panel.bind(() => {
    if (ed.screen.floor && !floorOf(ed.draft, ed.screen.floor)) ed.screen.floor = '';
    const floors = ed.draft.floors ?? [];
    const names = [['', say('map-land')], ...floors.map((floor) => [floor.id, said(floor.title, ed.given.lang) || say('untitled')])];
    const key = JSON.stringify(names);
    if (key !== listed) {
      const held = grounds.contains(document.activeElement) ? /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.ground : undefined;
      listed = key;
      grounds.replaceChildren(...names.map(([id = '', name = '']) => {
        const press = button(name, id ? 'layers' : 'map', () => ed.show({ floor: id }), { pressed: false });
        press.dataset.ground = id;
        return press;
      }), ...(ed.given.may_edit ? [button(say('floor-add'), 'plus', () => addFloor(ed))] : []));
      if (held !== undefined) /** @type {HTMLElement | null} */ (grounds.querySelector(`[data-ground="${CSS.escape(held)}"]`))?.focus();
    }
    for (const press of grounds.querySelectorAll('[data-ground]')) press.setAttribute('aria-pressed', String(press.getAttribute('data-ground') === ed.screen.floor));
    gps.hidden = Boolean(ed.screen.floor) || !ed.draft.scenes.some((scene) => ed.panorama(scene)?.position);
    gps.classList.toggle('button-main', !gps.hidden && ed.draft.scenes.some((scene) => !scene.position && ed.panorama(scene)?.position));
  });
  let said_empty = '';
  panel.bind(() => {
    board.refresh();
    const { ground } = board;
    if (picked && (!sceneOf(ed.draft, picked) || ground?.points.has(picked))) picked = null;
    board.field.classList.toggle('is-placing', Boolean(picked));
    tray.element.hidden = !ground;
    if (ground) tray.take(waiting(ed.draft.scenes, ground), picked, say(ed.draft.scenes.length ? 'map-all-placed' : 'no-scene'));
    empty.hidden = Boolean(ground);
    const floor = floorOf(ed.draft, ed.screen.floor);
    const key = ground ? '' : `${floor?.id} ${floor?.plan?.medium}`;
    if (key === said_empty) return;
    said_empty = key;
    empty.replaceChildren(...(!ground ? (floor ? withoutPlan(ed, floor) : withoutPlace(ed)) : []));
  });
  panel.onEnd(() => board.end());
  return panel;
}

/** @param {Editor} ed @param {import('./draft.js').Floor} floor @returns {Node[]} */
function withoutPlan(ed, floor) {
  if (planOfFloor(ed, floor)) return [icon('loader'), el('p', {}, say('map-plan-coming'))];
  return [icon('layers'), el('p', {}, say('map-plan-none')), ...(ed.given.may_edit ? [button(say('plan-choose'), 'image', () => void pickPlan(ed, floor.id), { cls: 'button-main' })] : [])];
}

/** Nothing tells where the tour is: somebody has to say it once. @param {Editor} ed @returns {Node[]} */
function withoutPlace(ed) {
  const input = el('input', { type: 'text', id: 'toa_do', autocomplete: 'off', inputmode: 'text', placeholder: '10.6815, 105.0806' });
  const note = el('p', { class: 'ed-note', role: 'alert' });
  const form = el('form', { class: 'ed-field' }, el('label', { for: 'toa_do' }, say('map-coordinates')), input, note, button(say('map-coordinates-put'), 'map-pin', () => form.requestSubmit(), { cls: 'button-main' }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const found = readPosition(input.value);
    note.textContent = found ? '' : say('map-coordinates-note');
    if (found && ed.scene) ed.changeScene('position', (scene) => void (scene.position = found));
  });
  return [icon('map'), el('p', {}, say('map-place-none')), ...(ed.given.may_edit && ed.scene ? [form] : [])];
}

/** What there is to say of the ground and of the scene on it. @param {Editor} ed @param {TheStage} stage */
export function mapInspector(ed, stage) {
  const panel = new Panel(el('div', { class: 'ed-inspect' }));
  const floor = floorOf(ed.draft, ed.screen.floor);
  panel.element.append(...(floor ? floorPart(panel, ed, floor.id) : [el('div', { class: 'ed-inspect-head' }, el('h2', {}, say('map-land'))), el('p', { class: 'ed-hint' }, say('map-land-text'))]));
  if (ed.scene) panel.element.append(...scenePart(panel, ed, stage, ed.scene.id));
  if (!ed.given.may_edit) for (const control of panel.element.querySelectorAll('input, select, textarea, .button:not(a)')) control.setAttribute('disabled', '');
  return panel;
}

/** @param {Panel} panel @param {Editor} ed @param {string} id @returns {Node[]} */
function floorPart(panel, ed, id) {
  const now = () => floorOf(ed.draft, id);
  const picture = el('img', { class: 'ed-plan-small', alt: '' });
  const choose = button(say('plan-choose'), 'image', () => void pickPlan(ed, id));
  const away = button(say('plan-away'), 'x', () => changeFloor(ed, id, (floor) => void delete floor.plan, 'plan'));
  const fit = button(say('plan-north-fit'), 'compass', () => {
    const found = fitted(ed, id);
    if (found) changeFloor(ed, id, (floor) => void (floor.plan && (floor.plan.north_deg = found.north_deg)), 'plan-north');
  });
  const north = field(panel, say('plan-north'), figure(panel, () => now()?.plan?.north_deg ?? 0, (value) =>
    changeFloor(ed, id, (floor) => void (floor.plan && (floor.plan.north_deg = bearing(value ?? 0))), 'plan-north', 'plan-north'), { min: 0, max: 359.9 }), { hint: say('plan-north-hint') });
  const up = button(say('move-up'), 'arrow-up', () => moveFloor(ed, id, -1), { bare: true });
  const down = button(say('move-down'), 'arrow-down', () => moveFloor(ed, id, 1), { bare: true });
  panel.bind(() => {
    const floors = ed.draft.floors ?? [];
    const at = floors.findIndex((one) => one.id === id);
    up.disabled = at <= 0 || !ed.given.may_edit;
    down.disabled = at < 0 || at >= floors.length - 1 || !ed.given.may_edit;
    const medium = planOfFloor(ed, now());
    const url = medium ? `${ed.given.page}/media/small/${encodeURIComponent(medium.file)}` : null;
    if (url && picture.getAttribute('src') !== url) picture.src = url;
    picture.hidden = away.hidden = north.hidden = !medium;
    choose.querySelector('span')?.replaceChildren(say(medium ? 'plan-change' : 'plan-choose'));
    fit.hidden = !medium || !fitted(ed, id);
  });
  return [
    el('div', { class: 'ed-inspect-head' }, el('h2', {}, say('floor')), el('div', { class: 'ed-row' }, up, down)),
    texts(panel, { label: say('floor-title'), field: 'floors.title', languages: () => ed.languages, get: () => now()?.title, put: (lang, value) =>
      changeFloor(ed, id, (floor) => putText(floor, 'title', lang, value, false), 'floor-title', `floor-title-${lang}`) }, { max: 200, long: 40 }),
    el('div', { class: 'ed-field', 'data-field': 'plan' }, el('h3', {}, say('plan')), picture, el('div', { class: 'ed-row' }, choose, away)),
    el('p', { class: 'ed-hint' }, say('plan-hint')),
    north, fit,
    el('div', { class: 'ed-row' }, button(say('floor-remove'), 'trash-2', () => removeFloor(ed, id), { cls: 'button-danger' })),
  ];
}

/** How a floor's plan lies, by scenes that are on it and on the land. @param {Editor} ed @param {string} id */
function fitted(ed, id) {
  const both = ed.draft.scenes.filter((scene) => scene.floor === id && scene.plan_position && scene.position);
  const origin = originOf(both.flatMap(({ position }) => position ?? []));
  const picture = document.querySelector('.ed-map-field .stage-map-plan');
  const { naturalWidth: width, naturalHeight: height } = picture instanceof HTMLImageElement ? picture : { naturalWidth: 0, naturalHeight: 0 };
  if (!origin || !width) return null;
  return fitPlan(both.flatMap(({ position, plan_position: at }) => (position && at
    ? [{ plan: { x: at.x * width, y: at.y * height }, land: landPoint(position, origin) }] : [])));
}

/** @param {Panel} panel @param {Editor} ed @param {TheStage} stage @param {string} id @returns {Node[]} */
function scenePart(panel, ed, stage, id) {
  const now = () => sceneOf(ed.draft, id);
  const title = el('h2', {});
  const where = el('p', { class: 'ed-hint' });
  const land = () => !floorOf(ed.draft, ed.screen.floor);
  panel.bind(() => {
    const scene = now();
    title.textContent = said(scene?.title, ed.given.lang) || say('untitled');
    where.textContent = scene ? placeWords(scene) : '';
  });

  const floors = field(panel, say('floor'), choice(panel,
    () => [['', say('floor-none')], ...(ed.draft.floors ?? []).map((one) => /** @type {[string, string]} */ ([one.id, said(one.title, ed.given.lang) || one.id]))],
    () => now()?.floor ?? '', (value) => ed.changeScene('floor', (scene) => {
      delete scene.plan_position;
      if (value) scene.floor = value;
      else delete scene.floor;
    }, { scene: id })), { field: 'floor' });
  panel.bind(() => (floors.hidden = !ed.draft.floors?.length));

  const position = positionField(panel, () => now()?.position, (found) => ed.changeScene('position', (scene) => {
    if (found) scene.position = { ...scene.position, ...found };
    else delete scene.position;
  }, { scene: id }));
  /** @param {'x' | 'y'} name */
  const part = (name) => figure(panel, () => {
    const at = now()?.plan_position;
    return at ? at[name] * 100 : null;
  }, (value) => ed.changeScene('plan-position', (scene) => {
    if (value === null || !scene.floor) delete scene.plan_position;
    else scene.plan_position = { x: 0.5, y: 0.5, ...scene.plan_position, [name]: Math.round(value * 100) / 10_000 };
  }, { scene: id }), { min: 0, max: 100, places: 2 });
  const onPlan = el('div', { class: 'ed-pairs', 'data-field': 'plan_position' }, field(panel, say('plan-x'), part('x')), field(panel, say('plan-y'), part('y')));
  const photo = button(say('position-photo'), 'locate', () => {
    const scene = now();
    const found = scene && ed.panorama(scene)?.position;
    if (found) ed.changeScene('position', (one) => void (one.position = { ...one.position, lat: found.lat, lon: found.lon }), { scene: id });
  });
  const away = button('', 'x', () => ed.changeScene(land() ? 'position' : 'plan-position', (scene) => {
    if (land()) delete scene.position;
    else {
      delete scene.floor;
      delete scene.plan_position;
    }
  }, { scene: id }));
  panel.bind(() => {
    const scene = now();
    position.hidden = !land();
    onPlan.hidden = land() || scene?.floor !== ed.screen.floor;
    photo.hidden = !land() || !scene || !ed.panorama(scene)?.position || offersOf(ed).every((offer) => offer.id !== id);
    away.hidden = land() ? !scene?.position : scene?.floor !== ed.screen.floor;
    away.querySelector('span')?.replaceChildren(say(land() ? 'position-none' : 'plan-position-none'));
  });

  const state = el('p', { class: 'ed-hint' });
  const own = () => {
    const scene = now();
    return scene ? northOf(ed, scene) : null;
  };
  const north = field(panel, say('north-deg'), figure(panel, own, (value) => ed.changeScene('north', (scene) => {
    if (value === null) delete scene.north_deg;
    else scene.north_deg = bearing(value);
  }, { scene: id, merge: 'north' }), { min: 0, max: 359.9 }), { field: 'north_deg', hint: say('north-hint') });
  const here = button(say('north-here'), 'compass', () => {
    const yaw = stage()?.view?.yaw_deg;
    if (yaw !== undefined) ed.changeScene('north', (scene) => void (scene.north_deg = bearing(-yaw)), { scene: id });
  });
  panel.bind(() => {
    state.textContent = say(own() === null ? 'map-north-none' : 'map-north-text');
    here.disabled = !ed.given.may_edit || stage()?.scene !== id;
  });
  return [el('div', { class: 'ed-inspect-head ed-map-scene' }, title), where, floors, position, onPlan, el('div', { class: 'ed-row' }, photo, away),
    el('h3', {}, say('north')), state, el('div', { class: 'ed-row' }, here), north];
}
