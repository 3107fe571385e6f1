import assert from 'node:assert/strict';
import test from 'node:test';

import { fromDocument, frustumOf } from '../../static/viewer/projection.js';
import { chooseLevel, nameOf, rectOf, shareOf, visibility, visibleTiles, withinBudget, withoutSlivers } from '../../static/viewer/grid.js';
import { createTiles } from '../../static/viewer/tiles.js';

const SIZE = { width: 800, height: 600 };
const SET = { base: '', tile_size_px: 416, level_sizes_px: [416, 832, 1664], format: 'jpg' };
const view = (yaw_deg, pitch_deg, hfov_deg = 90) => fromDocument({ yaw_deg, pitch_deg, hfov_deg }, SIZE);
const settled = () => new Promise((done) => setImmediate(done));

/** Services with a clock that stands still and a loader that answers when told. */
function world(options = {}) {
  const it = {
    time: 0, asked: [], open: new Map(), aborted: [], released: [], alarms: [], uploads: 0, woken: 0,
    answer(part = '') {
      for (const [url, { done }] of [...it.open]) {
        if (!url.includes(part)) continue;
        it.open.delete(url);
        done({ width: 416, height: 416 });
      }
      return settled();
    },
    refuse(status, part = '') {
      for (const [url, { fail }] of [...it.open]) {
        if (!url.includes(part)) continue;
        it.open.delete(url);
        fail({ status });
      }
      return settled();
    },
  };
  it.tiles = createTiles({
    load: (url, signal) => new Promise((done, fail) => {
      it.asked.push(url);
      it.open.set(url, { done, fail });
      signal.addEventListener('abort', () => {
        it.aborted.push(url);
        it.open.delete(url);
        fail({ name: 'AbortError' });
      });
    }),
    upload: () => ++it.uploads,
    release: (texture) => it.released.push(texture),
    now: () => it.time,
    wake: () => it.woken++,
    later: (run, ms) => it.alarms.push([run, ms]),
    ...options,
  });
  it.tiles.open(SET, 't/');
  it.update = (v = view(0, 0), more) => it.tiles.update([frustumOf(v, SIZE)], v.focal, more);
  it.finish = async (v) => {
    for (let i = 0; i < 40 && !it.update(v).full; i++) await it.answer();
    return it.update(v);
  };
  return it;
}

test('a tile is named as it is stored', () => {
  assert.equal(nameOf({ level: 2, face: 'u', row: 1, col: 0 }), '2/u/1_0');
  assert.deepEqual(rectOf({ level: 1, face: 'f', row: 0, col: 0 }), [-1, 1, 1, -1]);
  assert.deepEqual(rectOf({ level: 2, face: 'f', row: 1, col: 0 }), [-1, 0, 0, -1]);
});

test('the level enlarges by a quarter at most, by device pixels', () => {
  assert.equal(chooseLevel(SET.level_sizes_px, 200), 1);
  assert.equal(chooseLevel(SET.level_sizes_px, 270), 2);
  assert.equal(chooseLevel(SET.level_sizes_px, 540), 3);
  assert.equal(chooseLevel(SET.level_sizes_px, 5000), 3);
});

test('a slow pinch around the border between two levels does not flutter', () => {
  const border = (416 * 1.25) / 2;
  assert.equal(chooseLevel(SET.level_sizes_px, border * 1.05, 1), 1);
  assert.equal(chooseLevel(SET.level_sizes_px, border * 0.95, 2), 2);
  assert.equal(chooseLevel(SET.level_sizes_px, border * 1.3, 1), 2);
  assert.equal(chooseLevel(SET.level_sizes_px, border * 0.7, 2), 1);
});

test('visible tiles are those that a dense sample of the screen hits', async () => {
  const { unproject, FACES, dot } = await import('../../static/viewer/projection.js');
  for (const [yaw, pitch, fov] of [[0, 0, 90], [45, 35.26, 70], [200, -88, 100], [-90, 12, 30], [180, 90, 90], [20, 10, 75]]) {
    const v = view(yaw, pitch, fov);
    const found = new Set(visibleTiles(3, [frustumOf(v, SIZE)]).map(nameOf));
    const hit = new Set();
    for (let x = 0.5; x < SIZE.width; x += 5) {
      for (let y = 0.5; y < SIZE.height; y += 5) {
        const d = unproject({ x, y }, v, SIZE);
        const [name, face] = Object.entries(FACES).sort(([, a], [, b]) => dot(b.forward, d) - dot(a.forward, d))[0];
        const depth = dot(face.forward, d);
        const at = (value) => Math.min(3, Math.max(0, Math.floor(((value / depth + 1) / 2) * 4)));
        hit.add(`3/${name}/${at(-dot(face.up, d))}_${at(dot(face.right, d))}`);
      }
    }
    for (const name of hit) assert.ok(found.has(name), `${name} is on screen at ${yaw}, ${pitch}, ${fov} but was culled`);
    assert.ok(found.size <= hit.size + 6, `${found.size} tiles wanted for ${hit.size} seen`);
  }
});

