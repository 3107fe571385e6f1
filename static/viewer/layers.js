/**
 * Pictures and films glued into the scene, in its perspective. Their links and outlines are hotspots like all others;
 * here is what is seen, and the button that plays a film where it hangs.
 *
 * @import {Inside, Medium, Scene} from './types.js'
 * @import {Plane} from './homography.js'
 */

import { el, icon, redraw, set, styled } from './dom.js';
import { planeOf, seen } from './homography.js';
import { captions } from './media.js';
import { vectorOf } from './projection.js';

/** No layer is larger on any screen, and a larger one would only take memory. */
const MOST_PX = 1600;
/** What a film measures until it says so itself. */
const FILM = { width_px: 1280, height_px: 720 };

/** @typedef {{element: HTMLImageElement | HTMLVideoElement, plane: Plane, play: HTMLElement | null, shown: string}} Layer */

/** @param {Inside} inside */
export function create(inside) {
  const { camera, hotspots, source, words, signal } = inside;
  const box = el('div', { class: 'stage-layers', 'aria-hidden': 'true' });
  void styled(new URL('./layers.css', import.meta.url));
  hotspots.areas.before(box);
  /** @type {Layer[]} */
  let layers = [];

  /** A medium as large as it is laid out. @param {Medium} medium */
  function sizeOf({ width_px = FILM.width_px, height_px = FILM.height_px }) {
    const scale = Math.min(1, MOST_PX / Math.max(width_px, height_px));
    return { width: Math.round(width_px * scale), height: Math.round(height_px * scale) };
  }

  /** @param {Medium} medium @param {string} title @param {HTMLElement} after the link of the layer */
  function film(medium, title, after) {
    const video = el('video', {
      src: source.url(medium.url), poster: medium.poster ? source.url(medium.poster) : null, playsinline: true, loop: true,
      preload: medium.poster ? 'none' : 'metadata', tabindex: -1,
    }, ...captions(medium, source, inside.language));
    video.muted = true;
    const play = el('button', { type: 'button', class: 'stage-spot stage-layer-play', 'aria-label': words.playFilm(title) },
      el('span', { class: 'stage-spot-disc' }, icon('play')));
    const tell = () => {
      set(play, 'aria-pressed', String(!video.paused));
      redraw(play, video.paused ? 'play' : 'pause');
      play.classList.toggle('is-on', !video.paused);
    };
    for (const type of ['play', 'pause']) video.addEventListener(type, tell);
    const failed = () => inside.chrome.note(words.soundFailed(title));
    video.addEventListener('error', failed);
    play.addEventListener('click', () => {
      if (!video.paused) video.pause();
      // A pause that comes at once is no failure; what cannot be played is told by its own event.
      else video.play().catch(() => {});
    });
    tell();
    after.after(play);
    return { video, play };
  }

  /** @param {Scene | null} scene */
  function open(scene) {
    for (const { element, play } of layers) {
      if (element instanceof HTMLVideoElement) element.pause();
      element.removeAttribute('src');
      play?.remove();
    }
    layers = (scene?.hotspots ?? []).flatMap((spot) => {
      const medium = spot.kind === 'layer' ? source.tour?.media?.[spot.medium] : null;
      const control = hotspots.controlOf(spot.id);
      if (spot.kind !== 'layer' || !medium || medium.kind === 'audio' || !control) return [];
      const size = sizeOf(medium);
      const plane = planeOf(spot.corners.map(vectorOf), size);
      if (!plane) return [];
      const { video = null, play = null } = medium.kind === 'video' ? film(medium, hotspots.names(spot).title, control) : {};
      const element = video ?? el('img', { src: source.url(medium.url), alt: '', decoding: 'async', draggable: 'false' });
      Object.assign(element.style, { width: `${size.width}px`, height: `${size.height}px` });
      return [{ element, plane, play, shown: '' }];
    });
    box.replaceChildren(...layers.map(({ element }) => element));
    place();
  }

  function place() {
    const { width, height } = camera.size;
    for (const layer of layers) {
      const now = seen(layer.plane, camera.view, camera.size);
      const inView = now
        && Math.min(...now.points.map((p) => p.x)) < width && Math.max(...now.points.map((p) => p.x)) > 0
        && Math.min(...now.points.map((p) => p.y)) < height && Math.max(...now.points.map((p) => p.y)) > 0;
      const { element } = layer;
      element.classList.toggle('is-away', !inView);
      if (!inView) {
        if (element instanceof HTMLVideoElement && !element.paused) element.pause();
        layer.shown = '';
      } else if (now.matrix !== layer.shown) {
        element.style.transform = layer.shown = now.matrix;
        element.style.clipPath = now.part ? `polygon(${now.part.map(([x, y]) => `${x}px ${y}px`).join()})` : '';
      }
    }
  }

  inside.followers.add(place);
  const quiet = () => layers.forEach(({ element }) => element instanceof HTMLVideoElement && element.pause());
  document.addEventListener('visibilitychange', () => document.hidden && quiet(), { signal });
  window.addEventListener('pagehide', quiet, { signal });
  signal.addEventListener('abort', () => open(null));
  return { open };
}
