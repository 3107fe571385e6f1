/**
 * Giao diện: how the tour looks and begins, and what stands at its foot; shown at the size of a telephone and of a desk,
 * with the viewer that visitors get.
 *
 * @import {Editor} from './context.js'
 * @import {Draft, Skin} from './draft.js'
 */

import { createTour } from '../../viewer/tour.js';
import { putText } from './context.js';
import { mediumOf, said, startOf } from './draft.js';
import { placePart } from './library_picker.js';
import { pickMedia } from './media_picker.js';
import { Panel, button, choice, el, field, icon, languageName, line, say, texts, tick } from './parts.js';

/** As in ispace/model/skin.py and static/viewer/skins.css. @type {Record<string, string>} */
const ACCENTS = { museum: '#14533f', nature: '#2c5e1a', market: '#8a3b12', dark: '#1f5c49' };
const CONTROLS = ['scenes', 'thumbnails', 'map', 'compass', 'guide', 'share', 'fullscreen', 'gyroscope', 'vr', 'move', 'offline'];
const CATEGORIES = ['heritage', 'landscape', 'ocop'];
const CONTRAST = 4.5;

/** The contrast of a colour with white (WCAG 2.2), 1 to 21. @param {string} colour */
export function contrastWithWhite(colour) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

/** The nearest darker colour that white can be read on. @param {string} colour */
export function darkened(colour) {
  let parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const written = () => `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
  while (contrastWithWhite(written()) < CONTRAST) parts = parts.map((part) => part * 0.97);
  return written();
}

const colourOf = (/** @type {Draft} */ draft) => draft.skin?.accent || ACCENTS[draft.skin?.preset ?? 'museum'] || '#14533f';

/** @param {Editor} ed @param {(draft: Draft, panoramas: Editor['panoramas']) => import('../../viewer/types.js').TourDocument} compose */
export function skinWork(ed, compose) {
  const panel = new Panel(el('div', { class: 'ed-skins' }));
  /** @type {{tour: import('../../viewer/types.js').Tour, box: HTMLElement}[]} */
  let shown = [];
  let key = '';
  panel.bind(() => {
    const whole = compose(ed.draft, ed.panoramas);
    const now = JSON.stringify([ed.draft.skin, ed.draft.title, ed.draft.start, whole.floors, whole.scenes.map(({ id, tiles }) => [id, tiles.base])]);
    if (now === key) return;
    key = now;
    for (const { tour } of shown) tour.destroy();
    shown = [];
    const start = whole.scenes.find(({ id }) => id === whole.start) ?? whole.scenes[0];
    if (!start) return panel.element.replaceChildren(el('p', { class: 'ed-hint' }, say('picture-waiting')));
    const skin = { ...ed.draft.skin, preset: ed.draft.skin?.preset ?? 'museum', accent: colourOf(ed.draft), auto_turn: false };
    const tour = { ...whole, start: start.id, skin: /** @type {any} */ (skin) };
    const boxes = (/** @type {const} */ (['phone', 'desk'])).map((size) => {
      const stage = el('div', { class: 'stage', id: `xem_${size}`, 'data-skin': skin.preset });
      // To be looked at: at this size nothing could be pressed.
      stage.inert = true;
      stage.style.setProperty('--leaf', colourOf(ed.draft));
      return { size, stage, frame: el('figure', { class: `ed-device is-${size}` }, el('div', { class: 'ed-screen' }, stage), el('figcaption', {}, say(`size-${size}`))) };
    });
    panel.element.replaceChildren(...boxes.map(({ frame }) => frame));
    shown = boxes.map(({ stage }) => ({ box: stage, tour: createTour(stage, `${ed.given.page}/`, { language: ed.given.lang, history: false, start: { tour, scene_count: tour.scenes.length } }) }));
    for (const { box } of shown) measuredAsLaidOut(box);
    // On a published page it stands in the heading, which the server writes.
    const logo = mediumOf(ed.draft, ed.draft.skin?.logo);
    if (logo) for (const { box } of shown) box.querySelector('.stage-head')?.prepend(el('img', { class: 'stage-logo', src: smallOf(ed, logo), alt: '' }));
  });
  panel.onEnd(() => shown.forEach(({ tour }) => tour.destroy()));
  return panel;
}

/** @param {Editor} ed */
export function skinInspector(ed) {
  const panel = new Panel(el('div', { class: 'ed-inspect' }));
  const skin = () => ed.draft.skin ?? {};
  const change = (/** @type {(skin: Skin, draft: Draft) => void} */ recipe, merge = '') => ed.change('skin', (draft) => {
    draft.skin ??= {};
    recipe(draft.skin, draft);
  }, merge ? { merge } : {});
  const text = (/** @type {'title' | 'description'} */ name, /** @type {{max: number, long?: number, lines?: number, hint?: string}} */ how) => texts(panel, {
    label: say(`tour-${name}`), field: name, languages: () => ed.languages, get: () => /** @type {any} */ (ed.draft)[name],
    put: (lang, value) => ed.change(`tour-${name}`, (draft) => putText(draft, name, lang, value, false), { merge: `${name}-${lang}` }),
  }, how);

  panel.element.append(el('div', { class: 'ed-inspect-head' }, el('h2', {}, say('tab-skin'))),
    part(say('skin-look'), 'skin', presets(panel, skin, change), colour(panel, ed, change), logo(panel, ed, skin, change),
      field(panel, say('theme'), choice(panel, () => [['auto', say('theme-auto')], ['light', say('theme-light')], ['dark', say('theme-dark')]],
        () => skin().theme ?? 'auto', (value) => change((one) => void (one.theme = value))), { field: 'theme' })),
    part(say('skin-start'), 'start', field(panel, say('start'), choice(panel, () => ed.draft.scenes.map((scene) => /** @type {[string, string]} */ ([scene.id, said(scene.title, ed.given.lang) || scene.id])),
      () => startOf(ed.draft)?.id ?? '', (value) => ed.change('start', (draft) => void (draft.start = value)))),
    tick(panel, say('auto-turn'), () => Boolean(skin().auto_turn), (value) => change((one) => void (one.auto_turn = value))),
    guide(panel, ed)),
    part(say('controls'), 'controls', controls(panel, skin, change)),
    part(say('tour-words'), 'description', text('title', { max: 200, long: 60 }), text('description', { max: 5000, long: 600, lines: 4, hint: say('tour-description-hint') }), languages(panel, ed),
      el('p', {}, el('a', { class: 'quiet', href: `${ed.given.page}/texts` }, icon('languages'), say('texts-table'))), categories(panel, ed),
      placePart(panel, ed, { label: say('place-of-tour'), none: say('place-none'), get: () => ed.draft.place, put: (id) => ed.change('place', (draft) => {
        if (id) draft.place = id;
        else delete draft.place;
      }) })),
    part(say('agency'), 'agency', ...agency(panel, ed)));
  if (!ed.given.may_edit) for (const control of panel.element.querySelectorAll('input, select, textarea, .button:not(a)')) control.setAttribute('disabled', '');
  return panel;
}

/** @param {string} name @param {string} at @param {...Node} content */
const part = (name, at, ...content) => el('details', { class: 'ed-section', 'data-field': at, open: true }, el('summary', {}, el('h3', {}, name), icon('chevron-down')), ...content);

/** @typedef {(recipe: (skin: Skin, draft: Draft) => void, merge?: string) => void} ChangeSkin */

/** @param {Panel} panel @param {() => Skin} skin @param {ChangeSkin} change */
function presets(panel, skin, change) {
  const box = el('div', { class: 'ed-presets', role: 'radiogroup', 'aria-label': say('preset') });
  for (const name of Object.keys(ACCENTS)) {
    const input = el('input', { type: 'radio', name: 'preset', value: name, id: `kieu_${name}` });
    input.addEventListener('change', () => change((one) => {
      one.preset = name;
      // Another preset brings its own colour, unless the agency has one.
      if (one.accent && Object.values(ACCENTS).includes(one.accent)) delete one.accent;
    }));
    panel.bind(() => (input.checked = (skin().preset ?? 'museum') === name));
    const sample = el('span', { class: 'ed-preset-sample', 'data-skin': name, 'aria-hidden': 'true' });
    sample.style.background = ACCENTS[name] ?? '';
    box.append(el('div', {}, input, el('label', { for: input.id }, sample, say(`preset-${name}`))));
  }
  return box;
}

/** @param {Panel} panel @param {Editor} ed @param {ChangeSkin} change */
function colour(panel, ed, change) {
  const input = el('input', { type: 'color' });
  const word = el('p', { class: 'ed-hint', role: 'status' });
  const better = button(say('colour-better'), 'check', () => change((one, draft) => void (one.accent = darkened(colourOf(draft)))));
  const own = button(say('colour-preset'), 'rotate-ccw', () => change((one) => void delete one.accent));
  input.addEventListener('input', () => {
    const { value } = input;
    tellContrast(value);
    change((one) => void (one.accent = value), 'accent');
  });
  /** @param {string} value */
  function tellContrast(value) {
    const ratio = contrastWithWhite(value);
    word.textContent = say(ratio < CONTRAST ? 'contrast-low' : 'contrast-good', { ratio: ratio.toFixed(1).replace('.', ed.given.lang === 'vi' ? ',' : '.') });
    word.classList.toggle('is-bad', ratio < CONTRAST);
    better.hidden = ratio >= CONTRAST;
  }
  panel.bind(() => {
    const now = colourOf(ed.draft);
    if (input.value !== now) input.value = now;
    own.hidden = !ed.draft.skin?.accent;
    tellContrast(now);
  });
  return el('div', { 'data-field': 'accent' }, field(panel, say('colour'), input), word, el('div', { class: 'ed-row' }, better, own));
}

/**
 * The viewer measures the place of its picture on the screen. Here it is shown smaller than it is laid out, and hotspots
 * are placed inside: they would come to lie in the upper left corner.
 * @param {HTMLElement} stage
 */
function measuredAsLaidOut(stage) {
  for (const part of [stage, stage.querySelector('.stage-surface')]) {
    if (part instanceof HTMLElement) part.getBoundingClientRect = () => new DOMRect(0, 0, part.clientWidth, part.clientHeight);
  }
}

/** @param {Editor} ed @param {{file: string}} medium */
const smallOf = (ed, medium) => `${ed.given.page}/media/small/${encodeURIComponent(medium.file)}`;

/** @param {Panel} panel @param {Editor} ed @param {() => Skin} skin @param {ChangeSkin} change */
function logo(panel, ed, skin, change) {
  const picture = el('div', { class: 'ed-logo' });
  const away = button(say('logo-away'), 'x', () => change((one) => void delete one.logo));
  panel.bind(() => {
    const medium = mediumOf(ed.draft, skin().logo);
    away.hidden = !medium;
    picture.replaceChildren(...(medium ? [el('img', { src: smallOf(ed, medium), alt: said(medium.alt, ed.given.lang) })] : []));
  });
  return el('div', { class: 'ed-field', 'data-field': 'logo' }, el('p', { class: 'ed-label' }, say('logo')), picture,
    el('div', { class: 'ed-row' }, button(say('logo-choose'), 'image', () => void pickMedia(ed, ['image'], (id) => change((one) => void (one.logo = id)))), away));
}

/** @param {Panel} panel @param {Editor} ed */
function guide(panel, ed) {
  return tick(panel, say('guide-walk'), () => Boolean(ed.draft.guide), (value) => ed.change('guide', (draft) => {
    if (value) draft.guide = { scenes: [], seconds_per_scene: 12 };
    else delete draft.guide;
  }));
}

/** @param {Panel} panel @param {() => Skin} skin @param {ChangeSkin} change */
function controls(panel, skin, change) {
  return el('div', { class: 'ed-ticks' }, el('p', { class: 'ed-hint' }, say('controls-text')), ...CONTROLS.map((name) => tick(panel, say(`control-${name}`),
    () => skin().controls?.includes(name) ?? true,
    (value) => change((one) => {
      const now = new Set(one.controls ?? CONTROLS);
      if (value) now.add(name);
      else now.delete(name);
      if (now.size === CONTROLS.length) delete one.controls;
      else one.controls = CONTROLS.filter((other) => now.has(other));
    }))));
}

/** @param {Panel} panel @param {Editor} ed */
function languages(panel, ed) {
  return el('div', { class: 'ed-ticks', 'data-field': 'languages' }, el('p', { class: 'ed-label' }, say('languages')), ...[...new Set(['vi', 'en', 'km', 'zh', ...ed.languages])].map((lang) => tick(panel, languageName(lang),
    () => ed.languages.includes(lang), (value) => ed.change('languages', (draft) => {
      const now = (draft.languages ?? ['vi']).filter((one) => one !== lang);
      // A tour speaks at least one language.
      draft.languages = value ? [...now, lang] : now.length ? now : [lang];
    }))), el('p', { class: 'ed-hint' }, say('languages-hint')));
}

/** @param {Panel} panel @param {Editor} ed */
function categories(panel, ed) {
  const now = () => /** @type {string[]} */ (ed.draft.categories ?? []);
  return el('div', { class: 'ed-ticks', 'data-field': 'categories' }, el('p', { class: 'ed-label' }, say('categories')), ...CATEGORIES.map((name) => tick(panel, say(`category-${name}`),
    () => now().includes(name), (value) => ed.change('categories', (draft) => {
      const kept = now().filter((one) => one !== name);
      draft.categories = value ? [...kept, name] : kept;
    }))));
}

/** @param {Panel} panel @param {Editor} ed @returns {Node[]} */
function agency(panel, ed) {
  const now = () => /** @type {Record<string, any>} */ (ed.draft.agency ?? {});
  const change = (/** @type {(agency: Record<string, any>) => void} */ recipe, /** @type {string} */ merge) => ed.change('agency', (draft) => {
    const one = /** @type {Record<string, any>} */ ({ ...draft.agency });
    recipe(one);
    if (Object.keys(one).length) draft.agency = one;
    else delete draft.agency;
  }, { merge: `agency-${merge}` });
  const put = (/** @type {string} */ name, optional = true) => texts(panel, {
    label: say(`agency-${name}`), field: `agency.${name}`, languages: () => ed.languages, get: () => now()[name],
    put: (lang, value) => change((one) => putText(one, name, lang, value), `${name}-${lang}`),
  }, { max: 200, optional });
  const plain = (/** @type {string} */ name, /** @type {string} */ type) => field(panel, say(`agency-${name}`), line(panel, () => now()[name] ?? '', (value) => change((one) => {
    if (value.trim()) one[name] = value.trim();
    else delete one[name];
  }, name), { type, max: 120 }), { field: `agency.${name}` });
  return [el('p', { class: 'ed-hint' }, say('agency-text')), put('managing_body', false), put('governing_body'), put('responsible_person'), put('address'), plain('phone', 'tel'), plain('email', 'email'), put('permit'), put('source')];
}
