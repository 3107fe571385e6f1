import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import {
  FACES, RADIAN, anglesOf, bearing, direction, dot, focalOf, fromDocument, hfovOf, posterFocal, project, reach,
  toDocument, turnedTo, unproject, withinLimits, wrap, zoomRange,
} from '../../static/viewer/projection.js';

const near = (actual, expected, tolerance = 1e-9) =>
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= tolerance, `${actual} is not ${expected}`));
const SCREEN = { width: 390, height: 756 };
const ALL = { yaw_min_deg: -180, yaw_max_deg: 180, pitch_min_deg: -90, pitch_max_deg: 90, hfov_min_deg: 30, hfov_max_deg: 110 };
const FREE = { min: 1, max: 1e6 };
const view = (yaw_deg, pitch_deg, hfov_deg = 90, size = SCREEN) => fromDocument({ yaw_deg, pitch_deg, hfov_deg }, size);

/** Numbers between 0 and 1 that are the same in every run. */
function* numbers(seed = 7) {
  for (let x = seed; ; ) yield (x = (x * 16807) % 2147483647) / 2147483647;
}

test('yaw turns to the right and pitch upwards from +z', () => {
  near(direction(0, 0), [0, 0, 1]);
  near(direction(90 * RADIAN, 0), [1, 0, 0]);
  near(direction(0, 90 * RADIAN), [0, 1, 0]);
  near(direction(30 * RADIAN, 45 * RADIAN), [0.5 * Math.SQRT1_2, Math.SQRT1_2, (Math.sqrt(3) / 2) * Math.SQRT1_2]);
});

test('a direction and its angles are each other\'s inverse', () => {
  const next = numbers();
  for (let i = 0; i < 500; i++) {
    const [yaw, pitch] = [(next.next().value - 0.5) * 6.28, (next.next().value - 0.5) * 3.13];
    const back = anglesOf(direction(yaw, pitch));
    near([back.yaw, back.pitch], [yaw, pitch]);
  }
});

test('faces are right-handed pictures seen from inside, as the tiler cuts them', () => {
  // Row 0 is on top: the pixel at u to the right and v downwards looks along forward + u right − v up.
  const at = (name, u, v) => {
    const { right, up, forward } = FACES[name];
    return forward.map((f, i) => f + u * right[i] - v * up[i]);
  };
  near(at('f', 0.3, 0.2), [0.3, -0.2, 1]);
  near(at('r', 0.3, 0.2), [1, -0.2, -0.3]);
  near(at('b', 0.3, 0.2), [-0.3, -0.2, -1]);
  near(at('l', 0.3, 0.2), [-1, -0.2, 0.3]);
  near(at('u', 0.3, 0.2), [0.3, 1, 0.2]);
  near(at('d', 0.3, 0.2), [0.3, -1, -0.2]);
  for (const { right, up, forward } of Object.values(FACES)) near([dot(right, up), dot(up, forward), dot(forward, right)], [0, 0, 0]);
});

test('directions, faces and views are those of the pipeline', () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/geometry.json', import.meta.url), 'utf8'));
  assert.ok(golden.directions.length && golden.faces.length && golden.views.length);
  for (const { yaw_deg, pitch_deg, xyz } of golden.directions) near(direction(yaw_deg * RADIAN, pitch_deg * RADIAN), xyz, 1e-8);
  for (const { face, u, v, xyz } of golden.faces) {
    const { right, up, forward } = FACES[face];
    near(forward.map((f, i) => f + u * right[i] - v * up[i]), xyz, 1e-8);
  }
  for (const { view: said, width_px, height_px, focal_px, xyz, screen } of golden.views) {
    const size = { width: width_px, height: height_px };
    near([focalOf(said.hfov_deg, size)], [focal_px], 1e-5);
    const seen = project(xyz, fromDocument(said, size), size);
    if (screen) near([seen.x, seen.y], [screen.x, screen.y], 1e-4);
    else assert.ok(seen.depth <= 0);
  }
});