test('tiles that only touch the edge of the screen are not wanted', () => {
  const square = { width: 600, height: 600 };
  const eye = frustumOf(fromDocument({ yaw_deg: 0, pitch_deg: 0, hfov_deg: 90 }, square), square);
  const faces = new Set(visibleTiles(2, [eye]).map((at) => at.face));
  assert.deepEqual([...faces], ['f']);
});

test('nothing behind the viewer is visible', () => {
  assert.equal(visibility(frustumOf(view(0, 0), SIZE))({ level: 1, face: 'b', row: 0, col: 0 }), false);
});

test('the middle of the screen is asked for first, so many at a time', () => {
  const it = world({ parallel: 4 });
  it.update(view(0, 0, 60));
  assert.deepEqual(new Set(it.asked), new Set(['1_1', '1_2', '2_1', '2_2'].map((n) => `t/3/f/${n}.jpg`)));
});

test('the squares that an eye sees are all that it sees, whatever the view', () => {
  for (const [yaw, pitch, hfov] of [[0, 0, 90], [45, 35.26, 100], [133, -80, 60], [10, 90, 120], [-170, 3, 20]]) {
    const eye = frustumOf(view(yaw, pitch, hfov), SIZE);
    for (const level of [1, 2, 3]) {
      const shares = visibleTiles(level, [eye]).map((at) => shareOf(at, eye));
      assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9, `${yaw} ${pitch} ${hfov} ${level}: ${shares}`);
      assert.ok(shares.every((share) => share >= 0));
    }
  }
  assert.equal(shareOf({ face: 'b', level: 1, row: 0, col: 0 }, frustumOf(view(0, 0, 90), SIZE)), 0);
});

test('a tile of which hardly anything is seen gives way to the coarsest of its face, and comes when more of it is seen', () => {
  const seen = (yaw) => {
    const eyes = [frustumOf(view(yaw, 0, 60), SIZE)];
    const { worth, coarse } = withoutSlivers(visibleTiles(3, eyes), eyes);
    return [...worth, ...coarse].map(nameOf);
  };
  assert.ok(seen(0).includes('3/f/1_1'));
  assert.ok(visibleTiles(3, [frustumOf(view(16, 0, 60), SIZE)]).map(nameOf).includes('3/r/1_0'));
  assert.ok(seen(16).includes('1/r/0_0') && !seen(16).includes('3/r/1_0'), seen(16).join());
  assert.ok(seen(20).includes('3/r/1_0'), seen(20).join());
});

test('of what is hardly seen nothing coarser is fetched where a trace of it is all, or a poster lies below', () => {
  const seen = (yaw, least) => {
    const eyes = [frustumOf(view(yaw, 0, 60), SIZE)];
    const { worth, coarse } = withoutSlivers(visibleTiles(3, eyes), eyes, least);
    return { worth: worth.map(nameOf), coarse: coarse.map(nameOf) };
  };
  const shareAt = (yaw) => shareOf({ face: 'r', level: 3, row: 1, col: 0 }, frustumOf(view(yaw, 0, 60), SIZE));
  assert.ok(shareAt(15.2) > 0 && shareAt(15.2) < 0.005, String(shareAt(15.2)));
  assert.deepEqual(seen(15.2).coarse, []);
  assert.ok(shareAt(19) > 0.03 && shareAt(19) < 0.05, String(shareAt(19)));
  assert.ok(seen(19).worth.includes('3/r/1_0'));
  assert.ok(!seen(19, 0.05).worth.includes('3/r/1_0'));
  const it = world();
  it.update(view(19, 0, 60), { backed: 0.05 });
  assert.ok(it.asked.length > 0 && it.asked.every((url) => url.startsWith('t/3/f/')), it.asked.join());
});

test('a frame that was asked for while another came for the same tiles is not drawn', async () => {
  const it = world();
  it.update(view(0, 0, 60));
  await it.answer('1_1');
  assert.equal(it.alarms.length, 1);
  it.update(view(0, 0, 60));
  const before = it.woken;
  it.alarms[0][0]();
  assert.equal(it.woken, before);
});

