import assert from 'node:assert/strict';
import test from 'node:test';

import {
  angleBetween, between, createTie, eastAxes, edgesOf, fromDevice, headingOf, headsetAxes, rotate, slerp, turned,
} from '../../static/viewer/orientation.js';
import { axes, direction, frustumOf } from '../../static/viewer/projection.js';

const RADIAN = Math.PI / 180;
const near = (a, b, what = '') => a.forEach((v, i) => assert.ok(Math.abs(v - b[i]) < 1e-9, `${what} ${a} is not ${b}`));
const heading = (alpha, beta, gamma, screen = 0) => {
  const { yaw, pitch } = headingOf(eastAxes(fromDevice({ alpha, beta, gamma }, screen)));
  return [yaw / RADIAN, pitch / RADIAN];
};
const quaternion = (x, y, z, angle_deg) => {
  const s = Math.sin((angle_deg * RADIAN) / 2);
  return [x * s, y * s, z * s, Math.cos((angle_deg * RADIAN) / 2)];
};

test('a telephone held upright looks where its back points: north, and west after a quarter turn to the left', () => {
  near(heading(0, 90, 0), [0, 0]);
  near(heading(90, 90, 0), [-90, 0]);
  near(heading(300, 90, 0), [60, 0]);
});

test('leaning the top towards the visitor looks down, away looks up', () => {
  near(heading(0, 60, 0), [0, -30]);
  near(heading(0, 120, 0), [0, 30]);
  near(heading(250, 135, 0), [110, 45]);
});

test('on its side a telephone looks where it points, and its top on the screen is up', () => {
  // Turned to the left the right side is up; its angles are those of upright turned about the screen's axis.
  for (const [screen, gamma] of [[90, -90], [270, 90]]) {
    const q = fromDevice({ alpha: screen === 90 ? 90 : 270, beta: 0, gamma }, screen);
    const { right, up, forward } = eastAxes(q);
    near(forward, [0, 0, 1], 'ahead');
    near(up, [0, 1, 0], 'up');
    near(right, [1, 0, 0], 'right');
  }
});

test('a telephone that lies flat looks down, facing where its top points', () => {
  near(heading(0, 0, 0), [0, -90]);
  near(heading(90, 0, 0), [-90, -90]);
  const [before] = heading(40, 25, 0);
  const [after] = heading(40, -5, 0);
  assert.ok(Math.abs(before - after) < 1, 'the yaw stays when one looks straight down and on');
});

test('axes of a telephone are square to one another and of length 1', () => {
  const { right, up, forward } = eastAxes(fromDevice({ alpha: 17, beta: -64, gamma: 33 }, 90));
  for (const [a, b] of [[right, up], [up, forward], [forward, right]]) {
    assert.ok(Math.abs(angleBetween(a, b) - Math.PI / 2) < 1e-9);
  }
  assert.ok(Math.abs(Math.hypot(...forward) - 1) < 1e-12);
});

test('a headset that turns to its left looks to the left, one that nods looks up', () => {
  const left = headingOf(headsetAxes(quaternion(0, 1, 0, 30)));
  near([left.yaw / RADIAN, left.pitch / RADIAN], [-30, 0]);
  const up = headingOf(headsetAxes(quaternion(1, 0, 0, 20)));
  near([up.yaw / RADIAN, up.pitch / RADIAN], [0, 20]);
  near(headsetAxes([0, 0, 0, 1]).forward, [0, 0, 1]);
});

test('axes turn to the right about the vertical, like a view', () => {
  const there = turned(axes({ yaw: 0.2, pitch: 0.4 }), 0.7);
  const direct = axes({ yaw: 0.9, pitch: 0.4 });
  for (const name of ['right', 'up', 'forward']) near(there[name], direct[name], name);
});

