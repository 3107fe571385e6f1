/**
 * Moving a plane about by mouse, touch, wheel and keys. It reports what is wanted; what is allowed is decided elsewhere.
 *
 * @import {Point} from '../types.js'
 */

/** From here on a press is a drag and no longer a click. */
const DRAG_PX = 5;
const STEP_PX = 60;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [STEP_PX, 0], ArrowRight: [-STEP_PX, 0], ArrowUp: [0, STEP_PX], ArrowDown: [0, -STEP_PX] };
export const ZOOM_STEP = 1.5;

/**
 * @param {HTMLElement} element
 * @param {object} host
 * @param {(by: Point) => void} host.pan  pixels
 * @param {(at: Point | null, factor: number) => void} host.zoom  about a point of the element, or its middle
 * @param {() => void} host.all  show everything again
 * @param {() => boolean} host.wheels  whether the wheel belongs to the map and not to the page
 */
export function createGestures(element, host) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  let travelled = 0;

  /** @param {{clientX: number, clientY: number}} event */
  function pointOf(event) {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  const spread = () => {
    const [a, b] = [...fingers.values()];
    return a && b ? { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, apart: Math.hypot(a.x - b.x, a.y - b.y) } : null;
  };

  element.addEventListener('pointerdown', (event) => {
    if (fingers.size === 0) travelled = 0;
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('[role="slider"], .stage-map-own'))) return;
    if (fingers.size < 2) fingers.set(event.pointerId, pointOf(event));
  });

  element.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const at = pointOf(event);
    const two = spread();
    fingers.set(event.pointerId, at);
    travelled += Math.hypot(at.x - before.x, at.y - before.y);
    if (travelled < DRAG_PX) return;
    // Only now: a captured pointer would take the click from what was pressed.
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
    const now = spread();
    if (two && now) {
      host.pan({ x: now.middle.x - two.middle.x, y: now.middle.y - two.middle.y });
      if (two.apart > 0) host.zoom(now.middle, now.apart / two.apart);
    } else host.pan({ x: at.x - before.x, y: at.y - before.y });
  });

  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    element.addEventListener(type, (event) => fingers.delete(event.pointerId));
  }
  // What began as a drag on a scene does not open it.
  element.addEventListener('click', (event) => {
    if (travelled < DRAG_PX || event.detail === 0) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  element.addEventListener('dragstart', (event) => event.preventDefault());

  element.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !host.wheels()) return;
    event.preventDefault();
    host.zoom(pointOf(event), Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)));
  }, { passive: false });

  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) host.pan({ x: arrow[0], y: arrow[1] });
    else if (event.key === '+' || event.key === '=') host.zoom(null, ZOOM_STEP);
    else if (event.key === '-') host.zoom(null, 1 / ZOOM_STEP);
    else if (event.key === 'Home') host.all();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
