import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { readTour } from '../../static/viewer/reading.js';

const BASE = 'https://tours.example/r/tour/1/tour.json';
const TILES = { base: '../../../t/x/', tile_size_px: 512, level_sizes_px: [512, 1024], format: 'jpg' };
const WRONG = [undefined, null, NaN, Infinity, -1e99, '', 'x', '12', true, [], {}, [null], { vi: 7 }, () => {}];

/** A small tour that is right, and a change to it. */
function tourWith(change = () => {}) {
  const tour = {
    version: 1, id: 'tour', default_language: 'vi', languages: ['vi'], title: { vi: 'Tour' }, start: 'mot',
    page: { vi: '../../../tour/' }, map: { tiles: '/m/{z}/{x}/{y}.png', attribution: 'Ai', min_zoom: 3, max_zoom: 9 },
    floors: [{ id: 'tret', title: { vi: 'Tầng trệt' }, plan: { url: 'p.png', width_px: 9, height_px: 9, alt: null, north_deg: 0 } }],
    guide: { scenes: ['mot'], seconds_per_scene: 9 }, skin: { controls: ['map'] },
    scenes: [{
      id: 'mot', title: { vi: 'Một' }, tiles: structuredClone(TILES),
      preview: { url: 'p.jpg', size_px: 256, order: 'bdflru', inline: 'AA' },
      poster: { portrait: { url: 'a', width_px: 1, height_px: 2 }, landscape: { url: 'b', width_px: 2, height_px: 1 } },
      thumbnail: { url: 't.jpg', width_px: 3, height_px: 2 }, initial_view: { yaw_deg: 1, pitch_deg: 2, hfov_deg: 80 },
      limits: { yaw_min_deg: -180, yaw_max_deg: 180, pitch_min_deg: -90, pitch_max_deg: 90, hfov_min_deg: 30, hfov_max_deg: 100 },
      north_deg: 5, position: { lat: 10, lon: 105 }, floor: 'tret', plan_position: { x: 0.5, y: 0.5 }, narration: { vi: 'tieng' },
      hotspots: [
        { id: 'a', kind: 'link', yaw_deg: 1, pitch_deg: 2, target: 'mot', arrival: { yaw_deg: 1, pitch_deg: 2, hfov_deg: 70 } },
        { id: 'b', kind: 'area', title: { vi: 'V' }, points: [0, 9, 5].map((yaw_deg, pitch_deg) => ({ yaw_deg, pitch_deg })) },
        { id: 'c', kind: 'sound', yaw_deg: 1, pitch_deg: 2, medium: 'tieng', reach_deg: 40, volume: 1, repeat: false },
        { id: 'd', kind: 'product', yaw_deg: 1, pitch_deg: 2, product: 'mam' },
      ],
    }],
    products: { mam: {
      name: { vi: 'Mắm' }, summary: { vi: 'Ngon' }, stars: 4, decision: '1/QĐ', issuer: { vi: 'Tỉnh' }, issued_on: '2024-01-02',
      expires_on: '2027-01-02', maker: { name: { vi: 'Cơ sở' } }, links: [{ kind: 'shop', url: 'https://x.example/' }], media: [],
      sample: false,
    } },
    media: { tieng: { kind: 'audio', url: 't.mp3', alt: { vi: 'Chuông' }, captions: { vi: 'x.vtt' } } },
  };
  change(tour);
  return tour;
}

/** Every value in a document, with how to change it. */
function* placesOf(value, path = '') {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield { path: `${path}.${key}`, put: (wrong) => (value[key] = wrong), take: () => (Array.isArray(value) ? value.splice(Number(key), 1) : delete value[key]) };
    yield* placesOf(value[key], `${path}.${key}`);
  }
}

test('what is right is left as it is, and nothing is noted', () => {
  const { tour, left_out } = readTour(tourWith(), BASE);
  const [scene] = tour.scenes;
  assert.deepEqual(left_out, []);
  assert.deepEqual(scene.tiles, { ...TILES, base: 'https://tours.example/t/x/' });
  assert.deepEqual(scene.hotspots.map(({ id, kind }) => [id, kind]), [['a', 'link'], ['b', 'area'], ['c', 'sound'], ['d', 'product']]);
  assert.deepEqual({ ...scene.title }, { vi: 'Một' });
  assert.equal(tour.page.vi, 'https://tours.example/tour/');
  assert.equal(tour.products.mam.stars, 4);
  assert.equal(tour.media.tieng.captions.vi, 'https://tours.example/r/tour/1/x.vtt');
});

test('every kind of hotspot that can be published is read', () => {
  const schema = readFileSync(new URL('../../tours/schema/published-tour.schema.json', import.meta.url), 'utf8');
  const published = [...schema.matchAll(/"const": "([a-z]+)"/g)].map(([, kind]) => kind).filter((kind) => kind !== 'bdflru');
  const points = [0, 9, 5, 1].map((yaw_deg, pitch_deg) => ({ yaw_deg, pitch_deg }));
  const all = { yaw_deg: 0, pitch_deg: 0, target: 'mot', url: '/x', phone: '1', product: 'mam', medium: 'tieng', points, corners: points };
  const { tour, left_out } = readTour(tourWith((t) => {
    t.scenes[0].hotspots = published.map((kind) => ({ ...all, id: kind, kind }));
  }), BASE);
  assert.ok(published.includes('link') && published.includes('layer'));
  assert.deepEqual(left_out, []);
  assert.deepEqual(tour.scenes[0].hotspots.map(({ kind }) => kind), published);
});

