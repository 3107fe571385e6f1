import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.document ??= /** @type {any} */ ({ getElementById: () => null });
const { putTitles, wanted } = await import('../../static/studio/editor/title_drafts.js');

/** @param {string} scene @param {Record<string, string>} was @param {Record<string, string>} title */
const made = (scene, was, title) => ({ scene, was, title, place: 'chua', distance_m: 3 });

test('a draft is for the title that it was made for: what somebody has written since stays', () => {
  const draft = /** @type {any} */ ({ scenes: [{ id: 'a', title: { vi: 'Cảnh 1' } }, { id: 'b', title: { vi: 'Sân' } }, { id: 'c', title: { vi: ' ' } }] });
  const drafts = [made('a', { vi: 'Cảnh 1' }, { vi: 'Chùa', en: 'Pagoda' }), made('b', {}, { vi: 'Chùa 2' }), made('c', {}, { vi: 'Chùa 3' }), made('x', {}, { vi: 'Y' })];
  assert.deepEqual(wanted(draft, drafts).map(({ scene }) => scene), ['a', 'c']);
  putTitles(draft, drafts);
  assert.deepEqual(draft.scenes.map((/** @type {any} */ { title }) => title), [{ vi: 'Chùa', en: 'Pagoda' }, { vi: 'Sân' }, { vi: 'Chùa 3' }]);
  assert.deepEqual(wanted(draft, drafts), []);
});
