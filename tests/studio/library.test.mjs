import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.document ??= /** @type {any} */ ({ getElementById: () => null });
const { isNewer, nameOfPlace, putTaken } = await import('../../static/studio/editor/library_picker.js');

test('a product taken into a tour brings its pictures once for each file, under ids that are free', () => {
  const draft = /** @type {any} */ ({ scenes: [], media: [{ id: 'anh', kind: 'image', file: 'khac.jpg' }, { id: 'cong', kind: 'image', file: 'b.jpg' }] });
  const taken = /** @type {any} */ ({
    document: { id: 'mam', name: { vi: 'Mắm' }, media: ['anh', 'b', 'phim'], library_revision: 2 },
    media: [{ id: 'anh', kind: 'image', file: 'a.jpg' }, { id: 'b', kind: 'image', file: 'b.jpg' }, { id: 'phim', kind: 'video', file: 'c.mp4', poster: 'anh' }],
  });
  putTaken(draft, 'products', taken);
  assert.deepEqual(draft.products, [{ id: 'mam', name: { vi: 'Mắm' }, media: ['anh-2', 'cong', 'phim'], library_revision: 2 }]);
  assert.deepEqual(draft.media.map((/** @type {any} */ one) => [one.id, one.file, one.poster]), [
    ['anh', 'khac.jpg', undefined], ['cong', 'b.jpg', undefined], ['anh-2', 'a.jpg', undefined], ['phim', 'c.mp4', 'anh-2'],
  ]);
});

test('a medium is taken once, whatever the tour calls it', () => {
  const draft = /** @type {any} */ ({ scenes: [] });
  const taken = /** @type {any} */ ({ document: { id: 'cong', file: 'a.jpg' }, media: [{ id: 'cong', kind: 'image', file: 'a.jpg' }] });
  assert.equal(putTaken(draft, 'media', taken), 'cong');
  draft.media[0].id = 'cua-toi';
  assert.equal(putTaken(draft, 'media', taken), 'cua-toi');
  assert.equal(draft.media.length, 1);
});

test('taken again, the copy is replaced where it stands and no picture comes twice', () => {
  const draft = /** @type {any} */ ({ scenes: [], products: [{ id: 'a' }, { id: 'mam', name: { vi: 'Cũ' } }, { id: 'b' }] });
  const taken = /** @type {any} */ ({ document: { id: 'mam', name: { vi: 'Mới' }, media: ['x'] }, media: [{ id: 'x', kind: 'image', file: 'x.jpg' }] });
  putTaken(draft, 'products', taken);
  putTaken(draft, 'products', taken);
  assert.deepEqual(draft.products.map((/** @type {any} */ one) => one.id), ['a', 'mam', 'b']);
  assert.equal(draft.products[1].name.vi, 'Mới');
  assert.equal(draft.media.length, 1);
});

test('newer is what the library saved after the copy; without a number, what says something else', () => {
  const entry = { library: 'places', entry: 'x', revision: 3, differs: true };
  assert.equal(isNewer({ library_revision: 2 }, entry), true);
  assert.equal(isNewer({ library_revision: 3 }, entry), false);
  assert.equal(isNewer({}, entry), true);
  assert.equal(isNewer({}, { ...entry, differs: false }), false);
  assert.equal(isNewer({ library_revision: 2 }, undefined), false);
});

test('a place is called by the name of today', () => {
  const place = { id: 'x', names: [{ name: { vi: 'Xã Cũ' }, valid_to: '2025-06-30' }, { name: { vi: 'Phường Mới', en: 'New' }, valid_from: '2025-07-01' }] };
  assert.equal(nameOfPlace(place, 'vi', '2026-01-01'), 'Phường Mới');
  assert.equal(nameOfPlace(place, 'vi', '2025-01-01'), 'Xã Cũ');
  assert.equal(nameOfPlace({ id: 'x' }), 'x');
});
