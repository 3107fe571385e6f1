/**
 * How a visitor looks on arrival, chosen by looking: the target in a small stage of its own.
 *
 * @import {Editor} from './context.js'
 * @import {Scene, View} from './draft.js'
 */

import { createTour } from '../../viewer/tour.js';
import { said } from './draft.js';
import { button, el, openDialog, say } from './parts.js';
import { createComposer } from './published.js';

/** @param {Editor} ed @param {Scene} target @param {View | null} first @param {(view: View) => void} choose */
export function openArrival(ed, target, first, choose) {
  const stage = el('div', { class: 'stage ed-small-stage' });
  /** @type {import('../../viewer/types.js').Tour | null} */
  let tour = null;
  const dialog = openDialog(say('arrival-title', { scene: said(target.title, ed.given.lang) }), () => [
    el('p', { class: 'ed-hint' }, say('arrival-text')), stage,
    el('div', { class: 'ed-dialog-foot' }, button(say('cancel'), 'x', () => dialog.close()), button(say('arrival-use'), 'check', () => {
      const view = tour?.view;
      if (view) choose(view);
      dialog.close();
    }, { cls: 'button-main' })),
  ], 'is-wide');
  const whole = createComposer(ed.given.page)(ed.draft, ed.panoramas);
  const scene = whole.scenes.find(({ id }) => id === target.id);
  if (!scene) {
    stage.replaceChildren(el('p', {}, say('picture-waiting')));
    return;
  }
  const alone = { ...whole, start: scene.id, scenes: [{ ...scene, initial_view: first ?? scene.initial_view, hotspots: [] }] };
  tour = createTour(stage, `${ed.given.page}/`, {
    language: ed.given.lang, history: false, start: { tour: alone, scene_count: 1 },
    features: () => ({ later() {}, tour() {}, scene() {}, press: () => false }),
  });
  dialog.addEventListener('close', () => tour?.destroy());
}
