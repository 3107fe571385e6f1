/**
 * A picture of where a way leads: beside its disc while the pointer or the keyboard is on it, and after a long press by
 * touch. It can be pointed at itself and pressed, stays as long as it is wanted, and goes with Escape.
 *
 * @import {Inside} from './types.js'
 * @import {Item} from './spot.js'
 */

import { el, styled } from './dom.js';

/** A pointer that only passes by asks for nothing. */
const REST_MS = 150;
/** After it left there is time to reach the picture. */
const LEAVE_MS = 250;
const PRESS_MS = 450;
const MOVED_PX = 10;

/** @param {Inside} inside @param {Event | null} first  what made the visitor need it, if that still is */
export function create({ hotspots, source, surface, camera, signal }, first) {
  /** @type {Item | null} */
  let shown = null;
  /** What was held down long enough; letting go of it is no walk. @type {Item | null} */
  let held = null;
  let waiting = 0;
  let down = { x: 0, y: 0 };
  const card = el('div', { class: 'stage-preview', 'aria-hidden': 'true' });
  // Pressing it leaves the focus where it is: with the focus it would go.
  card.addEventListener('mousedown', (event) => event.preventDefault());
  void styled(new URL('./preview.css', import.meta.url));

  function hide() {
    clearTimeout(waiting);
    card.remove();
    shown = null;
  }

  /** @param {Item} item */
  function show(item) {
    clearTimeout(waiting);
    const { target } = item.spot;
    const scene = target ? source.scene(target) : null;
    if (shown === item || !scene?.thumbnail) return;
    const { url, width_px, height_px } = scene.thumbnail;
    const title = source.say(scene.title);
    // A button, so that pressing it is no grip on the picture; the keyboard has the way itself.
    card.replaceChildren(el('button', { type: 'button', class: 'stage-preview-card', tabindex: -1 },
      el('img', { src: source.url(url), width: width_px, height: height_px, alt: '', decoding: 'async' }),
      el('span', { lang: title.lang }, title.value)));
    item.li.append(card);
    shown = item;
    const [box, stage] = [item.control.getBoundingClientRect(), surface.getBoundingClientRect()];
    const half = card.offsetWidth / 2 + 8;
    const x = box.left + box.width / 2 - stage.left;
    card.classList.toggle('is-below', box.top - stage.top < card.offsetHeight + 24);
    card.style.translate = `${Math.max(half - x, 0) + Math.min(camera.size.width - half - x, 0)}px 0`;
  }

  /** @param {(item: Item) => void} act @param {number} ms @param {Item} item */
  function later(act, ms, item) {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => act(item), ms);
  }

  /** @param {Event} event */
  function notice(event) {
    const item = hotspots.itemOf(event);
    const way = item?.spot.target && !item.polygon ? item : null;
    if (event.type === 'focusin') {
      if (way && surface.querySelector('.stage-spot:focus-visible')) show(way);
      else if (way !== shown) hide();
    }
    if (!(event instanceof PointerEvent)) return;
    const touch = event.pointerType === 'touch';
    if (event.type === 'pointerover' && !touch && way) later(show, REST_MS, way);
    if (event.type === 'pointerout' && !touch && shown) later(hide, LEAVE_MS, shown);
    // A finger is over something only while it is down.
    if (event.type === 'pointerdown' || (touch && event.type === 'pointerover')) {
      held = null;
      down = { x: event.clientX, y: event.clientY };
      if (way !== shown) hide();
      if (touch && way) later((pressed) => show((held = pressed)), PRESS_MS, way);
    }
  }

  for (const type of ['pointerover', 'pointerout', 'focusin']) hotspots.list.addEventListener(type, notice, { signal });
  hotspots.list.addEventListener('focusout', hide, { signal });
  surface.addEventListener('pointerdown', notice, { signal });
  for (const type of /** @type {const} */ (['pointermove', 'pointerup', 'pointercancel'])) {
    surface.addEventListener(type, (event) => {
      if (event.pointerType !== 'touch' || held) return;
      if (type !== 'pointermove' || Math.hypot(event.clientX - down.x, event.clientY - down.y) > MOVED_PX) clearTimeout(waiting);
    }, { signal });
  }
  surface.addEventListener('contextmenu', (event) => held && event.preventDefault(), { signal });
  surface.addEventListener('click', (event) => {
    const item = hotspots.itemOf(event);
    if (held && item === held) {
      held = null;
      event.preventDefault();
      event.stopPropagation();
    } else if (event.target instanceof Node && card.contains(event.target)) shown?.control.click();
  }, { signal, capture: true });
  surface.ownerDocument.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !shown) return;
    event.stopPropagation();
    hide();
  }, { signal, capture: true });
  if (first) notice(first);
}
