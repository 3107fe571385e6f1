import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { blocks, inlines, plain } from '../../static/viewer/markdown.js';

/** @type {[string, unknown][]} */
const CASES = JSON.parse(await readFile(new URL('../golden/markdown.json', import.meta.url), 'utf8'));

/** Words that stand beside each other are one. @param {import('../../static/viewer/markdown.js').Inline[]} parts */
function together(parts) {
  const made = [];
  for (const part of parts) {
    if (typeof part !== 'string') made.push({ ...part, children: together(part.children) });
    else if (typeof made.at(-1) === 'string') made.push(made.pop() + part);
    else made.push(part);
  }
  return made;
}

/** @param {string} text */
const joined = (text) => blocks(text).map(({ kind, items }) => ({ kind, items: items.map((item) => together(inlines(item))) }));

test('texts are read as the page reads them', () => {
  for (const [text, tree] of CASES) assert.deepEqual(joined(text), tree, JSON.stringify(text));
});

test('words alone keep paragraphs and items apart and have no marks', () => {
  assert.equal(plain('Chùa **cổ**\n\n- [xem](https://a.vn)\n- *hai*'), 'Chùa cổ\n\nxem\nhai');
});

test('the longest hostile text is read', () => {
  for (const piece of ['*a **a ', '[', '*', 'a**', '[a](https://a.vn/(']) plain(piece.repeat(20_000).slice(0, 20_000));
});
