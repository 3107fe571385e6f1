/**
 * The tour for who sees no page: hotspots, cards and the change of scene as things in the world, chosen by pointing or by
 * looking for a while. It says what to draw before the picture; headset and cardboard say where the visitor looks.
 *
 * @import {Hotspot, Inside, Vector} from './types.js'
 * @import {Square, Texture} from './gl.js'
 * @import {Axes} from './orientation.js'
 */

import { loadBitmap } from './panorama.js';
import { RADIAN, anglesOf, axes, clamp, toView } from './projection.js';
import { angleBetween } from './orientation.js';
import { BOARD_PX, DISC_PX, SIGN_PX, createSigns } from './signs.js';

/** A look that rests so long on something chooses it. */
const DWELL_MS = 1500;
const FADE_MS = 150;
/** How far from a hotspot's middle it still is meant: its disc and a little more. */
const REACH = 4 * RADIAN;
/** Half the width of a sign and of a board on the plane at distance 1. */
const SIGN_HALF = Math.tan(12 * RADIAN);
const BOARD_HALF = Math.tan(25 * RADIAN);
const DOT_HALF = Math.tan(1.4 * RADIAN);
/** Signs that are held; more hotspots than these lose those looked at longest ago. */
const MOST_SIGNS = 24;
/** Signs are made when they are within this angle of the look, two in a frame. */
const NEAR = 70 * RADIAN;
/** From how many hotspots on names of cards show only when they are pointed at; as on the page. */
const CROWD = 6;

/**
 * @typedef {{spot: Hotspot, at: Vector, label: string, symbol: string}} Place
 * @typedef {{texture: Texture, pointed: boolean, used: number}} Sign
 * @typedef {{face: Axes, notice: import('./signs.js').Notice, page: number, texture: Texture, pages: number,
 *   buttons: Record<string, import('./signs.js').Box>, sound: HTMLMediaElement | null}} Board
 * @typedef {{place: Place} | {button: string} | null} Target
 */

