/**
 * The tour for two eyes: in a headset where there is one, else on a telephone in a viewer of cardboard.
 *
 * @import {Inside} from './types.js'
 * @import {Offered} from './actions.js'
 * @import {XrSession} from './webxr.js'
 */

import { createCardboard } from './cardboard.js';
import { styled } from './dom.js';
import { visit } from './headset.js';

/** @param {Inside} inside @param {Offered} offered */
export function create(inside, offered) {
  const { words, chrome } = inside;
  const cardboard = createCardboard(inside, offered);
  /** @type {XrSession | null} */
  let visiting = null;
  void styled(new URL('./vr.css', import.meta.url));

  /** @param {XrSession} session */
  async function wear(session) {
    visiting = session;
    offered.press(true);
    try {
      await visit(inside, session);
    } catch (error) {
      inside.emit('error', error);
      if (!inside.signal.aborted) chrome.note(words.noVr);
    } finally {
      visiting = null;
      offered.press(false);
    }
  }

  return {
    /** @param {HTMLElement} opener @param {Promise<unknown>} [asked] a session, null where it is refused; or about sensors */
    async toggle(opener, asked) {
      if (visiting) return void visiting.end().catch(() => {});
      if (cardboard.running) return cardboard.leave();
      const answer = await asked;
      if (answer === null) chrome.note(words.noVr);
      else if (answer === 'denied') chrome.note(words.motionDenied);
      else if (answer && typeof answer === 'object') await wear(/** @type {XrSession} */ (answer));
      else await cardboard.enter(opener);
    },
  };
}
