/**
 * Điểm tương tác: placed by a press, moved by hand or with arrow keys, and what each of them says and does.
 *
 * @import {Editor, Tool} from './context.js'
 * @import {Direction, Hotspot, View} from './draft.js'
 */

import { createAreaTool } from './area_tool.js';
import { putText } from './context.js';
import { AHEAD, bare, directionOf, mediumOf, productOf, said, sceneOf, spotOf, spotsOf, view as viewOf } from './draft.js';
import { newerPart, pickEntry } from './library_picker.js';
import { positionField } from './map/position_field.js';
import { pickMedia } from './media_picker.js';
import { Panel, button, choice, el, field, figure, icon, line, openDialog, say, tell, texts, tick } from './parts.js';
import { addSpot, align, arrivalOf, copy, linkNeighbours, neighbours, newSpot, northOf, paste, wayBack } from './spots.js';
import { openArrival } from './arrival.js';

/** @type {[Tool, string, string][]} */
const TOOLS = [
  ['choose', 'mouse-pointer-2', 'V'], ['link', 'arrow-up', 'L'], ['card', 'info', 'T'], ['product', 'shopping-basket', 'P'],
  ['url', 'external-link', ''], ['phone', 'phone', ''], ['directions', 'navigation', ''], ['sound', 'audio-lines', ''], ['area', 'pentagon', ''],
];
const MORE_FROM = 4;
const SYMBOLS = Object.fromEntries([...TOOLS.map(([kind, symbol]) => [kind, symbol]), ['layer', 'image']]);
const ICONS = ['info', 'image', 'volume', 'film', 'history', 'house', 'tree', 'food', 'craft', 'water', 'view', 'accessible'];

/** What a hotspot is called in lists. @param {Editor} ed @param {Hotspot} spot */
export function spotName(ed, spot) {
  const lang = ed.given.lang;
  const own = said(spot.title, lang) || (spot.target && said(sceneOf(ed.draft, spot.target)?.title, lang))
    || (spot.product && said(productOf(ed.draft, spot.product)?.name, lang)) || (spot.medium && said(mediumOf(ed.draft, spot.medium)?.alt, lang));
  return own || say(`kind-${spot.kind}`);
}

/** Puts a new hotspot into the scene and chooses it. @param {Editor} ed @param {Direction} at */
export function placeSpot(ed, at) {
  const { scene, screen: { tool } } = ed;
  if (!scene || tool === 'choose') return;
  /** @type {Partial<Hotspot>} */
  let more = {};
  if (tool === 'link') {
    const linked = new Set(spotsOf(scene).map((spot) => spot.target));
    const target = ed.draft.scenes.find((one) => one.id !== scene.id && !linked.has(one.id)) ?? ed.draft.scenes.find((one) => one.id !== scene.id);
    if (!target) {
      ed.show({ tool: 'choose' });
      return tell(say('link-alone'));
    }
    more = { target: target.id };
  } else if (tool === 'product') {
    const shown = new Set(ed.draft.scenes.flatMap((one) => spotsOf(one).map((spot) => spot.product)));
    const product = ed.draft.products?.find((one) => !shown.has(one.id)) ?? ed.draft.products?.[0];
    if (!product) {
      ed.show({ tool: 'choose' });
      return pickEntry(ed, 'products', (id) => {
        const { scene: now } = ed;
        if (!now) return;
        const made = newSpot(ed.draft, now, 'product', at, { product: id });
        addSpot(ed, made);
      });
    }
    more = { product: product.id };
  } else if (tool === 'sound') {
    const sound = ed.draft.media?.find((one) => one.kind === 'audio');
    if (!sound) {
      ed.show({ tool: 'choose' });
      return tell(say('sound-none'));
    }
    more = { medium: sound.id };
  }
  const spot = newSpot(ed.draft, scene, tool, at, more);
  addSpot(ed, spot);
}

/** Takes the chosen hotspots out. @param {Editor} ed */
export function removeSpots(ed) {
  const ids = ed.screen.chosen;
  if (!ids.length) return;
  ed.changeScene('spot-remove', (scene) => void (scene.hotspots = spotsOf(scene).filter((spot) => !ids.includes(spot.id))));
  tell(say('spots-removed', { count: ids.length }), { name: say('undo'), act: () => ed.store.undo() });
}

