/**
 * What a tour can do beyond being looked at. Each feature is a module of its own that is fetched when it is asked for:
 * `create(inside)` makes it, once, and `toggle(opener)` is what its button does. Parts of scenes (media glued into the
 * picture, sounds) are fetched when a scene has them: `open(scene)` takes a scene up, or null when it is left. What only
 * makes a visit nicer waits until the first picture is as sharp as it gets, and then makes itself.
 *
 * @import {Hotspot, Inside, Scene, TourDocument} from './types.js'
 */

import * as device from './device.js';
import { calm } from './dom.js';
import { thrifty } from './source.js';

/**
 * @typedef {object} Feature
 * @property {string} id      as the skin names it
 * @property {string} symbol
 * @property {string} name
 * @property {boolean} [dialog]
 * @property {boolean} [written] its name stands beside its icon
 * @property {boolean} [menu] stands in the menu only
 * @property {(tour: TourDocument) => boolean | Promise<boolean>} when  whether tour and device have it
 * @property {() => Promise<unknown> | undefined} [ask] what a browser grants only within the click itself; never rejects
 * @property {() => Promise<{create: (inside: Inside, offered: import('./actions.js').Offered) => Part}>} load
 *
 * @typedef {{toggle: (opener: HTMLElement, asked?: Promise<unknown>) => void}} Part
 *
 * @typedef {object} ScenePart
 * @property {(scene: Scene) => boolean} when
 * @property {() => Promise<{create: (inside: Inside) => ReadyPart}>} load
 *
 * @typedef {object} ReadyPart
 * @property {(scene: Scene | null) => void} open
 * @property {(spot: Hotspot, opener: HTMLElement) => void} [press]  answers the press on a hotspot itself
 *
 * @typedef {object} Late
 * @property {(tour: TourDocument) => boolean} when
 * @property {() => Promise<{create: (inside: Inside) => void}>} load
 */

/** From here on the stage may have room for the strip of scenes. */
const ROOMY = '(min-width: 48rem) and (min-height: 460px)';

/** Whether a scene has hotspots of a kind. @param {Hotspot['kind']} kind @returns {(scene: Scene) => boolean} */
const has = (kind) => (scene) => scene.hotspots.some((spot) => spot.kind === kind);

/** @param {Inside} inside */
export function createFeatures(inside) {
  const { words, source } = inside;
  const { actions } = inside.chrome;
  /** @type {Feature[]} */
  const features = [
    {
      id: 'scenes', symbol: 'list', name: words.scenes, dialog: true, written: true,
      when: () => source.count > 1,
      load: () => import('./scenes.js'),
    },
    { id: 'guide', symbol: 'footprints', name: words.guide, when: (tour) => Boolean(tour.guide), load: () => import('./guide.js') },
    {
      id: 'gyroscope', symbol: 'rotate-3d', name: words.gyroscope,
      when: device.turns, ask: device.askMotion, load: () => import('./gyroscope.js'),
    },
    {
      id: 'vr', symbol: 'rectangle-goggles', name: words.vr,
      when: () => inside.picture.stereo !== null && device.stereo(), ask: device.askStereo, load: () => import('./vr.js'),
    },
    {
      id: 'map',
      symbol: 'map',
      name: words.map,
      // One scene alone is worth a map only where there is something around it.
      when: ({ floors, map, scenes }) => Boolean(floors?.some(({ plan }) => plan))
        || scenes.filter(({ position }) => position).length > (map ? 0 : 1),
      load: () => import('./map.js'),
    },
    {
      id: 'offline', symbol: 'download', name: words.offline, dialog: true, menu: true,
      // Only a published page names a service worker.
      when: () => Boolean(document.documentElement.dataset.worker) && device.canKeep(), load: () => import('./save.js'),
    },
  ];
  /** @type {ScenePart} */
  const sounds = { when: has('sound'), load: () => import('./sounds.js') };
  /** @type {ScenePart[]} */
  const parts = [{ when: has('layer'), load: () => import('./layers.js') }, sounds];
  /** @type {Late[]} */
  let late = [
    {
      when: () => source.whole && source.count > 1 && actions.wants('thumbnails') && matchMedia(ROOMY).matches,
      load: () => import('./strip.js'),
    },
    { when: ({ scenes }) => scenes.some(({ narration }) => narration), load: () => import('./listen.js') },
    // Turning shows, and therefore fetches, all there is: not for those who save data.
    { when: ({ skin }) => Boolean(skin?.auto_turn) && !calm() && !thrifty(), load: () => import('./turn.js') },
  ];

  /** @type {Set<string>} */
  const offered = new Set();
  /** @type {Map<ScenePart, Promise<ReadyPart | null>>} */
  const made = new Map();

  /** Who points at hotspots sees where ways lead; what shows it can fail to load without harm. */
  const peeking = new AbortController();
  for (const type of /** @type {const} */ (['pointerover', 'pointerdown', 'focusin'])) {
    inside.hotspots.list.addEventListener(type, (event) => {
      peeking.abort();
      let lifted = false;
      inside.surface.addEventListener('pointerup', () => (lifted = true), { once: true, capture: true });
      import('./preview.js').then(({ create }) => create(inside, lifted ? null : event), () => {});
    }, { signal: peeking.signal });
  }

  /** @param {Feature} feature */
  function offer(feature) {
    /** @type {Promise<Part | null> | null} */
    let making = null;
    const handle = actions.offer({
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

  /** Fetches what waited, as far as it is of use by now. */
  function later() {
    const { tour } = source;
    const due = late.filter(({ when }) => tour && when(tour));
    late = late.filter((part) => !due.includes(part));
    // Nobody asked for these: where they cannot be had now, nothing is said, and another time is as good.
    for (const part of due) {
      part.load().then((module) => inside.signal.aborted || module.create(inside), () => late.push(part));
    }
  }
  matchMedia(ROOMY).addEventListener('change', later, { signal: inside.signal });

  return {
    later,

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
        const wanted = part.when(scene);
        if (wanted && !made.has(part)) {
          const making = inside.part(part.load).then((module) => module && module.create(inside));
          made.set(part, making);
          void making.then((ready) => ready || made.delete(part));
        }
        void made.get(part)?.then((ready) => ready?.open(wanted && inside.scene() === scene ? scene : null));
      }
    },

    /** Hands the press on a hotspot to the part of its kind; false where none answers it. @param {Hotspot} spot @param {HTMLElement} opener */
    press(spot, opener) {
      const making = spot.kind === 'sound' && made.get(sounds);
      if (making) void making.then((ready) => ready?.press?.(spot, opener));
      return Boolean(making);
    },
  };
}
