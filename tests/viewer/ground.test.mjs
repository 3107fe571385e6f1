import assert from 'node:assert/strict';
import test from 'node:test';

import { lying, openness } from '../../static/viewer/ground.js';
import { planeOf, seen } from '../../static/viewer/homography.js';
import { RADIAN, anglesOf, axes, direction, fromDocument, project, unproject, vectorOf } from '../../static/viewer/projection.js';

const SCREEN = { width: 1000, height: 700 };
const at = (yaw_deg, pitch_deg) => direction(yaw_deg * RADIAN, pitch_deg * RADIAN);
const view = (yaw_deg, pitch_deg, hfov_deg = 90) => fromDocument({ yaw_deg, pitch_deg, hfov_deg }, SCREEN);
const numbersOf = (matrix) => matrix.slice(9, -1).split(',').map(Number);

/** Where CSS draws a point of an element. */
function drawn(matrix, x, y) {
  const m = numbersOf(matrix);
  const w = m[3] * x + m[7] * y + m[15];
  return { x: (m[0] * x + m[4] * y + m[12]) / w, y: (m[1] * x + m[5] * y + m[13]) / w, w };
}
const close = (a, b, most) => assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < most, `${a.x}, ${a.y} is not ${b.x}, ${b.y}`);

test('where the ground is seen steeply the disc lies on it, its arrow along the walk', () => {
  for (const pitch of [-50, -60, -80]) {
    for (const [yaw, from] of [[0, view(0, -50)], [30, view(10, -30, 110)], [-20, view(-70, -45, 100)]]) {
      const spot = at(yaw, pitch);
      const { matrix } = lying(spot, axes(from), from.focal);
      const middle = project(spot, from, SCREEN);
      // The tip of the arrow, as a ray: it must meet the same ground as the middle, straight on along the walk.
      const tip = drawn(matrix, 0, -28);
      const ray = unproject({ x: middle.x + tip.x, y: middle.y + tip.y }, from, SCREEN);
      const ground = (v) => [v[0] / -v[1], v[2] / -v[1]];
      const [a, b] = [ground(spot), ground(ray)];
      const walk = Math.atan2(b[0] - a[0], b[1] - a[1]) / RADIAN;
      assert.ok(Math.abs(((walk - yaw + 540) % 360) - 180) < 0.01, `${walk} is not ${yaw}`);
      assert.ok(Math.hypot(...b) > Math.hypot(...a), 'away from the visitor');
    }
  }
});

test('a disc has the size of the screen in its middle at every zoom', () => {
  for (const hfov of [30, 60, 100]) {
    const from = view(0, -20, hfov);
    const { matrix } = lying(at(0, -20), axes(from), from.focal);
    close(drawn(matrix, 1, 0), { x: 1, y: 0 }, 0.005);
  }
});

test('near the horizon the disc is raised so that it can be read, and above it it faces the visitor', () => {
  assert.ok(Math.abs(openness(-70 * RADIAN) - 70 * RADIAN) < 1e-12);
  assert.ok(openness(-3 * RADIAN) > 40 * RADIAN);
  assert.ok(Math.abs(openness(40 * RADIAN) - 90 * RADIAN) < 1e-12);
  for (let pitch = -89; pitch < 89; pitch++) {
    assert.ok(Math.abs(openness((pitch + 1) * RADIAN) - openness(pitch * RADIAN)) < 3.1 * RADIAN, 'without a jump');
  }
  const from = view(0, 30);
  const { matrix, reach } = lying(at(0, 30), axes(from), from.focal);
  close(drawn(matrix, 0, -28), { x: 0, y: -28 }, 0.01);
  assert.ok(Math.abs(reach - 1) < 1e-6);
});

const WALL = [[-30, 20], [25, 24], [28, -10], [-32, -14]].map(([yaw_deg, pitch_deg]) => vectorOf({ yaw_deg, pitch_deg }));
const SIZE = { width: 800, height: 300 };

test('a layer has its corners where they belong, in every view that shows them', () => {
  const plane = planeOf(WALL, SIZE);
  const pixels = [[0, 0], [SIZE.width, 0], [SIZE.width, SIZE.height], [0, SIZE.height]];
  let checked = 0;
  for (let yaw = -180; yaw < 180; yaw += 7) {
    for (const pitch of [-80, -35, 0, 40, 75]) {
      for (const hfov of [20, 90, 110]) {
        const from = view(yaw, pitch, hfov);
        const now = seen(plane, from, SCREEN);
        WALL.forEach((corner, i) => {
          const truth = project(corner, from, SCREEN);
          if (truth.depth < 0.05) return;
          assert.ok(now, `${yaw} ${pitch} ${hfov}`);
          const spot = drawn(now.matrix, ...pixels[i]);
          assert.ok(spot.w > 0);
          close(spot, truth, 0.01 + 1e-6 * Math.hypot(truth.x, truth.y));
          checked++;
        });
      }
    }
  }
  assert.ok(checked > 1000);
});

test('between its corners a layer is flat: straight lines of the medium are straight lines of the picture', () => {
  const plane = planeOf(WALL, SIZE);
  const from = view(0, 5, 100);
  const { matrix } = seen(plane, from, SCREEN);
  // Diagonals meet in the same place by CSS as by directions.
  const [a, b, c, d] = WALL.map((corner) => project(corner, from, SCREEN));
  const cross = (p, q, r) => (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
  const middle = drawn(matrix, SIZE.width / 2, SIZE.height / 2);
  assert.ok(Math.abs(cross(a, c, middle)) / Math.hypot(c.x - a.x, c.y - a.y) < 0.01);
  assert.ok(Math.abs(cross(b, d, middle)) / Math.hypot(d.x - b.x, d.y - b.y) < 0.01);
});

test('what of a layer lies behind the viewer is cut off, never mirrored', () => {
  const plane = planeOf(WALL, SIZE);
  let partly = 0;
  for (let yaw = -180; yaw < 180; yaw += 3) {
    const now = seen(plane, view(yaw, 0, 110), SCREEN);
    if (!now) continue;
    for (const [x, y] of now.part ?? []) {
      assert.ok(drawn(now.matrix, x, y).w > 0);
      assert.ok(x >= -1e-6 && x <= SIZE.width + 1e-6 && y >= -1e-6 && y <= SIZE.height + 1e-6);
    }
    partly += now.part ? 1 : 0;
    // Nothing that can be on the screen is missing: what is cut off lies outside of it.
    for (let x = 0; x <= SIZE.width; x += 100) {
      const ray = plane.origin.map((o, k) => o + x * plane.across[k] + 150 * plane.down[k]);
      const { x: sx, y: sy, depth } = project(ray, view(yaw, 0, 110), SCREEN);
      if (depth <= plane.near && depth > 0) assert.ok(sx < 0 || sx > SCREEN.width || sy < 0 || sy > SCREEN.height);
    }
  }
  assert.ok(partly > 5);
  assert.equal(seen(plane, view(180, 0, 90), SCREEN), null, 'behind the viewer there is nothing to see');
});

test('corners that make no flat picture make none', () => {
  assert.equal(planeOf([WALL[0], WALL[2], WALL[1], WALL[3]], SIZE), null);
  assert.equal(planeOf([WALL[0], WALL[0], WALL[2], WALL[3]], SIZE), null);
  assert.ok(anglesOf(WALL[0]).yaw < 0);
});
