/**
 * The slow turn: where a tour wants it, the picture begins to turn when nobody has touched it for a while, and stops for
 * good at the first touch. A button beside it stops it too and sets it going again.
 *
 * @import {Inside} from './types.js'
 */

import { button, calm, redraw, set } from './dom.js';
import { RADIAN } from './projection.js';

const WAIT_MS = 3000;
/** Radians a millisecond. */
const PACE = (3 * RADIAN) / 1000;

/** @param {Inside} inside */
export function create(inside) {
  const { words, stage, camera, chrome, signal } = inside;
  let turning = false;
  let visible = true;
  let sense = 1;
  let last = 0;
  const control = button(words.turnSlowly, 'rotate-3d', () => (turning ? stop() : start()), 'stage-turn');

  function tell() {
    const name = turning ? words.stopTurning : words.turnSlowly;
    for (const attribute of ['title', 'aria-label']) set(control, attribute, name);
    redraw(control, turning ? 'pause' : 'rotate-3d');
  }

  function start() {
    clearTimeout(waiting);
    turning = true;
    last = 0;
    tell();
    inside.wake();
  }

  function stop() {
    clearTimeout(waiting);
    if (!turning) return;
    turning = false;
    tell();
    // A glide to where one is lets the address say so.
    inside.glideTo(camera.view);
  }

  /** @param {number} now */
  function step(now) {
    // A headset's world stands still by itself.
    if (!turning || !visible || document.hidden || inside.picture.lent) {
      last = 0;
      return false;
    }
    if (calm()) {
      stop();
      return false;
    }
    // After a frame that came late the picture does not jump.
    const ms = last === 0 ? 16 : Math.min(now - last, 50);
    last = now;
    const before = camera.view.yaw;
    const { yaw } = camera.look({ ...camera.view, yaw: before + sense * PACE * ms });
    // At the edge of a partial panorama it turns back.
    if (yaw === before) sense = -sense;
    return true;
  }

  /** @param {Event} event */
  const touched = (event) => control.contains(/** @type {Node} */ (event.target)) || halt();
  /** A touch is not followed by a glide: the hand has the picture already. */
  function halt() {
    clearTimeout(waiting);
    turning = false;
    tell();
  }

  let waiting = window.setTimeout(start, WAIT_MS);
  for (const type of ['pointerdown', 'wheel', 'keydown', 'focusin']) {
    stage.addEventListener(type, touched, { signal, capture: true, passive: true });
  }
  document.addEventListener('visibilitychange', inside.wake, { signal });
  const seen = new IntersectionObserver((entries) => {
    visible = entries.some((entry) => entry.isIntersecting);
    if (visible) inside.wake();
  }, { threshold: 0.25 });
  seen.observe(stage);

  inside.movers.add(step);
  chrome.corner.append(control);
  signal.addEventListener('abort', () => {
    clearTimeout(waiting);
    seen.disconnect();
    inside.movers.delete(step);
    control.remove();
  });
}
