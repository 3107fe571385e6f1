/**
 * The scenes on a ground: a link each, in the order of the tour; where many lie close together one button for all of
 * them. Names are written where there is room.
 *
 * @import {Inside, Scene, Size} from '../types.js'
 * @import {Ground} from './grounds.js'
 * @import {PlaneView} from './plane.js'
 */

import { el, follow, set } from '../dom.js';
import { grouped, toPanel } from './plane.js';

/** Discs closer together than this cannot be told apart by a finger. */
export const APART_PX = 28;
const DISC_PX = 22;
const GAP_PX = 2;
/** Where a name may stand beside its disc, as parts of its own size from the disc's middle; best first. */
const SIDES = /** @type {const} */ ([['below', -0.5, 0], ['right', 0, -0.5], ['left', -1, -0.5], ['above', -0.5, -1]]);
/** More names than these are a thicket. */
const MOST_NAMES = 14;
/** So many scenes of a group are named. */
const MOST_TITLES = 5;

/**
 * @param {Inside} inside
 * @param {{go: (scene: string) => void, enter: (scenes: string[]) => void, seek: (scene: string) => void, lost: () => void}} host
 *   enter: a group was pressed; seek: one that is out of sight got the focus; lost: what had the focus is no longer there
 */
export function createDots(inside, host) {
  const { words, source } = inside;
  const list = el('ol', { class: 'stage-map-dots', 'aria-label': words.scenes });
  /** @typedef {{item: HTMLLIElement, control: HTMLElement, name: HTMLElement, x: number, y: number, all: string[]}} Dot */
  /** @type {Map<string, Dot>} */
  let dots = new Map();
  let placing = false;

  /** What a group is called. @param {{value: string}[]} titles */
  const nameOf = (titles) => `${words.sceneCount(titles.length)}: ${
    titles.slice(0, MOST_TITLES).map(({ value }) => value).join(', ')}${titles.length > MOST_TITLES ? '…' : ''}`;

  /** @param {string[]} all @param {Map<string, Scene>} scenes @returns {Dot} */
  function make(all, scenes) {
    const titles = all.map((id) => source.say(scenes.get(id)?.title));
    const [first] = titles;
    const one = all.length === 1;
    const name = el('span', { class: 'stage-map-name', lang: one && first?.lang }, one ? first?.value : words.sceneCount(all.length));
    const disc = el('span', { class: 'stage-map-disc', 'aria-hidden': 'true' }, one ? '' : String(all.length));
    const [id = ''] = all;
    const control = one
      ? el('a', { href: `#${id}`, class: 'stage-map-dot', 'data-scene': id }, disc, name)
      : el('button', { type: 'button', class: 'stage-map-dot is-group', 'aria-label': nameOf(titles) }, disc, name);
    if (one) follow(control, () => host.go(id));
    else control.addEventListener('click', () => host.enter(all));
    control.addEventListener('focus', () => placing || host.seek(id));
    return { item: el('li', {}, control), control, name, x: 0, y: 0, all };
  }

  /** Writes names where they cover neither a disc nor another name. @param {PlaneView} view @param {Scene | null} current */
  function writeNames(view, current) {
    const all = [...dots.values()];
    const room = { width: 1e6, height: 1e6 };
    const taken = all.map((dot) => {
      const at = toPanel(dot, view, room);
      return { left: at.x - DISC_PX / 2, right: at.x + DISC_PX / 2, top: at.y - DISC_PX / 2, bottom: at.y + DISC_PX / 2 };
    });
    const first = all.filter(({ all: ids }) => current && ids.includes(current.id));
    let left = MOST_NAMES;
    for (const dot of [...first, ...all.filter((other) => !first.includes(other))]) {
      const at = toPanel(dot, view, room);
      const { offsetWidth: width, offsetHeight: height } = dot.name;
      const places = SIDES.map(([side, across, down]) => {
        const away = DISC_PX / 2 + GAP_PX;
        const x = at.x + across * width + (side === 'right' ? away : side === 'left' ? -away : 0);
        const y = at.y + down * height + (side === 'below' ? away : side === 'above' ? -away : 0);
        return { side, left: x, right: x + width, top: y, bottom: y + height };
      });
      const free = (/** @type {(typeof places)[number]} */ box) =>
        taken.every((o) => o.left > box.right || o.right < box.left || o.top > box.bottom || o.bottom < box.top);
      const box = dot.all.length === 1 ? places.find(free) ?? (first.includes(dot) && places[0]) : null;
      const written = box && (first.includes(dot) || left-- > 0);
      dot.control.classList.toggle('is-named', Boolean(written));
      set(dot.name, 'data-side', box ? box.side : 'below');
      if (written) taken.push(box);
    }
  }

  return {
    list,

    /** Takes up another ground, scale or scene. @param {Ground} ground @param {PlaneView} view @param {Scene | null} current */
    arrange(ground, view, current) {
      const scenes = new Map(source.tour?.scenes.map((scene) => [scene.id, scene]));
      const order = [...scenes.keys()].filter((id) => ground.points.has(id));
      // The open scene is the first of its group, so that the cone stands on its disc.
      const points = order
        .map((id) => ({ .../** @type {import('../types.js').Point} */ (ground.points.get(id)), of: id }))
        .sort((a, b) => Number(b.of === current?.id) - Number(a.of === current?.id));
      const groups = grouped(points, view.scale, APART_PX);
      const rank = new Map(order.map((id, number) => [id, number]));
      const least = (/** @type {string[]} */ ids) => Math.min(...ids.map((id) => rank.get(id) ?? 0));
      groups.sort((a, b) => least(a.all) - least(b.all));

      const focused = [...dots.values()].find(({ control }) => control === document.activeElement);
      const before = dots;
      dots = new Map(groups.map(({ x, y, all }) => {
        const key = all.join(' ');
        return [key, Object.assign(before.get(key) ?? make(all, scenes), { x, y })];
      }));
      const items = [...dots.values()].map(({ item }) => item);
      placing = true;
      if (items.length !== list.children.length || items.some((item, n) => item !== list.children[n])) {
        list.replaceChildren(...items);
        const of = (/** @type {string | undefined} */ id) => [...dots.values()].find(({ all }) => id !== undefined && all.includes(id));
        const again = focused && (of(focused.all[0]) ?? of(current?.id));
        if (again) again.control.focus({ preventScroll: true });
        else if (focused) host.lost();
      }
      placing = false;
      for (const { control, all } of dots.values()) {
        const here = current !== null && all.includes(current.id);
        control.classList.toggle('is-here', here);
        set(control, 'aria-current', here && 'true');
      }
      writeNames(view, current);
    },

    /** @param {PlaneView} view @param {Size} size */
    place(view, size) {
      for (const { item, x, y } of dots.values()) {
        const at = toPanel({ x, y }, view, size);
        item.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
      }
    },
  };
}
