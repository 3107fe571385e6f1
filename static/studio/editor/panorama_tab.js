/**
 * Panorama: how a scene opens, how far one may turn in it, which way north is, whether it stands straight; and all scenes
 * at once as pictures or as a table.
 *
 * @import {Editor} from './context.js'
 * @import {Limits, Scene} from './draft.js'
 * @import {Panorama} from './published.js'
 */

import { putText } from './context.js';
import { AHEAD, rounded, said, sceneOf, spotsOf, startOf, view as viewOf, wrapped } from './draft.js';
import { turnScene } from './level.js';
import { createLeveller } from './leveller.js';
import { placePart } from './library_picker.js';
import { positionField } from './map/position_field.js';
import { WHOLE } from './published.js';
import { button, el, field, figure, icon, languageName, line, openDialog, Panel, say, tell, texts } from './parts.js';
import { moveScene, nudgeScene, sceneMoves, stateWords } from './scenes.js';
import { allDraftsPart, titleDraftPart } from './title_drafts.js';
import { uploadHere } from './upload_here.js';

const NONE = { pitch_deg: 0, roll_deg: 0 };

/** The tools over the picture. @param {Editor} ed @param {() => import('./page.js').Stage | null} stage @param {(panel: Panel | null) => void} over shows something over the picture */
export function panoramaTools(ed, stage, over) {
  const panel = new Panel(el('div', { class: 'ed-tools', role: 'toolbar', 'aria-label': say('tools') }));
  const grid = button(say('all-pictures'), 'layout-grid', () => ed.show({ how: ed.screen.how === 'grid' ? 'stage' : 'grid' }), { pressed: false });
  const set = button(say('set-view'), 'eye', () => setView(ed, stage), { cls: 'button-main', keys: 'V' });
  const level = button(say('level'), 'ruler', () => {
    if (ed.scene) over(createLeveller(ed, stage, ed.scene.id, () => over(null)));
  });
  // What a telephone held upright shows of the view: the same angle over its height, and less beside.
  const phone = button(say('phone-frame'), 'smartphone', () => {
    const shown = document.getElementById('stage')?.parentElement?.classList.toggle('is-framing') ?? false;
    phone.setAttribute('aria-pressed', String(shown));
  }, { bare: true, pressed: document.getElementById('stage')?.parentElement?.classList.contains('is-framing') ?? false });
  panel.element.append(...(ed.given.may_edit ? [set, level] : []), phone, grid);
  panel.bind(() => {
    const gridded = ed.screen.how === 'grid';
    phone.hidden = gridded;
    grid.setAttribute('aria-pressed', String(gridded));
    const ready = !gridded && Boolean(ed.scene && ed.panorama(ed.scene)?.tiles);
    set.hidden = level.hidden = gridded;
    set.disabled = level.disabled = !ready;
  });
  return panel;
}

/** Makes what is seen the initial view of the scene. @param {Editor} ed @param {() => import('./page.js').Stage | null} stage */
export function setView(ed, stage) {
  const [now, { scene }] = [stage()?.view, ed];
  if (!now || !scene || stage()?.scene !== scene.id) return;
  ed.changeScene('view', (one) => void (one.initial_view = viewOf(now)));
  tell(say('view-set', { scene: said(scene.title, ed.given.lang) }), { name: say('undo'), act: () => ed.store.undo() });
}

