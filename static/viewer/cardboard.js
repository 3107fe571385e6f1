/**
 * The tour in a viewer of cardboard: the screen of a telephone parted for two eyes, turned by its sensors, chosen from by
 * looking. Without the distortion of any particular lens, of which a page cannot know.
 *
 * @import {Inside} from './types.js'
 * @import {Offered} from './actions.js'
 */

import { button, el } from './dom.js';
import { listen } from './motion.js';
import { createTie, eastAxes, headingOf, turned } from './orientation.js';
import { createWorld } from './world.js';

/** Between the middles of the lenses of common viewers there are 64 mm; a CSS pixel of a telephone is about 1/160 inch. */
const LENSES_PX = (64 / 25.4) * 160;
/** Tangent of half of what one eye sees across. */
const HALF_ACROSS = 1;

/** @param {Inside} inside @param {Offered} offered */
export function createCardboard(inside, offered) {
  const { words, stage, surface, camera, picture, chrome, movers } = inside;
  /** @type {AbortController | null} */
  let running = null;
  const leave = () => running?.abort();
  inside.signal.addEventListener('abort', leave);

  /** Fills the screen lying on its side, awake; each as far as the browser lets it. @param {AbortSignal} signal */
  function fill(signal) {
    const already = document.fullscreenElement !== null || stage.classList.contains('is-filling');
    const grow = () => stage.classList.add('is-filling');
    const shrink = () => {
      if (already) return;
      stage.classList.remove('is-filling');
      if (document.fullscreenElement === stage) void document.exitFullscreen();
    };
    const filled = already ? Promise.resolve() : (stage.requestFullscreen?.() ?? Promise.reject(new Error())).catch(grow);
    void filled.then(() => {
      // Who left meanwhile must not be left in full screen.
      if (signal.aborted) return shrink();
      const { orientation } = /** @type {{orientation?: {lock?: (way: string) => Promise<void>}}} */ (
        /** @type {unknown} */ (screen));
      return orientation?.lock?.('landscape');
    }).catch(() => {});
    const awake = () => document.hidden || navigator.wakeLock?.request('screen').then((lock) => {
      if (signal.aborted) void lock.release();
      else signal.addEventListener('abort', () => void lock.release());
    }).catch(() => {});
    void awake();
    document.addEventListener('visibilitychange', awake, { signal });
    document.addEventListener('fullscreenchange', () => document.fullscreenElement || leave(), { signal });
    signal.addEventListener('abort', () => {
      screen.orientation?.unlock?.();
      shrink();
    });
  }

  /** @param {HTMLElement} opener */
  async function enter(opener) {
    const own = (running = new AbortController());
    const { signal } = own;
    const exit = button(words.leaveVr, 'x', leave);
    const frame = el('div', { class: 'stage-vr' }, exit, el('p', {}, words.turnPhone));
    fill(signal);
    stage.append(frame);
    stage.classList.add('is-stereo');
    offered.press(true);
    chrome.announce(words.turnPhone);
    exit.focus({ preventScroll: true });
    stage.addEventListener('keydown', (event) => event.key === 'Escape' && leave(), { signal });
    signal.addEventListener('abort', () => {
      running = null;
      frame.remove();
      stage.classList.remove('is-stereo');
      offered.press(false);
      picture.lend(null);
      if (!inside.signal.aborted) opener.focus({ preventScroll: true });
    });

    const sensor = listen(inside.wake, signal);
    const ready = await sensor.ready;
    const { stereo } = picture;
    if (signal.aborted) return;
    if (!ready || !stereo) {
      leave();
      chrome.note(ready ? words.noVr : words.noMotion);
      if (!ready) offered.remove();
      return;
    }
    const world = createWorld(inside, stereo);
    const tie = createTie(camera);
    let head = eastAxes([0, 0, 0, 1]);
    /** @type {import('./gl.js').Square[]} */
    let over = [];

    /** @param {number} time */
    const move = (time) => {
      const reading = sensor.read(time);
      if (!reading) return false;
      const device = eastAxes(reading.at);
      const heading = headingOf(device);
      head = turned(device, tie.turn(heading));
      tie.look(heading, Infinity);
      const things = world.frame({ head, rays: [], now: performance.now() });
      over = things.over;
      return reading.moving || things.moving;
    };
    movers.add(move);
    surface.addEventListener('click', () => world.select(head.forward), { signal });
    picture.element.addEventListener('webglcontextlost', leave, { signal });
    signal.addEventListener('abort', () => {
      movers.delete(move);
      world.close();
    });
    picture.lend(() => {
      const { size } = camera;
      const density = camera.density();
      stereo.fit(size, density);
      const half = size.width / 2;
      const [width, height] = [Math.round(half * density), Math.round(size.height * density)];
      // What lies ahead of an eye lies behind the middle of its lens.
      const outer = half - Math.min(LENSES_PX, half) / 2;
      const tall = (HALF_ACROSS * size.height) / half;
      const eye = (/** @type {number} */ left) => {
        const from = (-2 * HALF_ACROSS * left) / half;
        return { ...head, edges: /** @type {const} */ ([from, from + 2 * HALF_ACROSS, -tall, tall]) };
      };
      return stereo.draw(
        [{ ...eye(outer), box: [0, 0, width, height] }, { ...eye(half - outer), box: [width, 0, width, height] }],
        { over },
      );
    });
  }

  return {
    get running() {
      return running !== null;
    },
    leave,
    enter,
  };
}
