/**
 * The cone of the direction faced, on the open scene. It is one element, turned once a frame and only when the view has
 * turned; its grip turns the view, by dragging and by keys.
 *
 * @import {Inside} from '../types.js'
 */

import { el, set, svg } from '../dom.js';
import { RADIAN, clamp, wrap } from '../projection.js';
import { coneTurn, yawOf } from './plane.js';

const RADIUS_PX = 58;
const STEP_DEG = 15;
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -STEP_DEG, ArrowDown: -STEP_DEG, ArrowRight: STEP_DEG, ArrowUp: STEP_DEG };

/** @param {Inside} inside */
export function createCone(inside) {
  const { words, camera } = inside;
  const sector = svg('path', { class: 'stage-map-sector' });
  const drawing = svg('svg', { viewBox: '-64 -64 128 128', 'aria-hidden': 'true' }, sector);
  const grip = el('div', { class: 'stage-map-grip', role: 'slider', tabindex: 0, 'aria-label': words.mapCone,
    'aria-valuemin': 0, 'aria-valuemax': 359 });
  const turning = el('div', { class: 'stage-map-turning' }, drawing, grip);
  const element = el('div', { class: 'stage-map-cone', hidden: true }, turning);
  let [turn, half, up] = [NaN, NaN, 0];
  let dragging = false;

  /** @param {number} turn_deg */
  function face(turn_deg) {
    const north = inside.north();
    return north === null ? camera.view : { ...camera.view, yaw: wrap(yawOf(turn_deg, north, up)) };
  }

  /** Shows what the view shows; does nothing while it rests. */
  function show() {
    const north = inside.north();
    if (element.hidden || north === null) return;
    const { view, size } = camera;
    const now = Math.round(coneTurn(view.yaw, north, up) * 10) / 10;
    if (now !== turn) {
      turn = now;
      turning.style.transform = `rotate(${turn}deg)`;
      const bearing = Math.round(turn + up + 360) % 360;
      set(grip, 'aria-valuenow', bearing);
      set(grip, 'aria-valuetext', `${words.winds[Math.round(bearing / 45) % 8]}, ${bearing}°`);
    }
    const wide = Math.round(clamp(Math.atan(size.width / 2 / view.focal) / RADIAN, 8, 80));
    if (wide !== half) {
      half = wide;
      const [x, y] = [Math.sin(half * RADIAN) * RADIUS_PX, -Math.cos(half * RADIAN) * RADIUS_PX];
      sector.setAttribute('d', `M0 0L${-x} ${y}A${RADIUS_PX} ${RADIUS_PX} 0 0 1 ${x} ${y}Z`);
    }
  }

  grip.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    grip.setPointerCapture(event.pointerId);
    dragging = true;
  });
  grip.addEventListener('pointermove', (event) => {
    if (!dragging) return;
    const box = element.getBoundingClientRect();
    camera.halt();
    camera.look(face(Math.atan2(event.clientX - box.left, box.top - event.clientY) / RADIAN));
  });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    grip.addEventListener(type, () => {
      // A glide to where the view is lets the address say so.
      if (dragging) inside.glideTo(camera.view);
      dragging = false;
    });
  }
  grip.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    inside.glideTo(face(turn + step));
  });

  return {
    element,
    show,
    /** Stands on a ground whose upper edge has a bearing; null: the open scene is not on it. @param {number | null} up_deg */
    open(up_deg) {
      element.hidden = up_deg === null || inside.north() === null;
      [up, turn] = [up_deg ?? 0, NaN];
      show();
    },
    /** @param {import('../types.js').Point} at */
    place({ x, y }) {
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    },
  };
}