test('the field of view spans the longer side, so turning the telephone changes no size', () => {
  assert.equal(focalOf(90, { width: 390, height: 844 }), 422 / Math.tan(Math.PI / 4));
  assert.equal(focalOf(90, { width: 390, height: 844 }), focalOf(90, { width: 844, height: 390 }));
  assert.ok(Math.abs(hfovOf(focalOf(72.5, SCREEN), SCREEN) - 72.5) < 1e-9);
});

test('a view goes to the screen and back', () => {
  const next = numbers();
  for (let i = 0; i < 500; i++) {
    const v = view((next.next().value - 0.5) * 360, (next.next().value - 0.5) * 178, 30 + next.next().value * 80);
    const at = { x: next.next().value * SCREEN.width, y: next.next().value * SCREEN.height };
    const seen = project(unproject(at, v, SCREEN), v, SCREEN);
    near([seen.x, seen.y], [at.x, at.y], 1e-6);
    assert.ok(seen.depth > 0);
  }
  assert.ok(project(direction(Math.PI, 0), view(0, 0), SCREEN).depth < 0);
});

test('what is to the right and above in the world is so on the screen', () => {
  const v = view(20, 5);
  const centre = project(direction(20 * RADIAN, 5 * RADIAN), v, SCREEN);
  near([centre.x, centre.y], [195, 378]);
  assert.ok(project(direction(25 * RADIAN, 5 * RADIAN), v, SCREEN).x > 195);
  assert.ok(project(direction(20 * RADIAN, 10 * RADIAN), v, SCREEN).y < 378);
});

test('a document survives the way through radians and pixels', () => {
  const there = toDocument(fromDocument({ yaw_deg: -35.2, pitch_deg: 4, hfov_deg: 80 }, SCREEN), SCREEN);
  near([there.yaw_deg, there.pitch_deg, there.hfov_deg], [-35.2, 4, 80]);
  assert.ok(Math.abs(toDocument(view(180, 0), SCREEN).yaw_deg + 180) < 1e-9);
});

test('a poster that covers the stage has the focal length of the initial view', () => {
  const poster = { width: 585, height: 1266 };
  const own = focalOf(90, poster);
  // As wide as the stage: scaled by the width. Narrower than its proportion: scaled by the height.
  assert.ok(Math.abs(posterFocal(poster, 90, { width: 390, height: 756 }) - own * (390 / 585)) < 1e-9);
  assert.ok(Math.abs(posterFocal(poster, 90, { width: 300, height: 844 }) - own * (844 / 1266)) < 1e-9);
});

test('a drag brings the grabbed direction exactly under the finger', () => {
  const next = numbers(11);
  for (let i = 0; i < 500; i++) {
    const v = view((next.next().value - 0.5) * 360, (next.next().value - 0.5) * 90, 80);
    const from = { x: next.next().value * 390, y: next.next().value * 756 };
    const to = { x: from.x + (next.next().value - 0.5) * 60, y: from.y + (next.next().value - 0.5) * 60 };
    const grabbed = unproject(from, v, SCREEN);
    const seen = project(grabbed, turnedTo(grabbed, to, v, SCREEN), SCREEN);
    near([seen.x, seen.y], [to.x, to.y], 1e-5);
  }
});

test('near a pole a drag turns no faster than it is allowed to', () => {
  const v = view(0, 89);
  const grabbed = unproject({ x: 195, y: 378 }, v, SCREEN);
  const turned = turnedTo(grabbed, { x: 215, y: 378 }, v, SCREEN, 0.2);
  assert.ok(Math.abs(turned.yaw) <= 0.2 + 1e-12);
  assert.ok(Math.abs(turned.pitch) <= Math.PI / 2);
});

test('angles are wrapped the short way', () => {
  near([wrap(3.5 * Math.PI), wrap(-3.5 * Math.PI), wrap(Math.PI), wrap(0.25)], [-0.5 * Math.PI, 0.5 * Math.PI, -Math.PI, 0.25]);
});

