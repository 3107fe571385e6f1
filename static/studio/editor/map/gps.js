/**
 * Positions from the photos themselves: shown first, scene by scene, with the warning that they are published.
 *
 * @import {Editor} from '../context.js'
 */

import { said, sceneOf } from '../draft.js';
import { Panel, button, el, icon, openDialog, say, tell, tick } from '../parts.js';
import { fromPhotos } from './places.js';

/** @param {Editor} ed */
export const offersOf = (ed) => fromPhotos(ed.draft.scenes, (scene) => ed.panorama(scene)?.position);

/** A distance as people say it. @param {number} metres @param {string} lang */
export function distance(metres, lang) {
  const [value, unit, digits] = metres < 1000 ? [metres, 'meter', 0] : [metres / 1000, 'kilometer', 1];
  return new Intl.NumberFormat(lang, { style: 'unit', unit: String(unit), maximumFractionDigits: Number(digits) }).format(Number(value));
}

/** @param {Editor} ed */
export function openGps(ed) {
  const offers = offersOf(ed);
  const wanted = new Set(offers.filter(({ moved_m }) => moved_m === null).map(({ id }) => id));
  const panel = new Panel(el('ul', { class: 'ed-ways' }));
  const take = button('', 'map-pin', () => {
    dialog.close();
    const chosen = offers.filter(({ id }) => wanted.has(id));
    ed.change('gps', (draft) => {
      for (const { id, to } of chosen) {
        const scene = sceneOf(draft, id);
        if (scene) scene.position = { ...scene.position, ...to };
      }
    });
    tell(say('map-gps-done', { count: chosen.length }), { name: say('undo'), act: () => ed.store.undo() });
  }, { cls: 'button-main' });
  panel.element.append(...offers.map(({ id, moved_m }) => {
    const title = said(sceneOf(ed.draft, id)?.title, ed.given.lang) || say('untitled');
    const what = moved_m === null ? say('map-gps-new') : say('map-gps-moves', { distance: distance(moved_m, ed.given.lang) });
    return el('li', {}, tick(panel, `${title} · ${what}`, () => wanted.has(id), (on) => {
      wanted[on ? 'add' : 'delete'](id);
      panel.refresh();
    }));
  }));
  panel.bind(() => {
    take.disabled = wanted.size === 0;
    take.lastElementChild?.replaceChildren(say('map-gps-take', { count: wanted.size }));
  });
  const without = ed.draft.scenes.filter((scene) => !scene.position && !ed.panorama(scene)?.position).length;
  const dialog = openDialog(say('map-gps'), () => [
    el('p', {}, say(offers.length ? 'map-gps-text' : 'map-gps-none')),
    offers.length > 0 && el('div', { class: 'ed-status is-wait' }, icon('triangle-alert'), el('p', {}, say('map-gps-public'))),
    panel.element,
    without > 0 && el('p', { class: 'ed-hint' }, say('map-gps-without', { count: without })),
    el('div', { class: 'ed-dialog-foot' }, button(say('cancel'), '', () => dialog.close()), offers.length > 0 && take),
  ].filter((part) => part !== false));
}
