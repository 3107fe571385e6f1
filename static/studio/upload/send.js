/**
 * Sends files by tus through Uppy: in pieces, a few at a time, going on where they were broken off, also after the browser
 * was closed, since the address of an upload is kept in this browser under what makes its file the same.
 *
 * Uppy copies its whole state with every bit of progress, so it is given a few files at a time and loses those that are done.
 */

import Uppy from '@uppy/core';
import Tus from '@uppy/tus';

/** @typedef {import('./queue.js').Item} Item */
/** @typedef {{ tour: string, endpoint: string, chunkBytes: number, atOnce: number, scene?: string }} Settings  scene: whose picture it is to be */

/** Delays between tries: about a minute for a server that starts anew; afterwards somebody may press "again". */
const RETRY_MS = [0, 1000, 3000, ...Array.from({ length: 12 }, () => 5000)];
const HELD = 24;

export class Sender {
  /** @type {Item[]} */
  #waiting = [];
  /** @type {Map<string, Item>} what Uppy has, by its names */
  #held = new Map();
  #uppy;
  #paused = false;

  /** @param {Settings} settings @param {(item: Item, change: Partial<Item>) => void} set */
  constructor(settings, set) {
    this.settings = settings;
    this.set = set;
    // The name of this Uppy is part of what makes a file the same: the same photo may go into two tours.
    this.#uppy = new Uppy({ id: `tour-${settings.tour}${settings.scene ? `-${settings.scene}` : ''}`, autoProceed: false });
    this.#uppy.use(Tus, {
      endpoint: settings.endpoint,
      chunkSize: settings.chunkBytes,
      limit: settings.atOnce,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request, file) => {
        // Only who has the address of an earlier beginning asks first how far that came.
        const item = this.#held.get(file.id);
        if (request.getMethod() === 'HEAD' && item?.state === 'waiting') this.set(item, { resumed: true });
      },
      allowedMetaFields: ['tour', 'name', 'relativePath', 'lastModified', 'fingerprint', 'again', 'scene'],
    });
    this.#uppy.on('upload-progress', (file, progress) => {
      const item = file && this.#held.get(file.id);
      if (!item) return;
      this.set(item, { state: 'sending', sentBytes: progress.bytesUploaded || 0 });
    });
    this.#uppy.on('upload-success', (file) => this.#end(file?.id, { state: 'done', code: '' }));
    this.#uppy.on('upload-error', (file, _error, response) => {
      const request = /** @type {XMLHttpRequest | undefined} */ (response?.body?.xhr);
      this.#end(file?.id, outcome(response?.status ?? 0, request?.responseText ?? ''));
    });
  }

  /** Takes items that are waiting. */
  add(/** @type {Item[]} */ items) {
    this.#waiting.push(...items);
    this.#fill();
  }

  pause() {
    this.#paused = true;
    this.#uppy.pauseAll();
  }

  resume() {
    this.#paused = false;
    this.#uppy.resumeAll();
    this.#fill();
  }

  /** @param {string | undefined} id @param {Partial<Item>} change */
  #end(id, change) {
    const item = id === undefined ? undefined : this.#held.get(id);
    if (id === undefined || !item) return;
    this.#held.delete(id);
    this.set(item, change);
    // Later: Uppy is in the middle of telling everybody about this file.
    setTimeout(() => {
      if (this.#uppy.getFile(id)) this.#uppy.removeFile(id);
      this.#fill();
    }, 0);
  }

  #fill() {
    if (this.#paused || this.#waiting.length === 0 || this.#held.size > HELD / 2) return;
    for (const item of this.#waiting.splice(0, HELD - this.#held.size)) {
      try {
        const { file, path, fingerprint, again } = item;
        const { lastModified } = file;
        const meta = { tour: this.settings.tour, relativePath: path, lastModified, fingerprint, again: again ? '1' : '', ...(this.settings.scene ? { scene: this.settings.scene } : {}) };
        this.#held.set(this.#uppy.addFile({ name: file.name, type: file.type, data: file, source: 'studio', meta }), item);
      } catch {
        this.set(item, { state: 'failed', code: 'failed', fields: {} });
      }
    }
    // Each file tells its own errors above.
    this.#uppy.upload().catch(() => undefined);
  }
}

/**
 * Returns what an answer that is no success means for a file. What the server says is shown as it is said: it speaks the
 * person's language, in the shape of RFC 9457.
 *
 * @param {number} status 0 where there was no answer @param {string} body @returns {Partial<Item>}
 */
export function outcome(status, body) {
  if (status === 401) return { state: 'failed', code: 'signed-out', fields: {} };
  if (status < 400 || status >= 500 || [408, 409, 423, 429].includes(status)) return { state: 'failed', code: 'failed', fields: {} };
  let reason = '';
  try {
    const told = JSON.parse(body);
    // Somebody else was quicker with the same file.
    if (told.code === 'TAI-LEN-TRUNG') return { state: 'known', code: 'refused', fields: { reason: told.detail ?? told.code } };
    reason = String(told.detail ?? told.title ?? '');
    if (reason && told.code && !reason.includes(told.code)) reason = `${reason} (${told.code})`;
  } catch {
    reason = '';
  }
  return { state: 'refused', code: 'refused', fields: { reason: reason || String(status) } };
}
