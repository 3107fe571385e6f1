import assert from 'node:assert/strict';
import test from 'node:test';

import { groundFor, groundsOf, waysOn } from '../../static/viewer/map/grounds.js';
import { project, unproject, worldMetres } from '../../static/viewer/map/mercator.js';
import * as plane from '../../static/viewer/map/plane.js';
import { ARCHIPELAGOS, isSea } from '../../static/viewer/map/sea.js';
import { scaleOf, tilesOf } from '../../static/viewer/map/tiles.js';

const RADIAN = Math.PI / 180;
const near = (actual, wanted, by) => assert.ok(Math.abs(actual - wanted) <= by, `${actual} is not ${wanted}`);

const scene = (id, more = {}) => ({ id, title: { vi: id }, hotspots: [], ...more });
const tourOf = (scenes, floors = []) => ({ id: 't', scenes, floors });
const SIZE = { width: 400, height: 300 };

test('Mercator: the corners of the world are those of a square, and the way back leads to the same place', () => {
  assert.deepEqual(project({ lat: 0, lon: 0 }), { x: 0.5, y: 0.5 });
  near(project({ lat: 85.0511, lon: -180 }).y, 0, 1e-6);
  near(project({ lat: 89.9, lon: 0 }).y, 0, 1e-6);
  for (const at of [{ lat: 10.6817, lon: 105.0806 }, { lat: -33.9, lon: 151.2 }, { lat: 16.53, lon: 111.6 }]) {
    const again = unproject(project(at));
    near(again.lat, at.lat, 1e-9);
    near(again.lon, at.lon, 1e-9);
  }
});

test('a known tile: Châu Đốc at zoom 10', () => {
  const { x, y } = project({ lat: 10.7, lon: 105.1 });
  assert.deepEqual([Math.floor(x * 1024), Math.floor(y * 1024)], [810, 481]);
});

test('the land is true to scale in metres, north up', () => {
  // The gate and the hall of the demo temple are 41.85 m apart, the hall at a bearing of 357.26°.
  const [land] = groundsOf(tourOf([
    scene('cong', { position: { lat: 10.6814981, lon: 105.0806183 } }),
    scene('dien', { position: { lat: 10.6818759, lon: 105.0806 } }),
  ]));
  const [a, b] = [land.points.get('cong'), land.points.get('dien')];
  near(Math.hypot(a.x - b.x, a.y - b.y), 41.85, 0.35);
  near(Math.atan2(b.x - a.x, a.y - b.y) / RADIAN, -2.74, 0.2);
});

test('the cone points to the bearing faced, counted from the upper edge of what it lies on', () => {
  // Yaw 30 in a scene whose yaw 0 looks east-north-east (70°) faces 100°.
  near(plane.coneTurn(30 * RADIAN, 70, 0), 100, 1e-9);
  // On a plan whose upper edge is east that is ten degrees to the right.
  near(plane.coneTurn(30 * RADIAN, 70, 90), 10, 1e-9);
  near(plane.coneTurn(-90 * RADIAN, 10, 0), 280, 1e-9);
  for (const turn of [0, 45, 359]) near(plane.coneTurn(plane.yawOf(turn, 70, 90), 70, 90) % 360, turn, 1e-9);
});

test('a plan is measured in its own pixels, and its scenes are parts of its size', () => {
  const floors = [{ id: 'tret', title: { vi: 'Trệt' }, plan: { url: 'a', width_px: 800, height_px: 600, alt: null, north_deg: 90 } }];
  const grounds = groundsOf(tourOf([scene('a', { floor: 'tret', plan_position: { x: 0.25, y: 0.5 } }), scene('b')], floors));
  assert.equal(grounds.length, 1);
  assert.deepEqual(grounds[0].points.get('a'), { x: 200, y: 300 });
  assert.equal(grounds[0].up_deg, 90);
  assert.equal(grounds[0].points.has('b'), false);
});

test('the ground follows the scene: its plan first, the land where it was chosen, nothing where a scene is nowhere', () => {
  const plan = (id) => ({ id, title: { vi: id }, plan: { url: id, width_px: 10, height_px: 10, alt: null, north_deg: 0 } });
  const at = { x: 0.5, y: 0.5 };
  const scenes = [
    scene('a', { position: { lat: 10, lon: 105 }, floor: 'tret', plan_position: at }),
    scene('b', { position: { lat: 10.001, lon: 105 }, floor: 'lau', plan_position: at }),
    scene('c', { position: { lat: 10.002, lon: 105 } }),
    scene('d'),
  ];
  const grounds = groundsOf(tourOf(scenes, [plan('tret'), plan('lau')]));
  const idFor = (of, shown, land = false) => groundFor(grounds, of, grounds.find(({ id }) => id === shown) ?? null, land)?.id;
  assert.equal(idFor(scenes[0], null), 'tret');
  assert.equal(idFor(scenes[1], 'tret'), 'lau');
  assert.equal(idFor(scenes[1], '', true), '');
  assert.equal(idFor(scenes[2], 'lau'), '');
  assert.equal(idFor(scenes[3], 'lau'), 'lau');
});

test('a way is drawn once for both directions, and only between scenes that are on the ground', () => {
  const scenes = [
    scene('a', { position: { lat: 10, lon: 105 }, hotspots: [{ target: 'b' }, { target: 'c' }, { target: 'a' }, { target: 'gone' }] }),
    scene('b', { position: { lat: 10.001, lon: 105 }, hotspots: [{ target: 'a' }] }),
    scene('c', { hotspots: [{ target: 'b' }] }),
  ];
  assert.equal(waysOn(scenes, groundsOf(tourOf(scenes))[0]).length, 1);
});

