/**
 * The picture of the open scene, from the poster of the page to the sharpest tiles: on a canvas where there is WebGL,
 * else on a cube of pictures, which also stands in while a graphics context is lost.
 *
 * @import {Pixels, Scene, Size} from './types.js'
 * @import {Drawn, Pano} from './panorama.js'
 */

import { calm, el, set } from './dom.js';
import { createPanorama, decode } from './panorama.js';
import * as geometry from './projection.js';

const FADE_MS = 250;
/** @type {Drawn} */
const UNDRAWN = { full: false, more: false, failing: false, painted: false };
/** After so many lost contexts in a minute the graphics processor is left alone. */
const LOSSES = 3;

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} surface
 * @param {object} host
 * @param {ReturnType<typeof import('./camera.js').createCamera>} host.camera
 * @param {ReturnType<typeof import('./source.js').createSource>} host.source
 * @param {() => void} host.wake
 * @param {Record<string, string | number>} host.attributes  what tells assistive technology what it is
 * @param {() => void} host.first  the picture took the poster's place
 * @param {() => import('./panorama.js').Early | null} host.early  what will be seen first, where that is known
 */
export function createPicture(stage, surface, { camera, source, wake, attributes, first, early }) {
  const poster = /** @type {HTMLImageElement | null} */ (stage.querySelector('.stage-poster img'));
  /** @type {Scene | null} */
  let scene = null;
  /** @type {Pano | null} */
  let stand_in = null;
  /** @type {number[]} */
  let losses = [];
  let [shown, settled] = [false, false];
  /** The graphics context was lost, and the picture is not back. */
  let away = false;
  /** The poster still has to come onto the canvas before the canvas may take its place. */
  let awaiting = false;
  /** The preview strip is there or on its way; it is there; a small one is. */
  let [sharp, arrived, small] = [false, false, false];
  /** Who draws the frames while the screen is given to a headset. @type {(() => Drawn) | null} */
  let painter = null;
  /** @type {Pano} */
  let pano = createPanorama({ wake, lost, restored, early }) ?? nothing();
  present();
  if (!pano.stereo) void fetchCube().then(replace, () => {});

  /** The cube of pictures, which few visitors ever need. @returns {Promise<Pano>} */
  function fetchCube() {
    return import('./cube.js').then(({ createCube }) => createCube({ wake }));
  }

  function present() {
    const { element } = pano;
    element.classList.add('stage-picture');
    for (const [name, value] of Object.entries(attributes)) set(element, name, value);
    surface.prepend(element);
  }

  function lost() {
    const now = performance.now();
    losses = [...losses.filter((time) => now - time < 60_000), now];
    away = true;
    pano.element.classList.add('is-lost');
    void fetchCube().then((cube) => {
      if (losses.length >= LOSSES) replace(cube);
      else if (scene && !stand_in && away) {
        stand_in = cube;
        cube.open(scene, source.url);
        cube.element.classList.add('stage-picture');
        pano.element.after(cube.element);
        wake();
      } else cube.destroy();
    }, () => {});
  }

  /** From now on another one shows the picture. @param {Pano} next */
  function replace(next) {
    const focused = document.activeElement === pano.element;
    stand_in?.destroy();
    stand_in = null;
    pano.destroy();
    pano = next;
    present();
    if (focused) next.element.focus({ preventScroll: true });
    if (scene) next.open(scene, source.url);
    wake();
  }

  /** From now on the canvas shows the picture again. */
  function back() {
    away = false;
    stand_in?.destroy();
    stand_in = null;
    pano.element.classList.remove('is-lost');
  }

  async function restored() {
    sharp = arrived = small = false;
    // Before any scene is open nothing was shown, and nothing has to come back.
    if (!scene) return back();
    await showSmall();
    await fetchPreview();
  }

  /** The strip that the document itself holds. */
  async function showSmall() {
    const of = scene;
    const found = of && (await source.atOnce(of).catch(() => null));
    if (found && scene === of && !arrived) pano.preview(found.strip, of.preview.order);
    found?.strip.close();
    wake();
    return Boolean(found);
  }

  /** Brings the preview strip of the scene, unless it is there. */
  async function fetchPreview() {
    if (sharp || !scene) return;
    sharp = true;
    const of = scene;
    try {
      const strip = await source.preview(of);
      if (scene === of) {
        pano.preview(strip, of.preview.order);
        arrived = true;
      }
      strip.close();
    } catch {
      // The small strip stays.
    }
    wake();
  }

  /** Brings the poster of the page onto the canvas. @param {Scene} of @param {(natural: Size) => void} known */
  async function showPoster(of, known) {
    if (!poster) return;
    awaiting = true;
    try {
      await poster.decode();
      const natural = { width: poster.naturalWidth, height: poster.naturalHeight };
      if (scene !== of || shown) return;
      known(natural);
      const bitmap = await decode(poster);
      if (scene === of) {
        const focal = geometry.focalOf(of.initial_view.hfov_deg, natural) * (bitmap.width / natural.width);
        pano.poster(bitmap, { ...geometry.fromDocument(of.initial_view, natural), focal });
      }
      bitmap.close();
    } catch {
      // A poster that does not load or may not be read: the tiles will do.
    } finally {
      awaiting = false;
      wake();
    }
  }

  return {
    fetchPreview,

    /** Says what is shown. @param {string} label */
    name(label) {
      attributes['aria-label'] = label;
      set(pano.element, 'aria-label', label);
    },

    get element() {
      return pano.element;
    },

    /**
     * Takes up a scene; `strip` is what can be shown of it already.
     * @param {Scene} next @param {{strip: Pixels, sharp: boolean} | null} strip
     */
    open(next, strip) {
      if (next === scene && !strip) return;
      scene = next;
      sharp = arrived = strip?.sharp ?? false;
      small = Boolean(strip);
      pano.open(next, source.url);
      stand_in?.open(next, source.url);
      if (strip) {
        pano.preview(strip.strip, next.preview.order);
        strip.strip.close();
      }
    },

    /**
     * The first scene of all: under the page's poster, where that shows the same.
     * @param {((natural: Size) => void) | null} posterKnown
     */
    async begin(posterKnown) {
      if (!scene) return;
      if (shown) {
        // By what the document holds. Whoever wants to be told begins to listen only now.
        await null;
        return first();
      }
      if (posterKnown) void showPoster(scene, posterKnown);
      // The small strip will do until somebody turns: the line is for the tiles.
      if (!small && !(await showSmall())) void fetchPreview();
    },

    /** Puts one frame on the screen. @returns {Drawn} */
    draw() {
      if (painter) return painter();
      // Nobody would see it: the poster is about to come onto the canvas.
      if (awaiting && camera.pristine && !shown) return UNDRAWN;
      const { view, size } = camera;
      const poster = camera.pristine && (awaiting ? 'coming' : 'there');
      const drawn = pano.draw(view, size, camera.density(), settled && !calm(), poster);
      // What comes first comes at once; later tiles fade in over what they replace.
      settled ||= drawn.full;
      const standing = stand_in?.draw(view, size, camera.density(), false);
      if (drawn.painted && sharp && away) back();
      const now = standing && stand_in ? { ...standing, more: drawn.more } : drawn;
      // The canvas takes the poster's place as soon as it shows the same, or when the visitor turns away from it.
      if (now.painted && !shown) {
        shown = true;
        stage.classList.add('is-live');
        first();
      }
      return now;
    },

    /** What is on screen now, to be laid over what comes; null where that cannot be or is not wanted. */
    copy: () => (calm() || painter ? null : pano.copy()),

    /** What draws for several eyes; null without WebGL and while its context is lost. */
    get stereo() {
      return (!stand_in && pano.stereo) || null;
    },

    /** Leaves the frames to another painter until it is given null. @param {(() => Drawn) | null} next */
    lend(next) {
      painter = next;
      wake();
    },
    get lent() {
      return painter !== null;
    },

    /** Gives up what can be had again. */
    shed: () => pano.shed(),

    /** Lays an old frame over the picture and lets it go. @param {HTMLCanvasElement} copy */
    fade(copy) {
      for (const old of surface.querySelectorAll('.stage-leaving')) old.remove();
      copy.className = 'stage-leaving';
      pano.element.after(copy);
      const end = () => copy.remove();
      copy.animate([{ opacity: 1 }, { opacity: 0, transform: 'scale(1.06)' }], { duration: FADE_MS, easing: 'ease-out' })
        .finished.then(end, end);
    },

    retry() {
      pano.retry();
      wake();
    },

    destroy() {
      stand_in?.destroy();
      pano.destroy();
    },
  };
}

/** What shows nothing, until the cube has come: the poster stays. @returns {Pano} */
function nothing() {
  const element = el('div');
  return {
    element, draw: () => UNDRAWN, destroy: () => element.remove(), copy: () => null,
    open() {}, preview() {}, poster() {}, retry() {}, shed() {},
  };
}
