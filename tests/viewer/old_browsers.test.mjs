/**
 * Safari 15, Firefox 92 and Chrome 94 run the scripts. tsc holds the language to ES2021 ("lib" in tsconfig.json); of what
 * belongs to the browser, whatever came later must be asked for before it is used.
 */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const STATIC = new URL('../../static/', import.meta.url);
/** What some of those browsers lack, or lose to a user's setting, and what a script here might well want to use. */
const YOUNGER = [
  'AbortSignal.any', 'AbortSignal.timeout', 'checkVisibility', 'CloseWatcher', 'CompressionStream', 'createImageBitmap',
  'DeviceOrientationEvent', 'HTMLDialogElement', 'ImageDecoder', 'Intl.DisplayNames', 'Intl.Segmenter', 'moveBefore',
  'navigator.locks', 'navigator.share', 'navigator.xr', 'OffscreenCanvas', 'requestFullscreen', 'requestIdleCallback',
  'requestVideoFrameCallback', 'ResizeObserver', 'scheduler', 'showModal', 'showPopover', 'startViewTransition',
  'structuredClone', 'wakeLock',
];

const without = (/** @type {string} */ text) => text.replace(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Whether a script asks for something, by a condition or `?.`, or is ready for the error. */
function asks(/** @type {string} */ text, /** @type {string} */ name) {
  const escaped = name.replace('.', '\\.');
  return new RegExp(`${escaped}\\s*(\\?\\.|\\?\\?|\\))|[(!]\\s*(\\w+\\.)*${escaped}\\b|typeof ${escaped}|'${escaped}' in `).test(text)
    || new RegExp(`try \\{[^}]*${escaped}`).test(text);
}

test('scripts ask for what is younger than the oldest browser', () => {
  const found = [];
  for (const folder of ['viewer', 'site']) {
    for (const file of readdirSync(new URL(`${folder}/`, STATIC)).filter((name) => name.endsWith('.js'))) {
      const text = without(readFileSync(new URL(`${folder}/${file}`, STATIC), 'utf8'));
      for (const name of YOUNGER) if (text.includes(name) && !asks(text, name)) found.push(`${folder}/${file}: ${name}`);
    }
  }
  assert.deepEqual(found, []);
});

test('a use that nothing guards is found', () => {
  assert.equal(asks("element.checkVisibility()", 'checkVisibility'), false);
  assert.equal(asks('const copy = structuredClone(tour);', 'structuredClone'), false);
  assert.equal(asks('(window.requestIdleCallback ?? setTimeout)(run)', 'requestIdleCallback'), true);
});
