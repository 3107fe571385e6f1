/**
 * Sounds that come from directions of the scene. None starts by itself: the visitor presses its hotspot, and a button
 * of its own then silences them all. Who walks on into a scene with the same sound keeps hearing it.
 *
 * @import {Hotspot, Inside, Scene, Vector} from './types.js'
 */

import { button, el, icon, redraw, set } from './dom.js';
import { credit } from './media.js';
import { RADIAN, axes, toView, vectorOf } from './projection.js';
import { paragraphs, said } from './prose.js';

/** So quickly loudness follows the view: at once to the ear, without clicks. */
const FOLLOW_S = 0.06;

/**
 * How loud a sound is and from which side, for a listener who looks along z: half at `reach_deg` beside the middle.
 * @param {Vector} at direction in the axes of the view @param {number} reach_deg @param {number} volume 0 to 1
 */
export function heard(at, reach_deg, volume) {
  const angle_deg = Math.acos(Math.min(1, Math.max(-1, at[2]))) / RADIAN;
  return { gain: volume * 2 ** (-angle_deg / reach_deg), pan: Math.min(1, Math.max(-1, at[0])) };
}

/**
 * @typedef {Extract<Hotspot, {kind: 'sound'}>} SoundSpot
 * @typedef {{spot: SoundSpot, audio: HTMLAudioElement, gain: GainNode, pan: StereoPannerNode | null}} Playing
 */

/** @param {Inside} inside */
export function create(inside) {
  const { camera, chrome, hotspots, sheet, source, stage, words, signal } = inside;
  /** @type {AudioContext | null} */
  let context = null;
  /** By medium. @type {Map<string, Playing>} */
  const playing = new Map();
  let silent = false;
  /** A player of a card that is heard meanwhile. @type {Set<EventTarget>} */
  const others = new Set();
  const all = button(words.soundsOff, 'volume-2', () => {
    silent = !silent;
    settle();
  }, 'stage-sounds');
  all.hidden = true;
  chrome.corner.prepend(all);

  const title = (/** @type {SoundSpot} */ spot) => hotspots.names(spot).title;

  /** Lets heard what should be, now. */
  function settle() {
    const quiet = silent || document.hidden || others.size > 0;
    for (const { audio, spot } of playing.values()) {
      if (quiet) audio.pause();
      else if (audio.paused) audio.play().catch(() => fail(spot));
    }
    all.hidden = playing.size === 0;
    set(all, 'aria-pressed', String(silent));
    redraw(all, silent ? 'volume-x' : 'volume-2');
    for (const spot of inside.scene()?.hotspots ?? []) {
      if (spot.kind !== 'sound') continue;
      hotspots.controlOf(spot.id)?.parentElement?.classList.toggle('is-on', playing.has(spot.medium) && !silent);
    }
    follow();
  }

  /** @param {SoundSpot} spot */
  function start(spot) {
    const medium = source.tour?.media?.[spot.medium];
    if (!medium) return;
    context ??= new AudioContext();
    void context.resume();
    const address = source.url(medium.url);
    const audio = el('audio', { src: address, crossorigin: new URL(address).origin === location.origin ? null : 'anonymous' });
    audio.loop = spot.repeat;
    const gain = context.createGain();
    gain.gain.value = 0;
    const pan = context.createStereoPanner?.() ?? null;
    context.createMediaElementSource(audio).connect(gain);
    if (pan) gain.connect(pan).connect(context.destination);
    else gain.connect(context.destination);
    audio.addEventListener('ended', () => stop(spot));
    audio.addEventListener('error', () => fail(spot));
    playing.set(spot.medium, { spot, audio, gain, pan });
    silent = false;
    settle();
    chrome.announce(words.soundOn(title(spot)));
  }

  /** @param {SoundSpot} spot */
  function stop(spot) {
    const sound = playing.get(spot.medium);
    if (!sound) return;
    playing.delete(spot.medium);
    sound.audio.pause();
    sound.audio.removeAttribute('src');
    sound.gain.disconnect();
    sound.pan?.disconnect();
    settle();
    if (toggle?.spot === spot) toggle.tell();
    chrome.announce(words.soundOff(title(spot)));
  }

  /** @param {SoundSpot} spot */
  function fail(spot) {
    if (!playing.has(spot.medium) || silent || document.hidden || others.size) return;
    stop(spot);
    chrome.note(words.soundFailed(title(spot)));
  }

  /** Loudness and side follow the view. */
  function follow() {
    if (!context || !playing.size) return;
    const view = axes(camera.view);
    for (const { spot, gain, pan } of playing.values()) {
      const { gain: loud, pan: side } = heard(toView(vectorOf(spot), view), spot.reach_deg, spot.volume);
      gain.gain.setTargetAtTime(loud, context.currentTime, FOLLOW_S);
      pan?.pan.setTargetAtTime(side, context.currentTime, FOLLOW_S);
    }
  }

  /** The switch in the card of a sound. @type {{spot: SoundSpot, tell: () => void} | null} */
  let toggle = null;

  /** What the card of a sound says. @param {SoundSpot} spot */
  function card(spot) {
    const medium = source.tour?.media?.[spot.medium];
    const name = hotspots.names(spot);
    const control = el('button', { type: 'button', class: 'stage-action' });
    const tell = () => {
      const on = playing.has(spot.medium);
      set(control, 'aria-pressed', String(on));
      control.replaceChildren(icon(on ? 'pause' : 'play'), words.hear);
    };
    control.addEventListener('click', () => {
      if (playing.has(spot.medium)) stop(spot);
      else start(spot);
      tell();
    });
    toggle = { spot, tell };
    tell();
    const transcript = source.say(medium?.transcript);
    return [el('div', { class: 'stage-card' },
      said('h2', { value: name.title, lang: name.lang }),
      el('p', { class: 'stage-actions' }, control),
      ...paragraphs(transcript),
      medium ? credit([medium], words) : null)];
  }

  inside.followers.add(follow);
  document.addEventListener('visibilitychange', settle, { signal });
  window.addEventListener('pagehide', () => playing.forEach(({ audio }) => audio.pause()), { signal });
  // One thing at a time: while a card's player is heard, the scene is silent.
  for (const type of ['play', 'pause', 'ended', 'emptied']) {
    stage.addEventListener(type, ({ target }) => {
      if (!(target instanceof HTMLMediaElement) || target.muted) return;
      if (type === 'play') others.add(target);
      else others.delete(target);
      settle();
    }, { signal, capture: true });
  }
  signal.addEventListener('abort', () => {
    for (const { spot } of [...playing.values()]) stop(spot);
    void context?.close();
    all.remove();
  });

  return {
    /** @param {Scene | null} scene */
    open(scene) {
      const here = new Map((scene?.hotspots ?? []).flatMap((spot) => (spot.kind === 'sound' ? [[spot.medium, spot]] : [])));
      for (const sound of [...playing.values()]) {
        const same = here.get(sound.spot.medium);
        if (same) sound.spot = same;
        else stop(sound.spot);
      }
      others.clear();
      settle();
    },

    /** @param {Hotspot} spot @param {HTMLElement} opener */
    press(spot, opener) {
      if (spot.kind !== 'sound') return;
      if (sheet.owner === `sound:${spot.id}`) return sheet.close();
      if (!playing.has(spot.medium)) start(spot);
      sheet.show(`sound:${spot.id}`, title(spot), card(spot), opener);
      inside.reveal(vectorOf(spot));
    },
  };
}
