import assert from 'node:assert/strict';
import test from 'node:test';

import { crowdsOf } from '../../static/viewer/crowds.js';
import { parting } from '../../static/viewer/crowd.js';
import { direction, dot, RADIAN } from '../../static/viewer/projection.js';

const at = (yaw_deg, pitch_deg) => direction(yaw_deg * RADIAN, pitch_deg * RADIAN);
const angle = (a, b) => Math.acos(Math.min(1, dot(a, b)));

/** Directions all over the sphere, the same in every run. */
function scattered(count) {
  let x = 11;
  const next = () => (x = (x * 16807) % 2147483647) / 2147483647;
  return Array.from({ length: count }, () => direction((next() - 0.5) * 2 * Math.PI, Math.asin(2 * next() - 1)));
}

test('no two crowds are nearer than they may be, and everybody is in one of them', () => {
  for (const apart of [0.02, 0.1, 0.35]) {
    const all = scattered(600);
    const crowds = crowdsOf(all, apart);
    assert.deepEqual(crowds.flatMap(({ members }) => members).sort((a, b) => a - b), all.map((_, i) => i));
    crowds.forEach((a, i) => {
      for (const b of crowds.slice(i + 1)) assert.ok(angle(a.at, b.at) >= apart - 1e-9);
    });
  }
});

test('who stands alone stays exactly where it is', () => {
  const all = [at(0, 0), at(40, 10), at(-179, -60), at(181, 60)];
  assert.deepEqual(crowdsOf(all, 0.1).map((crowd) => crowd.at), all);
});

test('neighbours are found across the seam, at the poles and across the cells of the grid', () => {
  for (const [a, b] of [[at(179.5, 0), at(-179.5, 0)], [at(0, 89.8), at(180, 89.8)], [at(0.01, 0.01), at(-0.01, -0.01)]]) {
    const [crowd, ...others] = crowdsOf([a, b], 2 * RADIAN);
    assert.deepEqual([crowd.members, others.length], [[0, 1], 0]);
    assert.ok(Math.abs(angle(crowd.at, a) - angle(crowd.at, b)) < 1e-9, 'in the middle of both');
  }
});

test('a crowd names its members in their order', () => {
  const [crowd] = crowdsOf([at(2, 0), at(1, 0), at(0, 0), at(1, 1)], 8 * RADIAN);
  assert.deepEqual(crowd.members, [0, 1, 2, 3]);
});

test('two thousand hotspots take work that grows with their number only', () => {
  const count = (n) => {
    let reads = 0;
    const all = scattered(n).map((v) => new Proxy(v, { get: (of, name) => (reads++, of[name]) }));
    crowdsOf(all, 0.02);
    return reads;
  };
  // All pairs would be sixteen times as much.
  assert.ok(count(2000) < 9 * count(500));
});

test('a press on a number zooms until its hotspots part, as far as they all stay in view', () => {
  const now = { focal: 400, closest: 4000, shorter_px: 390 };
  const pair = [at(-1.5, 0), at(1.5, 0)];
  const focal = parting(pair, at(0, 0), now);
  assert.ok(focal * angle(...pair) > 58, 'they no longer cover each other');
  assert.ok(focal * Math.tan(1.5 * RADIAN) < 390 / 2, 'both are on the screen');
  const crossed = [at(-8, 0), at(8, 0), at(0.1, 0)];
  assert.ok(parting(crossed, at(0, 0), now) * Math.tan(8 * RADIAN) < 390 / 2);
});

test('what no zoom can part is for the list', () => {
  const now = { focal: 400, closest: 900, shorter_px: 390 };
  assert.equal(parting([at(0, 0), at(0, 0)], at(0, 0), now), null);
  assert.equal(parting([at(0, 0), at(1, 0)], at(0.5, 0), now), null);
  assert.equal(parting([at(-1, 0), at(1, 0)], at(0, 0), { ...now, focal: 900 }), null, 'there is no zoom left');
});
