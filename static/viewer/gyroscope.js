/**
 * The picture follows the telephone: its yaw from where it was switched on, its pitch as it is. How the telephone leans
 * to the side is left out, because a level horizon is easier to look at on something held in the hand. Fingers and keys
 * go on working. Less motion does not switch it off: what moves is the visitor.
 *
 * @import {Inside} from './types.js'
 * @import {Offered} from './actions.js'
 */

import { listen } from './motion.js';
import { createTie, eastAxes, headingOf } from './orientation.js';

/** @param {Inside} inside @param {Offered} offered */
export function create(inside, offered) {
  const { words, chrome, camera, picture, movers } = inside;
  /** @type {AbortController | null} */
  let running = null;

  function stop() {
    running?.abort();
    running = null;
    offered.press(false);
  }
  inside.signal.addEventListener('abort', stop);

  /** @param {Promise<unknown> | undefined} asked */
  async function start(asked) {
    const own = (running = new AbortController());
    const answer = await asked;
    if (own.signal.aborted) return;
    if (answer === 'denied') {
      stop();
      chrome.note(words.motionDenied);
      return;
    }
    const sensor = listen(inside.wake, own.signal);
    if (!(await sensor.ready)) {
      if (own.signal.aborted) return;
      stop();
      offered.remove();
      chrome.note(words.noMotion);
      return;
    }
    const tie = createTie(camera);
    /** @param {number} time */
    const follow = (time) => {
      const reading = picture.lent ? null : sensor.read(time);
      if (!reading) return false;
      const device = headingOf(eastAxes(reading.at));
      tie.turn(device);
      tie.look(device, reading.moved);
      return reading.moving;
    };
    movers.add(follow);
    own.signal.addEventListener('abort', () => movers.delete(follow));
    inside.wake();
  }

  return {
    /** @param {HTMLElement} _opener @param {Promise<unknown>} [asked] the answer to the request for the sensors */
    toggle(_opener, asked) {
      if (running) return stop();
      offered.press(true);
      void start(asked);
    },
  };
}
