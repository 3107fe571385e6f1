/**
 * The picture in the middle: the viewer of published tours with its hotspots in hand. What is pressed is chosen instead of
 * opened, what is dragged is moved, and a press on the picture places what was picked up before.
 *
 * @import {Direction, View} from './draft.js'
 * @import {Inside, TourDocument, Tour} from '../../viewer/types.js'
 */

import { createTour } from '../../viewer/tour.js';
import { vectorOf } from '../../viewer/projection.js';
import { direction } from './draft.js';

/** A pointer that moves less than this has pressed, not dragged. */
const DRAG_PX = 5;
/** So far arrow keys move a hotspot, in degrees; with Shift ten times as far. */
const STEP_DEG = 0.5;

/**
 * @typedef {object} StageHost
 * @property {() => boolean} places  whether the next press on the picture places something
 * @property {(at: Direction) => void} place
 * @property {(id: string | null, more: boolean) => void} choose  more: beside what is chosen
 * @property {(ids: Map<string, Direction>, done: boolean) => void} move
 * @property {() => void} pressed  chosen by a pointer that has let go again
 * @property {(id: string) => void} open  pressed twice
 * @property {(scene: string) => void} arrived
 * @property {() => boolean} mayEdit
 */

/**
 * @param {HTMLElement} element @param {string} url @param {TourDocument} tour @param {string} language @param {StageHost} host
 */
