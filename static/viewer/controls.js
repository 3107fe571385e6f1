/**
 * Turning and zooming by hand: mouse, touch, wheel and keyboard, and the glide after a throw. A drag keeps the grabbed
 * direction under the finger; keys turn for as long as they are held. Everything ends in `host.look(view)`.
 *
 * The wheel zooms only while the stage has the focus, fills the screen, or Ctrl is held; otherwise the page scrolls.
 *
 * @import {Point, Size, Vector, View} from './types.js'
 */

import { calm } from './dom.js';
import { turnedTo, unproject } from './projection.js';

/** Time constants: how a thrown picture comes to rest, and how keys take hold. */
const GLIDE_MS = 300;
const EASE_MS = 70;
/** A drag that begins on a hotspot must be meant: below this many pixels it is a click. */
const THRESHOLD_PX = 6;
const DOUBLE_MS = 320;
const DOUBLE_PX = 32;

/**
 * @typedef {object} Host
 * @property {() => View} view
 * @property {() => Size} size
 * @property {(view: View) => View} look shows a view as far as the limits allow, and returns what it became
 * @property {(view: View) => void} glide the same, but smoothly
 * @property {() => void} wake
 * @property {(keyboard: boolean) => void} rested the visitor's movement came to its end
 * @property {(event: WheelEvent) => boolean} zooms whether a wheel turn is meant for the picture
 * @property {() => void} grabbed a drag or pinch began
 * @property {Record<string, () => void>} keys what single keys do, by `event.key`
 */

/** @typedef {'left' | 'right' | 'up' | 'down' | 'in' | 'out'} Way */
/** @type {Record<string, Way>} */
const WAYS = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down', '+': 'in', '=': 'in', '-': 'out', _: 'out',
};
/** @type {Record<Way, ['yaw' | 'pitch' | 'zoom', 1 | -1]>} */
const AXIS = {
  left: ['yaw', -1], right: ['yaw', 1], up: ['pitch', 1], down: ['pitch', -1], in: ['zoom', 1], out: ['zoom', -1],
};

/**
 * The view zoomed to a focal length so that what is at `at` stays there.
 * @param {View} view @param {number} focal @param {Point} at @param {Size} size
 */
export const zoomedAbout = (view, focal, at, size) =>
  turnedTo(unproject(at, view, size), at, { ...view, focal }, size);

