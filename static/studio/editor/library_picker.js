/**
 * Places and products of the studio's libraries: found, taken into the tour as copies, and taken anew where the library's
 * are newer.
 *
 * @import {Editor} from './context.js'
 * @import {Draft, Medium} from './draft.js'
 *
 * @typedef {'places' | 'products' | 'media'} Library
 * @typedef {{id: string, document: Record<string, any>, revision: number}} Entry
 * @typedef {{document: Record<string, any> & {id: string}, media: Medium[]}} Taken
 * @typedef {{library: string, entry: string, revision: number, differs: boolean}} Known
 */

import { freeId, idsOf, said } from './draft.js';
import { Panel, button, choice, el, field, icon, openDialog, say, tell, whenBack } from './parts.js';

/** How long one may go on typing before what is typed is searched for. */
const PAUSE_MS = 250;

/** What a place is called today: the name that has not ended, else the last. @param {Record<string, any>} place */
export function nameOfPlace(place, lang = 'vi', today = new Date().toISOString().slice(0, 10)) {
  const names = /** @type {{name: Record<string, string>, valid_from?: string, valid_to?: string}[]} */ (place.names ?? []);
  const now = names.find((name) => (!name.valid_from || name.valid_from <= today) && (!name.valid_to || today <= name.valid_to)) ?? names[names.length - 1];
  return said(now?.name, lang) || String(place.id ?? '');
}

/**
 * Puts a copy into a draft, over the one that is there, and returns its id. Media come with it, once for each file, under
 * ids that are free.
 * @param {Draft} draft @param {Library} library @param {Taken} taken @returns {string}
 */
export function putTaken(draft, library, taken) {
  /** @type {Map<string, string>} */
  const ids = new Map();
  for (const medium of taken.media) {
    const known = draft.media?.find(({ file }) => file === medium.file);
    const id = known?.id ?? freeId(medium.id, idsOf(draft.media));
    ids.set(medium.id, id);
    if (!known) (draft.media ??= []).push({ ...medium, id });
  }
  for (const medium of taken.media) {
    const own = draft.media?.find(({ id }) => id === ids.get(medium.id));
    if (own && medium.poster && own.poster === medium.poster) own.poster = ids.get(medium.poster) ?? null;
  }
  if (library === 'media') return ids.get(taken.document.id) ?? taken.document.id;
  const media = /** @type {string[] | undefined} */ (taken.document.media)?.map((id) => ids.get(id) ?? id);
  const copy = { ...taken.document, ...(media ? { media } : {}) };
  const list = /** @type {{id: string}[]} */ (draft[library] ??= []);
  const at = list.findIndex(({ id }) => id === copy.id);
  if (at < 0) list.push(copy);
  else list[at] = copy;
  return copy.id;
}

/** Fetches a copy and puts it into the draft. @param {Editor} ed @param {Library} library @param {string} id @returns {Promise<string>} the id it has in the tour, '' where it could not be had */
async function take(ed, library, id) {
  const answer = await fetch(`${ed.given.api}/library`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ library, entry: id }),
  }).catch(() => null);
  if (!answer?.ok) {
    tell(say('library-failed'));
    return '';
  }
  const taken = /** @type {Taken} */ (await answer.json());
  let own = '';
  ed.change('library-take', (draft) => void (own = putTaken(draft, library, taken)));
  return own;
}

/**
 * Shows a library to choose from; what is chosen is in the tour then.
 * @param {Editor} ed @param {Library} library @param {(id: string) => void} choose @param {string[]} [kinds] of media
 */
export function pickEntry(ed, library, choose, kinds = []) {
  const list = el('ul', { class: library === 'media' ? 'ed-picks' : 'ed-spots' });
  const state = el('p', { class: 'ed-hint', role: 'status' });
  const find = el('input', { type: 'search', id: 'tim_muc', autocomplete: 'off' });
  let asked = 0;
  const dialog = openDialog(say(`library-${library}`), () => [
    el('div', { class: 'ed-field' }, el('label', { for: 'tim_muc' }, say('find')), find), state, list,
    el('div', { class: 'ed-dialog-foot' }, el('a', { class: 'button', href: `/libraries/${library}`, target: '_blank' }, icon('library'), el('span', {}, say('library-open')))),
  ], 'is-wide');
  const show = async () => {
    const mine = ++asked;
    const answer = await fetch(`/api/v1/${library}?${new URLSearchParams({ q: find.value.trim() })}`).catch(() => null);
    if (mine !== asked) return;
    if (!answer?.ok) return void (state.textContent = say('library-failed'));
    const { entries: found, total } = /** @type {{entries: Entry[], total: number}} */ (await answer.json());
    const entries = found.filter(({ document }) => !kinds.length || kinds.includes(document.kind));
    state.textContent = entries.length ? (total > found.length ? say('library-more', { count: total - found.length }) : '') : say(find.value.trim() ? 'find-none' : 'library-none');
    list.replaceChildren(...entries.map((entry) => {
      const { name, more } = shown(entry, library, ed.given.lang);
      const pick = el('button', { type: 'button', class: library === 'media' ? 'ed-pick' : 'ed-spot-line' }, signOf(entry, library),
        el('span', {}, name, more && el('span', { class: 'ed-hint' }, more)));
      pick.addEventListener('click', async () => {
        const own = await take(ed, library, entry.id);
        if (!own) return;
        dialog.close();
        choose(own);
      });
      return el('li', {}, pick);
    }));
  };
  let waiting = 0;
  find.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void show(), PAUSE_MS);
  });
  whenBack(dialog, () => void show());
  void show();
}

