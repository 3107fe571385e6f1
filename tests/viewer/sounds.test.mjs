import assert from 'node:assert/strict';
import test from 'node:test';

import { direction, RADIAN } from '../../static/viewer/projection.js';
import { heard } from '../../static/viewer/sounds.js';

const beside = (yaw_deg, reach_deg = 60, volume = 1) => heard(direction(yaw_deg * RADIAN, 0), reach_deg, volume);

test('a sound is full in the middle, half at its reach, and never gone', () => {
  assert.equal(beside(0).gain, 1);
  assert.ok(Math.abs(beside(60).gain - 0.5) < 1e-9);
  assert.ok(Math.abs(beside(-30, 30, 0.8).gain - 0.4) < 1e-9);
  assert.ok(beside(180).gain > 0.1);
  for (let yaw = 0; yaw < 180; yaw += 5) assert.ok(beside(yaw + 5).gain < beside(yaw).gain);
});

test('a sound comes from its own side', () => {
  assert.equal(Math.round(beside(90).pan * 1e9) / 1e9, 1);
  assert.equal(Math.round(beside(-90).pan * 1e9) / 1e9, -1);
  assert.ok(Math.abs(beside(0).pan) < 1e-9);
  assert.ok(Math.abs(heard([0, 1, 0], 60, 1).pan) < 1e-9, 'above it is in the middle');
});
