/**
 * The arrow to the north on a plan, which is turned by dragging it or with the arrow keys: that says how the plan lies on
 * the land. On the land it only shows that north is up.
 */

import { svg } from '../../../viewer/dom.js';
import { el, say, set } from '../parts.js';
import { bearing } from './places.js';

const STEP_DEG = 1;
const FAR_DEG = 15;

/** @param {(up_deg: number) => void} turn the bearing of the plan's upper edge is another one @param {boolean} mayEdit */
export function createNorth(turn, mayEdit) {
  const letter = svg('text', { x: '16', y: '12', 'text-anchor': 'middle' });
  letter.append(say('map-north-letter'));
  const drawing = svg('svg', { class: 'ed-north-arrow', viewBox: '0 0 32 44', 'aria-hidden': 'true' }, svg('path', { d: 'M16 16l6 14-6-3-6 3z' }), letter);
  const element = el('div', { class: 'ed-north stage-map-own', 'aria-label': say('map-plan-north') }, drawing);
  let up = 0;
  let dragging = false;

  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || element.tabIndex < 0) return;
    element.setPointerCapture(event.pointerId);
    dragging = true;
  });
  element.addEventListener('pointermove', (event) => {
    if (!dragging) return;
    const box = element.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    // Near its middle a hair's breadth is half a turn.
    if (Math.hypot(x, y) > 8) turn(bearing((-Math.atan2(x, -y) * 180) / Math.PI));
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) element.addEventListener(type, () => (dragging = false));
  element.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by || element.tabIndex < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    // The arrow turns to the right; the upper edge then lies farther to the left of north.
    turn(bearing(up - by * (event.shiftKey ? FAR_DEG : STEP_DEG)));
  });

  return {
    element,
    /** @param {number} up_deg @param {boolean} plan */
    show(up_deg, plan) {
      up = up_deg;
      drawing.style.transform = `rotate(${-up_deg}deg)`;
      const turns = plan && mayEdit;
      element.classList.toggle('is-turning', turns);
      set(element, 'role', turns ? 'slider' : 'img');
      set(element, 'tabindex', turns ? 0 : null);
      for (const [name, value] of Object.entries({ valuemin: 0, valuemax: 359, valuenow: Math.round(bearing(-up_deg)) })) set(element, `aria-${name}`, turns ? value : null);
      set(element, 'title', turns ? say('map-plan-north-hint') : null);
    },
  };
}
