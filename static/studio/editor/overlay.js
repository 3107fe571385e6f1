/**
 * A drawing over the picture that moves with it, and presses on the picture while it is there.
 *
 * @import {Direction} from './draft.js'
 * @import {Panel} from './parts.js'
 * @import {Point, Size} from '../../viewer/types.js'
 */

import { svg } from '../../viewer/dom.js';

/** A pointer that moved further has turned the picture, not pressed it. */
const PRESS_PX = 5;

/**
 * The drawing goes when the panel ends.
 * @param {Panel} panel @param {() => import('./page.js').Stage | null} stage @param {object} of
 * @param {string} of.cls @param {SVGElement[]} of.parts
 * @param {(pointOf: (at: Direction) => Point | null, size: Size) => void} of.draw  called whenever the view or the panel changes
 * @param {(at: Direction) => void} of.press
 * @param {() => boolean} [of.takes]  whether a press is meant for the drawing; always without it
 */
export function drawOver(panel, stage, { cls, parts, draw, press, takes = () => true }) {
  const surface = /** @type {HTMLElement} */ (document.getElementById('stage'));
  const drawing = svg('svg', { class: cls, 'aria-hidden': 'true' }, ...parts);
  surface.append(drawing);
  const redraw = () => {
    const { width, height } = surface.getBoundingClientRect();
    drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    draw((at) => stage()?.pointOf(at) ?? null, { width, height });
  };
  panel.bind(redraw);
  const unlisten = stage()?.on('view', redraw);
  const listening = new AbortController();
  const how = { capture: true, signal: listening.signal };
  let [x, y] = [0, 0];
  surface.addEventListener('pointerdown', (event) => void ([x, y] = [event.clientX, event.clientY]), how);
  surface.addEventListener('click', (event) => {
    if (!takes() || !(event.target instanceof Element) || !event.target.closest('.stage-surface')) return;
    if (Math.hypot(event.clientX - x, event.clientY - y) > PRESS_PX) return;
    event.preventDefault();
    event.stopPropagation();
    const box = surface.getBoundingClientRect();
    const at = stage()?.directionAt({ x: event.clientX - box.left, y: event.clientY - box.top });
    if (at) press(at);
  }, how);
  panel.onEnd(() => {
    drawing.remove();
    unlisten?.();
    listening.abort();
  });
}
