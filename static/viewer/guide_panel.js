/**
 * What the guided walk shows: where it is, what is told, to be read along, and its buttons. It shows what it is told and
 * says what was pressed.
 *
 * @import {Inside} from './types.js'
 */

import { button, el, redraw, set } from './dom.js';
import { paragraphs, rich } from './prose.js';

const SCROLLS = /^(Arrow.*|Home|End|PageUp|PageDown)$/;

/**
 * @typedef {object} Station
 * @property {{value: string, lang: string}} title
 * @property {string} place   "2/7", empty where there is only one
 * @property {{value: string, lang: string}} text  what is told, to be read
 * @property {boolean} spoken  it is the transcript of what is heard
 * @property {string} note    for example in which other language it is told
 *
 * @typedef {object} PanelHost
 * @property {() => void} pause  or go on
 * @property {() => void} stop
 * @property {(by: 1 | -1) => void} step
 */

/** @param {Inside} inside @param {HTMLAudioElement} player @param {PanelHost} host */
export function createPanel({ words, chrome }, player, host) {
  const title = el('span');
  const place = el('span', { class: 'guide-place' });
  const note = el('p', { class: 'guide-note' });
  const text = el('div', { class: 'guide-text', role: 'group', 'aria-label': words.transcript });
  const back = button(words.sceneBefore, 'chevron-left', () => host.step(-1));
  const on = button(words.sceneAfter, 'chevron-right', () => host.step(1));
  const pause = button(words.pause, 'pause', host.pause, 'guide-pause', true);
  const stop = button(words.stopGuide, 'x', host.stop, 'guide-stop');
  const line = el('span', {});
  const element = el('section', { class: 'guide', hidden: true },
    el('p', { class: 'guide-title' }, place, title), stop, note, text,
    el('div', { class: 'guide-bar' }, back, pause, on), el('div', { class: 'guide-line', 'aria-hidden': 'true' }, line), player);

  // Here arrow keys scroll; further up they would turn the picture.
  text.addEventListener('keydown', (event) => SCROLLS.test(event.key) && event.stopPropagation());

  return {
    element,

    /** Opens for a walk or for one scene's narration; the keyboard goes to the pause button. @param {string} name @param {boolean} single */
    open(name, single) {
      set(element, 'aria-label', name);
      back.hidden = on.hidden = single;
      element.hidden = false;
      pause.focus({ preventScroll: true });
    },

    /** @param {Station} station */
    show(station) {
      place.textContent = station.place;
      title.textContent = station.title.value;
      title.lang = station.title.lang;
      const parts = (station.spoken ? paragraphs : rich)(station.text);
      text.lang = station.text.lang;
      text.replaceChildren(...parts);
      text.hidden = parts.length === 0;
      text.scrollTop = 0;
      // What scrolls must be reachable, or the keyboard cannot scroll it.
      set(text, 'tabindex', text.scrollHeight > text.clientHeight ? 0 : null);
      this.note(station.note);
      this.at(0);
    },

    /** @param {string} sentence */
    note(sentence) {
      note.textContent = sentence;
      note.hidden = sentence === '';
    },

    /** @param {boolean} is @param {string} [goOn] what the button then says */
    paused(is, goOn = words.goOn) {
      element.classList.toggle('is-paused', is);
      pause.querySelector('span')?.replaceChildren(is ? goOn : words.pause);
      redraw(pause, is ? 'play' : 'pause');
    },

    /** How much of the scene is over, 0 to 1. @param {number} part */
    at(part) {
      line.style.transform = `scaleX(${part.toFixed(3)})`;
    },

    close() {
      const inside = element.contains(document.activeElement);
      element.hidden = true;
      return inside;
    },

    /** Tells screen readers. @param {string} sentence */
    announce: (sentence) => chrome.announce(sentence),
  };
}
