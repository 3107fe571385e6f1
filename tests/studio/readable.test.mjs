import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { sceneOf, spotOf } from '../../static/studio/editor/draft.js';
import { readable } from '../../static/studio/editor/readable.js';

const SCENE = { id: 'a', title: { vi: 'A' }, panorama: { file: 'a.jpg' }, hotspots: [] };
const SPOT = { id: 'h', kind: 'card', title: { vi: 'x' } };
const draft = (/** @type {any} */ parts) => ({ id: 't', version: 1, title: { vi: 'Chùa' }, scenes: [], ...parts });

test('a draft that is as it should be is shown as the very object, and so is each part of a faulty one', () => {
  for (const name of ['chua-co-ben-nui-sam', 'lang-nghe-ocop']) {
    const tour = JSON.parse(readFileSync(new URL(`../../tours/${name}/tour.json`, import.meta.url), 'utf8'));
    assert.equal(readable(tour), tour);
    const faulty = readable({ ...tour, scenes: [null, ...tour.scenes], media: 5 });
    assert.deepEqual(faulty.scenes, tour.scenes);
    assert.ok(faulty.scenes.every((scene, i) => scene === tour.scenes[i]));
  }
  const faulty = draft({ scenes: 5 });
  assert.equal(readable(faulty), readable(faulty), 'what is shown of one document is one object');
});

test('whatever a draft holds, its lists are lists and what is shown everywhere is there', () => {
  for (const scenes of [5, null, 'x', { '#a': 1 }, [5, null, [], 'x', { id: 5 }]]) {
    assert.deepEqual(readable(draft({ scenes })).scenes, []);
  }
  const odd = readable(draft({ title: [], languages: [5, 'en'], media: {}, products: 'x', skin: { controls: 'x', preset: 'a' } }));
  assert.deepEqual([odd.title, odd.languages, odd.media, odd.products, odd.skin?.controls, odd.skin?.preset], [{}, ['en'], undefined, undefined, undefined, 'a']);
  const [scene] = readable(draft({ scenes: [{ id: 'a', title: 'A', panorama: null, position: { lat: 'x' }, hotspots: [null, { id: 'h', kind: 'area', points: [null, { yaw_deg: 1, pitch_deg: 2 }] }] }] })).scenes;
  assert.deepEqual([scene?.title, scene?.panorama, scene?.position], [{}, { file: '' }, undefined]);
  assert.deepEqual(scene?.hotspots, [{ id: 'h', kind: 'area', points: [{ yaw_deg: 1, pitch_deg: 2 }] }]);
});

test('what is changed is found in the document itself, beside what nobody can show', () => {
  const document = /** @type {any} */ (draft({ scenes: [null, 5, { ...SCENE, hotspots: [null, SPOT] }] }));
  assert.equal(sceneOf(document, 'a'), document.scenes[2]);
  assert.equal(spotOf(document.scenes[2], 'h'), SPOT);
  assert.equal(sceneOf(/** @type {any} */ (draft({ scenes: 5 })), 'a'), null);
  assert.equal(readable(draft({ scenes: [SCENE] })).scenes[0], SCENE);
});