/** @param {Editor} ed @param {() => import('./page.js').Stage | null} stage @param {(panel: Panel | null) => void} over */
export function hotspotTools(ed, stage, over) {
  const panel = new Panel(el('div', { class: 'ed-tools', role: 'toolbar', 'aria-label': say('tools') }));
  /** @type {Map<Tool, HTMLButtonElement>} */
  const buttons = new Map();
  const more = el('div', { class: 'ed-more-list' });
  for (const [index, [tool, symbol, keys]] of TOOLS.entries()) {
    const press = button(say(`tool-${tool}`), symbol, () => {
      fold.open = false;
      if (tool === 'area') return ed.scene && over(createAreaTool(ed, stage, () => over(null)));
      // By the keyboard there is no press on the picture: it comes to lie in the middle of what is seen.
      ed.show({ tool: ed.screen.tool === tool ? 'choose' : tool });
    }, { pressed: false, ...(keys ? { keys } : {}) });
    press.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || tool === 'choose' || tool === 'area') return;
      event.preventDefault();
      const view = stage()?.view;
      ed.show({ tool });
      if (view) placeSpot(ed, { yaw_deg: view.yaw_deg, pitch_deg: view.pitch_deg });
      // What comes next is to move it, with the arrow keys that the hint tells of; it is there once the page is drawn.
      requestAnimationFrame(() => requestAnimationFrame(() => ed.screen.chosen.forEach((id) => stage()?.focus(id))));
    });
    buttons.set(tool, press);
    (index < MORE_FROM ? panel.element : more).append(press);
  }
  const fold = el('details', { class: 'ed-more', 'data-pull': '' }, el('summary', { class: 'button' }, icon('ellipsis'), el('span', {}, say('more-tools'))), more);
  panel.element.append(fold);
  const hint = el('p', { class: 'ed-hint-over', role: 'status' });
  panel.bind(() => {
    const { tool } = ed.screen;
    for (const [of, press] of buttons) press.setAttribute('aria-pressed', String(of === tool));
    hint.textContent = tool === 'choose' ? (ed.screen.chosen.length ? say('hint-move') : '') : say('hint-place', { what: say(`tool-${tool}`) });
    hint.hidden = !hint.textContent;
  });
  panel.element.append(hint);
  return panel;
}

/** What the inspector is about; another one is made when this changes. @param {Editor} ed */
export const hotspotKey = (ed) => {
  const [first, second] = ed.chosen;
  return [ed.screen.scene, second ? 'many' : first ? `${first.id} ${first.kind}` : 'none'].join();
};

/** @param {Editor} ed @param {() => import('./page.js').Stage | null} stage */
export function hotspotInspector(ed, stage) {
  const panel = new Panel(el('div', { class: 'ed-inspect' }));
  const [first, second] = ed.chosen;
  if (second) several(panel, ed);
  else if (first) one(panel, ed, stage, first);
  else overview(panel, ed, stage);
  if (!ed.given.may_edit) for (const control of panel.element.querySelectorAll('input, select, textarea, .button:not(a)')) control.setAttribute('disabled', '');
  return panel;
}

/** Nothing is chosen: what the scene has, what may be found, ways for the whole tour. @param {Panel} panel @param {Editor} ed @param {() => import('./page.js').Stage | null} stage */
function overview(panel, ed, stage) {
  const list = el('ul', { class: 'ed-spots' });
  const find = el('input', { type: 'search', id: 'tim_diem', autocomplete: 'off', placeholder: say('find-placeholder') });
  const head = el('h2');
  panel.element.append(el('div', { class: 'ed-inspect-head' }, head), el('div', { class: 'ed-field' }, el('label', { for: 'tim_diem' }, say('find')), find), list);
  if (ed.given.may_edit) {
    panel.element.append(el('div', { class: 'ed-row' },
      button(say('neighbours'), 'waypoints', () => openNeighbours(ed)),
      button(say('paste'), 'clipboard-paste', () => ed.show({ chosen: paste(ed, null) }))),
    el('p', { class: 'ed-hint' }, say('overview-hint')));
  }
  find.addEventListener('input', () => panel.refresh());
  panel.bind(() => {
    const wanted = bare(find.value.trim());
    head.textContent = wanted ? say('found') : say('spots-of', { scene: said(ed.scene?.title, ed.given.lang) || say('untitled') });
    const from = wanted ? ed.draft.scenes : ed.scene ? [ed.scene] : [];
    const found = from.flatMap((scene) => spotsOf(scene).map((spot) => ({ scene, spot, name: spotName(ed, spot) })))
      .filter(({ spot, name }) => !wanted || bare(`${name} ${said(spot.text, ed.given.lang)}`).includes(wanted)).slice(0, 200);
    list.replaceChildren(...found.map(({ scene, spot, name }) => {
      const press = el('button', { type: 'button', class: 'ed-spot-line' }, icon(SYMBOLS[spot.kind] ?? 'info'), el('span', {}, name,
        el('span', { class: 'ed-hint' }, wanted ? said(scene.title, ed.given.lang) : say(`kind-${spot.kind}`))));
      press.addEventListener('click', () => {
        ed.show({ scene: scene.id });
        ed.show({ chosen: [spot.id] });
        setTimeout(() => stage()?.reveal(spot.id), scene.id === stage()?.scene ? 0 : 400);
      });
      return el('li', {}, press);
    }), ...(found.length ? [] : [el('li', { class: 'ed-hint' }, say(wanted ? 'find-none' : 'spots-none'))]));
  });
}

