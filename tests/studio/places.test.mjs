import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as places from '../../static/studio/editor/map/places.js';

const near = (/** @type {number} */ actual, /** @type {number} */ wanted, /** @type {number} */ by) => assert.ok(Math.abs(actual - wanted) <= by, `${actual} is not ${wanted}`);
const scene = (/** @type {string} */ id, /** @type {any} */ more = {}) => ({ id, title: { vi: id }, panorama: { file: `${id}.jpg` }, hotspots: [], ...more });
const GATE = { lat: 10.6814981, lon: 105.0806183 };
const HALL = { lat: 10.6818759, lon: 105.0806 };
const FLOOR = { id: 'tret', title: { vi: 'Tầng trệt' }, plan: { medium: 'so-do', north_deg: 30 } };
const SIZE = { width: 800, height: 600 };

test('a scene put on the land and read again is within a centimetre of where it was let go', () => {
  const origin = places.originOf([GATE, HALL]);
  for (const at of [{ x: 0, y: 0 }, { x: 120.5, y: -87.25 }, { x: -2900, y: 2900 }]) {
    const again = places.landPoint(places.positionAt(at, origin), origin);
    near(again.x, at.x, 0.02);
    near(again.y, at.y, 0.02);
  }
  assert.equal(places.originOf([]), null);
});

test('one metre north on the map is one metre north on the land', () => {
  const origin = places.originOf([GATE]);
  const moved = places.positionAt({ x: 0, y: -100 }, origin);
  near((moved.lat - GATE.lat) * 111_195, 100, 0.7);
  near(moved.lon, GATE.lon, 1e-6);
});

test('what is put on the land keeps its height, and its place on a plan', () => {
  const on = scene('a', { position: { ...GATE, altitude_m: 5.8 }, floor: 'tret', plan_position: { x: 0.5, y: 0.5 } });
  places.put(on, places.landOf([on], places.originOf([GATE])), { x: 10, y: 0 });
  assert.equal(on.position.altitude_m, 5.8);
  assert.deepEqual([on.floor, on.plan_position], ['tret', { x: 0.5, y: 0.5 }]);
});

test('nothing is put beside a plan, and what is put on it is on its floor', () => {
  const [a, b] = [scene('a', { floor: 'lau' }), scene('b')];
  const plan = places.planOf([a, b], FLOOR, SIZE);
  places.put(a, plan, { x: 400, y: 150 });
  places.put(b, plan, { x: -20, y: 5000 });
  assert.deepEqual([a.floor, a.plan_position, b.plan_position], ['tret', { x: 0.5, y: 0.25 }, { x: 0, y: 1 }]);
  assert.deepEqual([...places.planOf([a, b], FLOOR, SIZE).points], [['a', { x: 400, y: 150 }], ['b', { x: 0, y: 600 }]]);
});

test('taken off a plan a scene keeps its position, taken off the land its floor', () => {
  const on = scene('a', { position: GATE, floor: 'tret', plan_position: { x: 0.5, y: 0.5 } });
  places.takeOff(on, places.planOf([on], FLOOR, SIZE));
  assert.deepEqual([on.position, 'floor' in on, 'plan_position' in on], [GATE, false, false]);
  const other = scene('b', { position: GATE, floor: 'tret' });
  places.takeOff(other, places.landOf([other], places.originOf([GATE])));
  assert.deepEqual(['position' in other, other.floor], [false, 'tret']);
});

test('a scene waits beside a plan unless it is on it or belongs to another floor', () => {
  const all = [scene('on', { floor: 'tret', plan_position: { x: 0, y: 0 } }), scene('here', { floor: 'tret' }), scene('free'), scene('above', { floor: 'lau' })];
  assert.deepEqual(places.waiting(all, places.planOf(all, FLOOR, SIZE)).map(({ id }) => id), ['here', 'free']);
  const land = places.landOf([scene('placed', { position: GATE }), ...all], places.originOf([GATE]));
  assert.deepEqual(places.waiting(all, land).map(({ id }) => id), ['on', 'here', 'free', 'above']);
});