/** What there is to say of the scene. @param {Editor} ed @param {() => import('./page.js').Stage | null} stage */
export function sceneInspector(ed, stage) {
  const { scene } = ed;
  const panel = new Panel(el('div', { class: 'ed-inspect' }));
  if (!scene) {
    panel.element.append(el('div', { class: 'ed-empty' }, icon('image'), el('h2', {}, say('no-scene')), el('p', {}, say('no-scene-text')),
      el('a', { class: 'button button-main', href: `${ed.given.page}/pictures#tai_len` }, icon('upload'), el('span', {}, say('add-pictures')))));
    return panel;
  }
  const { id } = scene;
  const now = () => sceneOf(ed.draft, id) ?? scene;
  const put = (/** @type {string} */ name) => (/** @type {string} */ lang, /** @type {string} */ value) =>
    ed.changeScene(`scene-${name}`, (one) => putText(one, name, lang, value, name !== 'title'), { merge: `${name}-${lang}`, scene: id });
  const status = el('div', { class: 'ed-status' });
  panel.bind(() => pictureState(status, ed, now()));

  panel.element.append(
    el('div', { class: 'ed-inspect-head' }, el('h2', {}, say('panorama')), ed.given.may_edit && sceneMoves(ed)),
    status,
    texts(panel, { label: say('title'), field: 'title', languages: () => ed.languages, get: () => now().title, put: put('title') },
      { max: 200, long: 60 }),
    titleDraftPart(panel, ed, now),
    texts(panel, { label: say('description'), field: 'description', languages: () => ed.languages, get: () => now().description, put: put('description') },
      { max: 5000, lines: 3, optional: true, hint: say('description-hint') }),
    section(say('initial-view'), 'initial_view', viewPart(panel, ed, now, stage)),
    section(say('north'), 'north_deg', northPart(panel, ed, now, stage)),
    section(say('limits'), 'limits', limitsPart(panel, ed, now, stage), () => Boolean(now().limits)),
    section(say('position'), 'position', positionPart(panel, ed, now), () => Boolean(now().position)),
    section(say('picture'), 'panorama', picturePart(panel, ed, now), () => false),
  );
  if (!ed.given.may_edit) for (const control of panel.element.querySelectorAll('input, select, textarea, .button:not(a)')) control.setAttribute('disabled', '');
  return panel;
}

/** A part that can be folded; it stands open where there is something in it. @param {string} name @param {string} at @param {Node[]} content @param {() => boolean} [open] */
function section(name, at, content, open = () => true) {
  return el('details', { class: 'ed-section', 'data-field': at, open: open() }, el('summary', {}, el('h3', {}, name), icon('chevron-down')), ...content);
}

/** @param {HTMLElement} place @param {Editor} ed @param {Scene} scene */
function pictureState(place, ed, scene) {
  const panorama = ed.panorama(scene);
  const words = stateWords(panorama, Boolean(ed.meanwhile(scene)));
  const bad = panorama?.state === 'failed' || panorama?.state === 'set-aside';
  const key = [words, panorama?.problem?.code, panorama?.report].join();
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = !words;
  place.classList.toggle('is-bad', bad);
  place.replaceChildren(icon(bad ? 'triangle-alert' : 'loader'), el('div', {}, el('p', {}, panorama?.problem?.text ?? words),
    bad && el('div', { class: 'ed-row' },
      button(say('picture-again'), 'rotate-ccw', () => void again(ed, scene)),
      button(say('picture-replace'), 'images', () => replace(ed, scene.id)),
      panorama?.report && el('a', { class: 'button', href: panorama.report }, icon('file-warning'), el('span', {}, say('picture-report'))))));
}

/** Asks for a picture to be made ready once more. @param {Editor} ed @param {Scene} scene */
async function again(ed, scene) {
  const answer = await fetch(`${ed.given.api}/panoramas/redo`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ file: scene.panorama.file }),
  }).catch(() => null);
  tell(say(answer?.ok ? 'picture-again-asked' : 'picture-again-failed'));
  ed.emit('redo');
}

/** Offers the tour's other panoramas; the scene keeps all it has. @param {Editor} ed @param {string} id */
function replace(ed, id) {
  const used = new Set(ed.draft.scenes.map((scene) => scene.panorama.file));
  const files = [...new Map(ed.listed.map((one) => [one.file, one])).values()].filter((one) => one.file && one.file !== sceneOf(ed.draft, id)?.panorama.file);
  openDialog(say('picture-replace'), (dialog) => [
    el('p', { class: 'ed-hint' }, say('replace-text')),
    files.length ? el('ul', { class: 'ed-picks' }, ...files.map((one) => {
      const pick = el('button', { type: 'button', class: 'ed-pick' },
        one.thumbnail ? el('img', { src: one.thumbnail.url, alt: '', loading: 'lazy' }) : icon('image'),
        el('span', {}, one.name), el('span', { class: 'ed-hint' }, [used.has(one.file) ? say('used-already') : '', stateWords(one)].filter(Boolean).join(' · ')));
      pick.addEventListener('click', () => {
        ed.changeScene('picture', (scene) => {
          scene.panorama.file = one.file;
          // How much of the sphere the other one showed, and how it stood, says nothing of this one.
          delete scene.panorama.coverage;
          delete scene.level;
        }, { scene: id });
        dialog.close();
        tellReplaced(ed, id, one.file);
      });
      return el('li', {}, pick);
    })) : el('p', {}, say('replace-none')),
    el('div', { class: 'ed-dialog-foot' }, uploadHere(ed, { scene: id, sent: () => {
      dialog.close();
      tell(say('replace-sent'));
    } })),
  ], 'is-wide');
}

