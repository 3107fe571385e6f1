/**
 * The frame loop: at most one frame is pending, none is drawn while nothing changes, and it is told when a view has
 * become as sharp as it gets and when nothing is left to do.
 *
 * @import {Drawn} from './panorama.js'
 */

/**
 * @param {object} host
 * @param {() => boolean} host.ready  whether there is anything to draw
 * @param {(now: number) => boolean} host.step  moves everything on; true while something moves
 * @param {() => Drawn} host.draw
 * @param {(full: boolean) => void} host.sharpness  the view became as sharp as it gets, or is so no longer
 * @param {(failing: boolean) => void} host.trouble  tiles cannot be had, or can again
 * @param {() => void} host.idle
 */
export function createLoop(host) {
  let pending = 0;
  let [full, failing, idle] = [false, false, false];

  /** @param {number} now */
  function frame(now) {
    pending = 0;
    if (!host.ready()) return;
    const moving = host.step(now);
    const drawn = host.draw();
    if (moving) idle = false;
    if (drawn.more || moving) wake();
    if (drawn.full !== full) host.sharpness((full = drawn.full));
    if (drawn.failing !== failing) host.trouble((failing = drawn.failing));
    if (full && !pending && !idle) {
      idle = true;
      host.idle();
    }
  }

  function wake() {
    pending ||= requestAnimationFrame(frame);
  }

  return {
    wake,
    get failing() {
      return failing;
    },
    /** Another scene: what was said of the last one does not hold for it. */
    reset() {
      full = failing = idle = false;
    },
    stop: () => cancelAnimationFrame(pending),
  };
}
