/**
 * Drafts of titles for scenes that nobody has named yet: the server says which place is near each (ispace/titling.py), one
 * press takes one, or all. What is taken is a change like any other.
 *
 * @import {Editor} from './context.js'
 * @import {Draft, Scene, Text} from './draft.js'
 *
 * @typedef {{scene: string, was: Text, title: Text, place: string, distance_m: number}} TitleDraft
 */

import { said, sceneOf } from './draft.js';
import { distance } from './map/gps.js';
import { button, el, say, tell } from './parts.js';

/** So long what was changed may take to be saved; then the server knows where scenes are. */
const SAVED_MS = 1500;

/** @typedef {{key: string, drafts: TitleDraft[], asking: number}} Asked */
/** @type {WeakMap<Editor, Asked>} */
const asked = new WeakMap();

/** A title without what says nothing. @param {Text | null | undefined} title */
const filled = (title) => Object.fromEntries(Object.entries(title ?? {}).filter(([, text]) => text.trim()));

/** @param {Text} one @param {Text} other */
const same = (one, other) => Object.keys(one).length === Object.keys(other).length && Object.entries(one).every(([lang, text]) => other[lang] === text);

/** The drafts for scenes that have not been named since. @param {Draft} draft @param {TitleDraft[]} drafts */
export const wanted = (draft, drafts) => drafts.filter(({ scene, was }) => {
  const one = sceneOf(draft, scene);
  return one !== null && same(filled(one.title), was);
});

/** Names scenes as their drafts say. @param {Draft} draft @param {TitleDraft[]} drafts */
export function putTitles(draft, drafts) {
  for (const { scene, title } of wanted(draft, drafts)) {
    const one = sceneOf(draft, scene);
    if (one) one.title = { ...title };
  }
}

/** What the server proposes; it is asked anew where scenes have moved, came or lost their titles. @param {Editor} ed @returns {TitleDraft[]} */
function draftsOf(ed) {
  if (!ed.given.may_edit) return [];
  let known = asked.get(ed);
  if (!known) asked.set(ed, (known = { key: '', drafts: [], asking: 0 }));
  const here = known;
  const key = JSON.stringify([ed.languages, ed.draft.scenes.map(({ id, position, panorama, title }) =>
    [id, position?.lat, position?.lon, panorama?.file, !Object.keys(filled(title)).length])]);
  if (key !== here.key) {
    clearTimeout(here.asking);
    here.asking = window.setTimeout(async () => {
      const answer = await fetch(`${ed.given.api}/title-drafts`).catch(() => null);
      if (!answer?.ok || here.key !== key) return;
      here.drafts = (/** @type {{drafts: TitleDraft[]}} */ (await answer.json())).drafts;
      ed.emit('screen');
    }, here.key ? SAVED_MS : 0);
    here.key = key;
  }
  return wanted(ed.draft, here.drafts);
}

/** @param {Editor} ed @param {TitleDraft[]} drafts */
function take(ed, drafts) {
  const [first] = drafts;
  if (!first) return;
  ed.change('title-draft', (draft) => putTitles(draft, drafts));
  tell(drafts.length > 1 ? say('draft-all-taken', { count: drafts.length }) : say('draft-taken', { title: said(first.title, ed.given.lang) }),
    { name: say('undo'), act: () => ed.store.undo() });
}

/** What the map proposes for one scene. @param {import('./parts.js').Panel} panel @param {Editor} ed @param {() => Scene} now */
export function titleDraftPart(panel, ed, now) {
  const words = el('p', {});
  const own = () => draftsOf(ed).find(({ scene }) => scene === now().id);
  const one = button(say('draft-take'), 'check', () => {
    const found = own();
    if (found) take(ed, [found]);
  });
  const part = el('div', { class: 'ed-newer', hidden: true }, el('p', { class: 'ed-label' }, say('draft')), words,
    el('div', { class: 'ed-row' }, one, allDraftsPart(panel, ed, 2)));
  panel.bind(() => {
    const found = own();
    part.hidden = !found;
    if (found) words.textContent = say('draft-is', { title: Object.values(found.title).join(' · '), distance: distance(found.distance_m, ed.given.lang) });
  });
  return part;
}

/** One press for all scenes. @param {import('./parts.js').Panel} panel @param {Editor} ed @param {number} [least] from how many on it is offered */
export function allDraftsPart(panel, ed, least = 1) {
  const all = button('', 'map-pin', () => take(ed, draftsOf(ed)));
  panel.bind(() => {
    const { length } = draftsOf(ed);
    all.hidden = length < least;
    all.lastElementChild?.replaceChildren(say('draft-all', { count: length }));
  });
  return all;
}
