import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apply, diff } from '../../static/studio/editor/changes.js';
import { createStore } from '../../static/studio/editor/store.js';
import { chance, document as anyDocument, edit } from './documents.mjs';

const DOCUMENT = { id: 't', title: { vi: 'Chùa' }, scenes: [{ id: 'a', title: { vi: 'A' }, hotspots: [{ id: 'h', yaw_deg: 0 }] }, { id: 'b', title: { vi: 'B' } }] };
let clock = 0;
const made = (/** @type {any} */ document = DOCUMENT) => createStore({ document: JSON.parse(JSON.stringify(document)), revision: 1, now: () => clock });
/** Another's change, as the server tells it. @param {any} store @param {(draft: any) => void} recipe */
function theirs(store, recipe) {
  const draft = JSON.parse(JSON.stringify(store.document));
  recipe(draft);
  return { id: `theirs-${Math.random()}`, label: 'x', ops: diff(store.document, draft) };
}
/** The server has taken what is pending. @param {any} store */
const saved = (store) => store.take(store.revision + 1, store.send());

test('undo goes back to the first step and redo to the last, over all kinds of changes', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const any = chance(seed);
    const store = made(anyDocument(any));
    const states = [store.document];
    for (let i = 0; i < 12; i += 1) if (store.change('x', (draft) => edit(draft, any, `n${i}`))) states.push(store.document);
    if (seed % 2) saved(store);
    for (const state of states.slice(0, -1).reverse()) {
      assert.equal(store.undo(), true);
      assert.deepEqual(store.document, state, `seed ${seed}`);
    }
    assert.equal(store.canUndo, false);
    assert.equal(store.undo(), null);
    for (const state of states.slice(1)) {
      assert.equal(store.redo(), true);
      assert.deepEqual(store.document, state, `seed ${seed}`);
    }
    assert.equal(store.redo(), null);
  }
});

test('dragging is one step of undo and one change to send, also while some of it is on its way', () => {
  const store = made();
  const drag = (/** @type {number} */ yaw) => store.change('spot-move', (d) => void (d.scenes[0].hotspots[0].yaw_deg = yaw), { merge: 'move:h' });
  for (let yaw = 1; yaw <= 50; yaw += 1) drag(yaw);
  assert.equal(store.pending.length, 1);
  const sent = store.send();
  for (let yaw = 51; yaw <= 60; yaw += 1) drag(yaw);
  assert.equal(store.pending.length, 2);
  store.take(2, sent);
  drag(70);
  assert.deepEqual(store.pending.map(({ ops }) => ops), [[{ op: 'set', at: ['scenes', '#a', 'hotspots', '#h', 'yaw_deg'], was: 50, to: 70 }]]);
  store.undo();
  assert.equal(store.document.scenes[0].hotspots[0].yaw_deg, 0);
  assert.equal(store.canUndo, false);
});

test('the same field changed again after more than a second is a step of its own', () => {
  const store = made();
  const type = (/** @type {string} */ text) => store.change('title', (d) => void (d.title.vi = text), { merge: 'title' });
  type('Chùa c');
  clock += 1500;
  type('Chùa cổ');
  store.undo();
  assert.equal(store.document.title.vi, 'Chùa c');
});

test('what is dragged back to where it was leaves nothing to undo and nothing to send', () => {
  const store = made();
  for (const yaw of [1, 0]) store.change('spot-move', (d) => void (d.scenes[0].hotspots[0].yaw_deg = yaw), { merge: 'm' });
  assert.deepEqual([store.canUndo, store.pending.length], [false, 0]);
});

test('a change of nothing is none', () => {
  const store = made();
  assert.equal(store.change('x', (d) => void (d.title.vi = 'Chùa')), false);
  assert.equal(store.canUndo, false);
});

test('what others changed is taken in under what is pending, and undo leaves it alone', () => {
  const store = made();
  const other = theirs(store, (d) => void (d.scenes[1].title.vi = 'Của họ'));
  store.change('title', (d) => void (d.title.vi = 'Của tôi'));
  /** @type {any[]} */
  const heard = [];
  store.on('change', ({ origin, ops }) => heard.push([origin, ops.length]));
  const untouched = store.document.scenes[0];
  store.take(2, [other]);
  assert.deepEqual([store.document.title.vi, store.document.scenes[1].title.vi], ['Của tôi', 'Của họ']);
  assert.equal(store.document.scenes[0], untouched, 'what nobody changed is the same object');
  assert.deepEqual(heard, [['others', 1]]);
  assert.equal(store.pending.length, 1);
  store.undo();
  assert.deepEqual([store.document.title.vi, store.document.scenes[1].title.vi], ['Chùa', 'Của họ']);
});