/** Shows which ways would be made and makes those that stay ticked. @param {Editor} ed */
function openNeighbours(ed) {
  const ways = neighbours(ed);
  openDialog(say('neighbours'), (dialog) => {
    if (!ways.length) return [el('p', {}, say('neighbours-none'))];
    const ticks = ways.map((way) => {
      const box = el('input', { type: 'checkbox', checked: true, id: `way_${way.from}_${way.to}` });
      const [a, b] = [sceneOf(ed.draft, way.from), sceneOf(ed.draft, way.to)];
      const how = way.exact ? say('way-exact') : say('way-guessed');
      return { way, box, li: el('li', { class: 'ed-tick' }, box, el('label', { for: box.id }, `${said(a?.title, ed.given.lang)} → ${said(b?.title, ed.given.lang)}`,
        el('span', { class: 'ed-hint' }, [way.distance_m === null ? '' : `${Math.round(way.distance_m)} m`, how].filter(Boolean).join(' · ')))) };
    });
    const make = button(say('neighbours-make', { count: ways.length }), 'check', () => {
      const wanted = ticks.filter(({ box }) => box.checked).map(({ way }) => way);
      linkNeighbours(ed, wanted);
      dialog.close();
      tell(say('neighbours-made', { count: wanted.length }), { name: say('undo'), act: () => ed.store.undo() });
    }, { cls: 'button-main' });
    const count = () => {
      const wanted = ticks.filter(({ box }) => box.checked).length;
      make.querySelector('span')?.replaceChildren(say('neighbours-make', { count: wanted }));
      make.disabled = wanted === 0;
    };
    for (const { box } of ticks) box.addEventListener('change', count);
    return [el('p', { class: 'ed-hint' }, say('neighbours-text')), el('ul', { class: 'ed-ways' }, ...ticks.map(({ li }) => li)),
      el('div', { class: 'ed-dialog-foot' }, button(say('cancel'), 'x', () => dialog.close()), make)];
  }, 'is-wide');
}

/** @param {Panel} panel @param {Editor} ed */
function several(panel, ed) {
  const head = el('h2');
  const ids = () => ed.screen.chosen;
  panel.bind(() => (head.textContent = say('chosen-many', { count: ids().length })));
  panel.element.append(el('div', { class: 'ed-inspect-head' }, head), el('div', { class: 'ed-row' },
    button(say('align-level'), 'align-center-horizontal', () => align(ed, 'level')), button(say('align-column'), 'align-center-vertical', () => align(ed, 'column')),
    button(say('align-even'), 'align-horizontal-distribute-center', () => align(ed, 'even'))),
  el('div', { class: 'ed-row' }, button(say('copy'), 'copy', () => copySpots(ed)), button(say('remove'), 'trash-2', () => removeSpots(ed), { cls: 'button-danger' })));
}

/** @param {Editor} ed */
export function copySpots(ed) {
  const spots = ed.chosen;
  if (spots.length && copy(spots)) tell(say('copied', { count: spots.length }));
}