export function createStage(element, url, tour, language, host) {
  /** @type {Inside | null} */
  let inside = null;
  /** @type {Set<string>} */
  let chosen = new Set();
  /** @type {{id: string, x: number, y: number, moved: boolean, from: Map<string, Direction>} | null} */
  let drag = null;

  /** @type {Tour} */
  const shown = createTour(element, url, {
    language,
    history: false,
    start: { tour, scene_count: tour.scenes.length },
    features(given) {
      inside = given;
      return { later() {}, tour() {}, scene: () => void queueMicrotask(mark), press: () => true };
    },
  });
  shown.on('scene', (id) => host.arrived(String(id)));

  const spots = () => /** @type {Inside} */ (inside).hotspots;
  const itemAt = (/** @type {Element} */ target) => spots().itemOf(/** @type {Event} */ (/** @type {unknown} */ ({ target })));
  const idOf = (/** @type {Event} */ event) => (event.target instanceof Element && event.target.closest('.stage-spots, .stage-areas') ? spots().itemOf(event)?.spot.id ?? null : null);

  const pointOf = (/** @type {PointerEvent} */ event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  // Before the viewer hears of it: a link must not be followed, and the picture not turned, by who moves a hotspot.
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !host.mayEdit()) return;
    const id = idOf(event);
    if (!id) return;
    event.stopPropagation();
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!chosen.has(id) || more) host.choose(id, more);
    const at = new Map([...chosen].flatMap((one) => {
      const spot = spots().controlOf(one) && inside?.scene()?.hotspots.find((other) => other.id === one);
      return spot && 'yaw_deg' in spot ? [[one, { yaw_deg: spot.yaw_deg, pitch_deg: spot.pitch_deg }]] : [];
    }));
    drag = { id, x: event.clientX, y: event.clientY, moved: false, from: at };
    element.setPointerCapture(event.pointerId);
  }, { capture: true });

  element.addEventListener('pointermove', (event) => {
    if (!drag) return;
    event.stopPropagation();
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_PX) return;
    drag.moved = true;
    element.classList.add('is-dragging');
    moveTo(event, false);
  }, { capture: true });

  for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    element.addEventListener(type, (event) => {
      if (!drag) return;
      event.stopPropagation();
      if (drag.moved && type === 'pointerup') moveTo(event, true);
      else if (drag.moved) take(/** @type {TourDocument} */ (inside?.source.tour));
      else if (type === 'pointerup') host.pressed();
      drag = null;
      element.classList.remove('is-dragging');
    }, { capture: true });
  }

  /** @param {PointerEvent} event @param {boolean} done */
  function moveTo(event, done) {
    const held = drag && drag.from.get(drag.id);
    const at = shown.directionAt(pointOf(event));
    if (!drag || !held || !at) return;
    const [yaw, pitch] = [at.yaw_deg - held.yaw_deg, at.pitch_deg - held.pitch_deg];
    const to = new Map([...drag.from].map(([id, from]) => [id, direction({ yaw_deg: from.yaw_deg + yaw, pitch_deg: from.pitch_deg + pitch })]));
    shift(to);
    host.move(to, done);
  }

  /** Moves hotspots on the screen alone, while they are dragged. @param {Map<string, Direction>} to */
  function shift(to) {
    for (const [id, at] of to) {
      const control = spots().controlOf(id);
      const item = control && itemAt(control);
      if (item && !item.corners.length) item.at = vectorOf(at);
    }
    spots().rename();
    inside?.wake();
  }

  element.addEventListener('click', (event) => {
    const id = idOf(event);
    if (id) {
      event.preventDefault();
      event.stopPropagation();
      // By the keyboard there was no pointer before.
      if (event.detail === 0) host.choose(id, event.shiftKey);
      return;
    }
    if (!(event.target instanceof Element) || !event.target.closest('.stage-surface') || event.target.closest('.stage-spots, button, a')) return;
    if (!host.places()) {
      if (!turned) host.choose(null, false);
      return;
    }
    const at = shown.directionAt(pointOf(/** @type {PointerEvent} */ (event)));
    if (at && !turned) host.place(direction(at));
  }, { capture: true });

  // A press that turned the picture is no press on it.
  let turned = false;
  element.addEventListener('pointerdown', (event) => {
    turned = false;
    const [x, y] = [event.clientX, event.clientY];
    const moved = (/** @type {PointerEvent} */ now) => (turned ||= Math.hypot(now.clientX - x, now.clientY - y) >= DRAG_PX);
    window.addEventListener('pointermove', moved);
    window.addEventListener('pointerup', () => window.removeEventListener('pointermove', moved), { once: true });
  });

  element.addEventListener('dblclick', (event) => {
    const id = idOf(event);
    if (!id) return;
    event.preventDefault();
    host.open(id);
  }, { capture: true });

  element.addEventListener('keydown', (event) => {
    const id = idOf(event);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (id && event.key === ' ') {
      event.preventDefault();
      host.choose(id, event.shiftKey);
    }
    if (!id || !way || !host.mayEdit() || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const by = STEP_DEG * (event.shiftKey ? 10 : 1);
    const moved = chosen.has(id) ? [...chosen] : [id];
    const scene = inside?.scene();
    host.move(new Map(moved.flatMap((one) => {
      const spot = scene?.hotspots.find((other) => other.id === one);
      return spot && 'yaw_deg' in spot ? [[one, direction({
        yaw_deg: spot.yaw_deg + (way[0] ?? 0) * by, pitch_deg: spot.pitch_deg + (way[1] ?? 0) * by,
      })]] : [];
    })), true);
  }, { capture: true });

  /** Shows which hotspots are chosen. */
  function mark() {
    for (const control of element.querySelectorAll('.stage-spot.is-chosen')) control.classList.remove('is-chosen');
    for (const id of chosen) spots().controlOf(id)?.classList.add('is-chosen');
    setApart();
  }

  /** Keeps what is worked on out of the numbers that stand for several: to the viewer it is as if it had the focus. */
  function setApart() {
    const [last] = [...chosen].slice(-1);
    const control = last && inside?.scene() && spots().controlOf(last);
    if (control && !control.contains(document.activeElement)) control.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
  }
  // After the viewer has put together what the focus left.
  element.addEventListener('focusout', () => queueMicrotask(setApart));


  /** Shows a tour that was changed, at the view that is shown; the focus stays on the hotspot that has it. @param {TourDocument} next */
  function take(next) {
    const { camera, source } = /** @type {Inside} */ (inside);
    const before = inside?.scene() ?? null;
    const held = before && document.activeElement && element.contains(document.activeElement)
      ? itemAt(document.activeElement)?.spot.id : null;
    const { view } = camera;
    inside?.adopt(next, true);
    const now = inside?.scene();
    if (!before || !now) {
      const first = source.scene(next.start) ?? next.scenes[0];
      if (first) void shown.goTo(first.id);
      return;
    }
    if (now.tiles.base !== before.tiles.base) {
      // What was shown stays until there is something to show in its place.
      const shown = (/** @type {{strip: import('../../viewer/types.js').Pixels, sharp: boolean} | null} */ strip) => {
        // Another change may have come meanwhile: it is the same picture all the same.
        const current = inside?.scene();
        if (!inside || current?.tiles.base !== now.tiles.base) return;
        const { view: kept } = camera;
        inside.show(current, strip);
        camera.look(kept);
        inside.wake();
      };
      source.preview(now).then((strip) => shown({ strip, sharp: true }), () => shown(null));
    } else if (now.limits !== before.limits || now.initial_view !== before.initial_view) {
      camera.open(now);
      camera.look(view);
    }
    if (now.hotspots !== before.hotspots) {
      spots().open(now);
      mark();
      if (held) spots().controlOf(held)?.focus({ preventScroll: true });
    }
    inside?.place();
    inside?.wake();
  }

  return {
    take: (/** @type {TourDocument} */ next) => void (drag?.moved || take(next)),

    /** @param {string[]} ids */
    choose(ids) {
      if (ids.length === chosen.size && ids.every((id) => chosen.has(id))) return;
      chosen = new Set(ids);
      if (inside?.scene()) mark();
    },

    /** Gives the keyboard a hotspot. @param {string} id */
    focus(id) {
      if (inside?.scene()) spots().controlOf(id)?.focus({ preventScroll: true });
    },

    /** Turns until a hotspot is well in view. @param {string} id */
    reveal(id) {
      const spot = inside?.scene()?.hotspots.find((one) => one.id === id);
      if (spot) inside?.reveal(spots().directionOf(spot));
    },

    goTo: (/** @type {string} */ scene, /** @type {View | null} */ at = null) => shown.goTo(scene, at),
    look: (/** @type {View} */ at) => shown.look(at),
    directionAt: shown.directionAt,
    pointOf: shown.pointOf,
    on: shown.on,
    get view() {
      return shown.view;
    },
    get scene() {
      return shown.scene;
    },
  };
}