test('half way between two rotations is half the angle, the short way round', () => {
  const [a, b] = [quaternion(0, 1, 0, 10), quaternion(0, 1, 0, 70)];
  assert.ok(Math.abs(between(a, slerp(a, b, 0.5)) - 30 * RADIAN) < 1e-9);
  near(slerp(a, b.map((v) => -v), 0.5), slerp(a, b, 0.5));
  near(slerp(a, a, 0.3), a);
  near(rotate(slerp(a, b, 1), [0, 0, -1]), rotate(b, [0, 0, -1]));
});

test('the edges of an eye come out of its projection matrix, also where they are not alike', () => {
  const [l, r, b, t, n] = [-1.1, 0.9, -1.3, 1.2, 0.1];
  const m = new Array(16).fill(0);
  Object.assign(m, { 0: 2 / (r - l), 5: 2 / (t - b), 8: (r + l) / (r - l), 9: (t + b) / (t - b), 10: -1, 11: -1, 14: -2 * n });
  near(edgesOf(m), [l, r, b, t]);
  near(frustumOf({ yaw: 0, pitch: 0, focal: 400 }, { width: 800, height: 400 }).edges, [-1, 1, -0.5, 0.5]);
});

/** A camera that shows what it is told, within a range of yaw. */
const camera = (most = Infinity) => ({
  view: { yaw: 1, pitch: 0.1, focal: 400 },
  look(next) {
    this.view = { ...next, yaw: Math.max(-most, Math.min(most, next.yaw)) };
    return this.view;
  },
});
const follow = (tie, device, moved = 0) => {
  tie.turn(device);
  tie.look(device, moved);
};

test('switching on does not turn the picture, and then it turns with the device', () => {
  const shown = camera();
  const tie = createTie(shown);
  follow(tie, { yaw: -2, pitch: 0.3 });
  near([shown.view.yaw, shown.view.pitch], [1, 0.3]);
  follow(tie, { yaw: -1.5, pitch: 0.2 });
  near([shown.view.yaw, shown.view.pitch], [1.5, 0.2]);
});

test('a drag turns the picture against the device for good, while the device goes on', () => {
  const shown = camera();
  const tie = createTie(shown);
  follow(tie, { yaw: 0, pitch: 0 });
  shown.look({ ...shown.view, yaw: shown.view.yaw + 0.4 });
  follow(tie, { yaw: 0.1, pitch: 0 });
  near([shown.view.yaw], [1.5]);
  follow(tie, { yaw: 0.3, pitch: 0 });
  near([shown.view.yaw], [1.7]);
});

test('what hands add to the pitch stays while the device is still and melts as it turns', () => {
  const shown = camera();
  const tie = createTie(shown);
  follow(tie, { yaw: 0, pitch: 0 });
  shown.look({ ...shown.view, pitch: 0.5 });
  follow(tie, { yaw: 0, pitch: 0 });
  near([shown.view.pitch], [0.5]);
  follow(tie, { yaw: 0.5, pitch: 0 }, 0.5);
  near([shown.view.pitch], [0.5 * Math.exp(-1)]);
  follow(tie, { yaw: 4, pitch: 0 }, 3.5);
  assert.ok(Math.abs(shown.view.pitch) < 1e-3);
});

test('at the edge of a partial panorama a drag still counts from what is shown', () => {
  const shown = camera(1.2);
  const tie = createTie(shown);
  follow(tie, { yaw: 0, pitch: 0 });
  follow(tie, { yaw: 2, pitch: 0 });
  near([shown.view.yaw], [1.2]);
  follow(tie, { yaw: 0.1, pitch: 0 });
  near([shown.view.yaw], [1.1], 'the room stays where it is');
  follow(tie, { yaw: 2, pitch: 0 });
  shown.look({ ...shown.view, yaw: 0.7 });
  follow(tie, { yaw: 2, pitch: 0 });
  near([shown.view.yaw], [0.7], 'a finger always moves the picture');
});

test('directions of a view and of a device are the same thing', () => {
  const { yaw, pitch } = headingOf(axes({ yaw: 2, pitch: -0.5 }));
  near(direction(yaw, pitch), axes({ yaw: 2, pitch: -0.5 }).forward);
});