/** @param {HTMLElement} root hears keys @param {HTMLElement} surface hears pointers @param {Host} host */
export function createControls(root, surface, host) {
  const listening = new AbortController();
  const { signal } = listening;
  /** @type {Map<number, Point>} */
  const pointers = new Map();
  /** @type {Vector | null} */
  let grabbed = null;
  let spread = 0;
  let dragging = false;
  let swallow = false;
  /** @type {{time: number, yaw: number, pitch: number}[]} */
  let trail = [];
  /** @type {{time: number, at: Point} | null} */
  let tap = null;

  const speed = { yaw: 0, pitch: 0, zoom: 0 };
  /** What a short press still has to turn. */
  const owed = { yaw: 0, pitch: 0, zoom: 0 };
  /** @type {Set<Way>} */
  const held = new Set();
  let fast = false;
  let thrown = false;
  let byKeyboard = false;
  let last = 0;

  const place = (/** @type {{clientX: number, clientY: number}} */ event) => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  /** Half the visible angle along the longer side, in radians: the measure of all steps. */
  const span = () => {
    const { width, height } = host.size();
    return 2 * Math.atan(Math.max(width, height) / 2 / host.view().focal);
  };

  function stop() {
    Object.assign(speed, { yaw: 0, pitch: 0, zoom: 0 });
    Object.assign(owed, { yaw: 0, pitch: 0, zoom: 0 });
    thrown = false;
  }

  /** Where the fingers are together, and how far apart. */
  function gesture() {
    const all = [...pointers.values()];
    const [a = { x: 0, y: 0 }, b = a] = all;
    return { at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  }

  function grab() {
    const { at, apart } = gesture();
    grabbed = pointers.size ? unproject(at, host.view(), host.size()) : null;
    spread = apart;
    trail = [];
  }

  surface.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || pointers.size > 1) return;
    stop();
    swallow = false;
    pointers.set(event.pointerId, place(event));
    grab();
    // A press on the picture itself may hold the pointer at once; one on a hotspot may still become a click.
    dragging = pointers.size > 1 || !(/** @type {Element} */ (event.target).closest('a, button, polygon'));
    if (dragging) {
      for (const id of pointers.keys()) if (surface.isConnected) surface.setPointerCapture(id);
      host.grabbed();
    }
  }, { signal });

  surface.addEventListener('pointermove', (event) => {
    const from = pointers.get(event.pointerId);
    if (!from || !grabbed) return;
    const to = place(event);
    const distance = Math.hypot(to.x - from.x, to.y - from.y);
    if (!dragging) {
      if (distance < THRESHOLD_PX) return;
      dragging = swallow = true;
      surface.setPointerCapture(event.pointerId);
      host.grabbed();
    }
    pointers.set(event.pointerId, to);
    const { at, apart } = gesture();
    const view = host.view();
    let focal = view.focal;
    if (pointers.size > 1 && spread > 0) {
      focal *= apart / spread;
      spread = apart;
    }
    // First the zoom, as far as it is allowed, then the turn: otherwise fingers slip at the end of the zoom.
    const zoomed = host.look({ ...view, focal });
    const most = (4 * distance) / zoomed.focal + Math.abs(focal / view.focal - 1);
    const now = host.look(turnedTo(grabbed, at, zoomed, host.size(), most));
    trail.push({ time: event.timeStamp, yaw: now.yaw, pitch: now.pitch });
    trail = trail.filter((step) => event.timeStamp - step.time < 120);
  }, { signal });

  const release = (/** @type {PointerEvent} */ event) => {
    if (!pointers.delete(event.pointerId)) return;
    const [first] = trail;
    const end = trail[trail.length - 1];
    const moved = end && first && end.time > first.time && event.timeStamp - end.time < 90;
    if (event.type === 'pointerup' && pointers.size === 0 && dragging) {
      if (moved && !calm()) {
        const ms = end.time - first.time;
        speed.yaw = wrapped(end.yaw - first.yaw) / ms;
        speed.pitch = (end.pitch - first.pitch) / ms;
        thrown = true;
        last = 0;
      }
      if (!trail.length) tapped(event);
      byKeyboard = false;
      host.wake();
      if (!thrown) host.rested(false);
    }
    if (pointers.size === 0) dragging = false;
    grab();
  };
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    surface.addEventListener(type, release, { signal });
  }

  /** Two taps at the same place zoom in there. @param {PointerEvent} event */
  function tapped(event) {
    const at = place(event);
    if (tap && event.timeStamp - tap.time < DOUBLE_MS && Math.hypot(at.x - tap.at.x, at.y - tap.at.y) < DOUBLE_PX) {
      const view = host.view();
      host.glide(zoomedAbout(view, view.focal * 1.7, at, host.size()));
      tap = null;
    } else tap = { time: event.timeStamp, at };
  }

  // After a drag that began on a link the click must not follow the link.
  surface.addEventListener('click', (event) => {
    if (!swallow) return;
    swallow = false;
    event.preventDefault();
    event.stopPropagation();
  }, { signal, capture: true });
  surface.addEventListener('dragstart', (event) => event.preventDefault(), { signal });

  surface.addEventListener('wheel', (event) => {
    if (!host.zooms(event)) return;
    event.preventDefault();
    stop();
    const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    // Browsers send a touchpad's pinch as a wheel with Ctrl and small steps.
    const amount = event.deltaY * lines * (event.ctrlKey && Math.abs(event.deltaY) < 40 ? 0.01 : 0.0015);
    const view = host.view();
    const { focal } = host.look({ ...view, focal: view.focal * Math.exp(-Math.max(-0.4, Math.min(0.4, amount))) });
    host.look(zoomedAbout(view, focal, place(event), host.size()));
    host.rested(false);
  }, { signal, passive: false });

  root.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('dialog, input, audio, video')) return;
    const way = WAYS[event.key];
    const act = host.keys[event.key] ?? host.keys[event.key.toLowerCase()];
    if (way) {
      fast = event.shiftKey;
      if (!event.repeat) nudge(way, 1 / 12);
      held.add(way);
    } else if (act && !event.repeat) act();
    else return;
    event.preventDefault();
  }, { signal });
  window.addEventListener('keyup', (event) => {
    const way = WAYS[event.key];
    if (way) held.delete(way);
    fast = event.shiftKey;
  }, { signal });
  window.addEventListener('blur', () => held.clear(), { signal });

  /** Turns or zooms a little. @param {Way} way @param {number} share of the visible angle */
  function nudge(way, share) {
    const [axis, sign] = AXIS[way];
    if (thrown) stop();
    if (speed.yaw === 0 && speed.pitch === 0 && speed.zoom === 0) last = 0;
    owed[axis] = sign * Math.max(0, sign * owed[axis]) + sign * (axis === 'zoom' ? share * 2.4 : span() * share);
    byKeyboard = true;
    host.wake();
  }

  return {
    nudge,
    stop,

    /** Moves on by the time since the last frame; false when nothing moves. @param {number} now */
    step(now) {
      // A first step without a past, and a tab that slept, count as one frame.
      const ms = last === 0 ? 16 : Math.min(now - last, 50);
      const still = held.size === 0 && Object.values(owed).every((v) => v === 0);
      if (still && Object.values(speed).every((v) => v === 0)) {
        last = 0;
        return false;
      }
      last = now;
      const target = { yaw: 0, pitch: 0, zoom: 0 };
      const rate = (fast ? 3 : 1) / 1400;
      for (const way of held) {
        const [axis, sign] = AXIS[way];
        target[axis] += sign * (axis === 'zoom' ? rate * 1.4 : span() * rate);
      }
      for (const axis of /** @type {const} */ (['yaw', 'pitch', 'zoom'])) {
        if (target[axis] === 0 && owed[axis] !== 0) {
          target[axis] = Math.sign(owed[axis]) * (axis === 'zoom' ? rate * 1.4 : span() * rate);
        }
        const ease = target[axis] === 0 && thrown ? GLIDE_MS : EASE_MS;
        speed[axis] = calm() ? target[axis] : target[axis] + (speed[axis] - target[axis]) * Math.exp(-ms / ease);
      }
      let step = { yaw: speed.yaw * ms, pitch: speed.pitch * ms, zoom: speed.zoom * ms };
      for (const axis of /** @type {const} */ (['yaw', 'pitch', 'zoom'])) {
        if (owed[axis] === 0) continue;
        const held_too = [...held].some((way) => AXIS[way][0] === axis);
        // The last bit of a short press is taken exactly, so that ten presses are ten steps.
        if (!held_too && Math.abs(step[axis]) >= Math.abs(owed[axis])) {
          step = { ...step, [axis]: owed[axis] };
          speed[axis] = 0;
        }
        owed[axis] -= step[axis];
        if (Math.abs(owed[axis]) < 1e-6 || held_too && owed[axis] * step[axis] <= 0) owed[axis] = 0;
      }
      const view = host.view();
      host.look({
        yaw: view.yaw + step.yaw,
        pitch: view.pitch + step.pitch,
        focal: view.focal * Math.exp(step.zoom),
      });
      if (held.size === 0 && Object.values(owed).every((v) => v === 0)) {
        const px = Math.hypot(speed.yaw, speed.pitch) * view.focal + Math.abs(speed.zoom) * 500;
        // Below a fifth of a pixel in a frame there is nothing left to see.
        if (px * 16 < 0.2) {
          stop();
          host.rested(byKeyboard);
          byKeyboard = false;
        }
      }
      return true;
    },

    destroy: () => listening.abort(),
  };
}

/** @param {number} angle radians */
const wrapped = (angle) => Math.atan2(Math.sin(angle), Math.cos(angle));
