/**
 * Pictures that are being made: while there are any, the stream of the tour's jobs is listened to, and the list of
 * panoramas is asked for where one is new or ready. Where there is no stream, the follower asks now and then instead.
 *
 * @import {Editor} from './context.js'
 * @import {Panorama} from './published.js'
 * @import {Job} from '../live.js'
 */

import { Follower } from '../live.js';

const ENDED = new Set(['done', 'failed', 'set-aside', 'cancelled']);
/** So long it may take until what was changed here is saved, and its picture asked for. */
const SAVED_MS = 1500;

/** @param {Editor} ed @param {{events: string, poll: string}} live @param {(address: string) => Promise<unknown>} fetched */
export function followPictures(ed, live, fetched) {
  let isAsking = false;
  let isAsked = false;
  let isOpen = false;
  /** Jobs that are none of a picture, or are told already. @type {Set<string>} */
  const told = new Set();
  /** Pictures that were unknown and asked for. @type {Set<string>} */
  const missed = new Set();

  /** Asks for all panoramas; what comes up meanwhile is asked for once more. */
  async function ask() {
    isAsked = true;
    if (isAsking) return;
    isAsking = true;
    while (isAsked) {
      isAsked = false;
      const answer = await fetched(`${ed.given.api}/panoramas`).catch(() => null);
      if (answer) ed.takePanoramas(/** @type {{panoramas: Panorama[]}} */ (answer).panoramas);
    }
    isAsking = false;
  }

  /** @param {Job} job */
  function take(job) {
    const known = ed.listed.some((one) => one.job === job.id);
    if (known && !ENDED.has(job.state)) {
      told.delete(`${job.id} true`);
      const state = /** @type {Panorama['state']} */ (job.state);
      return ed.takePanoramas(ed.listed.map((one) => (one.job === job.id && one.state !== 'done' ? { ...one, state, progress: job.done } : one)));
    }
    const key = `${job.id} ${ENDED.has(job.state)}`;
    if (told.has(key)) return;
    told.add(key);
    void ask();
  }

  const follower = new Follower(live.events, live.poll, take, () => {}, (lost) => void (lost || ask()));

  function look() {
    const scenes = ed.draft.scenes;
    for (const scene of scenes) {
      const key = JSON.stringify([scene.panorama?.file, scene.level, scene.panorama?.coverage]);
      if (ed.panorama(scene) || missed.has(key)) continue;
      missed.add(key);
      setTimeout(() => void ask(), SAVED_MS);
    }
    const isBusy = scenes.some((scene) => !ENDED.has(ed.panorama(scene)?.state ?? 'waiting'));
    if (isBusy === isOpen) return;
    isOpen = isBusy;
    if (isBusy) follower.listen();
    else follower.close();
  }

  ed.on((what) => {
    if (what === 'redo') {
      told.clear();
      void ask();
    }
    if (what === 'draft' || what === 'pictures') look();
  });
  look();
}