/**
 * A picture that was taken anew came as a scene of its own: where that scene has nothing else, it is offered to go.
 * @param {Editor} ed @param {string} id @param {string} file
 */
function tellReplaced(ed, id, file) {
  const led = new Set(ed.draft.scenes.flatMap((scene) => spotsOf(scene).map((spot) => spot.target)));
  const spare = ed.draft.scenes.find((one) => one.id !== id && one.panorama.file === file && !spotsOf(one).length && !led.has(one.id));
  if (spare) tell(say('replaced-spare', { scene: said(spare.title, ed.given.lang) || say('untitled') }), { name: say('scene-remove'), act: () => removeScene(ed, spare.id) });
  else tell(say('replaced'), { name: say('undo'), act: () => ed.store.undo() });
}

/** @param {Panel} panel @param {Editor} ed @param {() => Scene} now @param {() => import('./page.js').Stage | null} stage @returns {Node[]} */
function viewPart(panel, ed, now, stage) {
  const state = el('p', { class: 'ed-hint' });
  const show = button(say('view-go'), 'locate', () => {
    const view = now().initial_view;
    if (view) stage()?.look({ ...AHEAD, ...view });
  });
  const reset = button(say('view-reset'), 'rotate-ccw', () => ed.changeScene('view', (scene) => void delete scene.initial_view, { scene: now().id }));
  const width = field(panel, say('view-width'), figure(panel, () => now().initial_view?.hfov_deg, (value) => {
    const view = now().initial_view;
    if (value !== null && view) ed.changeScene('view', (scene) => void (scene.initial_view = { ...AHEAD, ...view, hfov_deg: value }), { scene: now().id, merge: 'view' });
  }, { min: 20, max: 110, places: 0 }));
  panel.bind(() => {
    const view = now().initial_view;
    state.textContent = view
      ? say('view-is', { yaw: Math.round(view.yaw_deg ?? 0), pitch: Math.round(view.pitch_deg ?? 0) })
      : say('view-none');
    show.hidden = reset.hidden = width.hidden = !view;
  });
  return [state, ...(ed.given.may_edit ? [button(say('set-view'), 'eye', () => setView(ed, stage), { cls: 'button-main' })] : []),
    el('div', { class: 'ed-row' }, show, reset), width];
}

/** @param {Panel} panel @param {Editor} ed @param {() => Scene} now @param {() => import('./page.js').Stage | null} stage @returns {Node[]} */
function northPart(panel, ed, now, stage) {
  const own = () => now().north_deg ?? ed.panorama(now())?.north_deg ?? null;
  const state = el('p', { class: 'ed-hint' });
  const bearing = figure(panel, () => own(), (value) => ed.changeScene('north', (scene) => {
    if (value === null) delete scene.north_deg;
    else scene.north_deg = rounded(((value % 360) + 360) % 360);
  }, { scene: now().id, merge: 'north' }), { min: 0, max: 359.9 });
  const here = button(say('north-here'), 'compass', () => {
    const yaw = stage()?.view?.yaw_deg;
    if (yaw === undefined) return;
    ed.changeScene('north', (scene) => void (scene.north_deg = rounded(((-yaw % 360) + 360) % 360)), { scene: now().id });
    tell(say('north-set'), { name: say('undo'), act: () => ed.store.undo() });
  });
  const go = button(say('north-go'), 'navigation', () => {
    const [north, view] = [own(), stage()?.view];
    if (north !== null && view) stage()?.look({ ...view, yaw_deg: wrapped(-north) });
  });
  panel.bind(() => {
    state.textContent = say(now().north_deg !== undefined && now().north_deg !== null ? 'north-is' : own() === null ? 'north-none' : 'north-camera');
    go.hidden = own() === null;
  });
  return [state, el('div', { class: 'ed-row' }, ...(ed.given.may_edit ? [here] : []), go),
    field(panel, say('north-deg'), bearing, { hint: say('north-hint') })];
}