test('over a poster tiles may wait longer for each other', async () => {
  const alarmOf = async (backed) => {
    const it = world();
    it.update(view(0, 0, 60), { backed });
    await it.answer('1_1');
    return it.alarms[0][1];
  };
  assert.ok((await alarmOf(0.05)) > (await alarmOf(0)));
});

test('tiles that come within a moment are drawn together, the last one at once', async () => {
  const it = world();
  it.update(view(0, 0, 60));
  const before = it.woken;
  await it.answer('1_1');
  await it.answer('1_2');
  assert.equal(it.woken, before);
  assert.equal(it.alarms.length, 1);
  it.alarms[0][0]();
  assert.equal(it.woken, before + 1);
  await it.answer();
  assert.ok(it.woken > before + 1);
});

test('a finished view is full, covered and drawn from its own level alone', async () => {
  const it = world();
  const { draw, full, covered } = await it.finish();
  assert.ok(full && covered);
  assert.deepEqual(new Set(draw.map((t) => t.at.level)), new Set([2]));
});

test('what is turned away from while loading is given up', async () => {
  const it = world();
  it.update(view(0, 0));
  const before = it.asked.length;
  it.update(view(180, 0));
  assert.equal(it.aborted.length, before);
  await settled();
  assert.ok(it.asked.slice(before).every((url) => !url.includes('/f/')));
});

test('a missing tile is asked for once, and its parent stands in', async () => {
  const it = world();
  for (let i = 0; i < 6; i++) {
    it.update();
    await it.refuse(404, '2/f/0_0');
    await it.answer();
  }
  const { full, draw, covered } = it.update();
  assert.ok(full && covered);
  assert.ok(draw.some((t) => nameOf(t.at) === '1/f/0_0'));
  assert.equal(it.update().failing, false, 'an absent tile is no failure of the line');
  assert.equal(draw[0].at.level, 1, 'coarse before fine');
  it.time += 1e6;
  it.update();
  assert.equal(it.asked.filter((url) => url.includes('2/f/0_0')).length, 1);
});

test('where all levels of a place are missing, the preview must be drawn below', async () => {
  const it = world();
  for (let i = 0; i < 12; i++) {
    it.update();
    await it.refuse(404, '/f/');
    await it.answer();
  }
  const { full, covered } = it.update();
  assert.ok(full && !covered);
});

test('other failures are tried again after 2, 6 and 18 seconds, then the parent stands in', async () => {
  const it = world();
  const attempts = () => it.asked.filter((url) => url.includes('2/f/1_1')).length;
  it.update();
  await it.answer('2/f/0');
  await it.refuse(503, '2/f/1_1');
  assert.equal(it.alarms.at(-1)[1], 2000);
  it.update();
  assert.equal(attempts(), 1);
  for (const [wait, count] of [[2000, 2], [6000, 3], [18000, 4]]) {
    it.time += wait;
    it.update();
    assert.equal(attempts(), count);
    await it.refuse(503, '2/f/1_1');
  }
  it.time += 1e6;
  it.update();
  assert.equal(attempts(), 4);
  assert.ok(it.asked.some((url) => url.includes('1/f/0_0')));
  assert.ok(it.update().failing, 'a host that refuses stays worth a sentence');
});

test('a second failure is worth telling, and trying again by hand starts afresh', async () => {
  const it = world();
  it.update();
  await it.refuse(503);
  assert.equal(it.update().failing, false);
  it.time += 2000;
  it.update();
  await it.refuse(503);
  assert.equal(it.update().failing, true);
  const before = it.asked.length;
  it.tiles.retry();
  assert.equal(it.update().failing, false);
  assert.ok(it.asked.length > before);
});

test('memory stays within the budget, and what is on screen stays anyway', async () => {
  const tile = 416 * 416 * 4;
  const it = world({ budget_bytes: 14 * tile });
  for (let yaw = 0; yaw < 360; yaw += 30) await it.finish(view(yaw, 0));
  assert.ok(it.tiles.bytes <= 14 * tile, `${it.tiles.bytes / tile} tiles`);
  assert.ok(it.released.length > 0);
  const tight = world({ budget_bytes: tile });
  assert.ok((await tight.finish()).full);
});

