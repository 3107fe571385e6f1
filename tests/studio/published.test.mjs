import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createComposer } from '../../static/studio/editor/published.js';

test('the floors of a draft are shown with their plans; one whose plan is gone is a floor all the same', () => {
  const draft = /** @type {any} */ ({
    id: 't', title: { vi: 'T' }, scenes: [], media: [{ id: 'so-do', kind: 'image', file: 'tang 1.png', alt: { vi: 'Sơ đồ' } }],
    floors: [{ id: 'mot', title: { vi: 'Tầng 1' }, plan: { medium: 'so-do', north_deg: 90 } }, { id: 'hai', title: { vi: 'Tầng 2' }, plan: { medium: 'mat' } }],
  });
  const { floors } = createComposer('/tours/t')(draft, new Map());
  assert.deepEqual(floors?.map(({ id, plan }) => [id, plan?.url, plan?.north_deg, plan?.alt]), [
    ['mot', '/tours/t/media/tang%201.png', 90, { vi: 'Sơ đồ' }], ['hai', undefined, undefined, undefined],
  ]);
});