/** @param {Panel} panel @param {Editor} ed @param {() => Scene} now @param {() => import('./page.js').Stage | null} stage @returns {Node[]} */
function limitsPart(panel, ed, now, stage) {
  const put = (/** @type {(limits: Limits) => void} */ recipe) => ed.changeScene('limits', (scene) => {
    /** @type {Limits} */
    const limits = { ...WHOLE, ...scene.limits };
    recipe(limits);
    const ordered = limits.yaw_min_deg < limits.yaw_max_deg && limits.pitch_min_deg < limits.pitch_max_deg
      && limits.hfov_min_deg < limits.hfov_max_deg && limits.yaw_max_deg - limits.yaw_min_deg <= 360;
    if (!ordered) return tell(say('limits-order'));
    if (JSON.stringify(limits) === JSON.stringify(WHOLE)) delete scene.limits;
    else scene.limits = limits;
  }, { scene: now().id });
  const row = (/** @type {keyof Limits} */ name, /** @type {number} */ min, /** @type {number} */ max) =>
    field(panel, say(`limit-${name.replace('_deg', '').replace('_', '-')}`),
      figure(panel, () => now().limits?.[name] ?? WHOLE[name], (value) => put((limits) => void (limits[name] = value ?? WHOLE[name])), { min, max, places: 0 }));
  /** @param {'yaw_min_deg' | 'yaw_max_deg' | 'pitch_min_deg' | 'pitch_max_deg'} name */
  const edge = (name) => button(say(`limit-here-${name.replace('_deg', '').replace('_', '-')}`), '', () => {
    const view = stage()?.view;
    if (view) put((limits) => void (limits[name] = Math.round(name.startsWith('yaw') ? view.yaw_deg : view.pitch_deg)));
  });
  const none = button(say('limits-none'), 'rotate-ccw', () => ed.changeScene('limits', (scene) => void delete scene.limits, { scene: now().id }));
  panel.bind(() => (none.hidden = !now().limits));
  return [el('p', { class: 'ed-hint' }, say('limits-text')),
    el('div', { class: 'ed-pairs' }, row('yaw_min_deg', -360, 360), row('yaw_max_deg', -360, 360), row('pitch_min_deg', -90, 90),
      row('pitch_max_deg', -90, 90), row('hfov_min_deg', 5, 149), row('hfov_max_deg', 6, 150)),
    ...(ed.given.may_edit ? [el('p', { class: 'ed-hint' }, say('limits-here')),
      el('div', { class: 'ed-row' }, edge('yaw_min_deg'), edge('yaw_max_deg'), edge('pitch_max_deg'), edge('pitch_min_deg'))] : []), none];
}

/** @param {Panel} panel @param {Editor} ed @param {() => Scene} now @returns {Node[]} */
function positionPart(panel, ed, now) {
  const gps = button(say('position-photo'), 'map-pin', () => {
    const found = ed.panorama(now())?.position;
    if (found) ed.changeScene('position', (scene) => void (scene.position = { lat: found.lat, lon: found.lon }), { scene: now().id });
  });
  const away = button(say('position-none'), 'x', () => ed.changeScene('position', (scene) => void delete scene.position, { scene: now().id }));
  panel.bind(() => {
    gps.hidden = !ed.panorama(now())?.position;
    away.hidden = !now().position;
  });
  return [el('p', { class: 'ed-hint' }, say('position-text')), el('div', { class: 'ed-row' }, gps, away),
    positionField(panel, () => now().position, (found) => ed.changeScene('position', (scene) => {
      if (found) scene.position = { ...scene.position, ...found };
      else delete scene.position;
    }, { scene: now().id }))];
}