/** @param {Panel} panel @param {Editor} ed @param {() => import('./page.js').Stage | null} stage @param {Hotspot} spot */
function one(panel, ed, stage, spot) {
  const { id, kind } = spot;
  const now = () => spotOf(ed.scene, id) ?? spot;
  const change = (/** @type {(spot: Hotspot) => void} */ recipe, /** @type {string} */ merge = '') =>
    ed.changeSpots('spot', [id], recipe, merge ? { merge } : {});
  const text = (/** @type {'title' | 'text'} */ name, /** @type {string} */ label, /** @type {{max: number, lines?: number, long?: number, optional?: boolean, hint?: string}} */ how) =>
    texts(panel, { label, field: name, languages: () => ed.languages, get: () => now()[name], put: (lang, value) =>
      change((one) => putText(one, name, lang, value, how.optional ?? false), `${name}-${lang}`) }, how);
  const title = (/** @type {boolean} */ optional, /** @type {string} */ hint = '') => text('title', say('label'), { max: 200, long: 40, optional, ...(hint ? { hint } : {}) });

  panel.element.append(el('div', { class: 'ed-inspect-head' }, el('h2', {}, icon(SYMBOLS[kind] ?? 'info'), say(`kind-${kind}`))));
  const put = (/** @type {(Node | null)[]} */ ...parts) => panel.element.append(...parts.filter((part) => part !== null));
  if (kind === 'link') put(...linkPart(panel, ed, now, change), title(true, say('label-link-hint')));
  else if (kind === 'card') put(title(false), text('text', say('text'), { max: 20_000, lines: 6, optional: true, hint: say('markdown-hint') }), mediaPart(panel, ed, now, change),
    field(panel, say('icon'), choice(panel, () => [['', say('icon-auto')], ...ICONS.map((name) => /** @type {[string, string]} */ ([name, say(`icon-${name}`)]))],
      () => now().icon ?? '', (value) => change((one) => {
        if (value) one.icon = value;
        else delete one.icon;
      })), { field: 'icon' }));
  else if (kind === 'product') put(...productPart(panel, ed, now, change), title(true, say('label-product-hint')));
  else if (kind === 'url') put(title(false), field(panel, say('address'), address(panel, now, change),
    { field: 'url', note: () => (/^https?:\/\/[^\s/]+\.[^\s]+$/.test(now().url ?? '') ? '' : say('address-note')) }), text('text', say('text'), { max: 5000, lines: 2, optional: true }));
  else if (kind === 'phone') put(title(false), field(panel, say('phone'), line(panel, () => now().phone ?? '', (value) => change((one) => void (one.phone = value), 'phone'), { type: 'tel', max: 30 }),
    { field: 'phone', note: () => (/^[+\d][\d\s().-]{5,}$/.test(now().phone ?? '') ? '' : say('phone-note')) }));
  else if (kind === 'directions') put(title(true, say('label-directions-hint')), el('p', { class: 'ed-hint' }, say('directions-text')), positionField(panel, () => now().position, (found) => change((one) => {
    if (found) one.position = { ...one.position, ...found };
    else delete one.position;
  })));
  else if (kind === 'sound') put(title(true), soundPart(panel, ed, now, change));
  else if (kind === 'area') put(title(false), text('text', say('text'), { max: 20_000, lines: 4, optional: true, hint: say('markdown-hint') }), mediaPart(panel, ed, now, change),
    field(panel, say('area-target'), targets(panel, ed, () => now().target ?? '', (value) => change((one) => {
      if (value) one.target = value;
      else delete one.target;
    }), say('area-no-target')), { field: 'target' }));
  else put(title(true));
  put(...directionPart(panel, now, change));
  if (ed.given.may_edit) put(el('div', { class: 'ed-row ed-foot' }, button(say('find-it'), 'locate', () => stage()?.reveal(id)),
    button(say('copy'), 'copy', () => copySpots(ed), { keys: 'Ctrl+C' }), button(say('remove'), 'trash-2', () => removeSpots(ed), { cls: 'button-danger', keys: 'Delete' })));
}

/** @typedef {(recipe: (spot: Hotspot) => void, merge?: string) => void} ChangeSpot */

/** @param {Panel} panel @param {Editor} ed @param {() => string} get @param {(value: string) => void} put @param {string} [none] */
function targets(panel, ed, get, put, none) {
  return choice(panel, () => [
    ...(none !== undefined ? [/** @type {[string, string]} */ (['', none])] : get() && sceneOf(ed.draft, get()) ? [] : [/** @type {[string, string]} */ ([get(), say('target-gone')])]),
    ...ed.draft.scenes.filter((scene) => scene.id !== ed.screen.scene).map((scene) => /** @type {[string, string]} */ ([scene.id, said(scene.title, ed.given.lang) || scene.id])),
  ], get, put);
}

