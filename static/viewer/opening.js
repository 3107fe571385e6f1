/**
 * What of a tour comes before everything else: its picture. The first tiles are asked for, a canvas is made and, where
 * no poster shows the same, what the document itself holds of the scene is drawn, before any of the controls are built.
 *
 * @import {Options} from './types.js'
 */

import words from '#words';

import { createAddress } from './address.js';
import { createCamera } from './camera.js';
import { el, pause } from './dom.js';
import { createPicture } from './picture.js';
import { fromDocument } from './projection.js';
import { sizeOf } from './screen.js';
import { createSource } from './source.js';

/** So long the controls wait for a poster that is still to come: building them would keep it from being painted. */
const POSTER_MS = 300;
const TWO_FRAMES_MS = 34;

/**
 * @param {HTMLElement} stage @param {string} tourUrl @param {Options} options
 */
export function openStage(stage, tourUrl, options) {
  const language = options.language || stage.closest('[lang]')?.getAttribute('lang') || 'vi';
  const source = createSource(tourUrl, language);
  /**
   * What the tour makes of what happens here; until it is there nothing is made of it. `wake`: a frame is due; `turned`:
   * the view changed; `rested`: a glide came to its end; `first`: the picture took the poster's place; `went`: a link was
   * followed, or the visitor went back.
   * @type {{wake?: () => void, turned?: () => void, rested?: () => void, first?: () => void,
   *   went?: (link: ReturnType<typeof import('./links.js').parseLink>) => void}}
   */
  const to = {};
  const wake = () => to.wake?.();
  const address = createAddress(options.history !== false, (link) => to.went?.(link));
  const surface = el('div', { class: 'stage-surface' });
  const keys = el('p', { class: 'stage-unseen', id: `${stage.id || 'stage'}-keys` }, words.keys);
  const camera = createCamera({ turned: () => to.turned?.(), rested: () => to.rested?.(), wake });

  const link = address.link();
  const { tour } = options.start ?? {};
  const scene = tour?.scenes?.find(({ id }) => id === (link?.scene ?? tour.start)) ?? null;
  const poster = /** @type {HTMLImageElement | null} */ (stage.querySelector('.stage-poster img'));
  // A poster of another scene or view would only be in the way.
  const postered = Boolean(poster) && !link?.view && scene?.id === tour?.start;
  // Decoded while the canvas is made.
  const glimpse = scene && source.atOnce(scene).catch(() => null);
  const picture = createPicture(stage, surface, {
    camera,
    source,
    wake,
    attributes: { tabindex: 0, role: 'application', 'aria-roledescription': words.panorama, 'aria-describedby': keys.id },
    first: () => to.first?.(),
    early() {
      const size = sizeOf(stage);
      if (!scene || !size.width || !size.height) return null;
      camera.resize(size);
      camera.open(scene);
      if (link?.view) camera.look(fromDocument(link.view, size));
      return { scene, url: source.url, view: camera.view, size, density: camera.density(), backed: postered };
    },
  });

  return {
    language, source, to, address, surface, keys, camera, picture,

    /** Lets something be seen before the rest is built, which keeps the browser from painting anything. */
    async seen() {
      if (postered) await Promise.race([poster?.decode().catch(() => {}), pause(POSTER_MS)]);
      const strip = await glimpse;
      if (scene && strip && camera.size.width) {
        stage.append(surface);
        picture.open(scene, strip);
        if (!postered) picture.draw();
      }
      await pause(TWO_FRAMES_MS);
    },
  };
}
