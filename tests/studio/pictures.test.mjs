import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.document ??= /** @type {any} */ ({ getElementById: () => null });
/** @type {any} */ (globalThis).window = globalThis;
const { followPictures } = await import('../../static/studio/editor/pictures.js');

class Stream extends EventTarget {
  static CLOSED = 2;
  /** @type {Stream[]} */
  static all = [];
  isClosed = false;

  constructor(/** @type {string} */ url) {
    super();
    this.url = url;
    Stream.all.push(this);
  }

  close() {
    this.isClosed = true;
  }

  /** @param {object} job @param {string} [id] */
  tell(job, id = '') {
    this.dispatchEvent(Object.assign(new Event('job'), { data: JSON.stringify(job), lastEventId: id }));
  }
}

const turn = () => new Promise((done) => setImmediate(done));

/** An editor of one scene whose picture is in a state. @param {any} t @param {string} state */
function opened(t, state) {
  Stream.all = [];
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {any} */ (globalThis).EventSource = Stream;
  t.after(() => delete (/** @type {any} */ (globalThis).EventSource));
  const [heard, asked] = [/** @type {((what: string) => void)[]} */ ([]), /** @type {string[]} */ ([])];
  const server = { panoramas: [{ file: 'a.jpg', job: 'x', state, progress: null }] };
  const ed = /** @type {any} */ ({
    given: { api: '/api' }, draft: { scenes: [{ id: 'a', panorama: { file: 'a.jpg' } }] }, listed: server.panoramas,
    on: (/** @type {(what: string) => void} */ one) => heard.push(one),
    emit: (/** @type {string} */ what) => heard.forEach((one) => one(what)),
    panorama: (/** @type {any} */ scene) => ed.listed.find((/** @type {any} */ one) => one.file === scene.panorama.file) ?? null,
    takePanoramas(/** @type {any[]} */ next) {
      ed.listed = next;
      ed.emit('pictures');
    },
  });
  followPictures(ed, { events: '/live?after=3', poll: '/live.json' }, async (address) => {
    asked.push(address);
    return structuredClone(server);
  });
  return { ed, asked, server };
}

test('while a picture is made its progress comes over the stream and nobody asks; its end is asked for once', async (t) => {
  const { ed, asked, server } = opened(t, 'waiting');
  const [stream] = /** @type {[Stream]} */ (/** @type {unknown} */ (Stream.all));
  stream.tell({ id: 'x', state: 'running', done: 0.5 }, '4');
  t.mock.timers.tick(60_000);
  assert.deepEqual([ed.listed[0].state, ed.listed[0].progress, asked], ['running', 0.5, []]);
  server.panoramas = [{ file: 'a.jpg', job: 'x', state: 'done', progress: null }];
  stream.tell({ id: 'x', state: 'done', done: null }, '5');
  stream.tell({ id: 'x', state: 'done', done: null }, '5');
  await turn();
  assert.deepEqual([ed.listed[0].state, asked, stream.isClosed], ['done', ['/api/panoramas'], true]);
});

test('where every picture is ready no stream is held; a new one opens it again after the last event', async (t) => {
  const { ed, asked, server } = opened(t, 'done');
  assert.equal(Stream.all.length, 0);
  ed.draft = { scenes: [...ed.draft.scenes, { id: 'b', panorama: { file: 'b.jpg' } }] };
  server.panoramas = [...server.panoramas, { file: 'b.jpg', job: 'y', state: 'running', progress: null }];
  ed.emit('draft');
  t.mock.timers.tick(1500);
  await turn();
  assert.deepEqual([Stream.all.map(({ url }) => url), asked.length, ed.listed.length], [['/live?after=3'], 1, 2]);
  server.panoramas = [];
  Stream.all[0]?.tell({ id: 'z', state: 'running', done: null }, '8');
  Stream.all[0]?.tell({ id: 'z', state: 'running', done: 0.1 }, '9');
  await turn();
  assert.equal(asked.length, 2, 'a job that is not known is asked about once');
});
