import assert from 'node:assert/strict';
import test from 'node:test';

import { cachesOf, isCurrent, isOf, placeOf } from '../../static/viewer/caches.js';
import { megabytes, OFFLINE_STRINGS } from '../../static/viewer/offline-strings.js';
import { isGone, offlinePage, tourTitle } from '../../static/worker/pages.js';
import { partOf, rangeOf } from '../../static/worker/ranges.js';
import { createShelf } from '../../static/worker/shelf.js';

const ROOT = 'https://s3.example.vn/tours/public/';

test('an address of a store is a page, a thing, a tile, or none of the worker’s business', () => {
  const cases = {
    '': ['page', 'index.html', ''],
    'index.html': ['page', 'index.html', ''],
    'en/': ['page', 'en/index.html', 'en'],
    'chua-co/': ['page', 'chua-co/index.html', 'chua-co'],
    'chua-co/index.html?scene=san#x': ['page', 'chua-co/index.html', 'chua-co'],
    'chua-co/zh-Hans/index.html': ['page', 'chua-co/zh-Hans/index.html', 'chua-co'],
    'chua-co': ['folder', 'chua-co/index.html', 'chua-co'],
    'chua-co/en': ['folder', 'chua-co/en/index.html', 'chua-co'],
    'a/0123456789abcdef0123.js': ['thing', 'a/0123456789abcdef0123.js', ''],
    'r/chua-co/20260131-101500-0a1b2c3d/tour.json': ['thing', 'r/chua-co/20260131-101500-0a1b2c3d/tour.json', 'chua-co'],
    't/0a1b/1/f/0_0.jpg': ['tile', 't/0a1b/1/f/0_0.jpg', ''],
  };
  for (const [address, [kind, key, tour]] of Object.entries(cases)) {
    assert.deepEqual(placeOf(ROOT + address, ROOT), { kind, key, tour }, address);
  }
  for (const address of ['sw.js', 'sitemap.xml', 'search.json', 'r/-/sweep.json', 'r/chua-co/log/x.json', 'a/', 'x/y/z/']) {
    const place = placeOf(ROOT + address, ROOT);
    assert.ok(place === null || place.kind === 'page', address);
  }
  assert.equal(placeOf('https://s3.example.vn/tours/private/a/x.js', ROOT), null);
  assert.equal(placeOf('https://other.example.vn/tours/public/a/x.js', ROOT), null);
});

test('stores of one host have caches of their own, and old formats are known as old', () => {
  const [one, other] = [cachesOf(ROOT), cachesOf('https://s3.example.vn/tours/')];
  assert.notEqual(one.pages, other.pages);
  assert.ok(isOf(one.saved('x'), ROOT) && isCurrent(one.tiles, ROOT));
  assert.ok(!isOf(other.pages, ROOT));
  assert.ok(isOf(`ispace 0 pages ${ROOT}`, ROOT) && !isCurrent(`ispace 0 pages ${ROOT}`, ROOT));
});

test('a range is what RFC 9110 says', () => {
  const cases = {
    'bytes=0-0': [0, 1], 'bytes=10-19': [10, 20], 'bytes=90-': [90, 100], 'bytes=90-500': [90, 100],
    'bytes=-5': [95, 100], 'bytes=-500': [0, 100], 'bytes=100-': [100, 100], 'bytes=-0': [100, 100],
    'bytes=5-2': null, 'bytes=a-b': null, 'bytes=': null, 'bytes=-': null, 'bytes=0-1,5-6': null, 'pages=1-2': null,
  };
  for (const [header, range] of Object.entries(cases)) assert.deepEqual(rangeOf(header, 100), range, header);
});

test('a part that does not exist is refused, and what cannot be understood means the whole', async () => {
  const whole = () => new Response(new Uint8Array(100), { headers: { 'Content-Type': 'audio/mpeg' } });
  const none = await partOf(whole(), 'bytes=100-');
  assert.deepEqual([none.status, none.headers.get('Content-Range')], [416, 'bytes */100']);
  const all = await partOf(whole(), 'bytes=5-2');
  assert.deepEqual([all.status, (await all.arrayBuffer()).byteLength], [200, 100]);
  const last = await partOf(whole(), 'bytes=-5');
  assert.deepEqual([last.status, last.headers.get('Content-Range'), last.headers.get('Content-Type')],
    [206, 'bytes 95-99/100', 'audio/mpeg']);
});

test('the offline page leads to the top of the store from any depth and lists tours as text', () => {
  const page = '<link href="../a/x.css"><section data-visited hidden><ul></ul></section>';
  assert.equal(offlinePage(page, ROOT, []), page.replace('../', ROOT));
  const made = offlinePage(page, ROOT, [{ url: `${ROOT}"><script>`, title: '$& &lt;b&gt;', lang: 'vi' }]);
  assert.ok(made.includes('data-visited><ul><li lang="vi">'));
  assert.ok(made.includes('&quot;') && made.includes('>$& &lt;b&gt;</a>'));
});

test('a page tells whether it is a tour, and whether that is gone', () => {
  assert.equal(tourTitle('<title>Chùa · cổ · iSpace</title><section class="stage" data-tour="x">'), 'Chùa · cổ');
  assert.equal(tourTitle('<title>iSpace</title>'), null);
  assert.ok(isGone('<!doctype html><html lang="vi" data-release="gone">'));
  assert.ok(!isGone('<html lang="vi" data-release="20260131-101500-0a1b2c3d"><p data-release="gone">'));
});

/** Caches in memory, of which each holds so many answers. */
function memory(room = Infinity) {
  const held = new Map();
  const cache = {
    delete: async (url) => held.delete(url.url ?? url),
    keys: async () => [...held.keys()].map((url) => ({ url })),
    put: async (url, answer) => {
      if (held.size >= room) throw new DOMException('full', 'QuotaExceededError');
      held.delete(url); // as the specification of caches has it: what is put again is last in the list
      held.set(url, answer);
    },
  };
  return { held, caches: { open: async () => cache } };
}

test('the oldest go first, and what is used again is no longer old', async () => {
  const { held, caches } = memory();
  const shelf = createShelf(caches, () => ({ tiles: 40 }));
  for (let n = 0; n < 200; n++) {
    await shelf.keep('tiles', `t${n}`, n);
    await shelf.keep('tiles', 't0', 0);
    assert.ok(held.size <= 40 + 33);
  }
  assert.ok(held.has('t0') && held.has('t199') && !held.has('t1'));
});

test('a full disk makes room instead of an error', async () => {
  const { held, caches } = memory(10);
  const shelf = createShelf(caches, () => ({ tiles: 40 }));
  for (let n = 0; n < 30; n++) await shelf.keep('tiles', `t${n}`, n);
  assert.ok(held.size > 0 && held.size <= 10);
});

test('what saving says is said in every language', () => {
  const keys = Object.keys(OFFLINE_STRINGS.vi);
  for (const [language, words] of Object.entries(OFFLINE_STRINGS)) {
    assert.deepEqual(Object.keys(words), keys, language);
    for (const key of keys) {
      const text = typeof words[key] === 'function' ? words[key]('1') : words[key];
      assert.ok(text.length > 3 && text === text.normalize('NFC'), `${language}.${key}`);
      assert.doesNotMatch(text, /!|vui lòng|please/i, `${language}.${key}`);
    }
  }
  assert.equal(megabytes(8_340_000, 'vi'), '8,3');
  assert.equal(megabytes(38_340_000, 'en'), '38');
});
