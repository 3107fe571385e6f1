import assert from 'node:assert/strict';
import { test } from 'node:test';

import { relative } from '../../static/studio/times.js';
import { ofAll, ofFile, size } from '../../static/studio/upload/said.js';
import { outcome } from '../../static/studio/upload/send.js';
import { fill, leftWords } from '../../static/studio/words.js';

const NOW_MS = Date.UTC(2028, 2, 15, 3, 32);
const ago = (/** @type {number} */ s, lang = 'vi') => relative(NOW_MS - s * 1000, NOW_MS, lang);

test('times are told as people tell them, and old ones by their date', () => {
  assert.deepEqual([5, 90, 3 * 3600, 26 * 3600].map((s) => ago(s)), ['vừa xong', '2 phút trước', '3 giờ trước', 'hôm qua']);
  assert.equal(ago(90, 'en'), '2 minutes ago');
  assert.equal(ago(8 * 86_400), '');
  assert.equal(ago(-120, 'en'), 'in 2 minutes');
});

test('amounts of data are written as in Vietnam, and as the server writes them', () => {
  assert.deepEqual([0, 999, 1000, 8_449_000, 123_400_000, 1_500_000_000].map((n) => size(n, 'vi').replace('\u00a0', ' ')), ['0 B', '999 B', '1 kB', '8,4 MB', '123 MB', '1,5 GB']);
});

test('what is left is said in whole minutes, and nothing is said where nothing is known', () => {
  const words = { 'left-short': 'short', 'left-minutes': '{count} m', 'left-hours': '{count} h' };
  assert.deepEqual([null, 20, 89, 400, 7200].map((s) => leftWords(s, words, 'left', 'vi')), ['', 'short', '1 m', '7 m', '2 h']);
});

test('a field that is missing stays visible', () => {
  assert.equal(fill('{a} và {b}', { a: 1 }), '1 và {b}');
  assert.equal(fill(undefined), '');
});

test('a file says its state in words, and its fault before its state', () => {
  const words = { 'file-sending': '{percent} %', 'file-resuming': 'tiếp {percent} %', 'file-big': '{size} > {most}' };
  const item = /** @type {any} */ ({ state: 'sending', code: '', fields: {}, file: { size: 200 }, sentBytes: 50, resumed: false });
  assert.equal(ofFile(item, words, 'vi'), '25 %');
  assert.equal(ofFile({ ...item, resumed: true }, words, 'vi'), 'tiếp 25 %');
  assert.equal(ofFile({ ...item, state: 'refused', code: 'big', fields: { mostBytes: 100 } }, words, 'vi'), '200\u00a0B > 100\u00a0B');
});

test('the list says first what keeps it from going on', () => {
  const words = { title: '{count} tệp', 'title-one': '1 tệp', 'title-sending': 'gửi {files}', 'title-paused': 'nghỉ {files}', 'title-offline': 'mất mạng {files}', 'title-done': 'xong {files}', 'title-problems': 'xem {files}', text: '{left}' };
  const totals = { all: 9, waiting: 4, problems: 1, done: 4, checking: 0, resumed: 0, sizeBytes: 10, sentBytes: 5 };
  const title = (/** @type {object} */ now, /** @type {object} */ more = {}) =>
    ofAll({ ...totals, ...more }, { paused: false, online: true, leftS: null, ...now }, words, 'vi').title;
  assert.equal(title({}), 'gửi 4 tệp');
  assert.equal(title({ paused: true }), 'nghỉ 4 tệp');
  assert.equal(title({ paused: true, online: false }), 'mất mạng 4 tệp');
  assert.equal(title({}, { waiting: 0 }), 'xem 1 tệp');
  assert.equal(title({}, { waiting: 0, problems: 0 }), 'xong 4 tệp');
});

test('what the server refuses is told in its words, what may pass can be tried again', () => {
  const told = JSON.stringify({ title: 'Tệp quá lớn', detail: 'Tệp nặng 3 GB.', code: 'TEP-LON' });
  assert.deepEqual(outcome(413, told), { state: 'refused', code: 'refused', fields: { reason: 'Tệp nặng 3 GB. (TEP-LON)' } });
  assert.equal(outcome(400, '<html>').fields?.reason, '400');
  for (const status of [0, 409, 423, 429, 500, 503]) assert.equal(outcome(status, '').state, 'failed');
  assert.equal(outcome(401, '').code, 'signed-out');
});
