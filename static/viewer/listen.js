/**
 * The button below the heading that plays what is told in a scene, where something is told.
 *
 * @import {Inside} from './types.js'
 */

import { button } from './dom.js';
import { narrationOf } from './walk.js';

/** @param {Inside} inside */
export function create(inside) {
  const control = button(inside.words.listen, 'volume-2', async () => {
    const module = await inside.part(() => import('./guide.js'));
    await module?.guideOf(inside).listen(control);
  }, 'stage-listen', true);

  function show() {
    const [scene, { tour }] = [inside.scene(), inside.source];
    control.hidden = !scene || !tour || !narrationOf(scene, tour, inside.language);
    // The heading is larger or smaller now, and hotspots keep away from it.
    inside.measure();
  }

  inside.chrome.head.append(control);
  show();
  const forget = inside.on('scene', show);
  inside.signal.addEventListener('abort', () => {
    forget();
    control.remove();
  });
}