test('undo of what somebody else has changed since is skipped and said, and the step before it can be undone', () => {
  const store = made();
  store.change('title', (d) => void (d.title.vi = 'Một'));
  store.change('scene', (d) => void (d.scenes[0].title.vi = 'Hai'));
  saved(store);
  store.take(3, [theirs(store, (d) => void (d.scenes[0].title.vi = 'Ba'))]);
  assert.equal(store.undo(), false);
  assert.equal(store.document.scenes[0].title.vi, 'Ba');
  assert.equal(store.canRedo, false);
  assert.equal(store.undo(), true);
  assert.equal(store.document.title.vi, 'Chùa');
});

test('a change that meets another is set aside with both values, and may be put over it', () => {
  const store = made();
  const other = theirs(store, (d) => void (d.title.vi = 'Của họ'));
  store.change('title', (d) => void (d.title.vi = 'Của tôi'));
  /** @type {any[]} */
  const met = [];
  store.on('clash', (one) => met.push(one));
  store.take(2, [other]);
  assert.deepEqual(met.map(({ path, mine, theirs: told, label }) => [path, mine, told, label]), [[['title', 'vi'], 'Của tôi', 'Của họ', 'title']]);
  assert.deepEqual([store.document.title.vi, store.pending.length], ['Của họ', 0]);
  store.insist(met[0]);
  assert.equal(store.document.title.vi, 'Của tôi');
  assert.deepEqual(store.pending[0]?.ops, [{ op: 'set', at: ['title', 'vi'], was: 'Của họ', to: 'Của tôi' }]);
});

test('what was changed here in a scene that somebody removed is brought back with its scene, where it stood', () => {
  const store = made();
  const other = theirs(store, (d) => void d.scenes.shift());
  store.change('spot', (d) => void (d.scenes[0].hotspots[0].yaw_deg = 9));
  /** @type {any[]} */
  const met = [];
  store.on('clash', (one) => met.push(one));
  store.take(2, [other]);
  assert.deepEqual([met[0].mine, met[0].theirs], [9, undefined]);
  store.insist(met[0]);
  assert.deepEqual(store.document.scenes.map((/** @type {any} */ scene) => scene.id), ['a', 'b']);
  assert.equal(store.document.scenes[0].hotspots[0].yaw_deg, 9);
});

test('a change that was removed here and changed there is asked about, and goes where one insists', () => {
  const store = made();
  const other = theirs(store, (d) => void (d.scenes[1].title.vi = 'Của họ'));
  store.change('scene-remove', (d) => void d.scenes.pop());
  /** @type {any[]} */
  const met = [];
  store.on('clash', (one) => met.push(one));
  store.take(2, [other]);
  assert.equal(store.document.scenes.length, 2);
  assert.deepEqual([met[0].path, met[0].mine], [['scenes', '#b'], undefined]);
  store.insist(met[0]);
  assert.equal(store.document.scenes.length, 1);
});

test('two who change anything at the same time end with the same document, and whatever did not fit is told', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const any = chance(seed);
    const start = anyDocument(any);
    let [server, revision] = [start, 1];
    /** @type {{ revision: number, change: any }[]} */
    const log = [];
    const pages = ['p', 'q'].map((who) => {
      const store = made(start);
      const told = new Set();
      store.on('clash', ({ change }) => told.add(change.id));
      return { who, store, told, made: 0, ids: new Set() };
    });
    const exchange = (/** @type {typeof pages[0]} */ page) => {
      const { store } = page;
      const sent = store.send();
      const others = log.filter((one) => one.revision > store.revision).map(({ change }) => change);
      const done = [];
      for (const change of sent) {
        try {
          server = apply(server, JSON.parse(JSON.stringify(change.ops)));
          done.push(change);
        } catch {
          continue; // a clash, which the page finds by itself
        }
      }
      if (done.length) revision += 1;
      for (const change of done) log.push({ revision, change });
      store.take(revision, [...others, ...done]);
    };
    for (let turn = 0; turn < 20; turn += 1) {
      const page = /** @type {typeof pages[0]} */ (pages[any(2)]);
      if (any(3) === 0) exchange(page);
      else if (any(5) === 0) page.store.undo();
      else page.store.change('x', (draft) => edit(draft, any, `${page.who}${turn}`));
      for (const { id } of page.store.pending) page.ids.add(id);
    }
    for (const page of [...pages, ...pages]) exchange(page);
    const arrived = new Set(log.map(({ change }) => change.id));
    for (const page of pages) {
      assert.deepEqual(page.store.document, server, `seed ${seed}`);
      assert.deepEqual([...page.ids].filter((id) => !arrived.has(id) && !page.told.has(id)), [], `seed ${seed}: lost in silence`);
    }
  }
});
