/**
 * Pictures, sounds and films with what people need who cannot see or hear them.
 *
 * @import {Medium, Text} from './types.js'
 * @import {Words} from './words/vi.js'
 */

import { button, el, icon, set } from './dom.js';
import { paragraphs } from './prose.js';
import { tongueOf } from './text.js';

/**
 * @typedef {object} MediaHost
 * @property {Words} words
 * @property {string} language
 * @property {(text: Text | null | undefined) => {value: string, lang: string}} say
 * @property {(path: string) => string} url  resolves an address of the document
 */

/**
 * Captions of a film, those in the visitor's language switched on, else the first.
 * @param {Medium} medium @param {{url: (path: string) => string}} source @param {string} language
 */
export function captions(medium, source, language) {
  const all = Object.entries(medium.captions ?? {});
  const chosen = medium.captions?.[language] ? language : all[0]?.[0];
  return all.map(([lang, path]) => el('track', {
    kind: 'captions', srclang: lang, label: tongueOf(lang),
    src: source.url(path), default: lang === chosen,
  }));
}

/** A figure with a picture or a player. @param {Medium} medium @param {MediaHost} host */
export function figure(medium, host) {
  const { words, say } = host;
  const alt = say(medium.alt);
  const address = host.url(medium.url);
  const size = { width: medium.width_px, height: medium.height_px };
  const box = el('figure', { class: `stage-medium is-${medium.kind}` });
  if (medium.kind === 'image') {
    const image = el('img', { src: address, alt: alt.value, lang: alt.lang, loading: 'lazy', decoding: 'async', ...size });
    box.append(image);
    tellFailure(image, words);
  } else {
    const player = el(medium.kind, { src: address, controls: true, preload: 'metadata', 'aria-label': alt.value || null });
    if (player instanceof HTMLVideoElement) {
      for (const name of ['width', 'height']) set(player, name, size[/** @type {'width'} */ (name)]);
      set(player, 'playsinline', true);
      set(player, 'poster', medium.poster ? host.url(medium.poster) : null);
      player.append(...captions(medium, host, host.language));
    }
    // One sound at a time; films without sound may go on.
    player.addEventListener('play', () => {
      for (const other of player.getRootNode() instanceof Document ? document.querySelectorAll('audio, video') : []) {
        const { muted } = /** @type {HTMLMediaElement} */ (other);
        if (other !== player && !muted) /** @type {HTMLMediaElement} */ (other).pause();
      }
    });
    box.append(player);
    tellFailure(player, words);
  }
  if (medium.kind !== 'image' && alt.value) box.append(el('figcaption', { lang: alt.lang }, alt.value));
  const transcript = say(medium.transcript);
  if (transcript.value && medium.kind !== 'image') {
    box.append(el('details', {}, el('summary', {}, icon('chevron-down'), words.transcript), ...paragraphs(transcript)));
  }
  return box;
}

/**
 * Says below a picture or player that it did not load, and offers to try again, until it has.
 * @param {HTMLImageElement | HTMLMediaElement} medium @param {Words} words
 */
function tellFailure(medium, words) {
  const again = button(words.retry, 'refresh-cw', () => (medium.src = medium.src), '', true);
  const told = el('div', { class: 'stage-failed', role: 'status' }, el('p', {}, words.noPart), again);
  medium.addEventListener('error', () => medium.after(told));
  medium.addEventListener(medium instanceof HTMLImageElement ? 'load' : 'loadedmetadata', () => {
    if (told.contains(document.activeElement)) medium.closest('dialog')?.focus({ preventScroll: true });
    told.remove();
  });
}

/** Who made media, in one line. @param {Medium[]} media @param {Words} words */
export function credit(media, words) {
  const names = [...new Set(media.map((medium) => medium.credit).filter(Boolean))];
  return names.length ? el('p', { class: 'stage-credit' }, words.credit(names.join(' · '))) : null;
}