test('wherever a value is wrong or missing the rest can be used, and numbers are numbers', () => {
  let count = 0;
  for (const { path } of [...placesOf(tourWith())]) {
    for (const wrong of [...WRONG, 'gone']) {
      const found = tourWith();
      for (const place of placesOf(found)) {
        if (place.path !== path) continue;
        if (wrong === 'gone') place.take();
        else place.put(wrong);
        break;
      }
      const { tour, left_out } = readTour(found, BASE);
      count++;
      if (!tour) {
        assert.match(path, /^\.scenes(\.0(\.id|\.tiles(\.base)?)?)?$/, path);
        continue;
      }
      assert.ok(Array.isArray(left_out));
      for (const scene of tour.scenes) checkNumbers(scene, path);
    }
  }
  assert.ok(count > 1000);
});

/** Numbers that geometry is made of. */
function checkNumbers(scene, path) {
  const { initial_view, limits, tiles } = scene;
  const numbers = [...Object.values(initial_view), ...Object.values(limits), ...tiles.level_sizes_px, tiles.tile_size_px];
  for (const spot of scene.hotspots) {
    numbers.push(...['yaw_deg', 'pitch_deg', 'reach_deg', 'volume'].flatMap((name) => (name in spot ? [spot[name]] : [])));
    assert.equal(typeof spot.id, 'string', path);
  }
  assert.ok(numbers.every(Number.isFinite), `${path}: ${numbers}`);
  assert.ok(tiles.level_sizes_px.length > 0 && tiles.level_sizes_px.length < 12, path);
  assert.ok(limits.yaw_min_deg < limits.yaw_max_deg && limits.pitch_min_deg < limits.pitch_max_deg, path);
}

test('what is no tour, or has no scene that can be shown, is none', () => {
  for (const found of [null, 7, 'x', [], {}, { scenes: [] }, { scenes: [{ id: 'mot' }] }, { scenes: { length: 3 } }]) {
    assert.equal(readTour(found, BASE).tour, null);
  }
});

test('a start that is missing is the first scene, and is noted', () => {
  const { tour, left_out } = readTour(tourWith((t) => (t.start = 'ba')), BASE);
  assert.equal(tour.start, 'mot');
  assert.deepEqual(left_out, ['start']);
});

test('hotspots of one name get names of their own, unknown and broken ones are left out', () => {
  const { tour, left_out } = readTour(tourWith((t) => {
    const [link] = t.scenes[0].hotspots;
    t.scenes[0].hotspots = [link, { ...link }, { ...link, kind: 'constructor' }, { ...link, yaw_deg: null }, { ...link, target: 7 }, null];
  }), BASE);
  assert.deepEqual(tour.scenes[0].hotspots.map(({ id }) => id), ['a', 'a~1']);
  assert.deepEqual(left_out, [2, 3, 4, 5].map((n) => `scenes[0].hotspots[${n}]`));
});

test('a level that is not twice the one before cannot be addressed', () => {
  const levels = (sizes) => readTour(tourWith((t) => (t.scenes[0].tiles = { ...TILES, level_sizes_px: sizes })), BASE)
    .tour.scenes[0].tiles.level_sizes_px;
  assert.deepEqual(levels([512, 1024, 3000]), [512, 1024]);
  assert.deepEqual(levels([]), [512]);
  assert.deepEqual(levels([-4, 8]), [512]);
  assert.deepEqual(levels(Array.from({ length: 60 }, (_, n) => 512 * 2 ** n)).at(-1), 65_536);
});

test('nothing is fetched but by http, and names of objects are no entries', () => {
  const { tour, left_out } = readTour(tourWith((t) => {
    t.media = { a: { kind: 'image', url: 'javascript:alert(1)' }, b: { kind: 'image', url: 'https://[' }, c: { kind: 'image', url: 'ok.jpg' } };
    t.page = { vi: 'java\nscript:alert(1)', en: ' data:text/html,x' };
  }), BASE);
  assert.deepEqual(Object.keys(tour.media), ['c']);
  assert.deepEqual(left_out, ['media.a', 'media.b']);
  assert.deepEqual(Object.keys(tour.page), []);
  for (const name of ['constructor', '__proto__', 'toString']) {
    assert.equal(tour.media[name], undefined);
    assert.equal(tour.products[name], undefined);
    assert.equal(tour.page[name], undefined);
  }
});

test('a text ends every change of direction that it begins', () => {
  const said = (words) => readTour(tourWith((t) => (t.title = words)), BASE).tour.title;
  assert.equal(said({ vi: 'a\u202Eb' }).vi, 'a\u202Eb\u202C');
  assert.equal(said({ vi: 'a\u2066b\u202Ec' }).vi, 'a\u2066b\u202Ec\u202C\u2069');
  assert.equal(said({ vi: 'a\u2069\u202Cb' }).vi, 'ab');
  assert.equal(said({ vi: '\u2067مرحبا\u2069 b' }).vi, '\u2067مرحبا\u2069 b');
  assert.deepEqual({ ...said('không có ngôn ngữ') }, { '': 'không có ngôn ngữ' });
});

test('of ten thousand hotspots as many are taken as the format allows', () => {
  const { tour } = readTour(tourWith((t) => {
    t.scenes[0].hotspots = Array.from({ length: 10_000 }, (_, n) => ({ id: `h${n}`, kind: 'card', yaw_deg: n % 360, pitch_deg: 0 }));
  }), BASE);
  assert.equal(tour.scenes[0].hotspots.length, 2000);
});