test('a bearing is from 0 to under 360, to the tenth of a degree', () => {
  assert.equal(places.bearing(359.97), 0);
  assert.equal(places.bearing(-90), 270);
});

test('photos give positions to scenes that have none, and move only what lies elsewhere', () => {
  const photos = { a: GATE, b: HALL, c: { lat: GATE.lat + 0.000001, lon: GATE.lon } };
  const all = [scene('a'), scene('b', { position: GATE }), scene('c', { position: GATE }), scene('d')];
  const offers = places.fromPhotos(all, ({ id }) => photos[id]);
  assert.deepEqual(offers.map(({ id }) => id), ['a', 'b']);
  assert.equal(offers[0]?.moved_m, null);
  near(offers[1]?.moved_m ?? 0, 42, 0.5);
});

test('a plan that lies turned and scaled on the land is found to do so, also by places a little off', () => {
  for (const north of [0, 30, 179, 275.5]) {
    const turn = (north * Math.PI) / 180;
    const pairs = [[0, 0], [700, 20], [400, 560], [90, 300]].map(([x, y], n) => ({
      plan: { x, y },
      land: { x: (x * Math.cos(turn) - y * Math.sin(turn)) * 0.05 + 12 + (n % 2) * 0.02, y: (x * Math.sin(turn) + y * Math.cos(turn)) * 0.05 - 40 },
    }));
    const found = places.fitPlan(pairs);
    near(found.north_deg, north, 0.2);
    near(found.metres_per_px, 0.05, 0.001);
  }
  assert.equal(places.fitPlan([{ plan: { x: 1, y: 1 }, land: { x: 5, y: 5 } }]), null);
  assert.equal(places.fitPlan([{ plan: { x: 1, y: 1 }, land: { x: 5, y: 5 } }, { plan: { x: 1, y: 1 }, land: { x: 9, y: 5 } }]), null);
});

test('coordinates are read as map services write them, and nothing else is', () => {
  for (const text of ['10.6815, 105.0806', ' 10.6815;105.0806 ', '10.6815° 105.0806°']) assert.deepEqual(places.readPosition(text), { lat: 10.6815, lon: 105.0806 });
  for (const text of ['10,6815, 105,0806', '10,6815; 105,0806', 'https://maps.example/maps/@10.6815,105.0806,17z']) assert.deepEqual(places.readPosition(text), { lat: 10.6815, lon: 105.0806 }, text);
  assert.deepEqual(places.readPosition(`10°40'53.4"N 105°04'50.2"E`), { lat: 10.6815, lon: 105.0806111 });
  assert.deepEqual(places.readPosition(`10°40′53.4″S, 105°04′50.2″W`), { lat: -10.6815, lon: -105.0806111 });
  for (const text of ['', '10.68', '105.0806, 10.6815', '91, 10', 'Núi Sam', '10,5 105']) assert.equal(places.readPosition(text), null, text);
});

test('arrow keys move by a step, with Shift by ten', () => {
  assert.deepEqual(places.stepOf('ArrowUp', false, 1), { x: 0, y: -1 });
  assert.deepEqual(places.stepOf('ArrowRight', true, 2), { x: 20, y: 0 });
  assert.equal(places.stepOf('a', false, 1), null);
});

test('names are written where they cover neither a scene nor another name, the first ones first', () => {
  const at = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, width: 80, height: 20 });
  assert.deepEqual(places.written([at(0, 0), at(200, 0), at(30, -8)], 22, 9), [true, true, false]);
  assert.deepEqual(places.written([at(0, 0), at(0, 25)], 22, 9), [false, true]);
  assert.deepEqual(places.written([at(0, 0), at(200, 0)], 22, 1), [true, false]);
});
