import assert from 'node:assert/strict';
import test from 'node:test';

import { wrapText } from '../../static/viewer/signs.js';

const measure = (text) => text.length;

test('text is wrapped between words', () => {
  assert.deepEqual(wrapText('Chùa cổ bên Núi Sam', 8, measure), ['Chùa cổ', 'bên Núi', 'Sam']);
});

test('a word longer than a line is broken, so that no letter is lost', () => {
  const long = 'x'.repeat(10_000);
  const lines = wrapText(`a ${long} b`, 40, measure);
  assert.ok(lines.every((line) => line.length <= 40));
  assert.equal(lines.join('').replaceAll(' ', ''), `a${long}b`);
});

test('nothing makes no lines', () => assert.deepEqual(wrapText('  \n ', 10, measure), []));
