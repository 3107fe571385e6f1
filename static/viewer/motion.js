/**
 * The motion sensors of a telephone: whether they may be used, asked for, and listened to, with their trembling taken out.
 *
 * `deviceorientation` and not the absolute one: a compass between iron roofs and loudspeakers is worse than a slow drift.
 *
 * @import {Quaternion} from './orientation.js'
 */

import { between, fromDevice, slerp } from './orientation.js';

/** Time constant of the low-pass; shorter trembles, longer lags behind the hand. */
const SMOOTH_MS = 50;
/** A telephone that turns less than this, in radians, lies still: no frame is drawn for the noise of its sensor. */
const STILL = 0.0015;
/** Without a usable reading after so long there is no sensor. */
const PATIENCE_MS = 1000;

/**
 * Listens until `signal` is aborted. `ready` is settled by the first reading, or false where none comes.
 * @param {() => void} changed the device has turned  @param {AbortSignal} signal
 */
export function listen(changed, signal) {
  /** @type {Quaternion | null} */
  let target = null;
  /** @type {Quaternion | null} */
  let now = null;
  let last = 0;
  let moving = false;

  /** @type {Promise<boolean>} */
  const ready = new Promise((done) => {
    const late = setTimeout(done, PATIENCE_MS, false);
    signal.addEventListener('abort', () => {
      clearTimeout(late);
      done(false);
    });
    window.addEventListener('deviceorientation', (event) => {
      const { alpha, beta, gamma } = event;
      if (alpha === null || beta === null || gamma === null) return;
      target = fromDevice({ alpha, beta, gamma }, screen.orientation?.angle ?? 0);
      if (!now || between(now, target) > STILL) changed();
      clearTimeout(late);
      done(true);
    }, { signal });
  });

  return {
    ready,

    /** Moves on to now, in milliseconds; null before the first reading. @param {number} time */
    read(time) {
      if (!target) return null;
      if (!now) {
        now = target;
        last = time;
        return { at: now, moved: 0, moving: false };
      }
      const away = between(now, target);
      if (!moving && away <= STILL) {
        last = time;
        return { at: now, moved: 0, moving: false };
      }
      moving = away > STILL / 10;
      const next = moving ? slerp(now, target, 1 - Math.exp(-Math.min(time - last || 16, 100) / SMOOTH_MS)) : target;
      const moved = between(now, next);
      [now, last] = [next, time];
      return { at: now, moved, moving };
    },
  };
}