test('where a screen would need more tiles than may be held, its fringe is coarser and its middle stays sharp', async () => {
  const found = visibleTiles(3, [frustumOf(view(45, 35, 110), SIZE)]);
  const kept = withinBudget(found, found.length - 6);
  assert.ok(kept.length <= found.length - 6);
  assert.deepEqual(kept[0], found[0]);
  const covers = (a, b) => a.face === b.face && b.row >> (b.level - a.level) === a.row && b.col >> (b.level - a.level) === a.col;
  for (const at of found) assert.ok(kept.some((by) => covers(by, at)), `${nameOf(at)} has no picture`);
  assert.deepEqual(withinBudget(found, found.length), found);
  const it = world({ budget_bytes: 20 * 416 * 416 * 4 });
  for (const v of [view(45, 35, 110), view(0, 90, 110), view(-135, -35, 110)]) {
    await it.finish(v);
    assert.ok(it.update(v).full);
    assert.ok(it.tiles.bytes <= 20 * 416 * 416 * 4);
  }
});

test('two eyes want what either of them sees, once', () => {
  const eye = frustumOf(view(0, 0), SIZE);
  const [left, right] = [{ ...eye, edges: [-1.2, 0.7, -1, 1] }, { ...eye, edges: [-0.7, 1.2, -1, 1] }];
  const names = (eyes) => new Set(visibleTiles(3, eyes).map(nameOf));
  const both = visibleTiles(3, [left, right]).map(nameOf);
  assert.equal(new Set(both).size, both.length);
  assert.deepEqual(new Set(both), new Set([...names([left]), ...names([right])]));
  assert.ok(both.length > names([left]).size);
});

test('what was given up is fetched again when it is looked at', async () => {
  const it = world();
  await it.finish();
  const count = it.asked.length;
  it.tiles.shed();
  assert.equal(it.tiles.bytes, 0);
  assert.equal(it.released.length, count);
  await it.finish();
  assert.equal(it.asked.length, 2 * count);
});

test('what was seen last is kept longest', async () => {
  const it = world({ budget_bytes: 1e9 });
  await it.finish(view(0, 0));
  const first = it.asked.length;
  await it.finish(view(90, 0));
  await it.finish(view(0, 0));
  assert.ok(it.asked.length >= first);
  const again = it.asked.length;
  await it.finish(view(90, 0));
  assert.equal(it.asked.length, again, 'nothing is fetched twice');
});

test('a lost context forgets textures without releasing them, and lives with half', async () => {
  const it = world();
  await it.finish();
  const count = it.asked.length;
  it.tiles.forget(26e6);
  assert.equal(it.released.length, 0);
  assert.equal(it.tiles.bytes, 0);
  await it.finish();
  assert.equal(it.asked.length, 2 * count);
});

test('another scene frees the old one and ignores its late answers', async () => {
  const it = world();
  await it.finish();
  it.update(view(90, 0));
  const late = [...it.open.values()];
  it.tiles.open(SET, 'u/');
  assert.equal(it.tiles.bytes, 0);
  for (const { done } of late) done({ width: 416, height: 416 });
  await settled();
  it.update();
  assert.equal(it.tiles.bytes, 0);
  assert.ok(it.asked.at(-1).startsWith('u/'));
});

test('uploads share a frame\'s few milliseconds, but one always passes', async () => {
  const it = world();
  it.update(view(0, 0, 60));
  await it.answer();
  const slow = createTiles({ ...{}, load: async () => ({ width: 416, height: 416 }), upload: () => (it.time += 10), release() {}, now: () => it.time, wake() {}, later() {} });
  slow.open(SET, 't/');
  slow.update([frustumOf(view(0, 0, 60), SIZE)], view(0, 0, 60).focal);
  await settled();
  const { more } = slow.update([frustumOf(view(0, 0, 60), SIZE)], view(0, 0, 60).focal, { upload_ms: 4 });
  assert.ok(more);
  assert.equal(slow.bytes, 416 * 416 * 4);
});

test('what came without fading does not begin to fade when others do', async () => {
  const it = world();
  await it.finish(view(0, 0, 90));
  it.time += 10;
  const { full, draw } = it.update(view(0, 0, 90), { fade: true });
  assert.ok(full && draw.every((tile) => tile.alpha === 1));
});

test('tiles fade in over what is below them', async () => {
  const it = world();
  it.update(view(0, 0, 90), { fade: true });
  await it.answer();
  const early = it.update(view(0, 0, 90), { fade: true });
  assert.ok(early.draw[0].alpha < 1 && early.more && !early.covered);
  for (let i = 0; i < 10; i++) {
    await it.answer();
    it.time += 200;
    it.update(view(0, 0, 90), { fade: true });
  }
  const late = it.update(view(0, 0, 90), { fade: true });
  assert.ok(late.draw.every((t) => t.alpha === 1) && !late.more && late.covered);
});
