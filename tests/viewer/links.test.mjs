import assert from 'node:assert/strict';
import test from 'node:test';

import { formatLink, parseLink, safeUrl } from '../../static/viewer/links.js';

test('a link names a scene, or a scene and a view', () => {
  assert.deepEqual(parseLink('#chanh-dien'), { scene: 'chanh-dien', view: null });
  assert.deepEqual(parseLink('#chanh-dien/-35.2/4.0/80'), {
    scene: 'chanh-dien', view: { yaw_deg: -35.2, pitch_deg: 4, hfov_deg: 80 },
  });
});

test('what is written can be read', () => {
  for (const view of [{ yaw_deg: -179.96, pitch_deg: 89.9, hfov_deg: 30 }, { yaw_deg: -0.04, pitch_deg: 0.04, hfov_deg: 110 }]) {
    const hash = formatLink('san-chua', view);
    assert.ok(!hash.includes('-0.0/'), hash);
    const back = parseLink(hash);
    for (const name of Object.keys(view)) assert.ok(Math.abs(back.view[name] - view[name]) <= 0.05 + 1e-9);
  }
  assert.equal(formatLink('san-chua'), '#san-chua');
});

test('a view that makes no sense is dropped, the scene stays', () => {
  for (const tail of ['/1', '/1/2', '/1/2/3/4', '/NaN/0/90', '/1e2/0/90', '/ 1/0/90', '/999/0/90', '/0/91/90', '/0/0/0', '/0/0/179', '/--1/0/90', '//0/90', '/Infinity/0/90', '/0x10/0/90']) {
    assert.deepEqual(parseLink('#a' + tail), { scene: 'a', view: null }, tail);
  }
});

test('nonsense is no link', () => {
  for (const hash of ['', '#', '#/', '#/1/2/3', '#%', '#%E0%A4%A', '#<img src=x onerror=alert(1)>', '#a b', '#' + 'a'.repeat(81), '#../x', '#noi_dung', '#SanChua', '#-a', '#a--b', '#javascript:alert(1)', '#a\u0000b']) {
    assert.equal(parseLink(hash), null, hash);
  }
});

test('no string whatever breaks the parser', () => {
  const alphabet = ['#', '/', '%', '-', '.', '0', '9', 'a', 'é', '%41', '<', '"', ' ', '\u0000', '😀', 'NaN', '1e5'];
  let x = 12345;
  const next = () => (x = (x * 16807) % 2147483647);
  for (let i = 0; i < 5000; i++) {
    const hash = Array.from({ length: next() % 12 }, () => alphabet[next() % alphabet.length]).join('');
    const link = parseLink(hash);
    if (!link) continue;
    assert.match(link.scene, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    if (link.view) for (const value of Object.values(link.view)) assert.ok(Number.isFinite(value));
  }
});

test('only addresses of four kinds may be followed', () => {
  const base = 'https://tours.example/r/a/tour.json';
  assert.equal(safeUrl('https://example.org/a?b=1', base), 'https://example.org/a?b=1');
  assert.equal(safeUrl('tel:+84296000000', base), 'tel:+84296000000');
  assert.equal(safeUrl('mailto:a@example.org', base), 'mailto:a@example.org');
  assert.equal(safeUrl('../x.html', base), 'https://tours.example/r/x.html');
  for (const bad of ['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'blob:https://x/y', 'vbscript:x', 'http://', '', null, undefined]) {
    assert.equal(safeUrl(bad, base), null, String(bad));
  }
});
