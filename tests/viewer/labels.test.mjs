import assert from 'node:assert/strict';
import test from 'node:test';

import { createRoom, settled } from '../../static/viewer/labels.js';

const STAGE = { width: 390, height: 700 };
const label = (x, y, more = {}) => ({ x, y, gap: 34, width: 120, height: 30, now: 'below', ...more });

test('a label stands below its hotspot and inside the stage', () => {
  assert.deepEqual(settled(createRoom(), label(200, 300), STAGE), { left: 140, top: 334, side: 'below' });
  assert.equal(settled(createRoom(), label(20, 300), STAGE).left, 4);
  assert.equal(settled(createRoom(), label(385, 300), STAGE).left, 390 - 124);
});

test('where it would cover another it stands above, and where both are taken it is not shown', () => {
  const room = createRoom();
  const first = settled(room, label(200, 300), STAGE);
  const second = settled(room, label(230, 310), STAGE);
  assert.deepEqual([first.side, second.side], ['below', 'above']);
  assert.equal(settled(room, label(215, 305), STAGE), null);
});

test('at the lower edge a label stands above', () => {
  assert.equal(settled(createRoom(), label(200, 660), STAGE).side, 'above');
});

test('a label that is above stays there while it can', () => {
  assert.equal(settled(createRoom(), label(200, 300, { now: 'above' }), STAGE).side, 'above');
});

test('a label that comes back wants more room than one that stays, so that none flickers', () => {
  const taken = () => {
    const room = createRoom();
    room.take([0, 367, 390, 400]);
    room.take([0, 200, 390, 233]);
    return room;
  };
  assert.ok(settled(taken(), label(200, 300), STAGE));
  assert.equal(settled(taken(), label(200, 300, { now: null }), STAGE), null);
});

test('of four hundred labels none covers another', () => {
  const room = createRoom();
  const shown = [];
  for (let i = 0; i < 400; i++) {
    const found = settled(room, label((i * 37) % 390, (i * 53) % 700), STAGE);
    if (found) shown.push([found.left, found.top, found.left + 120, found.top + 30]);
  }
  assert.ok(shown.length > 20);
  shown.forEach((a, i) => {
    for (const b of shown.slice(i + 1)) assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
  });
});
