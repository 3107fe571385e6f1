/**
 * Scenes that wait beside the map for their place: dragged onto it, or picked up with a press and put down with another.
 * From the keyboard a scene goes to the middle of the map, whence arrow keys move it.
 *
 * @import {Editor} from '../context.js'
 * @import {Scene} from '../draft.js'
 */

import { said } from '../draft.js';
import { el, icon, say, set } from '../parts.js';

const DRAG_PX = 5;

/**
 * @param {Editor} ed
 * @param {{pick: (id: string | null) => void, middle: (id: string) => void, drop: (id: string, at: {clientX: number, clientY: number}) => void}} host
 *   pick: the next press on the map places it
 */
export function createTray(ed, host) {
  const head = el('h2', {});
  const text = el('p', { class: 'ed-hint' });
  const list = el('ul', { class: 'ed-tray-list' });
  const element = el('section', { class: 'ed-tray', 'aria-label': say('map-tray') }, head, text, list);
  /** @type {Map<string, {li: HTMLElement, key: string, scene: Scene | null}>} */
  const known = new Map();
  /** @type {{id: string, x: number, y: number, ghost: HTMLElement | null} | null} */
  let drag = null;
  let dragged = false;

  /** @param {string} id */
  function made(id) {
    const press = el('button', { type: 'button', class: 'ed-waiting-scene', 'data-waiting': id, disabled: !ed.given.may_edit });
    press.addEventListener('click', (event) => {
      if (dragged) return;
      if (event.detail === 0) host.middle(id);
      else host.pick(press.getAttribute('aria-pressed') === 'true' ? null : id);
    });
    press.addEventListener('pointerdown', (event) => {
      // A finger scrolls the list.
      if (event.button !== 0 || event.pointerType === 'touch') return;
      press.setPointerCapture(event.pointerId);
      drag = { id, x: event.clientX, y: event.clientY, ghost: null };
    });
    press.addEventListener('pointermove', (event) => {
      if (!drag) return;
      if (!drag.ghost) {
        if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_PX) return;
        dragged = true;
        drag.ghost = el('div', { class: 'ed-ghost', 'aria-hidden': 'true' }, press.textContent ?? '');
        document.body.append(drag.ghost);
      }
      drag.ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px)`;
    });
    for (const type of /** @type {const} */ (['pointerup', 'pointercancel'])) {
      press.addEventListener(type, (event) => {
        const ended = drag;
        drag = null;
        ended?.ghost?.remove();
        // The click that ends a drag comes at once, or not at all.
        setTimeout(() => (dragged = false));
        if (ended?.ghost && type === 'pointerup') host.drop(ended.id, event);
      });
    }
    press.addEventListener('dragstart', (event) => event.preventDefault());
    return { li: el('li', {}, press), key: '', scene: /** @type {Scene | null} */ (null) };
  }

  return {
    element,
    /** @param {Scene[]} scenes @param {string | null} picked @param {string} done what is said where nothing waits */
    take(scenes, picked, done) {
      head.textContent = scenes.length ? say('map-waiting', { count: scenes.length }) : say('map-tray');
      text.textContent = scenes.length ? (ed.given.may_edit ? say('map-tray-text') : '') : done;
      for (const [id, one] of known) {
        if (scenes.some((scene) => scene.id === id)) continue;
        one.li.remove();
        known.delete(id);
      }
      scenes.forEach((scene, index) => {
        let one = known.get(scene.id);
        if (!one) known.set(scene.id, (one = made(scene.id)));
        if (list.children[index] !== one.li) list.insertBefore(one.li, list.children[index] ?? null);
        const press = /** @type {HTMLButtonElement} */ (one.li.firstElementChild);
        set(press, 'aria-pressed', String(picked === scene.id));
        const thumbnail = ed.panorama(scene)?.thumbnail;
        const key = thumbnail?.url ?? '';
        if (one.scene === scene && one.key === key) return;
        Object.assign(one, { scene, key });
        press.replaceChildren(thumbnail ? el('img', { src: thumbnail.url, alt: '', loading: 'lazy', draggable: 'false' }) : icon('image'),
          el('span', {}, said(scene.title, ed.given.lang) || say('untitled')));
      });
    },
  };
}
