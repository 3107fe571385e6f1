/**
 * What a tour can do beyond being looked at. Each feature is a module of its own that is fetched when it is asked for:
 * `create(inside)` makes it, once, and `toggle(opener)` is what its button does. Parts of scenes (media glued into the
 * picture, sounds) are fetched when a scene has them: `open(scene)` takes a scene up, or null when it is left.
 *
 * @import {Inside, Scene, TourDocument} from './types.js'
 */

import * as device from './device.js';

/**
 * @typedef {object} Feature
 * @property {string} id      as the skin names it
 * @property {string} symbol
 * @property {string} name
 * @property {boolean} [dialog]
 * @property {boolean} [menu] stands in the menu only
 * @property {(tour: TourDocument) => boolean | Promise<boolean>} when  whether tour and device have it
 * @property {() => Promise<unknown> | undefined} [ask] what a browser grants only within the click itself; never rejects
 * @property {() => Promise<{create: (inside: Inside, offered: import('./actions.js').Offered) => Part}>} load
 *
 * @typedef {{toggle: (opener: HTMLElement, asked?: Promise<unknown>) => void}} Part
 *
 * @typedef {object} ScenePart
 * @property {(scene: Scene) => boolean} when
 * @property {() => Promise<{create: (inside: Inside) => {open: (scene: Scene | null) => void}}>} load
 */

/** @param {Inside} inside */
export function createFeatures(inside) {
  const { words } = inside;
  /** @type {Feature[]} */
  const features = [
    {
      id: 'gyroscope', symbol: 'rotate-3d', name: words.gyroscope,
      when: device.turns, ask: device.askMotion, load: () => import('./gyroscope.js'),
    },
    {
      id: 'vr', symbol: 'rectangle-goggles', name: words.vr,
      when: () => inside.picture.stereo !== null && device.stereo(), ask: device.askStereo, load: () => import('./vr.js'),
    },
  ];
  /** @type {ScenePart[]} */
  const parts = [];

  /** @type {Set<string>} */
  const offered = new Set();
  /** @type {Map<ScenePart, Promise<{open: (scene: Scene | null) => void} | null>>} */
  const made = new Map();

  /** @param {Feature} feature */
  function offer(feature) {
    /** @type {Promise<Part | null> | null} */
    let making = null;
    const handle = inside.chrome.actions.offer({
      ...feature,
      async act(opener) {
        const asked = feature.ask?.();
        making ??= inside.part(feature.load).then((module) => module && module.create(inside, handle));
        const ready = await making;
        if (!ready) {
          making = null;
          // A headset that was given must not wait for what will not come.
          void asked?.then((given) => /** @type {import('./webxr.js').XrSession | null} */ (given)?.end?.());
        } else if (!inside.signal.aborted) ready.toggle(opener, asked);
      },
    });
  }

  return {
    /** Offers what a tour has, as soon as that is known. @param {TourDocument} tour */
    tour(tour) {
      for (const feature of features) {
        if (offered.has(feature.id)) continue;
        void Promise.resolve(feature.when(tour)).then((has) => {
          if (!has || offered.has(feature.id) || inside.signal.aborted) return;
          offered.add(feature.id);
          offer(feature);
        });
      }
    },

    /** Takes up the parts that a scene has; what the last one had is told that it is over. @param {Scene} scene */
    scene(scene) {
      for (const part of parts) {
        const has = part.when(scene);
        if (has && !made.has(part)) {
          const making = inside.part(part.load).then((module) => module && module.create(inside));
          made.set(part, making);
          void making.then((ready) => ready || made.delete(part));
        }
        void made.get(part)?.then((ready) => ready?.open(has && inside.scene() === scene ? scene : null));
      }
    },
  };
}
