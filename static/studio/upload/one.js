/** One file sent from where it is needed: the same way as from the page of pictures, loaded when somebody chooses a file. */

import { fault } from './choose.js';
import { fingerprint } from './fingerprint.js';
import { askKnown } from './known.js';
import { Sender } from './send.js';

/** @typedef {import('./queue.js').Item} Item */

/**
 * Sends a file and returns what became of it: 'done', 'known' with the name that it has here, 'refused' or 'failed' with
 * the sentence of the server as `reason`, where it said one.
 *
 * @param {File} file
 * @param {{tour: string, endpoint: string, known: string, chunk_bytes: number, file_bytes: number, accept: string[], scene?: string}} to
 *   scene: whose picture it is to be
 * @param {(part: number) => void} told how much of it is there
 * @returns {Promise<{state: import('./queue.js').State, code: string, name: string, reason: string}>}
 */
export async function sendOne(file, to, told) {
  const code = fault(file, { accept: to.accept, fileBytes: to.file_bytes, roomBytes: Infinity });
  if (code) return { state: 'refused', code, name: file.name, reason: '' };
  const print = await fingerprint(file);
  // For a scene it is sent in any case: what is here already is not this scene's picture.
  const there = print && !to.scene ? (await askKnown(to.known, to.tour, [print])).get(print) : undefined;
  if (there !== undefined) return { state: 'known', code: 'known', name: there, reason: '' };
  return new Promise((done) => {
    const item = /** @type {Item} */ ({
      key: file.name, file, path: file.name, state: 'waiting', sentBytes: 0, resumed: false, code: '', fields: {}, fingerprint: print, again: Boolean(to.scene),
    });
    const sender = new Sender({ tour: to.tour, endpoint: to.endpoint, chunkBytes: to.chunk_bytes, atOnce: 1, ...(to.scene ? { scene: to.scene } : {}) }, (one, change) => {
      Object.assign(one, change);
      if (one.state === 'sending' || one.state === 'waiting') return told(file.size ? one.sentBytes / file.size : 1);
      done({ state: one.state, code: one.code, name: file.name, reason: String(one.fields.reason ?? '') });
    });
    sender.add([item]);
  });
}
