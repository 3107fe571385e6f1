import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Follower } from '../../static/studio/live.js';

class Stream extends EventTarget {
  static CLOSED = 2;
  /** @type {Stream[]} */
  static all = [];
  readyState = 0;

  constructor(/** @type {string} */ url) {
    super();
    this.url = url;
    Stream.all.push(this);
  }

  /** @param {string} type @param {object} [data] @param {string} [id] */
  tell(type, data, id = '') {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data), lastEventId: id }));
  }
}

/** Follows events of streams that only pretend, with clocks that stand. */
function followed(/** @type {any} */ t) {
  Stream.all = [];
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {any} */ (globalThis).EventSource = Stream;
  /** @type {any} */ (globalThis).window = globalThis;
  t.after(() => delete (/** @type {any} */ (globalThis).EventSource));
  /** @type {any[]} */
  const heard = [];
  const follower = new Follower('/events?tour=1', '/poll', (job) => heard.push(job.id), () => heard.push('changed'), (lost) => heard.push(lost ? 'lost' : 'back'));
  follower.listen();
  return heard;
}

const stream = () => /** @type {Stream} */ (Stream.all[Stream.all.length - 1]);

test('a stream that was given up is opened again after the last event, and polled meanwhile', async (t) => {
  const heard = followed(t);
  t.mock.method(globalThis, 'fetch', async () => ({ ok: true, json: async () => ({ jobs: [{ id: 'polled' }] }) }));
  stream().tell('open');
  stream().tell('job', { id: 'a' }, '17');
  stream().readyState = Stream.CLOSED;
  stream().tell('error');
  t.mock.timers.tick(1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(heard, ['a', 'lost', 'polled', 'back']);
  t.mock.timers.tick(30_000);
  assert.equal(stream().url, '/events?tour=1&after=17');
});

test('a short break is told once, and once that it is over', (t) => {
  const heard = followed(t);
  stream().tell('open');
  stream().tell('error');
  stream().tell('error');
  stream().tell('open');
  stream().tell('changed', {}, '3');
  assert.deepEqual(heard, ['lost', 'back', 'changed']);
  assert.equal(Stream.all.length, 1);
});
