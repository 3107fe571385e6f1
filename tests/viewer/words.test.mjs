import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';

import vi from '../../static/viewer/words/vi.js';
import { REFUSED } from '../../static/viewer/refusal.js';
import { pick } from '../../static/viewer/text.js';

const FOLDER = new URL('../../static/viewer/words/', import.meta.url);
const WORDS = Object.fromEntries(
  await Promise.all(readdirSync(FOLDER).map(async (name) => [name.replace('.js', ''), (await import(new URL(name, FOLDER))).default])),
);

test('every language says the same things', () => {
  const keys = Object.keys(vi).sort();
  for (const [language, words] of Object.entries(WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), keys, language);
    for (const key of keys) {
      assert.equal(typeof words[key], typeof vi[key], `${language}.${key}`);
      if (typeof words[key] === 'function') assert.equal(words[key].length, vi[key].length, `${language}.${key}`);
    }
    assert.equal(words.winds.length, 8);
  }
});

test('what comes with a part on demand is said in every language too', () => {
  assert.deepEqual(Object.keys(REFUSED).sort(), Object.keys(WORDS).sort());
});

test('no sentence is empty, shouts, or begs', () => {
  for (const [language, words] of Object.entries(WORDS)) {
    for (const [key, value] of Object.entries(words)) {
      const text = typeof value === 'function' ? value('x', 1, 2, 3) : String(value);
      assert.ok(text.trim().length > 0, `${language}.${key}`);
      assert.doesNotMatch(text, /!|vui lòng|please/i, `${language}.${key}`);
      assert.equal(text, text.normalize('NFC'), `${language}.${key}`);
    }
  }
});

test('a text falls back to the tour\'s language, to Vietnamese, then to any', () => {
  assert.deepEqual(pick({ vi: 'Sân', en: 'Yard' }, 'en', 'vi'), { value: 'Yard', lang: 'en' });
  assert.deepEqual(pick({ vi: 'Sân' }, 'en', 'vi'), { value: 'Sân', lang: 'vi' });
  assert.deepEqual(pick({ km: 'ទីធ្លា' }, 'en', 'vi'), { value: 'ទីធ្លា', lang: 'km' });
  assert.deepEqual(pick({ en: '', vi: 'Sân' }, 'en', 'vi'), { value: 'Sân', lang: 'vi' });
  assert.deepEqual(pick(null, 'en', 'vi'), { value: '', lang: 'en' });
});
