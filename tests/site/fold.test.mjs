import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { fold, matches, wordsOf } from '../../static/viewer/fold.js';

/** @type {[string, string][]} */
const CASES = JSON.parse(await readFile(new URL('../golden/fold.json', import.meta.url), 'utf8'));

test('folding in the browser equals folding in Python', () => {
  for (const [text, folded] of CASES) assert.equal(fold(text), folded, JSON.stringify(text));
});

test('folding twice changes nothing', () => {
  for (const [text] of CASES) assert.equal(fold(fold(text)), fold(text));
});

test('a word is found with accents, without, in capitals and with either way of placing the tone', () => {
  const words = ` ${wordsOf('Chùa Hòa Thạnh, xã Núi Voi').join(' ')}`;
  for (const query of ['chùa', 'chua', 'Chua', 'CHUA', 'hòa', 'hoà', 'hoa', 'nui voi', 'voi chùa', 'th', '']) {
    assert.ok(matches(words, wordsOf(query)), query);
  }
  for (const query of ['hua', 'chuaa', 'mắm', 'chùa mắm']) assert.ok(!matches(words, wordsOf(query)), query);
});

test('punctuation parts words and is never searched for', () => {
  assert.deepEqual(wordsOf('OCOP: (lụa), “mắm” – 4★'), ['ocop', 'lua', 'mam', '4']);
});
