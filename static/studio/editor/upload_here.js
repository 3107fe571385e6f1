/**
 * A file sent from where it is needed, without leaving the editor. What sends it is loaded when somebody chooses one.
 *
 * @import {Editor} from './context.js'
 */

import { el, icon, say } from './parts.js';

/**
 * A button that sends a chosen file, with what became of it beside.
 * @param {Editor} ed @param {{scene?: string, sent: (name: string) => void}} how
 *   scene: whose picture it is to be; sent: it is here, under that name
 */
export function uploadHere(ed, { scene, sent }) {
  const { upload } = ed.given;
  const state = el('p', { class: 'ed-hint', role: 'status' });
  const input = el('input', { type: 'file', class: 'unseen', id: 'tai_tai_cho', accept: upload?.accept.join(',') ?? '' });
  const press = el('label', { class: 'button', for: input.id }, icon('upload'), el('span', {}, say('upload-here')));
  input.addEventListener('change', async () => {
    const [file] = input.files ?? [];
    if (!file || !upload) return;
    input.disabled = true;
    try {
      const { sendOne } = /** @type {typeof import('../upload/one.js')} */ (await import(upload.script));
      const came = await sendOne(file, { ...upload, tour: ed.given.tour, ...(scene ? { scene } : {}) }, (part) =>
        void (state.textContent = say('upload-percent', { percent: Math.floor(part * 100) })));
      if (came.state === 'done' || came.state === 'known') {
        state.textContent = say(came.state === 'known' ? 'upload-known' : 'upload-sent', { name: came.name });
        sent(came.name);
      } else state.textContent = came.reason || say(came.code === 'kind' ? 'upload-kind' : 'upload-failed', { name: came.name });
    } catch {
      state.textContent = say('upload-failed', { name: file.name });
    }
    input.disabled = false;
    input.value = '';
  });
  return el('div', { class: 'ed-upload', hidden: !upload }, input, press, state);
}
