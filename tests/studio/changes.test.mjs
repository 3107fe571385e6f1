import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Clash, apply, diff, inverse } from '../../static/studio/editor/changes.js';
import { chance, document as anyDocument, edited } from './documents.mjs';

/** @type {{ diffs: any[], merges: any[] }} */
const golden = JSON.parse(readFileSync(new URL('../golden/changes.json', import.meta.url), 'utf8'));

for (const { name, before, after, ops } of golden.diffs) {
  test(`what differs: ${name}`, () => {
    assert.deepEqual(diff(before, after), ops);
    assert.deepEqual(apply(before, ops), after);
    assert.deepEqual(apply(after, inverse(ops)), before);
  });
}

for (const { name, before, ops, after, clash } of golden.merges) {
  test(`what is applied: ${name}`, () => {
    const held = JSON.stringify(before);
    if (after) assert.deepEqual(apply(before, ops), after);
    else assert.throws(() => apply(before, ops), (error) => error instanceof Clash && error.index === clash.op && JSON.stringify(error.now) === JSON.stringify(clash.now));
    assert.equal(JSON.stringify(before), held, 'a document is never changed in place');
  });
}

test('any change is told in operations that make it and take it back', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const any = chance(seed);
    const before = anyDocument(any);
    const after = edited(before, any, 1 + any(8));
    const ops = JSON.parse(JSON.stringify(diff(before, after)));
    assert.deepEqual(apply(before, ops), after, `seed ${seed}`);
    assert.deepEqual(apply(after, inverse(ops)), before, `seed ${seed}`);
  }
});

test('what operations do not touch is the same object after them', () => {
  const before = { scenes: [{ id: 'a', title: { vi: 'A' } }, { id: 'b' }], skin: {} };
  const after = apply(before, [{ op: 'set', at: ['scenes', '#a', 'title', 'vi'], was: 'A', to: 'B' }]);
  assert.equal(after.scenes[1], before.scenes[1]);
  assert.equal(after.skin, before.skin);
  assert.equal(apply(before, [{ op: 'set', at: ['scenes', '#a', 'title', 'vi'], to: 'A' }]), before, 'done already');
});
