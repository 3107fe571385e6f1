/**
 * Levelling by hand, over the picture: a line shows where the horizon would be; it is turned with two sliders, or laid
 * through two places that are level in truth. The angles go into the one resampling that makes the tiles.
 *
 * @import {Editor} from './context.js'
 * @import {Direction, Level} from './draft.js'
 */

import { svg } from '../../viewer/dom.js';
import { rounded, sceneOf } from './draft.js';
import { horizon, through, turnScene } from './level.js';
import { drawOver } from './overlay.js';
import { Panel, button, el, field, figure, say, tell } from './parts.js';

const NONE = { pitch_deg: 0, roll_deg: 0 };

/** @param {Editor} ed @param {() => import('./page.js').Stage | null} stage @param {string} id the scene @param {() => void} close */
export function createLeveller(ed, stage, id, close) {
  const scene = sceneOf(ed.draft, id);
  const panorama = scene && ed.panorama(scene);
  const from = { ...NONE, ...(/** @type {{level?: Level}} */ (panorama ?? {}).level ?? scene?.level) };
  let to = { ...from };
  /** @type {Direction[]} */
  let points = [];
  let picking = false;

  const path = svg('path');
  const dots = svg('g');
  const panel = new Panel(el('div', { class: 'ed-leveller' }));
  const word = el('p', { 'aria-live': 'polite' }, say('level-text'));
  /** @param {'pitch_deg' | 'roll_deg'} name */
  const turn = (name) => {
    const slider = el('input', { type: 'range', min: -20, max: 20, step: 0.1, 'aria-label': say(`level-${name === 'pitch_deg' ? 'pitch' : 'roll'}`) });
    slider.addEventListener('input', () => {
      to = { ...to, [name]: rounded(Number(slider.value)) };
      panel.refresh();
    });
    const exact = figure(panel, () => to[name], (value) => {
      to = { ...to, [name]: rounded(value ?? 0) };
      panel.refresh();
    }, { min: -90, max: 90, step: 0.1 });
    panel.bind(() => (slider.value = String(to[name])));
    return el('div', { class: 'ed-level-row' }, field(panel, say(`level-${name === 'pitch_deg' ? 'pitch' : 'roll'}`), exact), slider);
  };
  const two = button(say('level-two'), 'crosshair', () => {
    points = [];
    picking = !picking;
    two.setAttribute('aria-pressed', String(picking));
    word.textContent = say(picking ? 'level-two-text' : 'level-text');
    panel.refresh();
  }, { pressed: false });
  panel.element.append(word, turn('roll_deg'), turn('pitch_deg'), el('div', { class: 'ed-row' }, two,
    button(say('level-zero'), 'rotate-ccw', () => {
      to = { ...NONE };
      panel.refresh();
    }),
    button(say('cancel'), 'x', close),
    button(say('level-apply'), 'check', apply, { cls: 'button-main' })));

  drawOver(panel, stage, {
    cls: 'ed-horizon',
    parts: [path, dots],
    draw(pointOf, size) {
      let line = '';
      let pen = false;
      for (const at of horizon(from, to)) {
        const point = pointOf(at);
        const far = !point || Math.abs(point.x) > 3 * size.width || Math.abs(point.y) > 3 * size.height;
        if (!far) line += `${pen ? 'L' : 'M'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
        pen = !far;
      }
      path.setAttribute('d', line);
      dots.replaceChildren(...points.flatMap((at) => {
        const point = pointOf(at);
        return point ? [svg('circle', { cx: point.x.toFixed(1), cy: point.y.toFixed(1), r: '7' })] : [];
      }));
    },
    takes: () => picking,
    press(at) {
      points = [...points, at].slice(-2);
      const [a, b] = points;
      const found = a && b ? through(a, b, from) : null;
      if (a && b && !found) word.textContent = say('level-near');
      if (found) {
        to = { pitch_deg: rounded(found.pitch_deg), roll_deg: rounded(found.roll_deg) };
        word.textContent = say('level-found');
      }
      panel.refresh();
    },
  });
  panel.element.addEventListener('keydown', (event) => event.key === 'Escape' && (event.stopPropagation(), close()));

  function apply() {
    if (to.pitch_deg !== from.pitch_deg || to.roll_deg !== from.roll_deg) {
      ed.changeScene('level', (one) => {
        turnScene(one, from, to);
        one.level = { ...to };
      }, { scene: id });
      tell(say('level-set'), { name: say('undo'), act: () => ed.store.undo() });
    }
    close();
  }
  return panel;
}