/** @param {Inside} inside @param {import('./panorama.js').Stereo} stereo */
export function createWorld(inside, stereo) {
  const { hotspots, source, words, stage } = inside;
  const signs = createSigns(stage);
  const black = stereo.upload(signs.field('#000'));
  const shade = stereo.upload(signs.field('#0c1410'));
  let dot = stereo.upload(signs.dot(0));
  let dotPart = 0;
  /** @type {Place[]} */
  let places = [];
  /** @type {import('./types.js').Scene | null} */
  let scene = null;
  /** @type {Map<Place, Sign>} */
  const made = new Map();
  /** @type {Board | null} */
  let board = null;
  /** What is looked at, since when, and whether that has had its effect. */
  let dwelling = { key: '', since: 0, spent: false };
  /** @type {{from: number, then: (() => Promise<unknown>) | null} | null} */
  let fading = null;
  let frames = 0;
  let closed = false;

  /** Takes up the hotspots of the scene that is open now. */
  function enter() {
    for (const { texture } of made.values()) stereo.release(texture);
    made.clear();
    leaveBoard();
    scene = inside.scene();
    places = (scene?.hotspots ?? []).flatMap((spot) => {
      const control = hotspots.controlOf(spot.id);
      if (!control) return [];
      const label = control.querySelector('.stage-spot-label')?.firstChild?.textContent;
      const symbol = control.querySelector('use')?.getAttribute('href')?.slice('#i-'.length);
      return [{
        spot, at: hotspots.directionOf(spot), label: label || (control.getAttribute('aria-label') ?? ''),
        symbol: symbol ?? (spot.target ? 'arrow-up' : 'info'),
      }];
    });
  }

  function leaveBoard() {
    if (!board) return;
    stereo.release(board.texture);
    board.notice.picture?.close();
    board.sound?.pause();
    board = null;
  }

  /** What a direction points at. @param {Vector} ray @returns {Target} */
  function targetOf(ray) {
    if (board) {
      const [x, y, depth] = toView(ray, board.face);
      if (depth <= 0) return null;
      const px = ((x / depth / BOARD_HALF + 1) / 2) * BOARD_PX.width;
      const py = BOARD_PX.height / 2 - ((y / depth / BOARD_HALF) * BOARD_PX.width) / 2;
      for (const [button, box] of Object.entries(board.buttons)) {
        if (px >= box.left && px <= box.right && py >= box.top && py <= box.bottom) return { button };
      }
      return null;
    }
    const near = places.map((place) => ({ place, away: angleBetween(place.at, ray) })).sort((a, b) => a.away - b.away)[0];
    return near && near.away < REACH ? { place: near.place } : null;
  }

  const keyOf = (/** @type {Target} */ target) =>
    !target ? '' : 'button' in target ? `button ${target.button} ${board?.page}` : target.place.spot.id;

  /** @param {Target} target */
  function choose(target) {
    if (!target || fading) return;
    if ('button' in target) {
      if (target.button === 'close') leaveBoard();
      else if (board) turnPage();
      return;
    }
    const { spot } = target.place;
    const { target: to } = spot;
    if (to) {
      fading = { from: performance.now(), then: () => inside.goTo(to, spot.arrival ?? null, { walked: true }) };
    } else if (spot.kind === 'sound') hotspots.controlOf(spot.id)?.click();
    else void openBoard(target.place);
    inside.wake();
  }

  /** @param {Place} place */
  async function openBoard({ spot, at }) {
    const cards = await inside.part(() => import('./card.js'));
    const card = cards && !closed && cards.cardOf(spot, inside);
    if (!card) return;
    const { title, content } = card;
    const said = document.createElement('div');
    said.append(...content.filter((node) => node !== null));
    for (const end of said.querySelectorAll('br')) end.replaceWith(' ');
    const picture = said.querySelector('img')?.getAttribute('src');
    const paragraphs = [...said.querySelectorAll('[role="img"], p:not(.stage-actions), li, dl > div, figcaption')]
      .map((part) => part.getAttribute('aria-label') ?? (part.matches('p, li') ? part.textContent ?? '' : [...part.childNodes].map((node) => node.textContent?.trim()).join(' ')))
      .filter((text) => text.trim());
    // Where following it would end the visit, the address is there to be read.
    if (spot.kind === 'url' || spot.kind === 'directions') paragraphs.push(new URL(spot.url, source.base).host);
    if (spot.kind === 'phone') paragraphs.push(spot.phone);
    const loaded = picture ? await loadBitmap(picture).catch(() => null) : null;
    if (closed) return loaded?.close();
    leaveBoard();
    const { yaw, pitch } = anglesOf(at);
    const notice = { title: title || source.say(spot.title).value, paragraphs, picture: loaded };
    const sound = said.querySelector('audio');
    show({ face: axes({ yaw, pitch: clamp(pitch, -12 * RADIAN, 12 * RADIAN) }), notice, sound }, 0);
    sound?.play().catch(() => {});
    inside.chrome.announce([notice.title, ...paragraphs].join('. '));
  }

  /** @param {Pick<Board, 'face' | 'notice' | 'sound'>} of @param {number} page */
  function show({ face, notice, sound }, page) {
    const { canvas, pages, buttons } = signs.board(notice, page, words);
    board = { face, notice, sound, page, pages, buttons, texture: stereo.upload(canvas) };
    inside.wake();
  }

  function turnPage() {
    if (!board) return;
    stereo.release(board.texture);
    show(board, (board.page + 1) % board.pages);
  }

  /** How black it is, and the change of scene when it is dark. @param {number} now */
  function darkness(now) {
    if (!fading) return 0;
    const part = Math.min((now - fading.from) / FADE_MS, 1);
    const { then } = fading;
    if (!then) {
      if (part === 1) fading = null;
      return 1 - part;
    }
    if (part === 1 && then !== waiting) {
      fading.then = waiting;
      void then().finally(() => (fading = { from: performance.now(), then: null }));
    }
    return part;
  }

  /** The sign of a place, made if there is time for it. @param {Place} place @param {boolean} pointed @param {{left: number}} time */
  function signOf(place, pointed, time) {
    let sign = made.get(place);
    if ((!sign || sign.pointed !== pointed) && (time.left > 0 || pointed)) {
      time.left--;
      if (sign) stereo.release(sign.texture);
      const { spot, label, symbol } = place;
      const kind = spot.target ? 'link' : spot.kind === 'product' ? 'product' : 'other';
      sign = { texture: stereo.upload(signs.sign({ label, symbol, kind, pointed })), pointed, used: frames };
      made.set(place, sign);
    }
    if (sign) sign.used = frames;
    return sign;
  }

  return {
    /**
     * What to draw before the picture, and whether something goes on by itself.
     * @param {object} how
     * @param {Axes} how.head    where the visitor looks
     * @param {Vector[]} how.rays  where pointers point; with none of them a look chooses
     * @param {number} how.now
     * @returns {{over: Square[], moving: boolean}}
     */
    frame({ head, rays, now }) {
      frames++;
      if (scene !== inside.scene()) enter();
      const pointing = rays.length ? rays : [head.forward];
      const targets = pointing.map(targetOf);
      const looked = rays.length ? null : (targets[0] ?? null);
      const key = keyOf(looked);
      if (key !== dwelling.key) dwelling = { key, since: now, spent: false };
      const part = key && !dwelling.spent && !fading ? Math.min((now - dwelling.since) / DWELL_MS, 1) : 0;
      if (part === 1) {
        dwelling.spent = true;
        choose(looked);
      }

      const keys = new Set(targets.map(keyOf));
      const time = { left: 2 };
      let missing = false;
      /** @type {Square[]} */
      const over = [];
      const seen = places.filter((place) => angleBetween(place.at, head.forward) < NEAR);
      const scale = (2 * SIGN_HALF) / SIGN_PX.width;
      const order = (/** @type {Place} */ place) => Number(keys.has(place.spot.id));
      for (const place of seen.sort((a, b) => order(a) - order(b))) {
        const pointed = keys.has(place.spot.id);
        const sign = signOf(place, pointed, time);
        if (!sign) {
          missing = true;
          continue;
        }
        const whole = seen.length <= CROWD || pointed || Boolean(place.spot.target);
        const share = whole ? 1 : (2 * DISC_PX) / SIGN_PX.height;
        over.push({
          texture: sign.texture, face: axes(anglesOf(place.at)), part: [0, 0, 1, share],
          rect: [-SIGN_HALF, DISC_PX * scale, SIGN_HALF, (DISC_PX - SIGN_PX.height * share) * scale],
        });
      }
      const old = [...made].sort(([, a], [, b]) => a.used - b.used);
      for (const [place, { texture, used }] of old.slice(0, Math.max(old.length - MOST_SIGNS, 0))) {
        if (used === frames) continue;
        stereo.release(texture);
        made.delete(place);
      }

      const all = [-60, 60, 60, -60];
      if (board) {
        over.push({ texture: shade, face: head, rect: all, alpha: 0.6 });
        const half = (BOARD_HALF * BOARD_PX.height) / BOARD_PX.width;
        over.push({ texture: board.texture, face: board.face, rect: [-BOARD_HALF, half, BOARD_HALF, -half] });
      }
      if (part !== dotPart) {
        stereo.release(dot);
        [dot, dotPart] = [stereo.upload(signs.dot(part)), part];
      }
      for (const ray of pointing) over.push({ texture: dot, face: axes(anglesOf(ray)), rect: [-DOT_HALF, DOT_HALF, DOT_HALF, -DOT_HALF] });
      const alpha = darkness(now);
      if (alpha > 0) over.push({ texture: black, face: head, rect: all, alpha });
      return { over, moving: missing || part > 0 || fading !== null };
    },

    /** Something was pressed while pointing there. @param {Vector} ray */
    select: (ray) => choose(targetOf(ray)),

    /** Gives everything back. */
    close() {
      closed = true;
      leaveBoard();
      for (const texture of [black, shade, dot, ...[...made.values()].map((sign) => sign.texture)]) stereo.release(texture);
      made.clear();
    },
  };
}

/** Stands in for a change of scene that is under way. */
const waiting = () => Promise.resolve();
