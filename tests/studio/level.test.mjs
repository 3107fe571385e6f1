import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { horizon, through, turned } from '../../static/studio/editor/level.js';
import { directionOf, vectorOf } from '../../static/viewer/projection.js';

/** @type {{level: {pitch_deg: number, roll_deg: number, right: number[], up: number[], forward: number[]}[]}} */
const golden = JSON.parse(await readFile(new URL('../golden/geometry.json', import.meta.url), 'utf8'));
const NONE = { pitch_deg: 0, roll_deg: 0 };

test('axes of the camera lie in the world as the picture process says', () => {
  for (const { right, up, forward, ...level } of golden.level) {
    for (const [axis, expected] of [[[1, 0, 0], right], [[0, 1, 0], up], [[0, 0, 1], forward]]) {
      const found = vectorOf(turned(directionOf(axis), NONE, level));
      found.forEach((part, i) => assert.ok(Math.abs(part - expected[i]) < 1e-6, `${JSON.stringify(level)}: ${found}`));
    }
  }
});

test('what is turned and turned back is where it was, and two places of a horizon give its angles', () => {
  for (const { pitch_deg, roll_deg } of golden.level.filter((one) => Math.abs(one.pitch_deg) < 60 && Math.abs(one.roll_deg) < 60)) {
    const level = { pitch_deg, roll_deg };
    const back = turned(turned({ yaw_deg: 30, pitch_deg: 10 }, NONE, level), level, NONE);
    assert.ok(Math.abs(back.yaw_deg - 30) < 1e-9 && Math.abs(back.pitch_deg - 10) < 1e-9);
    const line = horizon(NONE, level, 36);
    const found = through(line[10], line[22], NONE);
    assert.ok(found && Math.abs(found.pitch_deg - pitch_deg) < 1e-6 && Math.abs(found.roll_deg - roll_deg) < 1e-6, JSON.stringify([level, found]));
  }
});
