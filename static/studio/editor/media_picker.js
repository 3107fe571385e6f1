/**
 * Pictures, sounds and films of the tour: chosen, or taken in from the files that were uploaded, with the words for people
 * who cannot see or hear them.
 *
 * @import {Editor, File} from './context.js'
 * @import {Medium} from './draft.js'
 */

import { putText } from './context.js';
import { bare, freeId, idsOf, mediumOf, said, slug } from './draft.js';
import { pickEntry } from './library_picker.js';
import { Panel, button, el, field, icon, line, openDialog, say, texts, whenBack } from './parts.js';
import { uploadHere } from './upload_here.js';

/** So often it is asked whether a file that was sent is ready to be taken. */
const LOOKED_AT_MS = 2000;

/** @param {Editor} ed @param {File} file */
const smallOf = (ed, file) => file.small ?? `${ed.given.page}/media/small/${encodeURIComponent(file.file)}`;

/** Takes a file of the tour into its media, once. @param {Editor} ed @param {File} file */
function adopt(ed, file) {
  const known = ed.draft.media?.find((medium) => medium.file === file.file);
  if (known) return known.id;
  const title = file.name.replace(/\.[^.]+$/, '').replace(/[_-]+/g, ' ').trim();
  const id = freeId(slug(title, 'tep'), idsOf(ed.draft.media));
  const [lang = 'vi'] = ed.languages;
  ed.change('media-add', (draft) => {
    draft.media ??= [];
    draft.media.push({ id, kind: /** @type {Medium['kind']} */ (file.kind === 'drawing' ? 'image' : file.kind), file: file.file, alt: { [lang]: title } });
  });
  return id;
}

/** @param {Editor} ed @param {string[]} kinds @param {(id: string) => void} choose */
export async function pickMedia(ed, kinds, choose) {
  const list = el('ul', { class: 'ed-picks' });
  const state = el('p', { class: 'ed-hint', role: 'status' }, say('media-coming'));
  const find = el('input', { type: 'search', id: 'tim_tep', autocomplete: 'off' });
  /** @type {File[]} */
  let files = [];
  const dialog = openDialog(say('media-pick'), () => [
    el('div', { class: 'ed-field' }, el('label', { for: 'tim_tep' }, say('find')), find), state, list,
    el('div', { class: 'ed-dialog-foot' }, uploadHere(ed, { sent: (name) => {
        find.value = name;
        void awaitFile();
      } }),
      button(say('media-library'), 'library', () => {
        dialog.close();
        pickEntry(ed, 'media', choose, kinds);
      })),
  ], 'is-wide');
  const show = () => {
    const wanted = bare(find.value.trim());
    const found = files.filter((file) => kinds.includes(file.kind) && !file.in_set && (!wanted || bare(`${file.name} ${said(ed.draft.media?.find((one) => one.file === file.file)?.alt)}`).includes(wanted)))
      .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    state.textContent = found.length ? '' : say(wanted ? 'find-none' : 'media-none');
    state.hidden = !state.textContent;
    list.replaceChildren(...found.map((file) => {
      const pick = el('button', { type: 'button', class: 'ed-pick' },
        ['image', 'drawing'].includes(file.kind) ? el('img', { src: smallOf(ed, file), alt: '', loading: 'lazy' }) : icon(file.kind === 'video' ? 'film' : 'audio-lines'),
        el('span', {}, file.name));
      pick.addEventListener('click', () => {
        dialog.close();
        const id = adopt(ed, file);
        choose(id);
        describe(ed, id);
      });
      return el('li', {}, pick);
    }));
  };
  find.addEventListener('input', show);
  whenBack(dialog, () => void fetchFiles());
  async function fetchFiles() {
    const answer = await fetch(`${ed.given.api}/files`).catch(() => null);
    if (!answer?.ok) return void (state.textContent = say('media-failed'));
    files = (/** @type {{files: File[]}} */ (await answer.json())).files;
    show();
  }
  /** What was sent is looked at by a worker before it is a file of the tour. */
  async function awaitFile() {
    await fetchFiles();
    if (dialog.isConnected && !list.children.length) setTimeout(() => void awaitFile(), LOOKED_AT_MS);
  }
  await fetchFiles();
}

/** Asks for the words that go with a medium. @param {Editor} ed @param {string} id */
export function describe(ed, id) {
  const medium = mediumOf(ed.draft, id);
  if (!medium) return;
  const panel = new Panel(el('div'));
  const now = () => mediumOf(ed.draft, id) ?? medium;
  const change = (/** @type {(medium: Medium) => void} */ recipe, /** @type {string} */ merge) => ed.change('media', (draft) => {
    const one = draft.media?.find((other) => other.id === id);
    if (one) recipe(one);
  }, { merge: `${merge}:${id}` });
  const text = (/** @type {'alt' | 'transcript'} */ name, /** @type {{max: number, lines?: number, optional?: boolean, hint?: string}} */ how) => texts(panel, {
    label: say(`media-${name}`), field: name, languages: () => ed.languages, get: () => now()[name], put: (lang, value) => change((one) => putText(one, name, lang, value), `${name}-${lang}`),
  }, how);
  panel.element.append(text('alt', { max: 500, hint: say('media-alt-hint') }),
    ...(medium.kind === 'audio' ? [text('transcript', { max: 20_000, lines: 5, hint: say('media-transcript-hint') })] : []),
    field(panel, say('credit'), line(panel, () => now().credit ?? '', (value) => change((one) => {
      if (value.trim()) one.credit = value;
      else delete one.credit;
    }, 'credit'), { max: 500 }), { hint: say('credit-hint') }));
  const stop = ed.on((what) => what === 'draft' && panel.refresh());
  const dialog = openDialog(say('media-words'), () => [
    medium.kind === 'image' && el('img', { class: 'ed-described', src: `${ed.given.page}/media/small/${encodeURIComponent(medium.file)}`, alt: '' }),
    medium.kind === 'audio' && el('audio', { controls: true, preload: 'none', src: `${ed.given.page}/media/${encodeURIComponent(medium.file)}` }),
    medium.kind === 'video' && el('video', { controls: true, preload: 'none', src: `${ed.given.page}/media/${encodeURIComponent(medium.file)}` }),
    panel.element, el('div', { class: 'ed-dialog-foot' },
      el('a', { class: 'button', target: '_blank', href: `/libraries/media/new?${new URLSearchParams({ tour: ed.given.tour, file: medium.file })}` }, icon('library'), el('span', {}, say('media-share'))),
      button(say('done'), 'check', () => dialog.close(), { cls: 'button-main' })),
  ].filter((part) => part !== false));
  dialog.addEventListener('close', () => {
    stop();
    panel.end();
  });
}