/** @param {Panel} panel @param {Editor} ed @param {() => Scene} now @returns {Node[]} */
function picturePart(panel, ed, now) {
  const facts = el('p', { class: 'ed-hint' });
  const start = button(say('make-start'), 'flag', () => ed.change('start', (draft) => void (draft.start = now().id)));
  const levelled = el('p', { class: 'ed-hint' });
  const unlevel = button(say('level-none'), 'rotate-ccw', () => {
    const from = now().level ?? NONE;
    ed.changeScene('level', (scene) => {
      turnScene(scene, from, NONE);
      delete scene.level;
    }, { scene: now().id });
  });
  panel.bind(() => {
    const panorama = ed.panorama(now());
    facts.textContent = panorama ? say('picture-facts', { name: panorama.name, width: panorama.width_px, height: panorama.height_px }) : now().panorama.file;
    start.hidden = startOf(ed.draft)?.id === now().id;
    const { level } = now();
    levelled.textContent = level ? say('level-is', { pitch: level.pitch_deg, roll: level.roll_deg }) : '';
    levelled.hidden = unlevel.hidden = !level;
  });
  const credit = field(panel, say('credit'), line(panel, () => now().panorama.credit ?? '', (value) => ed.changeScene('credit', (scene) => {
    if (value.trim()) scene.panorama.credit = value;
    else delete scene.panorama.credit;
  }, { scene: now().id, merge: 'credit' }), { max: 500 }), { field: 'panorama.credit' });
  const place = placePart(panel, ed, { label: say('place'), none: say('place-tour'), get: () => now().place, put: (id) => ed.changeScene('place', (scene) => {
    if (id) scene.place = id;
    else delete scene.place;
  }, { scene: now().id }) });
  return [facts, levelled,
    texts(panel, { label: say('alt'), field: 'panorama.alt', languages: () => ed.languages, get: () => now().panorama.alt, put: (lang, value) =>
      ed.changeScene('alt', (scene) => putText(scene.panorama, 'alt', lang, value), { merge: `alt-${lang}`, scene: now().id }) }, { max: 500, optional: true, hint: say('alt-hint') }),
    credit, place,
    el('div', { class: 'ed-row' }, start, button(say('picture-replace'), 'images', () => replace(ed, now().id)), unlevel,
      button(say('scene-remove'), 'trash-2', () => removeScene(ed, now().id), { cls: 'button-danger' }))];
}

/** Takes a scene out, with the ways that lead to it. @param {Editor} ed @param {string} id */
export function removeScene(ed, id) {
  const scene = sceneOf(ed.draft, id);
  if (!scene) return;
  const ways = ed.draft.scenes.reduce((sum, one) => sum + spotsOf(one).filter((spot) => spot.target === id).length, 0);
  ed.change('scene-remove', (draft) => {
    const at = draft.scenes.findIndex((one) => one.id === id);
    draft.scenes.splice(at, 1);
    for (const one of draft.scenes) {
      for (let i = spotsOf(one).length - 1; i >= 0; i--) if (one.hotspots?.[i]?.target === id) one.hotspots.splice(i, 1);
    }
    if (draft.start === id) delete draft.start;
    const guide = /** @type {{scenes?: string[]} | null | undefined} */ (draft.guide);
    if (guide?.scenes?.includes(id)) guide.scenes = guide.scenes.filter((one) => one !== id);
  });
  tell(say(ways ? 'scene-removed-ways' : 'scene-removed', { scene: said(scene.title, ed.given.lang), count: ways }), { name: say('undo'), act: () => ed.store.undo() });
}

