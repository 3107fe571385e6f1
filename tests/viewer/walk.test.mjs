import assert from 'node:assert/strict';
import test from 'node:test';

import { RADIAN } from '../../static/viewer/projection.js';
import { narrationOf, panAt, panPath, shownFor, stationsOf } from '../../static/viewer/walk.js';

const TOUR = {
  default_language: 'vi',
  scenes: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  media: { loi: { kind: 'audio' }, tale: { kind: 'audio' }, anh: { kind: 'image' } },
};
const link = (target, yaw_deg) => ({ kind: 'link', target, yaw_deg, pitch_deg: -10 });
const card = (yaw_deg, pitch_deg = 0) => ({ kind: 'card', yaw_deg, pitch_deg });
const degrees = (path) => path.map(({ yaw }) => Math.round(yaw / RADIAN));
const START = { yaw: 0, pitch: 0 };

test('a scene is told in the visitor\'s language, else the tour\'s own, else in any', () => {
  const told = (narration, language) => narrationOf({ narration }, TOUR, language)?.lang ?? null;
  assert.equal(told({ vi: 'loi', en: 'tale' }, 'en'), 'en');
  assert.equal(told({ vi: 'loi', en: 'tale' }, 'km'), 'vi');
  assert.equal(told({ en: 'tale' }, 'km'), 'en');
  assert.equal(told(null, 'vi'), null);
  assert.equal(told({ vi: 'anh' }, 'vi'), null, 'a picture tells nothing');
  assert.equal(told({ vi: 'mat', en: 'tale' }, 'vi'), 'en', 'a lost sound is passed over');
});

test('the walk leads through the scenes it names, without lost ones, or through all', () => {
  assert.deepEqual(stationsOf({ ...TOUR, guide: { scenes: ['c', 'mat', 'a'] } }), ['c', 'a']);
  assert.deepEqual(stationsOf({ ...TOUR, guide: { scenes: [] } }), ['a', 'b', 'c']);
  assert.deepEqual(stationsOf({ ...TOUR, guide: null }), ['a', 'b', 'c']);
});

test('what can only be read is shown for as long as reading takes', () => {
  assert.equal(shownFor(12, 'ngắn'), 12);
  assert.ok(shownFor(12, 'a'.repeat(700)) >= 40);
});

test('the view goes past what lies on the way to the way out, the short way round', () => {
  const scene = { hotspots: [card(40), card(-100), link('b', -120), link('c', 90), card(-30)] };
  assert.deepEqual(degrees(panPath(START, scene, 'b')), [0, -30, -100, -120]);
  assert.deepEqual(degrees(panPath(START, scene, 'c')), [0, 40, 90]);
});

test('without a way to the next scene the nearest way is looked at', () => {
  assert.deepEqual(degrees(panPath(START, { hotspots: [link('b', 170), link('c', -60)] }, 'd')), [0, -60]);
});

test('the view crosses the back without turning round', () => {
  const path = panPath({ yaw: 170 * RADIAN, pitch: 0 }, { hotspots: [link('b', -150)] }, 'b');
  assert.deepEqual(degrees(path), [170, 210]);
});

test('where nothing is worth a turn the view still wanders', () => {
  assert.deepEqual(degrees(panPath(START, { hotspots: [link('b', 3)] }, 'b')).length, 3);
  assert.deepEqual(degrees(panPath(START, { hotspots: [] }, null)), [0, 45]);
});

test('floor and sky are not stared at', () => {
  const path = panPath(START, { hotspots: [card(50, -80), card(100, 85)] }, null);
  assert.ok(path.every(({ pitch }) => Math.abs(pitch) <= 20 * RADIAN + 1e-9));
});

test('the turn begins and ends where the path does, and never goes back', () => {
  const path = panPath(START, { hotspots: [card(20), link('b', 60)] }, 'b');
  const yaws = Array.from({ length: 101 }, (_, n) => panAt(path, n / 100, 60).yaw / RADIAN);
  assert.ok(Math.abs(yaws[0]) < 1e-9);
  assert.ok(Math.abs(yaws[100] - 60) < 1e-6);
  assert.ok(yaws.every((yaw, n) => n === 0 || yaw >= yaws[n - 1] - 1e-9));
  assert.equal(panAt(path, 2, 60).yaw, panAt(path, 1, 60).yaw);
});

test('a short scene turns less far instead of faster', () => {
  const path = panPath(START, { hotspots: [link('b', 170)] }, 'b');
  for (const seconds of [1, 5, 20, 90]) {
    for (let n = 0; n < 200; n++) {
      const step = panAt(path, (n + 1) / 200, seconds).yaw - panAt(path, n / 200, seconds).yaw;
      const pace = step / RADIAN / (seconds / 200);
      assert.ok(pace <= 6.2, `${pace} degrees a second`);
    }
  }
});
