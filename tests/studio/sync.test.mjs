import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Clash, apply } from '../../static/studio/editor/changes.js';
import { createStore } from '../../static/studio/editor/store.js';
import { createSync } from '../../static/studio/editor/sync.js';
import { chance, document as anyDocument, edit } from './documents.mjs';

const START = { id: 't', version: 1, title: { vi: 'Chùa' }, scenes: [{ id: 'a', title: { vi: 'A' } }, { id: 'b', title: { vi: 'B' } }] };

/** A server with one tour. */
class Server {
  document = /** @type {any} */ (START);
  revision = 1;
  /** @type {any[]} */
  saves = [];
  /** @type {any[]} */
  states = [null, START];
  /** @type {string[]} */
  asked = [];
  /** What the next requests meet instead of an answer: 'lost' (done, and the answer lost), 'away', 'portal' or 'page' (another answers), or a status. @type {(string | number)[]} */
  troubles = [];

  /** @param {string} name */
  fetcher(name) {
    return async (/** @type {any} */ address, /** @type {any} */ { method = 'GET', body } = {}) => {
      if (String(address).endsWith('/presence')) return reply(204, {});
      this.asked.push(`${method} ${String(address).replace('/api/v1/tours/t', '')}`);
      const trouble = this.troubles.shift();
      if (trouble === 'away') throw new TypeError('no network');
      if (trouble === 'portal') return reply(200, { sign: 'in' });
      if (trouble === 'page') return { ok: true, status: 200, json: async () => JSON.parse('<html>') };
      if (typeof trouble === 'number') return reply(trouble, { title: `lỗi ${trouble}` });
      const told = this.answer(name, String(address), body ? JSON.parse(body) : null);
      if (trouble === 'lost') throw new TypeError('no network');
      return told;
    };
  }

  /** @param {string} name @param {string} address @param {any} body */
  answer(name, address, body) {
    const since = body?.revision ?? Number(address.split('since=')[1] ?? 0);
    if (address.includes('/revisions/')) return reply(200, { revision: Number(address.split('/').pop()), document: this.states[Number(address.split('/').pop())] });
    if (!address.includes('/changes')) return reply(200, { document: this.document, revision: this.revision });
    if (since > this.revision) return reply(409, { title: 'cũ' });
    if (body?.changes.length > 200) return reply(422, { title: 'nhiều quá' });
    if (body?.changes.some((/** @type {any} */ change) => change.ops.some((/** @type {any} */ op) => op.at[0] === 'id'))) return reply(422, { title: 'không được' });
    const others = this.saves.filter((one) => one.revision > since);
    const known = new Set(others.flatMap((one) => one.changes.map((/** @type {any} */ { id }) => id)));
    const [done, fresh, clashes] = [/** @type {string[]} */ ([]), /** @type {any[]} */ ([]), /** @type {any[]} */ ([])];
    for (const change of body?.changes ?? []) {
      if (!known.has(change.id)) {
        try {
          this.document = apply(this.document, change.ops);
          fresh.push(change);
        } catch (error) {
          if (!(error instanceof Clash)) throw error;
          clashes.push({ change: change.id, op: error.index, there: error.now !== undefined, now: error.now ?? null });
          continue;
        }
      }
      done.push(change.id);
    }
    if (fresh.length) this.save(name, fresh);
    return reply(200, { revision: this.revision, done, clashes, others });
  }

  /** @param {string} name @param {any[]} changes */
  save(name, changes) {
    this.revision += 1;
    this.saves.push({ revision: this.revision, by: { id: name, name }, at: '', changes });
    this.states.push(this.document);
  }
}

/** @param {number} status @param {any} body */
const reply = (status, body) => ({ ok: status < 300, status, json: async () => JSON.parse(JSON.stringify(body)) });

class Shelf {
  /** @type {Map<string, string>} */
  held = new Map();
  get length() { return this.held.size; }
  key(/** @type {number} */ i) { return [...this.held.keys()][i] ?? null; }
  getItem(/** @type {string} */ key) { return this.held.get(key) ?? null; }
  setItem(/** @type {string} */ key, /** @type {string} */ value) { this.held.set(key, value); }
  removeItem(/** @type {string} */ key) { this.held.delete(key); }
}

