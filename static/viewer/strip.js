/**
 * The strip of scenes below the picture, on stages that have room for it. Its pictures are made as they come into sight,
 * a few at a time, so that a tour of hundreds of scenes costs no more than one of thirty.
 *
 * @import {Inside} from './types.js'
 */

import { calm, el, set, styled } from './dom.js';
import { sceneLink } from './scene_link.js';

const BATCH = 30;
/** With more scenes than these the Tab key passes the strip in one step, and arrow keys move in it. */
const MOST_STOPS = 12;

/** @param {Inside} inside */
export function create(inside) {
  const scenes = inside.source.tour?.scenes ?? [];
  const roving = scenes.length > MOST_STOPS;
  const end = el('li', { 'aria-hidden': 'true' });
  const list = el('ul', {}, end);
  const strip = el('nav', { class: 'stage-strip', 'aria-label': inside.words.scenes }, list);
  /** @type {HTMLAnchorElement[]} */
  const links = [];

  /** Makes the links up to a place in the tour. @param {number} upto */
  function make(upto) {
    for (const scene of scenes.slice(links.length, upto)) {
      const link = sceneLink(scene, inside);
      if (roving) link.tabIndex = -1;
      links.push(link);
      end.before(el('li', {}, link));
    }
    end.hidden = links.length === scenes.length;
  }

  /** The scene that is shown stands in the middle of the strip and is its stop for the keyboard. @param {boolean} smooth */
  function mark(smooth) {
    const at = scenes.findIndex(({ id }) => id === inside.scene()?.id);
    // Before the strip comes into sight nothing is made.
    if (links.length > 0) make(at + 2);
    links.forEach((link, n) => {
      set(link, 'aria-current', n === at && 'true');
      if (roving) link.tabIndex = n === at ? 0 : -1;
    });
    const link = links[at];
    if (!link) return;
    // Only the strip itself is scrolled; scrollIntoView might move the page.
    const middle = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
    strip.scrollTo({ left: middle, behavior: smooth && !calm() ? 'smooth' : 'instant' });
  }

  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    const first = links.length === 0;
    make(links.length + BATCH);
    if (first) mark(false);
    // What is looked at is told only when it changes: another batch may be wanted at once.
    seen.unobserve(end);
    if (!end.hidden) seen.observe(end);
  }, { root: strip, rootMargin: '0px 600px' });

  strip.addEventListener('keydown', (event) => {
    const at = links.findIndex((link) => link === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: scenes.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // Here arrows go from scene to scene; they would turn the picture otherwise.
    event.stopPropagation();
    make(to + 1);
    links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
  });

  void styled(new URL('./strip.css', import.meta.url)).then(() => {
    if (inside.signal.aborted) return;
    inside.chrome.bottom.prepend(strip);
    seen.observe(end);
  });
  const forget = inside.on('scene', () => mark(true));
  inside.signal.addEventListener('abort', () => {
    forget();
    seen.disconnect();
  });
}
