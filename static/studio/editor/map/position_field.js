/**
 * One field for where something is, written and pasted as map programs give it.
 *
 * @import {Position} from '../draft.js'
 */

import { el, field, say } from '../parts.js';
import { readPosition } from './places.js';

/**
 * @param {import('../parts.js').Panel} panel
 * @param {() => Position | null | undefined} get
 * @param {(position: {lat: number, lon: number} | null) => void} put null where the field was emptied
 * @param {{hint?: string}} [how]
 */
export function positionField(panel, get, put, how = {}) {
  const input = el('input', { type: 'text', autocomplete: 'off', placeholder: '10.6815, 105.0806' });
  let wrong = false;
  const written = () => {
    const at = get();
    return at ? `${at.lat}, ${at.lon}` : '';
  };
  input.addEventListener('change', () => {
    const found = readPosition(input.value);
    wrong = !found && input.value.trim() !== '';
    if (!wrong) put(found);
    panel.refresh();
  });
  const row = field(panel, say('map-coordinates'), input, { field: 'position', note: () => (wrong ? say('map-coordinates-note') : ''), ...how });
  let before = '';
  panel.bind(() => {
    const now = written();
    // What could not be read stays to be mended, until the position changes from elsewhere.
    if (now !== before) wrong = false;
    before = now;
    if (!wrong && document.activeElement !== input && input.value !== now) input.value = now;
  });
  return row;
}
