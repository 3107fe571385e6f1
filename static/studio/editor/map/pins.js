/**
 * The scenes on a ground: a button each, that is dragged, moved with the arrow keys, or taken off.
 *
 * @import {Editor} from '../context.js'
 * @import {Scene} from '../draft.js'
 * @import {Ground} from '../../../viewer/map/grounds.js'
 * @import {PlaneView} from '../../../viewer/map/plane.js'
 * @import {Point, Size} from '../../../viewer/types.js'
 */

import { toGround, toPanel } from '../../../viewer/map/plane.js';
import { said } from '../draft.js';
import { el, say, set } from '../parts.js';
import { stepOf, written } from './places.js';

/** A pointer that moves less than this has pressed, not dragged. */
const DRAG_PX = 5;
const DISC_PX = 22;
/** More names than these are a thicket. */
const MOST_NAMES = 60;

/**
 * @typedef {object} PinsHost
 * @property {(id: string) => void} choose
 * @property {(id: string, to: Point, byKey?: boolean) => void} move  to a point of the ground, for good
 * @property {(id: string) => void} takeOff
 * @property {(id: string) => void} seek  one that is out of sight got the focus
 * @property {() => void} drawn  one is being dragged: what belongs to it is to be drawn
 * @property {() => number} step  units of the ground that an arrow key moves
 */

/** @param {Editor} ed @param {PinsHost} host */
export function createPins(ed, host) {
  const hint = el('p', { class: 'unseen', id: 'ghim_phim' }, say('map-pin-hint'));
  const list = el('ol', { class: 'ed-pins', 'aria-label': say('map-scenes') });
  /** @type {Map<string, {li: HTMLElement, press: HTMLButtonElement, name: HTMLElement, scene: Scene | null}>} */
  const pins = new Map();
  /** @type {{id: string, at: Point, from: Point, grip: Point, moved: boolean} | null} */
  let drag = null;
  /** @type {Ground | null} */
  let ground = null;
  /** @type {PlaneView} */
  let view = { x: 0, y: 0, scale: 1 };
  let size = { width: 0, height: 0 };

  const pointOf = (/** @type {PointerEvent} */ event) => {
    const box = list.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  /** @param {string} id */
  function made(id) {
    const name = el('span', { class: 'ed-pin-name' });
    // The gestures of the map leave alone what is "own".
    const press = el('button', { type: 'button', class: 'ed-pin stage-map-own', 'data-pin': id, 'aria-describedby': ed.given.may_edit ? hint.id : null },
      el('span', { class: 'ed-pin-disc', 'aria-hidden': 'true' }), name);
    const li = el('li', {}, press);
    press.addEventListener('click', () => host.choose(id));
    press.addEventListener('focus', () => drag || host.seek(id));
    press.addEventListener('pointerdown', (event) => {
      const at = ground?.points.get(id);
      if (event.button !== 0 || !ed.given.may_edit || !at) return;
      const [here, there] = [pointOf(event), toPanel(at, view, size)];
      // A quick hand is beside it before the first move is told.
      press.setPointerCapture(event.pointerId);
      drag = { id, at, from: here, grip: { x: here.x - there.x, y: here.y - there.y }, moved: false };
    });
    press.addEventListener('pointermove', (event) => {
      if (drag?.id !== id) return;
      const here = pointOf(event);
      if (!drag.moved && Math.hypot(here.x - drag.from.x, here.y - drag.from.y) < DRAG_PX) return;
      if (!drag.moved) {
        drag.moved = true;
        host.choose(id);
      }
      li.classList.add('is-dragged');
      drag.at = toGround({ x: here.x - drag.grip.x, y: here.y - drag.grip.y }, view, size);
      host.drawn();
    });
    press.addEventListener('pointerup', () => {
      const ended = drag;
      end();
      if (ended?.moved && ended.id === id) host.move(id, ended.at);
    });
    press.addEventListener('pointercancel', end);
    press.addEventListener('keydown', (event) => {
      if (drag?.moved && event.key === 'Escape') {
        event.stopPropagation();
        return end();
      }
      const at = ground?.points.get(id);
      const by = stepOf(event.key, event.shiftKey, host.step());
      if (!at || !ed.given.may_edit || event.ctrlKey || event.metaKey || event.altKey) return;
      if (by) host.move(id, { x: at.x + by.x, y: at.y + by.y }, true);
      else if (event.key === 'Delete' || event.key === 'Backspace') host.takeOff(id);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return { li, press, name, scene: /** @type {Scene | null} */ (null) };
  }

  function end() {
    if (drag) pins.get(drag.id)?.li.classList.remove('is-dragged');
    drag = null;
    host.drawn();
  }

  return {
    list,
    hint,
    /** Where a scene is now, also while it is dragged. @param {string} id */
    pointOf: (id) => (drag?.moved && drag.id === id ? drag.at : ground?.points.get(id) ?? null),

    /** Takes up a ground, as it is now. @param {Ground} next @param {Scene[]} scenes @param {string | null} current */
    take(next, scenes, current) {
      ground = next;
      const held = document.activeElement;
      for (const [id, pin] of pins) {
        if (next.points.has(id)) continue;
        pin.li.remove();
        pins.delete(id);
      }
      let at = 0;
      for (const scene of scenes) {
        if (!next.points.has(scene.id)) continue;
        let pin = pins.get(scene.id);
        if (!pin) pins.set(scene.id, (pin = made(scene.id)));
        if (list.children[at] !== pin.li) list.insertBefore(pin.li, list.children[at] ?? null);
        at += 1;
        if (pin.scene !== scene) {
          pin.scene = scene;
          pin.name.textContent = said(scene.title, ed.given.lang) || say('untitled');
        }
        pin.press.classList.toggle('is-here', scene.id === current);
        set(pin.press, 'aria-current', scene.id === current ? 'true' : null);
      }
      if (held instanceof HTMLElement && held !== document.activeElement && list.contains(held)) held.focus({ preventScroll: true });
    },

    /** Writes the names there is room for. @param {PlaneView} now @param {Size} room @param {string | null} current */
    arrange(now, room, current) {
      const all = [...pins].sort(([a], [b]) => Number(b === current) - Number(a === current));
      const points = all.map(([id, { name }]) => {
        const at = toPanel(ground?.points.get(id) ?? { x: 0, y: 0 }, now, room);
        return { ...at, width: name.offsetWidth, height: name.offsetHeight };
      });
      written(points, DISC_PX, MOST_NAMES).forEach((named, index) => all[index]?.[1].press.classList.toggle('is-named', named || all[index]?.[0] === current));
    },

    /** @param {PlaneView} now @param {Size} room */
    place(now, room) {
      [view, size] = [now, room];
      for (const [id, { li }] of pins) {
        const point = drag?.moved && drag.id === id ? drag.at : ground?.points.get(id);
        if (!point) continue;
        const at = toPanel(point, now, room);
        li.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
      }
    },

    focus: (/** @type {string} */ id) => pins.get(id)?.press.focus({ preventScroll: true }),
    get dragging() {
      return Boolean(drag?.moved);
    },
  };
}