class Stream extends EventTarget {
  static CLOSED = 2;
  /** @type {Stream[]} */
  static all = [];
  readyState = 1;
  constructor() { super(); Stream.all.push(this); }
  close() { this.readyState = 2; }
  /** @param {string} type @param {any} data */
  static tell(type, data) {
    for (const one of Stream.all) one.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
}

/** Returns what opens pages on a server, with clocks that stand. @param {any} t */
function studio(t) {
  Stream.all = [];
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {any} */ (globalThis).EventSource = Stream;
  const locks = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  // Nobody can say whether another page lives: what it kept is taken over.
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  t.after(() => {
    delete (/** @type {any} */ (globalThis).EventSource);
    if (locks) Object.defineProperty(globalThis, 'navigator', locks);
  });
  const server = new Server();
  const open = (/** @type {string} */ name, storage = new Shelf()) => {
    const store = createStore({ document: server.document, revision: server.revision });
    const sync = createSync({ store, tour: 't', person: { id: name }, fetch: /** @type {any} */ (server.fetcher(name)), storage: /** @type {any} */ (storage) });
    /** @type {any[]} */
    const [states, questions, lost] = [[], [], []];
    sync.on('state', ({ state, text }) => states.push(text ? `${state}: ${text}` : state));
    sync.on('clash', (question) => questions.push(question));
    sync.on('lost', (one) => lost.push(one));
    return { store, sync, states, questions, lost, storage };
  };
  const pass = async (ms = 1000) => {
    for (let i = 0; i < ms; i += 100) {
      for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(100);
    }
    for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { server, open, pass };
}

const entitle = (/** @type {any} */ page, /** @type {string} */ text) => page.store.change('title', (/** @type {any} */ d) => void (d.title.vi = text));

test('what is changed is saved within a second, and its state is told', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  entitle(page, 'Chùa cổ');
  await pass(1000);
  assert.equal(server.document.title.vi, 'Chùa cổ');
  assert.deepEqual(page.states, ['saving', 'saved']);
  assert.ok(page.sync.state.at instanceof Date);
  assert.equal(page.storage.length, 0);
});

test('without a network the work goes on and is kept, and is sent once when there is one again', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  server.troubles = ['lost', 'away', 503];
  entitle(page, 'Một');
  await pass(600);
  entitle(page, 'Hai');
  await pass(2000);
  assert.deepEqual(page.states.slice(0, 2), ['saving', 'offline']);
  assert.equal(page.storage.length, 1);
  await pass(20_000);
  assert.equal(server.document.title.vi, 'Hai');
  assert.equal(server.revision, 3);
  assert.deepEqual([page.store.document, page.store.pending], [server.document, []]);
  assert.deepEqual([page.states.at(-1), page.storage.length], ['saved', 0]);
});

test('what a closed browser had not sent, or not heard of, is sent by the next page, once', async (t) => {
  const { server, open, pass } = studio(t);
  const first = open('mot');
  await pass();
  server.troubles = ['lost'];
  first.store.change('scene-add', (d) => void d.scenes.push({ id: 'n', title: { vi: 'Mới' } }));
  await pass(500);
  first.store.change('title', (d) => void (d.scenes[0].title.vi = 'Cổng'));
  server.troubles = Array(99).fill('away');
  await pass(1000);
  first.sync.close();
  server.troubles = [];
  const other = open('hai');
  await pass();
  other.store.change('title', (d) => void (d.scenes.at(-1).title.vi = 'Đã sửa'));
  await pass();
  const second = open('mot', first.storage);
  await pass(2000);
  assert.deepEqual(server.document.scenes.map((/** @type {any} */ one) => one.title.vi), ['Cổng', 'B', 'Đã sửa']);
  assert.deepEqual([second.store.document, second.questions, second.storage.length], [server.document, [], 0]);
});

test('however much a closed browser had not sent, it arrives in parts', async (t) => {
  const { server, open, pass } = studio(t);
  const first = open('mot');
  await pass();
  server.troubles = Array(99).fill('away');
  for (let n = 0; n < 450; n += 1) entitle(first, `Lần ${n}`);
  await pass(1000);
  first.sync.close();
  server.troubles = [];
  server.asked = [];
  const second = open('mot', first.storage);
  await pass(2000);
  assert.deepEqual([server.document.title.vi, second.store.document, second.lost], ['Lần 449', server.document, []]);
  assert.deepEqual(server.asked, [...Array(3).fill('POST /changes'), 'GET /changes?since=1']);
  assert.deepEqual([second.states, second.storage.length], [['saving', 'saved'], 0]);
});