/** @param {Entry} entry @param {Library} library */
function signOf({ id, document }, library) {
  if (library !== 'media') return icon(library === 'places' ? 'map-pin' : 'shopping-basket');
  if (document.kind === 'image') return el('img', { src: `/libraries/media/${encodeURIComponent(id)}/small.jpg`, alt: '', loading: 'lazy' });
  return icon(document.kind === 'video' ? 'film' : 'audio-lines');
}

/** @param {Entry} entry @param {Library} library @param {string} lang */
function shown({ document }, library, lang) {
  if (library === 'places') {
    const name = nameOfPlace(document, lang);
    const others = document.names.map((/** @type {{name: Record<string, string>}} */ one) => said(one.name, lang)).filter((/** @type {string} */ one) => one !== name);
    return { name, more: others.join(' · ') };
  }
  if (library === 'media') return { name: said(document.alt, lang) || document.id, more: [document.credit, document.licence].filter(Boolean).join(' · ') };
  return { name: said(document.name, lang), more: [document.stars && `${document.stars}★`, said(document.maker?.name, lang)].filter(Boolean).join(' · ') };
}

/** What of the tour the libraries have, asked for once while the page is open. @type {WeakMap<Editor, Promise<Known[]>>} */
const known = new WeakMap();

/** @param {Editor} ed @returns {Promise<Known[]>} */
function knownOf(ed) {
  const found = known.get(ed) ?? fetch(`${ed.given.api}/library`).then(async (answer) => (answer.ok ? (await answer.json()).entries : []), () => []);
  known.set(ed, found);
  return found;
}

/** Whether the library's entry is newer than a copy. @param {Record<string, any> | undefined} copy @param {Known | undefined} entry */
export const isNewer = (copy, entry) => copy !== undefined && entry !== undefined
  && (typeof copy.library_revision === 'number' ? entry.revision > copy.library_revision : entry.differs);

/** Says that the library has a newer one, and offers it. @param {Panel} panel @param {Editor} ed @param {Library} library @param {() => string | null | undefined} get */
export function newerPart(panel, ed, library, get) {
  const part = el('div', { class: 'ed-newer', hidden: true }, el('p', { class: 'ed-hint', role: 'status' }, say('library-newer')),
    ed.given.may_edit && button(say('library-renew'), 'rotate-ccw', async () => {
      const id = get();
      if (id && await take(ed, library, id)) tell(say('library-renewed'), { name: say('undo'), act: () => ed.store.undo() });
    }));
  /** @type {Known[]} */
  let entries = [];
  const update = () => {
    const id = get();
    const copies = /** @type {Record<string, any>[] | undefined} */ (ed.draft[library]);
    part.hidden = !id || !isNewer(copies?.find((one) => one.id === id), entries.find((one) => one.library === library && one.entry === id));
  };
  panel.bind(update);
  void knownOf(ed).then((found) => {
    entries = found;
    update();
  });
  return part;
}

/**
 * Which place it is, among those of the tour or from the library.
 * @param {Panel} panel @param {Editor} ed
 * @param {{label: string, none: string, get: () => string | null | undefined, put: (id: string | null) => void}} of
 */
export function placePart(panel, ed, { label, none, get, put }) {
  const options = () => {
    const places = ed.draft.places ?? [];
    const id = get();
    return [/** @type {[string, string]} */ (['', none]),
      ...(id && !places.some((place) => place.id === id) ? [/** @type {[string, string]} */ ([id, say('place-gone')])] : []),
      ...places.map((place) => /** @type {[string, string]} */ ([place.id, nameOfPlace(place, ed.given.lang)]))];
  };
  return el('div', {}, field(panel, label, choice(panel, options, () => get() ?? '', (value) => put(value || null)), { field: 'place', hint: say('place-hint') }),
    newerPart(panel, ed, 'places', get),
    ed.given.may_edit && el('div', { class: 'ed-row' }, button(say('place-add'), 'library', () => pickEntry(ed, 'places', put))));
}
