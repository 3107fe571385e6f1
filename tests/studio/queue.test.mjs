import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refuse, tellApart } from '../../static/studio/upload/check.js';
import { fault, isLeftBehind } from '../../static/studio/upload/choose.js';
import { fingerprint } from '../../static/studio/upload/fingerprint.js';
import { inSight } from '../../static/studio/upload/list.js';
import { Pace } from '../../static/studio/upload/pace.js';
import { Queue } from '../../static/studio/upload/queue.js';

const LIMITS = { accept: ['.jpg', '.mp4'], fileBytes: 1000, roomBytes: Infinity };
const file = (/** @type {string} */ name, size = 100, lastModified = 1) => /** @type {any} */ ({ name, size, lastModified });
const chosen = (/** @type {any[]} */ ...files) => files.map((one) => ({ file: one, path: `DCIM/${one.name}` }));
const made = () => new Queue(() => undefined);

test('a file that is chosen twice is in the list once', () => {
  const queue = made();
  assert.equal(queue.add(chosen(file('a.jpg'), file('b.jpg'))).length, 2);
  assert.equal(queue.add(chosen(file('a.jpg'))).length, 0);
  assert.equal(queue.items.length, 2);
});

test('a file of the same name that was changed is another file', () => {
  const queue = made();
  queue.add(chosen(file('a.jpg', 100, 1), file('a.jpg', 100, 2), file('a.jpg', 101, 1)));
  assert.equal(queue.items.length, 3);
});

test('a file that failed is taken up again when it is chosen again, with the bytes that are there now', () => {
  const queue = made();
  const [item] = queue.add(chosen(file('a.jpg')));
  queue.set(/** @type {any} */ (item), { state: 'failed', code: 'failed' });
  const anew = file('a.jpg');
  assert.deepEqual(queue.add(chosen(anew)), [item]);
  assert.equal(item?.file, anew);
  assert.equal(item?.state, 'checking');
});

test('bytes that are not sent do not count as work', () => {
  const queue = made();
  const [a, b, c, d] = /** @type {any[]} */ (queue.add(chosen(file('a.jpg'), file('b.jpg'), file('c.jpg'), file('d.jpg'))));
  queue.set(a, { state: 'done' });
  queue.set(b, { state: 'known' });
  queue.set(c, { state: 'refused' });
  queue.set(d, { state: 'sending', sentBytes: 40 });
  const totals = queue.totals();
  assert.deepEqual([totals.sizeBytes, totals.sentBytes], [200, 140]);
  assert.deepEqual([totals.waiting, totals.problems, totals.done], [1, 1, 2]);
  assert.deepEqual(queue.shown('done'), [a, b]);
  assert.deepEqual(queue.shown('problems'), [c]);
});

test('what cannot be sent says why before a byte is sent', () => {
  assert.equal(fault(file('a.JPG'), LIMITS), '');
  assert.equal(fault(file('a.exe'), LIMITS), 'kind');
  assert.equal(fault(file('jpg'), LIMITS), 'kind');
  assert.equal(fault(file('a.jpg', 0), LIMITS), 'empty');
  assert.equal(fault(file('a.jpg', 1001), LIMITS), 'big');
});

test('files are refused as soon as the room is used up, and smaller ones still fit', () => {
  const queue = made();
  const items = queue.add(chosen(file('a.jpg', 500), file('b.jpg', 500), file('c.jpg', 200)));
  const good = refuse(items, { ...LIMITS, roomBytes: 750 }, (item, change) => queue.set(item, change));
  assert.deepEqual(good.map(({ file: { name } }) => name), ['a.jpg', 'c.jpg']);
  assert.equal(items[1]?.code, 'room');
});