test('what an earlier page kept and others changed since is asked about, with both values', async (t) => {
  const { server, open, pass } = studio(t);
  const first = open('mot');
  await pass();
  server.troubles = Array(99).fill('away');
  entitle(first, 'Của tôi');
  await pass(1000);
  first.sync.close();
  server.troubles = [];
  const other = open('hai');
  await pass();
  entitle(other, 'Của họ');
  await pass();
  const second = open('mot', first.storage);
  await pass(2000);
  const [question] = second.questions;
  assert.deepEqual([question.mine, question.theirs, question.by, question.label], ['Của tôi', 'Của họ', 'hai', 'title']);
  assert.equal(second.sync.state.state, 'clash');
  assert.equal(second.storage.length, 1, 'kept for as long as it is asked');
  question.resolve('mine');
  await pass(1500);
  assert.deepEqual([server.document.title.vi, second.sync.state.state, second.storage.length], ['Của tôi', 'saved', 0]);
});

test('what a page keeps is its own for as long as it is open, and another one’s soon after', async (t) => {
  const { server, open, pass } = studio(t);
  /** @type {Set<string>} */
  const held = new Set();
  const request = async (/** @type {string} */ name, /** @type {any} */ how, /** @type {any} */ then) => (then ? then(held.has(name) ? null : {}) : void held.add(name));
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });
  const first = open('mot');
  await pass();
  server.troubles = Array(99).fill('away');
  entitle(first, 'Của tôi');
  await pass(1000);
  first.sync.close();
  server.troubles = [];
  const second = open('mot', first.storage);
  await pass(6000);
  assert.deepEqual([server.document.title.vi, first.storage.length], ['Chùa', 1]);
  held.clear();
  await pass(6000);
  assert.deepEqual([server.document.title.vi, first.storage.length, second.store.document], ['Của tôi', 0, server.document]);
});

test('what others save is taken in as it is told, beside what is being changed here', async (t) => {
  const { server, open, pass } = studio(t);
  const [page, other] = [open('mot'), open('hai')];
  await pass();
  other.store.change('x', (d) => void (d.scenes[1].title.vi = 'Sân'));
  await pass();
  entitle(page, 'Chùa cổ');
  Stream.tell('revision', { revision: server.revision, by: 'hai' });
  await pass();
  Stream.tell('revision', { revision: server.revision, by: 'mot' });
  await pass();
  for (const one of [page, other]) {
    assert.deepEqual(one.store.document, server.document);
    assert.deepEqual(one.questions, []);
  }
  assert.equal(server.document.scenes[1].title.vi, 'Sân');
});

test('the same field changed by two is asked about one after the other, and both answers are taken', async (t) => {
  const { server, open, pass } = studio(t);
  const [page, other] = [open('mot'), open('hai')];
  await pass();
  other.store.change('x', (d) => Object.assign(d, { title: { vi: 'Của họ' }, scenes: d.scenes.filter((/** @type {any} */ one) => one.id !== 'a') }));
  await pass();
  page.store.change('title', (d) => void (d.title.vi = 'Tôi'));
  page.store.change('scene-title', (d) => void (d.scenes[0].title.vi = 'Cổng'));
  page.store.change('scene-title', (d) => void (d.scenes[1].title.vi = 'Sân'));
  await pass();
  assert.equal(server.document.scenes[0].title.vi, 'Sân', 'what meets nothing goes on');
  assert.deepEqual(page.questions.map(({ mine, theirs }) => [mine, theirs]), [['Tôi', 'Của họ']]);
  page.sync.ask();
  assert.equal(page.questions.length, 2);
  page.questions[0].resolve('theirs');
  await pass();
  assert.deepEqual([page.questions[2].mine, page.questions[2].theirs, page.questions[2].label], ['Cổng', undefined, 'scene-title']);
  page.questions[2].resolve('mine');
  await pass();
  assert.deepEqual(server.document.scenes.map((/** @type {any} */ one) => one.title.vi), ['Cổng', 'Sân']);
  assert.deepEqual([server.document.title.vi, page.sync.state.state, page.store.document], ['Của họ', 'saved', server.document]);
});

test('a change that the server will never take is given up and told, and the others are saved', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  entitle(page, 'Một');
  page.store.change('id', (d) => void (d.id = 'khac'));
  page.store.change('scene-title', (d) => void (d.scenes[0].title.vi = 'Cổng'));
  await pass(5000);
  assert.deepEqual(page.lost, [{ label: 'id', text: 'không được' }]);
  assert.deepEqual([server.document.id, server.document.title.vi, server.document.scenes[0].title.vi], ['t', 'Một', 'Cổng']);
  assert.deepEqual([page.store.document, page.sync.state.state], [server.document, 'saved']);
});

