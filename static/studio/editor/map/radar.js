/**
 * The radar of the scene on the screen, drawn by the viewer as visitors will see it. There it turns the view; here the
 * view stays and turning it says which way north is: what the picture shows now is made to lie where the cone points.
 *
 * @import {Editor} from '../context.js'
 * @import {Inside} from '../../../viewer/types.js'
 */

import words from '#words';

import { createCone } from '../../../viewer/map/cone.js';
import { RADIAN } from '../../../viewer/projection.js';
import { sceneOf } from '../draft.js';
import { say, set } from '../parts.js';
import { northOf } from '../spots.js';
import { bearing } from './places.js';

/** What a view that nobody has looked at yet shows. */
const AHEAD = { yaw_deg: 0, hfov_deg: 90 };

/** @param {Editor} ed @param {() => import('../page.js').Stage | null} stage @param {(text: string) => void} tell for screen readers */
export function createRadar(ed, stage, tell) {
  const viewed = () => (stage()?.scene === ed.screen.scene ? stage()?.view : null) ?? AHEAD;
  const north = () => (ed.scene ? northOf(ed, ed.scene) : null);

  /** @param {{yaw: number}} view where the viewer would look */
  function turn(view) {
    const by = view.yaw / RADIAN - viewed().yaw_deg;
    // After a drag the viewer glides to where it is already.
    if (Math.abs(by) > 1e-6) setNorth((north() ?? 0) + by);
  }

  /** @param {number} degrees */
  function setNorth(degrees) {
    const { scene } = ed;
    if (!scene || !ed.given.may_edit) return;
    ed.changeScene('north', (one) => void (one.north_deg = bearing(degrees)), { merge: 'north' });
    cone.show();
    tell(say('map-north-told', { bearing: grip?.getAttribute('aria-valuetext') ?? '' }));
  }

  const camera = {
    get view() {
      const { yaw_deg, hfov_deg } = viewed();
      return { yaw: yaw_deg * RADIAN, pitch: 0, focal: 1 / Math.tan((hfov_deg * RADIAN) / 2) };
    },
    size: { width: 2, height: 2 },
    halt() {},
    look: turn,
  };
  const cone = createCone(/** @type {Inside} */ (/** @type {unknown} */ ({
    words: { ...words, mapCone: say('map-cone') }, camera, north: () => north() ?? 0, glideTo: turn,
  })));
  const grip = cone.element.querySelector('[role="slider"]');
  if (!ed.given.may_edit) grip?.remove();
  cone.element.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    setNorth((north() ?? 0) + by * (event.shiftKey ? 15 : 1));
  }, { capture: true });

  return {
    element: cone.element,
    place: cone.place,
    show: cone.show,
    /** Stands on a ground; null: the scene is not on it. @param {number | null} up_deg */
    open(up_deg) {
      cone.open(sceneOf(ed.draft, ed.screen.scene) ? up_deg : null);
      cone.element.classList.toggle('is-unknown', north() === null);
      set(grip, 'aria-label', say(north() === null ? 'map-cone-unknown' : 'map-cone'));
    },
  };
}
