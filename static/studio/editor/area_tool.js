/**
 * Draws an area over the picture, by pressing its corners one after the other.
 *
 * @import {Editor} from './context.js'
 * @import {Direction} from './draft.js'
 */

import { svg } from '../../viewer/dom.js';
import { drawOver } from './overlay.js';
import { Panel, button, el, say } from './parts.js';
import { addSpot, newSpot } from './spots.js';

/** @param {Editor} ed @param {() => import('./page.js').Stage | null} stage @param {() => void} close */
export function createAreaTool(ed, stage, close) {
  /** @type {Direction[]} */
  const points = [];
  const shape = svg('polygon');
  const panel = new Panel(el('div', { class: 'ed-leveller' }));
  const word = el('p', { 'aria-live': 'polite' });
  const add = (/** @type {Direction} */ at) => {
    points.push(at);
    panel.refresh();
  };
  const done = button(say('area-done'), 'check', () => {
    const { scene } = ed;
    if (!scene || points.length < 3) return;
    const spot = newSpot(ed.draft, scene, 'area', { yaw_deg: 0, pitch_deg: 0 }, { points: points.map((at) => ({ ...at })) });
    close();
    addSpot(ed, spot);
  }, { cls: 'button-main' });
  panel.element.append(word, el('div', { class: 'ed-row' },
    button(say('area-middle'), 'plus', () => {
      const view = stage()?.view;
      if (view) add({ yaw_deg: view.yaw_deg, pitch_deg: view.pitch_deg });
    }),
    button(say('area-back'), 'undo-2', () => {
      points.pop();
      panel.refresh();
    }), button(say('cancel'), 'x', close), done));
  drawOver(panel, stage, {
    cls: 'ed-horizon is-area',
    parts: [shape],
    draw(pointOf) {
      shape.setAttribute('points', points.flatMap((at) => {
        const point = pointOf(at);
        return point ? [`${point.x.toFixed(1)},${point.y.toFixed(1)}`] : [];
      }).join(' '));
      word.textContent = say('area-text', { count: points.length });
      done.disabled = points.length < 3;
    },
    press: add,
  });
  return panel;
}