test('who is signed out is told so, and nothing is lost when they are back', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  server.troubles = [401];
  entitle(page, 'Một');
  await pass(800);
  assert.equal(page.states.at(-1), 'refused: lỗi 401');
  await pass(3000);
  assert.deepEqual([server.document.title.vi, page.states.at(-1)], ['Một', 'saved']);
});

test('what another answers in the server’s stead is no answer, and saving goes on after it', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  for (const trouble of ['page', 'portal']) {
    server.troubles = [trouble];
    entitle(page, `Chùa ${trouble}`);
    await pass(500);
    assert.equal(page.sync.state.state, 'offline');
    await pass(2000);
    assert.equal(server.document.title.vi, `Chùa ${trouble}`);
    assert.equal(page.sync.state.state, 'saved');
  }
});

test('changes say whose they are, so that nobody who signs in later has made them', async (t) => {
  const { server, open, pass } = studio(t);
  const bodies = /** @type {any[]} */ ([]);
  const answer = server.answer.bind(server);
  server.answer = (name, address, body) => (body && bodies.push(body), answer(name, address, body));
  const page = open('mot');
  await pass();
  entitle(page, 'Chùa cổ');
  await pass(1000);
  assert.deepEqual(bodies.map(({ person }) => person), ['mot']);
});

test('a server that was put back to an earlier state, and one that differs, is taken as it is with our changes on top', async (t) => {
  const { server, open, pass } = studio(t);
  const page = open('mot');
  await pass();
  entitle(page, 'Một');
  await pass();
  Object.assign(server, { document: START, revision: 1, saves: [], states: [null, START] });
  page.store.change('scene-title', (d) => void (d.scenes[0].title.vi = 'Cổng'));
  await pass(3000);
  assert.deepEqual([server.document.title.vi, server.document.scenes[0].title.vi], ['Chùa', 'Cổng']);
  assert.deepEqual(page.store.document, server.document);
  server.document = { ...server.document, scenes: [{ id: 'z', title: { vi: 'Z' } }] };
  server.save('máy', [{ id: 'x', label: 'x', ops: [{ op: 'set', at: ['title', 'vi'], was: '?', to: '!' }] }]);
  Stream.tell('revision', { revision: server.revision, by: null });
  await pass(3000);
  assert.deepEqual(page.store.document, server.document);
});

test('the others are told who is here, and this page is none of them', async (t) => {
  const { open, pass } = studio(t);
  const page = open('mot');
  /** @type {any[]} */
  const heard = [];
  page.sync.on('people', (people) => heard.push(people.map(({ name }) => name)));
  await pass();
  Stream.tell('people', [{ page: 'khac', id: 'hai', name: 'Hai', scene: 'a', tab: 'map' }]);
  assert.deepEqual(heard, [['Hai']]);
});

test('two who edit over a bad network end with one document, and whatever is not in it was asked about', async (t) => {
  const { server, open, pass } = studio(t);
  for (let seed = 1; seed <= 12; seed += 1) {
    const any = chance(seed);
    const start = anyDocument(any);
    Object.assign(server, { document: start, revision: 1, saves: [], states: [null, start], troubles: [] });
    const pages = ['mot', 'hai'].map((name) => open(name));
    const made = new Map();
    await pass(200);
    for (let turn = 0; turn < 14; turn += 1) {
      const page = /** @type {any} */ (pages[any(2)]);
      page.store.change('x', (/** @type {any} */ draft) => edit(draft, any, `n${seed}-${turn}`));
      for (const { id } of page.store.pending) made.set(id, page);
      if (any(2)) server.troubles.push(...['lost', 'away', 503].slice(any(3)));
      if (any(2)) Stream.tell('revision', { revision: server.revision, by: null });
      await pass(any(12) * 100);
    }
    server.troubles = [];
    for (let again = 0; again < 3; again += 1) {
      Stream.tell('revision', { revision: server.revision, by: null });
      await pass(16_000);
    }
    const saved = new Set(server.saves.flatMap((one) => one.changes.map((/** @type {any} */ { id }) => id)));
    for (const page of pages) {
      const asked = page.sync.state.state === 'clash';
      assert.deepEqual(page.store.document, server.document, `seed ${seed}`);
      const missing = [...made].filter(([id, by]) => by === page && !saved.has(id));
      assert.ok(missing.length === 0 || asked, `seed ${seed}: lost in silence`);
      assert.deepEqual(page.lost, [], `seed ${seed}`);
      page.sync.close();
    }
    Stream.all = [];
  }
});