/** @param {Panel} panel @param {Editor} ed @param {() => Hotspot} now @param {ChangeSpot} change @returns {Node[]} */
function linkPart(panel, ed, now, change) {
  const target = () => sceneOf(ed.draft, now().target);
  const picture = el('div', { class: 'ed-arrival' });
  const state = el('p', { class: 'ed-hint' });
  const adjust = button(say('arrival-adjust'), 'rotate-3d', () => {
    const [to, { scene }] = [target(), ed];
    if (!to || !scene) return;
    const own = now().arrival;
    const first = own ? { ...AHEAD, ...own } : arrivalOf({ scene, north_deg: northOf(ed, scene) }, directionOf(now()), { scene: to, north_deg: northOf(ed, to) });
    openArrival(ed, to, first, (/** @type {View} */ view) => change((one) => void (one.arrival = viewOf(view))));
  });
  const reset = button(say('arrival-reset'), 'rotate-ccw', () => change((one) => void delete one.arrival));
  const backState = el('span', { class: 'ed-hint' });
  const back = button(say('way-back'), 'corner-down-left', () => {
    const { scene } = ed;
    const made = scene && wayBack(ed, ed.draft, scene, now());
    if (!made) return;
    ed.changeScene('way-back', (one) => void (one.hotspots ??= []).push(made.spot), { scene: made.scene.id });
    tell(say('way-back-made', { scene: said(made.scene.title, ed.given.lang) }), { name: say('way-back-see'), act: () => {
      ed.show({ scene: made.scene.id });
      ed.show({ chosen: [made.spot.id] });
    } });
  });
  let shown = '';
  panel.bind(() => {
    const to = target();
    const panorama = to && ed.panorama(to);
    const url = panorama?.thumbnail?.url ?? '';
    if (url !== shown) {
      shown = url;
      picture.replaceChildren(...(url ? [el('img', { src: url, alt: say('target-picture', { scene: said(to?.title, ed.given.lang) }) })] : []));
    }
    const { scene } = ed;
    const automatic = scene && to ? arrivalOf({ scene, north_deg: northOf(ed, scene) }, directionOf(now()), { scene: to, north_deg: northOf(ed, to) }) : null;
    state.textContent = say(now().arrival ? 'arrival-own' : automatic ? 'arrival-walk' : 'arrival-initial');
    reset.hidden = !now().arrival;
    back.disabled = !scene || !to || spotsOf(to).some((spot) => spot.target === scene.id);
    backState.textContent = back.disabled && to ? say('way-back-there') : '';
  });
  return [
    field(panel, say('target'), targets(panel, ed, () => now().target ?? '', (value) => change((one) => {
      one.target = value;
      delete one.arrival;
    })), { field: 'target', note: () => (target() ? '' : say('target-note')) }),
    el('div', { class: 'ed-field', 'data-field': 'arrival' }, el('p', { class: 'ed-label' }, say('arrival')), picture, state),
    el('div', { class: 'ed-row' }, adjust, reset), el('div', { class: 'ed-row' }, back, backState),
  ];
}

/** The address of a page; one that is written as people say it, without https://, gets that. @param {Panel} panel @param {() => Hotspot} now @param {ChangeSpot} change */
function address(panel, now, change) {
  const put = (/** @type {string} */ value) => change((one) => void (one.url = value.trim()), 'url');
  const input = line(panel, () => now().url ?? '', put, { type: 'url', max: 2000, placeholder: 'https://' });
  input.addEventListener('change', () => {
    const told = input.value.trim();
    if (/^[^\s:/@]+\.[^\s:/@]+(\/\S*)?$/.test(told)) put(`https://${told}`);
  });
  return input;
}

/** @param {Panel} panel @param {Editor} ed @param {() => Hotspot} now @param {ChangeSpot} change @returns {Node[]} */
function productPart(panel, ed, now, change) {
  return [field(panel, say('product'), choice(panel, () => [
    ...(productOf(ed.draft, now().product) ? [] : [/** @type {[string, string]} */ ([now().product ?? '', say('product-choose')])]),
    ...(ed.draft.products ?? []).map((product) => /** @type {[string, string]} */ ([product.id, `${said(product.name, ed.given.lang)}${product.stars ? ` · ${product.stars}★` : ''}`])),
  ], () => now().product ?? '', (value) => change((one) => void (one.product = value))), { field: 'product', hint: say('product-hint') }),
  newerPart(panel, ed, 'products', () => now().product),
  el('div', { class: 'ed-row' }, ed.given.may_edit && button(say('product-add'), 'library', () => pickEntry(ed, 'products', (id) => change((one) => void (one.product = id)))),
    el('a', { class: 'quiet', 'data-field': 'library', href: now().product ? `/libraries/products?${new URLSearchParams({ q: said(productOf(ed.draft, now().product)?.name) })}` : '/libraries/products', target: '_blank' }, say('products-open')))];
}

