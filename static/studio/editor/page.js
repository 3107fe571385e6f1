/**
 * The editor of a tour: scenes left, the picture in the middle under the tabs of the class, one inspector right. This module
 * puts the parts together; each of them knows the draft (context.js) and none of the others.
 *
 * @import {Given, Tab} from './context.js'
 * @import {Draft} from './draft.js'
 * @import {Panorama} from './published.js'
 * @import {Problem} from './problems.js'
 * @typedef {ReturnType<typeof createStage>} Stage
 */

import { watchMenus } from '../menus.js';
import { wordsIn } from '../words.js';
import { createContext } from './context.js';
import { said, sceneOf, spotsOf, startOf } from './draft.js';
import { hasSeenGuide, openGuide, openKeys } from './help.js';
import { openHistory } from './history.js';
import { copySpots, hotspotInspector, hotspotKey, hotspotTools, placeSpot, removeSpots } from './hotspot_tab.js';
import { mapInspector, mapWork } from './map_tab.js';
import { createGrid, panoramaTools, sceneInspector, setView } from './panorama_tab.js';
import { Panel, button, el, icon, say, set, tell, tied, useIcons } from './parts.js';
import { followPictures } from './pictures.js';
import { createProblems, focusField } from './problems.js';
import { createComposer } from './published.js';
import { createSaved } from './saved.js';
import { createScenes } from './scenes.js';
import { skinInspector, skinWork } from './skin_tab.js';
import { paste } from './spots.js';
import { createStage } from './stage.js';
import { createStore } from './store.js';
import { createSync } from './sync.js';

/** @type {[Tab, string][]} */
const TABS = [['panorama', 'image'], ['hotspots', 'map-pin'], ['skin', 'palette'], ['map', 'map']];

const given = /** @type {Given} */ (/** @type {unknown} */ (wordsIn('bien_tap')));
useIcons(given.icons);
watchMenus();
const place = (/** @type {string} */ name) => /** @type {HTMLElement} */ (document.querySelector(`[data-part="${name}"]`));

/** @template T @param {string} address @returns {Promise<T>} */
async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer.json();
}

/** @returns {Promise<void>} */
async function start() {
  const waiting = place('waiting');
  try {
    const [tour, pictures] = await Promise.all([
      fetched(given.api).then((told) => /** @type {{document: Draft, revision: number}} */ (told)),
      fetched(`${given.api}/panoramas`).then((told) => /** @type {{panoramas: Panorama[]}} */ (told)),
    ]);
    waiting.remove();
    open(tour, pictures.panoramas);
  } catch (error) {
    console.error(error);
    waiting.replaceChildren(icon('triangle-alert'), el('p', {}, say('open-failed')), button(say('open-again'), 'rotate-ccw', () => location.reload(), { cls: 'button-main' }));
  }
}