test('what a view reaches is what its border shows', () => {
  const next = numbers(3);
  for (let i = 0; i < 200; i++) {
    const v = view(0, (next.next().value - 0.5) * 120, 40 + next.next().value * 60);
    const extent = reach(v.pitch, v.focal, SCREEN);
    let [top, bottom, side] = [-9, 9, 0];
    for (let k = 0; k <= 40; k++) {
      for (const at of [
        { x: (390 * k) / 40, y: 0 }, { x: (390 * k) / 40, y: 756 }, { x: 0, y: (756 * k) / 40 }, { x: 390, y: (756 * k) / 40 },
      ]) {
        const { yaw, pitch } = anglesOf(unproject(at, v, SCREEN));
        [top, bottom, side] = [Math.max(top, pitch), Math.min(bottom, pitch), Math.max(side, Math.abs(yaw))];
      }
    }
    const pole = extent.side === Math.PI;
    if (!pole) near([extent.side], [side], 1e-9);
    if (extent.top < Math.PI / 2) near([extent.top], [top], 1e-9);
    if (extent.bottom > -Math.PI / 2) near([extent.bottom], [bottom], 1e-9);
  }
});

test('nothing outside the limits is visible, wherever one looks', () => {
  const limits = { ...ALL, yaw_min_deg: -100, yaw_max_deg: 120, pitch_min_deg: -40, pitch_max_deg: 35 };
  const size = { width: 900, height: 500 };
  const zoom = zoomRange(limits, size, focalOf(90, size), 5000, 1);
  const next = numbers(5);
  for (let i = 0; i < 300; i++) {
    const wild = view((next.next().value - 0.5) * 360, (next.next().value - 0.5) * 180, 20 + next.next().value * 120, size);
    const v = withinLimits(wild, limits, size, zoom);
    for (const x of [0, 450, 900]) {
      for (const y of [0, 250, 500]) {
        const { yaw, pitch } = anglesOf(unproject({ x, y }, v, size));
        assert.ok(yaw / RADIAN > -100 - 1e-4 && yaw / RADIAN < 120 + 1e-4, `yaw ${yaw / RADIAN}`);
        assert.ok(pitch / RADIAN > -40 - 1e-4 && pitch / RADIAN < 35 + 1e-4, `pitch ${pitch / RADIAN}`);
      }
    }
  }
});

test('limits may run across the seam', () => {
  const limits = { ...ALL, yaw_min_deg: 120, yaw_max_deg: 260 };
  const v = withinLimits(view(-170, 0, 60), limits, SCREEN, FREE);
  near([v.yaw / RADIAN], [-170]);
  const clamped = withinLimits(view(0, 0, 60), limits, SCREEN, FREE);
  const { side } = reach(0, clamped.focal, SCREEN);
  assert.ok(Math.abs(wrap(clamped.yaw - (120 * RADIAN + side))) < 1e-9 || Math.abs(wrap(clamped.yaw - (260 * RADIAN - side))) < 1e-9);
});

test('a whole sphere may be turned without end, up to the poles', () => {
  const v = withinLimits(view(179, 89.9), ALL, SCREEN, FREE);
  near([v.yaw / RADIAN, v.pitch / RADIAN], [179, 89.9]);
});

test('zoom ends at two device pixels a texel but always allows twice the initial size', () => {
  const initial = focalOf(90, SCREEN);
  assert.equal(zoomRange(ALL, SCREEN, initial, 1e6, 1).max, focalOf(30, SCREEN));
  assert.equal(zoomRange({ ...ALL, hfov_min_deg: 5 }, SCREEN, initial, 2000, 2).max, 1000);
  assert.equal(zoomRange({ ...ALL, hfov_min_deg: 5 }, SCREEN, initial, 100, 2).max, 2 * initial);
});

test('a narrow band of a panorama bounds zooming out', () => {
  const band = { ...ALL, pitch_min_deg: -20, pitch_max_deg: 20 };
  const { min } = zoomRange(band, SCREEN, focalOf(100, SCREEN), 4000, 1);
  assert.ok(Math.abs(2 * Math.atan(SCREEN.height / 2 / min) - 40 * RADIAN) < 1e-9);
});

test('a bearing counts from north', () => {
  assert.equal(bearing(0, 352), 352);
  assert.ok(Math.abs(bearing(20 * RADIAN, 352) - 12) < 1e-9);
  assert.ok(Math.abs(bearing(-100 * RADIAN, 10) - 270) < 1e-9);
});