/** All scenes at once: pictures to be put in order, or a table for titles. @param {Editor} ed */
export function createGrid(ed) {
  const panel = new Panel(el('div', { class: 'ed-grid-page' }));
  const list = el('ol', { class: 'ed-grid' });
  const table = el('div', { class: 'ed-table-box', tabindex: 0, role: 'region', 'aria-label': say('as-table') });
  const asGrid = button(say('as-grid'), 'layout-grid', () => show('grid'), { pressed: true });
  const asTable = button(say('as-table'), 'list', () => show('table'), { pressed: false });
  let how = 'grid';
  panel.element.append(el('div', { class: 'ed-row' }, asGrid, asTable, allDraftsPart(panel, ed)), list, table);

  /** @param {string} next */
  function show(next) {
    how = next;
    asGrid.setAttribute('aria-pressed', String(how === 'grid'));
    asTable.setAttribute('aria-pressed', String(how === 'table'));
    list.hidden = how !== 'grid';
    table.hidden = how !== 'table';
    panel.refresh();
  }

  /** @type {Map<string, {element: HTMLElement, scene: Scene | null, panorama: Panorama | null, number: number}>} */
  const cards = new Map();
  panel.bind(() => {
    if (how !== 'grid') return;
    for (const [id, card] of cards) if (!sceneOf(ed.draft, id) && cards.delete(id)) card.element.remove();
    ed.draft.scenes.forEach((scene, index) => {
      let card = cards.get(scene.id);
      if (!card) cards.set(scene.id, (card = { element: el('li', { draggable: String(ed.given.may_edit) }), scene: null, panorama: null, number: 0 }));
      if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
      const panorama = ed.panorama(scene);
      if (card.scene === scene && card.panorama === panorama && card.number === index) return;
      Object.assign(card, { scene, panorama, number: index });
      const words = stateWords(panorama);
      const bad = panorama?.state === 'failed' || panorama?.state === 'set-aside';
      const press = el('button', { type: 'button', class: 'ed-card' },
        panorama?.thumbnail ? el('img', { src: panorama.thumbnail.url, alt: '', loading: 'lazy' }) : el('span', { class: 'ed-card-blank' }, icon(bad ? 'triangle-alert' : 'image')),
        el('span', { class: 'ed-card-title' }, `${index + 1}. ${said(scene.title, ed.given.lang) || say('untitled')}`),
        el('span', { class: bad ? 'is-bad' : 'ed-hint' }, words || say('spot-count', { count: spotsOf(scene).length })));
      press.addEventListener('click', () => ed.show({ scene: scene.id, how: 'stage' }));
      press.addEventListener('keydown', (event) => {
        const by = /** @type {1 | -1 | undefined} */ ({ ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]);
        if (!by) return;
        event.preventDefault();
        if (event.altKey) nudgeScene(ed, scene.id, by);
        const to = event.altKey ? cards.get(scene.id)?.element : list.children[index + by];
        to?.querySelector('button')?.focus();
      });
      card.element.replaceChildren(press, ...(panorama?.problem ? [el('p', { class: 'ed-card-problem' }, panorama.problem.text)] : []));
      card.element.dataset.id = scene.id;
    });
  });
  let dragged = '';
  list.addEventListener('dragstart', (event) => {
    dragged = /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest('li') : null)?.dataset.id ?? '';
    event.dataTransfer?.setData('text/plain', dragged);
  });
  list.addEventListener('dragover', (event) => dragged && event.preventDefault());
  list.addEventListener('drop', (event) => {
    event.preventDefault();
    const on = /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest('li') : null);
    if (!dragged || !on?.dataset.id) return;
    const { left, width } = on.getBoundingClientRect();
    const after = event.clientX > left + width / 2;
    const { scenes } = ed.draft;
    const at = scenes.findIndex(({ id }) => id === on.dataset.id);
    moveScene(ed, dragged, after ? scenes[at + 1]?.id ?? null : on.dataset.id);
    dragged = '';
  });

  let shown = '';
  /** @type {Panel | null} */
  let rows = null;
  panel.bind(() => {
    if (how !== 'table') return;
    const key = [...ed.languages, ...ed.draft.scenes.map(({ id }) => id)].join();
    if (key === shown) return rows?.refresh();
    shown = key;
    rows = new Panel(el('table', { class: 'ed-table' }));
    const own = rows;
    own.element.append(
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, '#'), ...ed.languages.map((lang) => el('th', { scope: 'col' }, say('in-language', { label: say('title'), language: languageName(lang) }))), el('th', { scope: 'col' }, say('picture')))),
      el('tbody', {}, ...ed.draft.scenes.map((scene, index) => {
        const state = el('td');
        own.bind(() => (state.textContent = stateWords(ed.panorama(sceneOf(ed.draft, scene.id) ?? scene)) || say('picture-ready')));
        const go = el('button', { type: 'button', class: 'quiet' }, String(index + 1));
        go.addEventListener('click', () => ed.show({ scene: scene.id, how: 'stage' }));
        return el('tr', {}, el('th', { scope: 'row' }, go), ...ed.languages.map((lang) => {
          const input = line(own, () => sceneOf(ed.draft, scene.id)?.title?.[lang] ?? '', (value) =>
            ed.changeScene('scene-title', (one) => putText(one, 'title', lang, value, false), { merge: `title-${lang}`, scene: scene.id }), { max: 200, lang });
          input.setAttribute('aria-label', say('title-of', { number: index + 1, language: languageName(lang) }));
          input.disabled = !ed.given.may_edit;
          return el('td', {}, input);
        }), state);
      })));
    table.replaceChildren(own.element);
  });
  show('grid');
  return panel;
}