/** @param {Panel} panel @param {Editor} ed @param {() => Hotspot} now @param {ChangeSpot} change */
function mediaPart(panel, ed, now, change) {
  const list = el('ul', { class: 'ed-media' });
  const box = el('div', { class: 'ed-field', 'data-field': 'media' }, el('p', { class: 'ed-label' }, say('media')), list);
  panel.bind(() => {
    const ids = now().media ?? [];
    list.replaceChildren(...ids.map((id, index) => {
      const medium = mediumOf(ed.draft, id);
      const move = (/** @type {number} */ by) => change((one) => {
        const media = [...(one.media ?? [])];
        const [taken] = media.splice(index, 1);
        if (taken) media.splice(index + by, 0, taken);
        one.media = media;
      });
      return el('li', {}, medium?.kind === 'image'
        ? el('img', { src: `${ed.given.page}/media/small/${encodeURIComponent(medium.file)}`, alt: said(medium.alt, ed.given.lang), loading: 'lazy' })
        : icon(medium?.kind === 'video' ? 'film' : 'audio-lines'), el('span', {}, said(medium?.alt, ed.given.lang) || id),
      ...(ed.given.may_edit ? [index > 0 && button(say('move-up'), 'arrow-up', () => move(-1), { bare: true }),
        button(say('media-away'), 'x', () => change((one) => void (one.media = (one.media ?? []).filter((other) => other !== id))), { bare: true })].filter((b) => b !== false) : []));
    }));
  });
  if (ed.given.may_edit) box.append(button(say('media-add'), 'plus', () => void pickMedia(ed, ['image', 'audio', 'video'], (id) =>
    change((one) => void (one.media = [...(one.media ?? []).filter((other) => other !== id), id])))));
  return box;
}

/** @param {Panel} panel @param {Editor} ed @param {() => Hotspot} now @param {ChangeSpot} change */
function soundPart(panel, ed, now, change) {
  const names = () => (ed.draft.media ?? []).filter(({ kind }) => kind === 'audio').map((medium) => /** @type {[string, string]} */ ([medium.id, said(medium.alt, ed.given.lang) || medium.id]));
  return el('div', {}, field(panel, say('sound-file'), choice(panel, names, () => now().medium ?? '', (value) => change((one) => void (one.medium = value))), { field: 'medium' }),
    button(say('sound-add'), 'plus', () => void pickMedia(ed, ['audio'], (id) => change((one) => void (one.medium = id)))),
    field(panel, say('sound-reach'), figure(panel, () => now().reach_deg ?? 60, (value) => change((one) => void (one.reach_deg = value ?? 60)), { min: 5, max: 180, places: 0 }), { hint: say('sound-reach-hint') }),
    field(panel, say('sound-volume'), figure(panel, () => (now().volume ?? 1) * 100, (value) => change((one) => void (one.volume = Math.max(0.01, (value ?? 100) / 100))), { min: 1, max: 100, places: 0 })),
    tick(panel, say('sound-repeat'), () => now().repeat ?? true, (value) => change((one) => void (one.repeat = value))));
}

/** Where it lies, in numbers: for the keyboard, and for those who measured. @param {Panel} panel @param {() => Hotspot} now @param {ChangeSpot} change @returns {Node[]} */
function directionPart(panel, now, change) {
  if (typeof now().yaw_deg !== 'number') return [];
  return [el('details', { class: 'ed-section' }, el('summary', {}, el('h3', {}, say('direction')), icon('chevron-down')), el('div', { class: 'ed-pairs' },
    field(panel, say('yaw'), figure(panel, () => now().yaw_deg, (value) => change((one) => void (one.yaw_deg = value ?? 0), 'yaw'), { min: -180, max: 179.999, places: 1 }), { field: 'yaw_deg' }),
    field(panel, say('pitch'), figure(panel, () => now().pitch_deg, (value) => change((one) => void (one.pitch_deg = value ?? 0), 'pitch'), { min: -90, max: 90, places: 1 }), { field: 'pitch_deg' })))];
}