test('all scenes in one place are shown with something around them', () => {
  const [land] = groundsOf(tourOf([1, 2, 3].map((n) => scene(`s${n}`, { position: { lat: 10, lon: 105 } }))));
  const view = plane.fit(land.box, SIZE, 50, land.least);
  assert.ok(Number.isFinite(view.scale));
  near(200 / view.scale, land.least, 1e-6);
});

test('what is zoomed about a point keeps that point, within the room there is', () => {
  const room = { box: { left: -100, top: -100, right: 100, bottom: 100 }, min: 0.5, max: 8 };
  const view = { x: 10, y: 20, scale: 2 };
  const at = { x: 300, y: 100 };
  const zoomed = plane.zoomedAbout(view, at, 1.5, SIZE, room);
  const [before, after] = [plane.toGround(at, view, SIZE), plane.toGround(at, zoomed, SIZE)];
  near(after.x, before.x, 1e-9);
  near(after.y, before.y, 1e-9);
  assert.equal(plane.zoomedAbout(view, at, 1e9, SIZE, room).scale, 8);
  assert.equal(plane.zoomedAbout(view, at, 0, SIZE, room).scale, 0.5);
  assert.equal(plane.within({ x: 1e6, y: 0, scale: 1 }, room).x, 100);
});

test('the bar of the scale is the longest round length that fits', () => {
  assert.deepEqual(plane.scaleBar(1, 96), { metres: 50, px: 50 });
  assert.deepEqual(plane.scaleBar(0.01, 96), { metres: 5000, px: 50 });
  assert.deepEqual(plane.scaleBar(4, 96), { metres: 20, px: 80 });
});

test('scenes closer than a finger are one group, which comes apart when looked at closely', () => {
  const points = [{ x: 0, y: 0, of: 'a' }, { x: 10, y: 0, of: 'b' }, { x: 100, y: 0, of: 'c' }];
  assert.deepEqual(plane.grouped(points, 1, 30).map(({ all }) => all), [['a', 'b'], ['c']]);
  assert.deepEqual(plane.grouped(points, 4, 30).map(({ all }) => all), [['a'], ['b'], ['c']]);
  const many = Array.from({ length: 1000 }, (_, n) => ({ x: n % 40, y: Math.floor(n / 40), of: n }));
  const groups = plane.grouped(many, 8, 30);
  assert.equal(groups.reduce((sum, { all }) => sum + all.length, 0), 1000);
  for (const a of groups) for (const b of groups) if (a !== b) assert.ok(Math.hypot(a.x - b.x, a.y - b.y) * 8 >= 30);
});

test('the tiles of a view cover it, nearest first, never of a level that there is not', () => {
  const at = { lat: 10.68, lon: 105.08 };
  const origin = { ...project(at), metres: worldMetres(at.lat) };
  const view = (zoom) => ({ x: 0, y: 0, scale: scaleOf(zoom, origin.metres) });
  const tiles = tilesOf(view(14), SIZE, origin, { min_zoom: 9, max_zoom: 18 });
  assert.ok(tiles.length >= 4 && tiles.length <= 9);
  assert.deepEqual(tiles[0], { z: 14, x: Math.floor(origin.x * 2 ** 14), y: Math.floor(origin.y * 2 ** 14) });
  assert.ok(tilesOf(view(20), SIZE, origin, { min_zoom: 9, max_zoom: 18 }).every(({ z }) => z === 18));
  assert.ok(tilesOf(view(8), SIZE, origin, { min_zoom: 9, max_zoom: 18 }).every(({ z }) => z === 9));
  assert.deepEqual(tilesOf(view(2), SIZE, origin, { min_zoom: 9, max_zoom: 18 }), []);
});

test('no tile is asked for where only the covered sea is, and every island lies there', () => {
  const tile = (lat, lon, z) => {
    const { x, y } = project({ lat, lon });
    return { z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) };
  };
  for (const { islands } of ARCHIPELAGOS) {
    for (const { lat, lon } of islands) assert.ok(isSea(tile(lat, lon, 12)), `${lat} ${lon}`);
  }
  // Coasts around it: Nha Trang, Hải Nam's south, Côn Đảo, Palawan, Sabah, Châu Đốc.
  for (const [lat, lon] of [[12.25, 109.2], [18.2, 109.5], [8.68, 106.6], [8.2, 117.2], [6.9, 116.85], [10.7, 105.1]]) {
    assert.ok(!isSea(tile(lat, lon, 12)), `${lat} ${lon}`);
  }
  assert.ok(!isSea({ z: 3, x: 6, y: 3 }));
});

test('both archipelagos are named as those of Việt Nam in every language of the viewer', () => {
  const [hoangSa, truongSa] = ARCHIPELAGOS;
  assert.equal(hoangSa.name.vi, 'Quần đảo Hoàng Sa (Việt Nam)');
  assert.equal(truongSa.name.vi, 'Quần đảo Trường Sa (Việt Nam)');
  for (const { name, islands } of ARCHIPELAGOS) {
    assert.match(name.en, /\(Việt Nam\)$/);
    assert.ok(islands.length >= 9);
  }
  assert.ok(hoangSa.islands.every(({ lat, lon }) => lat > 15.5 && lat < 17.2 && lon > 111 && lon < 113));
  assert.ok(truongSa.islands.every(({ lat, lon }) => lat > 7.6 && lat < 11.6 && lon > 111.5 && lon < 116));
});