test('what systems and cameras leave on a card is left out', () => {
  for (const path of ['.DS_Store', 'DCIM/._IMG_1.jpg', 'DCIM/Thumbs.db', 'DCIM/IMG_1.THM', 'System Volume Information/x.jpg', '.Trashes/a.jpg']) {
    assert.ok(isLeftBehind(path), path);
  }
  for (const path of ['DCIM/100/IMG_1.JPG', 'cổng tam quan.jpg', 'thumbs/a.jpg', 'tiếng chuông.mp3']) assert.ok(!isLeftBehind(path), path);
});

/** Tells `files` apart; `content` names what differs from their names, `known` what the tour has. */
async function apart(/** @type {any[]} */ files, /** @type {Record<string, string>} */ known = {}, /** @type {Record<string, string>} */ content = {}) {
  const queue = made();
  const items = queue.add(chosen(...files));
  /** @type {string[][]} */
  const asked = [];
  /** @type {number[]} */
  const sent = [];
  await tellApart(items, queue.items, {
    ask: async (names) => {
      asked.push(names);
      return new Map(names.filter((name) => name in known).map((name) => [name, known[name] ?? '']));
    },
    fingerprint: async (one) => content[one.name] ?? one.name,
    set: (item, change) => queue.set(item, change),
    send: (some) => sent.push(some.length),
  });
  return { queue, items, asked, sent, states: items.map(({ state }) => state) };
}

test('a file that the tour has is not sent, and says under which name it is there', async () => {
  const { items, states } = await apart([file('a.jpg'), file('b.jpg')], { same: 'cong.jpg' }, { 'a.jpg': 'same' });
  assert.deepEqual(states, ['known', 'waiting']);
  assert.deepEqual(items[0]?.fields, { name: 'cong.jpg' });
});

test('of two files with one content in the list the first is sent', async () => {
  const { items, states } = await apart([file('a.jpg'), file('b.jpg'), file('c.jpg')], {}, { 'a.jpg': 'x', 'b.jpg': 'x' });
  assert.deepEqual(states, ['waiting', 'known', 'waiting']);
  assert.deepEqual([items[1]?.code, items[1]?.fields.name], ['here', 'a.jpg']);
});

test('files that cannot be read are sent, and nobody asks about them', async () => {
  const { states, asked } = await apart([file('a.jpg'), file('b.jpg')], {}, { 'a.jpg': '', 'b.jpg': '' });
  assert.deepEqual(states, ['waiting', 'waiting']);
  assert.deepEqual(asked, []);
});

test('the first files of a card are sent before the last are read', async () => {
  const { sent } = await apart(Array.from({ length: 50 }, (_, n) => file(`${n}.jpg`)));
  assert.deepEqual(sent, [24, 24, 2]);
});

test('a fingerprint is that of the server: the length, and the first and last mebibyte', async () => {
  const { of, files } = await import('./fingerprints.mjs');
  for (const one of files) assert.equal(await fingerprint(/** @type {any} */ (new Blob([of(one)]))), one.fingerprint);
});

test('the time that is left is told only when there is something to tell it by', () => {
  const pace = new Pace();
  assert.equal(pace.leftS(1000), null);
  pace.note(0, 0);
  pace.note(1000, 500);
  assert.equal(pace.leftS(1000), null);
  for (let second = 2; second <= 10; second += 1) pace.note(second * 1000, second * 500);
  assert.equal(pace.leftS(1000), 2);
  pace.rest();
  assert.equal(pace.leftS(1000), null);
});

test('the pace is that of the last seconds, not of the whole', () => {
  const pace = new Pace();
  for (let second = 0; second <= 100; second += 1) pace.note(second * 1000, second < 50 ? second : 50 + (second - 50) * 1000);
  assert.equal(pace.bytesPerS, 1000);
});

test('of thousands of rows only those in sight exist', () => {
  const { first, last } = inSight(84 * 2000, 400, 5000);
  assert.ok(first > 1980 && first <= 2000);
  assert.ok(last >= 2005 && last < 2020);
  assert.deepEqual(inSight(0, 400, 2), { first: 0, last: 2 });
  assert.deepEqual(inSight(84 * 5000, 400, 3), { first: 0, last: 3 });
});
