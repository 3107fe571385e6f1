/**
 * What stands around the picture: title, controls, the compass, and the quiet sentences for when something takes long or
 * fails. It shows what it is told and says what was pressed; it decides nothing.
 *
 * @import {Scene, Text, TourDocument} from './types.js'
 * @import {Words} from './words/vi.js'
 * @import {Way} from './controls.js'
 */

import { createActions } from './actions.js';
import { button, el, icon, redraw, set, svg } from './dom.js';
import { tongueOf } from './text.js';

/** Eight winds; which one is faced. @param {number} bearing_deg */
export const windOf = (bearing_deg) => Math.round(bearing_deg / 45) % 8;

/**
 * @typedef {object} ChromeHost
 * @property {Words} words
 * @property {string} language
 * @property {(text: Text | null | undefined) => {value: string, lang: string}} say
 * @property {(way: Way) => void} nudge
 * @property {() => void} fullScreen
 * @property {() => void} share
 * @property {() => void} north
 * @property {(language: string) => string} pageIn  address of this view in another language
 * @property {(id: string, name: string, content: (Node | null)[], opener: HTMLElement) => void} show in the sheet
 * @property {() => void} closeSheet
 */

/** @param {HTMLElement} stage @param {ChromeHost} host */
export function createChrome(stage, host) {
  const { words, say } = host;
  // A published page has the tour's title on the stage already, as the heading of the page.
  const heading = stage.querySelector('.stage-head');
  const title = heading ? null : el('p', { class: 'stage-title' });
  const place = el('span');
  const facing = el('span', { class: 'stage-facing' });
  const line = heading?.querySelector('.stage-place') ?? el('p', { class: 'stage-place' });
  line.replaceChildren(place, facing);
  const words_box = document.createRange();

  const tongues = el('span', { class: 'stage-tongues' });
  const actions = createActions(words, host.show, host.closeSheet);
  actions.offer({ id: 'share', name: words.share, symbol: 'share-2', act: host.share });
  const screen = actions.offer({ id: 'fullscreen', name: words.fullScreen, symbol: 'maximize', act: host.fullScreen });
  const controls = el('div', { class: 'stage-controls', role: 'group', 'aria-label': words.controls },
    tongues, actions.bar, actions.menu);
  const own = title ? [el('div', { class: 'stage-head' }, title, line)] : [];

  const pill = button(' ', 'images', () => actions.act('scenes', pill), 'stage-pill is-narrow', true);
  set(pill, 'aria-haspopup', 'dialog');
  const needle = svg('g', {},
    svg('path', { class: 'stage-needle-north', d: 'M24 13l5 11.5h-10z' }),
    svg('path', { class: 'stage-needle-south', d: 'M24 36l-5-11.5h10z' }));
  const letter = svg('text', { x: '24', y: '10.5', 'text-anchor': 'middle' });
  letter.textContent = words.northLetter;
  const dial = svg('svg', { viewBox: '0 0 48 48', 'aria-hidden': 'true' }, letter, needle);
  const compass = button(words.turnNorth, '', host.north, 'stage-compass');
  compass.replaceChildren(dial);

  const ways = /** @type {[Way, string, string][]} */ ([
    ['up', words.up, 'arrow-up'],
    ['left', words.left, 'arrow-left'],
    ['right', words.right, 'arrow-right'],
    ['down', words.down, 'arrow-down'],
  ]);
  const pad = el('div', { class: 'stage-pad', role: 'group', 'aria-label': words.moving },
    ...ways.map(([way, name, sign]) => button(name, sign, () => host.nudge(way), `is-${way}`)));
  const zoomIn = button(words.zoomIn, 'plus', () => host.nudge('in'));
  const zoomOut = button(words.zoomOut, 'minus', () => host.nudge('out'));
  const move = button(words.moving, 'move', toggleMoving, 'is-wide');
  move.setAttribute('aria-expanded', 'false');
  actions.offer({ id: 'move', name: words.moving, symbol: 'move', act: toggleMoving, narrow: true });
  const corner_screen = button(words.fullScreen, 'maximize', host.fullScreen, 'is-narrow');
  const corner = el('div', { class: 'stage-corner' }, pad,
    el('div', { class: 'stage-zoom' }, zoomIn, zoomOut), move, corner_screen);
  const bottom = el('div', { class: 'stage-bottom' }, pill, compass, corner);

  const live = el('p', { class: 'stage-unseen', 'aria-live': 'polite' });
  const note = el('div', { class: 'stage-note', hidden: true });
  const loading = el('p', { class: 'stage-loading' }, words.loading);
  let hiding = 0;
  let hinted = false;
  let wind = -1;

  tongues.addEventListener('keydown', (event) => {
    const list = event.key === 'Escape' && tongues.querySelector('details[open]');
    if (!list) return;
    event.stopPropagation();
    list.removeAttribute('open');
    tongues.querySelector('summary')?.focus();
  });

  function toggleMoving() {
    const open = corner.classList.toggle('is-moving');
    move.setAttribute('aria-expanded', String(open));
  }

  /** @param {Text | null | undefined} text @param {string} [cls] */
  function label(text, cls) {
    const { value, lang } = say(text);
    return el('span', { lang, class: cls }, value);
  }

  const chrome = {
    actions,
    /** Where parts that are loaded on demand put what is theirs. */
    head: /** @type {HTMLElement} */ (heading ?? own[0]),
    bottom,
    corner,
    parts: [...own, controls, bottom, note, loading, live],
    /** The lower right corner of what is written on the picture, from the stage's upper left one. */
    heading() {
      words_box.selectNodeContents(chrome.head);
      const box = words_box.getBoundingClientRect();
      const all = stage.getBoundingClientRect();
      // Of what is far too long only the first lines are seen.
      const bottom = Math.min(box.bottom, chrome.head.getBoundingClientRect().bottom);
      return { x: box.right - all.left + 12, y: bottom - all.top + 20 };
    },

    /** The first control, where the skip link leads. */
    first: () => /** @type {HTMLElement | null} */ (controls.querySelector('summary, a')) ?? actions.first(),

    /** Takes up the tour: its title, its languages, its scenes. @param {TourDocument} next @param {number} count */
    tour(next, count) {
      actions.choose(next.skin?.controls);
      move.hidden = !actions.wants('move');
      corner_screen.hidden = !actions.wants('fullscreen');
      if (title) Object.assign(title, { textContent: say(next.title).value, lang: say(next.title).lang });
      const links = next.languages.filter((code) => code !== host.language && next.page?.[code]).map((code) => {
        const own = tongueOf(code);
        const link = el('a', { class: 'stage-button', href: host.pageIn(code), hreflang: code, lang: code, title: own },
          code.toUpperCase(), el('span', { class: 'stage-unseen' }, ` – ${own}`));
        for (const type of ['pointerdown', 'click']) link.addEventListener(type, () => (link.href = host.pageIn(code)));
        return link;
      });
      // Several next to each other would cover the title. They are the same whenever this is called, and may have the focus.
      if (!tongues.hasChildNodes()) tongues.append(...(links[1] ? [el('details', {},
        el('summary', { class: 'stage-button', title: words.languages }, icon('languages')), el('div', {}, ...links))] : links));
      pill.hidden = count < 2 || !actions.wants('scenes');
      pill.lastElementChild?.replaceChildren(words.sceneCount(count));
    },

    /** Says which scene is shown. @param {Scene} next @param {number} number @param {number} count */
    scene(next, number, count) {
      place.replaceChildren(label(next.title), count > 1 ? ` · ${words.sceneOf(number, count)}` : '');
      facing.textContent = '';
      wind = -1;
      compass.hidden = typeof next.north_deg !== 'number' || !actions.wants('compass');
    },

    /** Turns the compass. @param {number | null} bearing_deg @param {{in: boolean, out: boolean}} zoom what is possible */
    view(bearing_deg, zoom) {
      for (const [control, possible] of /** @type {[HTMLElement, boolean][]} */ ([[zoomIn, zoom.in], [zoomOut, zoom.out]])) {
        if (control.getAttribute('aria-disabled') === String(!possible)) continue;
        control.setAttribute('aria-disabled', String(!possible));
      }
      if (bearing_deg === null) return;
      dial.style.transform = `rotate(${(-bearing_deg).toFixed(1)}deg)`;
      if (windOf(bearing_deg) === wind) return;
      wind = windOf(bearing_deg);
      const faced = words.facing(words.winds[wind] ?? '');
      facing.textContent = ` · ${faced}`;
      for (const attribute of ['title', 'aria-label']) set(compass, attribute, `${words.turnNorth}, ${faced}`);
    },

    /** Shows that the stage fills the screen or does not. @param {boolean} full */
    fullScreen(full) {
      const name = full ? words.leaveFullScreen : words.fullScreen;
      const symbol = full ? 'minimize' : 'maximize';
      screen.rename(name, symbol);
      for (const attribute of ['title', 'aria-label']) set(corner_screen, attribute, name);
      redraw(corner_screen, symbol);
    },

    /** Tells screen readers which way the visitor looks, where that is known. */
    announceWind() {
      if (wind >= 0) chrome.announce(words.facing(words.winds[wind] ?? ''));
    },

    /** Tells screen readers. @param {string} text */
    announce(text) {
      live.textContent = live.textContent === text ? `${text}\u00a0` : text;
    },

    /**
     * A sentence on the picture; with `retry` it stays until that is pressed, otherwise it goes after some seconds.
     * @param {string} text @param {() => void} [retry]
     */
    note(text, retry) {
      clearTimeout(hiding);
      note.classList.toggle('is-error', Boolean(retry));
      note.replaceChildren(el('p', {}, text));
      if (retry) {
        note.append(button(words.retry, 'refresh-cw', () => {
          chrome.quiet();
          retry();
        }, '', true));
      } else hiding = window.setTimeout(chrome.quiet, 5000);
      note.hidden = false;
      chrome.announce(text);
    },

    /** Says something only the first time. @param {string} text */
    hint(text) {
      if (hinted) return;
      hinted = true;
      chrome.note(text);
    },

    /** Takes the sentence away. */
    quiet() {
      clearTimeout(hiding);
      // What was pressed in it goes with it; the focus does not.
      if (note.contains(document.activeElement)) chrome.first()?.focus();
      note.hidden = true;
      note.replaceChildren();
    },
  };
  return chrome;
}