/** @param {{document: Draft, revision: number}} tour @param {Panorama[]} panoramas */
function open(tour, panoramas) {
  const store = createStore({ document: { ...tour.document, scenes: tour.document.scenes ?? [] }, revision: tour.revision });
  const ed = createContext(given, store);
  ed.takePanoramas(panoramas);
  const sync = createSync({ store, tour: given.tour, person: given.person });
  const compose = createComposer(given.page);
  /** @type {Stage | null} */
  let stage = null;
  const theStage = () => stage;

  // --- head -----------------------------------------------------------------------------------------------------------
  const title = el('input', { type: 'text', class: 'ed-title', 'aria-label': say('tour-title'), maxlength: 200, disabled: !given.may_edit });
  const undo = button(say('undo'), 'undo-2', () => step('undo'), { bare: true, keys: 'Control+Z' });
  const redo = button(say('redo'), 'redo-2', () => step('redo'), { bare: true, keys: 'Control+Shift+Z' });
  const problems = createProblems(ed, mend);
  const saved = createSaved(ed, sync);
  place('title').append(title, saved.element);
  place('actions').append(saved.people, undo, redo, problems.element,
    button(say('history'), 'history', () => openHistory(ed), { bare: true }),
    button(say('keys'), 'circle-help', openHelp, { bare: true, keys: '?', cls: 'ed-keys-button' }),
    el('a', { class: 'button', href: `${given.page}/publish#xem_thu` }, icon('eye'), el('span', {}, say('preview'))),
    el('a', { class: 'button button-main', href: `${given.page}/publish` }, icon('send'), el('span', {}, say('publish'))));
  const head = new Panel(place('title'));
  const lang = () => ed.languages[0] ?? 'vi';
  tied(head, title, () => ed.draft.title?.[lang()] ?? '',
    (value) => ed.change('title', (draft) => void (draft.title = { ...draft.title, [lang()]: value }), { merge: 'title' }));
  head.bind(() => {
    undo.disabled = !store.canUndo;
    redo.disabled = !store.canRedo;
  });

  /** @param {'undo' | 'redo'} way */
  function step(way) {
    const done = store[way]();
    if (done === false) tell(say('undo-clash'));
  }

  function openHelp() {
    const dialog = openKeys();
    dialog.append(el('div', { class: 'ed-dialog-foot' }, button(say('guide-again'), 'footprints', () => {
      dialog.close();
      openGuide(lead);
    })));
  }

  /** Shows the place that a step of the guide is about. @param {string} what */
  function lead(what) {
    const tab = /** @type {Record<string, Tab>} */ ({ view: 'panorama', titles: 'panorama', links: 'hotspots', cards: 'hotspots' })[what];
    if (tab) ed.show({ tab, how: 'stage' });
    for (const one of document.querySelectorAll('.is-led')) one.classList.remove('is-led');
    const at = { pictures: '.ed-add', titles: '[data-part="inspector"]', view: '[data-part="tools"]', links: '[data-part="tools"]', cards: '[data-part="tools"]', publish: '[data-part="actions"]' }[what];
    if (at) document.querySelector(at)?.classList.add('is-led');
    setTimeout(() => document.querySelector('dialog.is-guide')?.addEventListener('close', () => {
      for (const one of document.querySelectorAll('.is-led')) one.classList.remove('is-led');
    }, { once: true }));
  }

  // --- scenes and tabs ------------------------------------------------------------------------------------------------
  const scenes = createScenes(ed, problems.of);
  place('scenes').append(scenes.element);
  /** @type {Map<Tab, HTMLButtonElement>} */
  const tabs = new Map();
  for (const [name, symbol] of TABS) {
    const tab = el('button', { type: 'button', role: 'tab', id: `muc_${name}`, 'aria-controls': 'ban_lam_viec', class: 'ed-tab' }, icon(symbol), el('span', {}, say(`tab-${name}`)));
    tab.addEventListener('click', () => ed.show({ tab: name, tool: 'choose' }));
    tabs.set(name, tab);
    place('tabs').append(tab);
  }
  place('tabs').addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const at = TABS.findIndex(([name]) => name === ed.screen.tab);
    const next = TABS[(at + by + TABS.length) % TABS.length]?.[0] ?? 'panorama';
    ed.show({ tab: next });
    tabs.get(next)?.focus();
  });

  // --- the middle and the inspector -----------------------------------------------------------------------------------
  /** @type {Panel | null} */
  let tools = null;
  /** @type {Panel | null} */
  let work = null;
  /** @type {Panel | null} */
  let inspector = null;
  /** @type {Panel | null} */
  let above = null;
  let worked = '';
  let inspected = '';

  /** Shows something over the picture, such as the tool that levels it; null takes it away. @param {Panel | null} panel */
  function over(panel) {
    above?.end();
    above = panel;
    place('over').hidden = !panel;
    if (panel) {
      place('over').replaceChildren(panel.element);
      /** @type {HTMLElement | null} */ (panel.element.querySelector('input, button'))?.focus();
    }
    place('tools').hidden = Boolean(panel);
  }

  function layOut() {
    const { tab, how } = ed.screen;
    for (const [name, button] of tabs) {
      set(button, 'aria-selected', String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
    }
    document.body.dataset.tab = tab;
    document.body.dataset.how = how;
    document.body.dataset.tool = ed.screen.tool;
    const now = tab === 'panorama' ? `panorama ${how}` : tab;
    if (now !== worked) {
      worked = now;
      over(null);
      tools?.end();
      work?.end();
      tools = tab === 'panorama' ? panoramaTools(ed, theStage, over) : tab === 'hotspots' ? hotspotTools(ed, theStage, over) : null;
      work = tab === 'skin' ? skinWork(ed, compose) : tab === 'map' ? mapWork(ed, theStage) : tab === 'panorama' && how === 'grid' ? createGrid(ed) : null;
      place('tools').replaceChildren(...(tools ? [tools.element] : []));
      place('work').replaceChildren(...(work ? [work.element] : []));
      place('work').hidden = !work;
    }
    // On the map the picture stays beside it: what it shows is turned to where it lies.
    place('stage').hidden = Boolean(work) && (tab !== 'map' || !ed.scene || !ed.panorama(ed.scene)?.tiles);
    const key = [tab, how, tab === 'hotspots' ? hotspotKey(ed) : tab === 'panorama' ? ed.screen.scene : tab === 'map' ? `${ed.screen.scene} ${ed.screen.floor}` : ''].join();
    if (key !== inspected) {
      inspected = key;
      inspector?.end();
      inspector = tab === 'hotspots' ? hotspotInspector(ed, theStage) : tab === 'skin' ? skinInspector(ed) : tab === 'map' ? mapInspector(ed, theStage) : sceneInspector(ed, theStage);
      place('inspector').replaceChildren(inspector.element);
      place('inspector').scrollTop = 0;
    }
    // One tab that shows the scene's picture and no work has no picture yet: it says so.
    const shown = ed.scene && ed.scene.id === stage?.scene;
    const panorama = ed.scene && ed.panorama(ed.scene);
    place('none').hidden = Boolean(work) || Boolean(shown) || Boolean(panorama?.tiles);
    place('none').replaceChildren(icon(panorama?.problem ? 'triangle-alert' : 'loader'), el('p', {}, !ed.scene ? say('no-scene') : panorama?.problem?.text ?? say('picture-waiting')));
  }

  /** Brings the picture up to date with the draft. */
  function show() {
    const next = compose(ed.draft, ed.panoramas);
    if (!next.scenes.length) return;
    const wanted = next.scenes.find(({ id }) => id === ed.screen.scene) ?? null;
    if (!stage) {
      const first = wanted ?? next.scenes[0];
      if (!first) return;
      stage = createStage(/** @type {HTMLElement} */ (document.getElementById('stage')), `${given.page}/`, { ...next, start: first.id }, given.lang, {
        places: () => ed.screen.tab === 'hotspots' && ed.screen.tool !== 'choose',
        place(at) {
          placeSpot(ed, at);
          bringWords();
        },
        choose(id, more) {
          const { chosen, tab } = ed.screen;
          const after = id === null ? [] : more ? (chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]) : [id];
          ed.show({ chosen: after, ...(id && tab !== 'hotspots' ? { tab: 'hotspots' } : {}) });
        },
        pressed: bringWords,
        move(to, done) {
          if (done) ed.changeSpots('spot-move', [...to.keys()], (spot) => void Object.assign(spot, to.get(spot.id)), { merge: 'move' });
        },
        open(id) {
          const target = spotsOf(ed.scene).find((spot) => spot.id === id)?.target;
          if (target && sceneOf(ed.draft, target)) ed.show({ scene: target });
        },
        arrived(id) {
          if (ed.screen.scene !== id) ed.show({ scene: id });
        },
        mayEdit: () => given.may_edit && ed.screen.tab !== 'map',
      });
      return;
    }
    stage.take(next);
    if (wanted && stage.scene !== wanted.id) void stage.goTo(wanted.id).then(() => stage?.choose(ed.screen.chosen));
  }

  /** Where the words stand below the picture, on a telephone: brings both into sight, for which one would have to look. */
  function bringWords() {
    const picture = place('stage');
    if (getComputedStyle(document.body).display === 'grid') return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (place('inspector').getBoundingClientRect().top > innerHeight / 2) picture.scrollIntoView({ block: 'start' });
    }));
  }

  const skin = document.documentElement;
  function dress() {
    skin.dataset.skin = ed.draft.skin?.preset ?? 'museum';
    const stageBox = place('stage');
    if (ed.draft.skin?.accent) stageBox.style.setProperty('--leaf', ed.draft.skin.accent);
    else stageBox.style.removeProperty('--leaf');
  }

  let drawn = 0;
  ed.on((what) => {
    if (what === 'draft') problems.renew();
    if (what === 'problems') return scenes.refresh();
    // Whatever happens in one turn of the page is shown once, and at once.
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(() => {
      layOut();
      for (const panel of [head, scenes, tools, work, inspector, above]) panel?.refresh();
      dress();
      show();
      stage?.choose(ed.screen.chosen);
      sync.at(ed.screen.scene, ed.screen.tab);
    });
  });

  // --- pictures that are being made -----------------------------------------------------------------------------------
  followPictures(ed, given.live, fetched);

  // --- keys -----------------------------------------------------------------------------------------------------------
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select, [contenteditable]');
    const command = event.ctrlKey || event.metaKey;
    const act = command ? commands(event, typing) : typing || event.altKey ? null : plain(event);
    if (!act) return;
    event.preventDefault();
    act();
  });

  /** @param {KeyboardEvent} event @param {boolean} typing @returns {(() => void) | null} */
  function commands(event, typing) {
    const key = event.key.toLowerCase();
    if (key === 'z') return () => step(event.shiftKey ? 'redo' : 'undo');
    if (key === 'y') return () => step('redo');
    if (key === 's') return () => tell(say('saves-itself'));
    if (typing || ed.screen.tab !== 'hotspots' || !given.may_edit) return null;
    if (key === 'c' && ed.screen.chosen.length && !getSelection()?.toString()) return () => copySpots(ed);
    if (key === 'v') return () => {
      const view = stage?.view;
      ed.show({ chosen: paste(ed, view ? { yaw_deg: view.yaw_deg, pitch_deg: view.pitch_deg } : null) });
    };
    if (key === 'a') return () => ed.show({ chosen: spotsOf(ed.scene).map(({ id }) => id) });
    return null;
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | null} */
  function plain(event) {
    const { key } = event;
    const tab = TABS[Number(key) - 1]?.[0];
    if (tab && /^[1-4]$/.test(key)) return () => ed.show({ tab });
    if (key === '?') return openHelp;
    if (key === '[' || key === ']') return () => {
      const list = ed.draft.scenes;
      const at = list.findIndex(({ id }) => id === ed.screen.scene);
      const next = list[(at + (key === ']' ? 1 : -1) + list.length) % list.length];
      if (next) ed.show({ scene: next.id });
    };
    if (key === '/') return () => {
      ed.show({ tab: 'hotspots', chosen: [] });
      setTimeout(() => document.getElementById('tim_diem')?.focus(), 60);
    };
    if (key === 'Escape' && (ed.screen.tool !== 'choose' || ed.screen.chosen.length)) return () => ed.show({ tool: 'choose', chosen: [] });
    if (!given.may_edit) return null;
    if (ed.screen.tab === 'panorama' && key.toLowerCase() === 'v') return () => setView(ed, theStage);
    if (ed.screen.tab !== 'hotspots') return null;
    if ((key === 'Delete' || key === 'Backspace') && ed.screen.chosen.length) return () => removeSpots(ed);
    const tool = /** @type {Record<string, 'link' | 'card' | 'product' | 'choose'>} */ ({ l: 'link', t: 'card', p: 'product', v: 'choose' })[key.toLowerCase()];
    return tool ? () => ed.show({ tool }) : null;
  }

  // --- where to begin -------------------------------------------------------------------------------------------------
  /** A product is mended in the library or in the table of texts: shown is where it stands, and what leads there. @param {string} id */
  function mendProduct(id) {
    const scene = ed.draft.scenes.find((one) => spotsOf(one).some((spot) => spot.product === id));
    const spot = spotsOf(scene).find((one) => one.product === id);
    if (!scene || !spot) return ed.show({ tab: 'skin' });
    ed.show({ scene: scene.id, tab: 'hotspots', chosen: [spot.id] });
    setTimeout(() => {
      stage?.reveal(spot.id);
      focusField(place('inspector'), 'library');
    }, 120);
  }

  /** Shows the place that mends something. @param {Problem} problem */
  function mend(problem) {
    const product = ed.draft.products?.[Number(/^products\[(\d+)\]/.exec(problem.field)?.[1])];
    if (product && !problem.scene) return mendProduct(product.id);
    const tab = tabOf(problem);
    if (problem.scene) ed.show({ scene: problem.scene });
    const floor = ed.draft.floors?.[Number(/^floors\[(\d+)\]/.exec(problem.field)?.[1])] ?? (/plan_position/.test(problem.field) && ed.scene);
    if (tab === 'map') ed.show({ floor: (floor && ('floor' in floor ? floor.floor : floor.id)) || '' });
    ed.show({ tab, how: 'stage', chosen: tab === 'hotspots' && problem.part ? [problem.part] : [] });
    setTimeout(() => {
      if (tab === 'hotspots' && problem.part) stage?.reveal(problem.part);
      focusField(place('inspector'), problem.field);
    }, 120);
  }

  /** Follows an address such as `#scene=san&part=den-chanh-dien&field=title.en`, as the page of the checks gives them. */
  function follow() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const scene = asked.get('scene');
    const field = asked.get('field') ?? '';
    if (!scene && !field) return false;
    mend({ code: '', field, scene, part: asked.get('part'), severity: 'warning', text: '' });
    history.replaceState(null, '', location.pathname);
    return true;
  }
  window.addEventListener('hashchange', follow);
  ed.show({ scene: startOf(ed.draft)?.id ?? null });
  follow();
  problems.renew();
  document.title = `${said(ed.draft.title, given.lang)} · ${document.title}`;
  if (given.may_edit && !hasSeenGuide()) openGuide(lead);
}

/** On which tab something is mended. @param {Problem} problem @returns {Tab} */
function tabOf({ field, part, scene }) {
  if (/hotspots/.test(field) || (scene && part)) return 'hotspots';
  if (/^(skin|agency|licence|description|languages|title|categories|products|media|places|guide)/.test(field) && !scene) return 'skin';
  if (/floors|plan_position|position|floor/.test(field)) return 'map';
  return 'panorama';
}

await start();
