/**
 * The floors of a tour: added, put in order, taken out. What stood on a floor that goes loses its place there, and only that.
 *
 * @import {Editor} from '../context.js'
 * @import {Floor, Medium} from '../draft.js'
 */

import { bare, freeId, idsOf, mediumOf, said, slug } from '../draft.js';
import { pickMedia } from '../media_picker.js';
import { say, tell } from '../parts.js';
import { floorOf } from './places.js';

/** Adds a floor at the end and shows it. @param {Editor} ed */
export function addFloor(ed) {
  const [lang = 'vi'] = ed.languages;
  const number = (ed.draft.floors?.length ?? 0) + 1;
  const title = say('floor-number', { number });
  const id = freeId(slug(title, 'tang'), idsOf(ed.draft.floors));
  ed.change('floor-add', (draft) => {
    draft.floors ??= [];
    draft.floors.push({ id, title: { [lang]: title } });
  });
  ed.show({ floor: id });
}

/** @param {Editor} ed @param {string} id @param {(floor: Floor) => void} recipe @param {string} label @param {string} [merge] */
export function changeFloor(ed, id, recipe, label, merge) {
  ed.change(label, (draft) => {
    const floor = floorOf(draft, id);
    if (floor) recipe(floor);
  }, merge ? { merge: `${merge}:${id}` } : {});
}

/** @param {Editor} ed @param {string} id @param {1 | -1} by */
export function moveFloor(ed, id, by) {
  ed.change('floor-order', (draft) => {
    const floors = draft.floors ?? [];
    const at = floors.findIndex((floor) => floor.id === id);
    const [floor] = at < 0 || at + by < 0 || at + by >= floors.length ? [] : floors.splice(at, 1);
    if (floor) floors.splice(at + by, 0, floor);
  });
}

/** @param {Editor} ed @param {string} id */
export function removeFloor(ed, id) {
  const on = ed.draft.scenes.filter(({ floor }) => floor === id).length;
  ed.change('floor-remove', (draft) => {
    draft.floors = (draft.floors ?? []).filter((floor) => floor.id !== id);
    for (const scene of draft.scenes) {
      if (scene.floor !== id) continue;
      delete scene.floor;
      delete scene.plan_position;
    }
  });
  ed.show({ floor: ed.draft.floors?.[0]?.id ?? '' });
  tell(say('floor-removed', { count: on }), { name: say('undo'), act: () => ed.store.undo() });
}

/** The picture of a floor's plan; null where there is none. @param {Editor} ed @param {Floor | null} floor @returns {Medium | null} */
export const planOfFloor = (ed, floor) => mediumOf(ed.draft, floor?.plan?.medium);

/** Chooses a floor's plan among pages of drawings and pictures; a new one is called by its floor. @param {Editor} ed @param {string} id */
export function pickPlan(ed, id) {
  const before = idsOf(ed.draft.media);
  const [lang = 'vi'] = ed.languages;
  return pickMedia(ed, ['drawing', 'image'], (medium) => ed.change('plan', (draft) => {
    const floor = floorOf(draft, id);
    if (!floor) return;
    floor.plan = { north_deg: 0, ...floor.plan, medium };
    const added = before.includes(medium) ? null : mediumOf(draft, medium);
    // What came with words of its own, from a library, keeps them; those of a file's name have no accents.
    if (added && bare(said(added.alt, lang)) === said(added.alt, lang).toLowerCase()) added.alt = { [lang]: say('plan-alt', { floor: said(floor.title, lang) }) };
  }));
}
