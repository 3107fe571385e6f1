/**
 * A tour in an element: opens scenes, changes between them, keeps view, picture, hotspots and address together, and
 * draws a frame only when something has changed.
 *
 * @import {DocumentView, Hotspot, Scene, Text, TourDocument, Vector} from './types.js'
 */

import { createAddress, holdAt } from './address.js';
import { createCamera } from './camera.js';
import { cardContent, productContent, todayIso } from './card.js';
import { createChrome, windOf } from './chrome.js';
import { createControls } from './controls.js';
import { el } from './dom.js';
import { createHotspots } from './hotspots.js';
import { formatLink } from './links.js';
import { createPicture } from './picture.js';
import { RADIAN, bearing, fromDocument } from './projection.js';
import { createScreen, share } from './screen.js';
import { createSheet } from './sheet.js';
import { createSource } from './source.js';
import { pick, stringsFor } from './strings.js';

/** Below this height (a telephone on its side) there is no room for the strip of scenes. */
const LOW_PX = 460;
/** A direction is announced when the view has rested so long after keys. */
const REST_MS = 700;

/**
 * @typedef {object} Options
 * @property {{tour: TourDocument, scene_count: number} | null} [start]  what the page already knows of the tour
 * @property {string} [language]
 * @property {boolean} [history]  whether scene and view stand in the address bar; default yes
 *
 * @typedef {'first' | 'full' | 'idle' | 'scene' | 'view' | 'error'} EventName
 *   first: something of a scene is on screen · full: the view is as sharp as it gets · idle: nothing is left to do ·
 *   scene: another scene was opened (its id) · view: the view changed (a document's view) · error: what failed
 *
 * @typedef {object} Tour
 * @property {() => void} destroy
 * @property {(scene: string, view?: DocumentView | null) => Promise<boolean>} goTo  false where it could not be opened
 * @property {(view: DocumentView) => void} look
 * @property {DocumentView | null} view
 * @property {string | null} scene
 * @property {(event: EventName, listener: (detail: unknown) => void) => () => void} on  returns how to stop listening
 */

/** @param {HTMLElement} stage @param {string} tourUrl @param {Options} [options] @returns {Tour} */
export function createTour(stage, tourUrl, options = {}) {
  const language = options.language || stage.closest('[lang]')?.getAttribute('lang') || 'vi';
  const words = stringsFor(language);
  const source = createSource(tourUrl);
  /** @type {Map<EventName, Set<(detail: unknown) => void>>} */
  const listeners = new Map();
  const ending = new AbortController();
  const { signal } = ending;
  const unnamed = !stage.hasAttribute('aria-label');

  /** @type {TourDocument | null} */
  let tour = null;
  let whole = false;
  let count = 0;
  /** @type {Scene | null} */
  let scene = null;
  let heading = { x: 0, y: 0 };
  let coming = 0;
  let pending = 0;
  let [full, idle, grumbling, hinted] = [false, false, false, false];

  const say = (/** @type {Text | null | undefined} */ text) => pick(text, language, tour?.default_language ?? 'vi');
  const emit = (/** @type {EventName} */ name, /** @type {unknown} */ detail = null) => {
    for (const listener of listeners.get(name) ?? []) listener(detail);
  };
  const sceneOf = (/** @type {string} */ id) => tour?.scenes.find((s) => s.id === id) ?? null;
  const numberOf = (/** @type {Scene} */ s) => (tour?.scenes.indexOf(s) ?? 0) + 1;
  const north = () => (typeof scene?.north_deg === 'number' ? scene.north_deg : null);
  const wake = () => {
    pending ||= requestAnimationFrame(frame);
  };

  const address = createAddress(options.history !== false, (link) => {
    const id = link?.scene ?? tour?.start;
    if (id && (sceneOf(id) || !whole)) void goTo(id, link?.view ?? null, { silent: true });
  });

  // --- the parts of the stage -----------------------------------------------------------------------------------

  const surface = el('div', { class: 'stage-surface' });
  const keys = el('p', { class: 'stage-unseen', id: `${stage.id || 'stage'}-keys` }, words.keys);
  const skip = el('button', { type: 'button', class: 'stage-skip' }, words.skip);
  const camera = createCamera({
    turned(first) {
      // From the first turn on there is more to see than the poster shows.
      if (first) void picture.fetchPreview();
      idle = false;
      emit('view', camera.said);
      wake();
    },
    rested: settle,
    wake,
  });
  const picture = createPicture(stage, surface, {
    camera, source, wake,
    describe(element) {
      element.tabIndex = 0;
      element.setAttribute('role', 'application');
      element.setAttribute('aria-roledescription', words.panorama);
      element.setAttribute('aria-describedby', keys.id);
      name(element);
    },
    first: () => emit('first'),
  });
  const hotspots = createHotspots(words, {
    say,
    base: source.base,
    sceneTitle: (id) => sceneOf(id)?.title ?? null,
    productName: (id) => tour?.products?.[id]?.name ?? null,
    mediumKind: (id) => tour?.media?.[id]?.kind ?? null,
    open: openCard,
    go: (target, arrival) => void goTo(target, arrival ?? null, { walked: true }),
    reveal,
  });
  const sheet = createSheet(stage, words, wake);
  const screen = createScreen(stage, (is) => chrome.fullScreen(is), signal);
  const chrome = createChrome(stage, {
    words,
    language,
    say,
    url: source.url,
    go: (id) => void goTo(id, null),
    nudge: (way) => controls.nudge(way, 1 / 6),
    fullScreen: screen.toggle,
    share: () => void share(pageIn(language), say(tour?.title).value, {
      words,
      note: (text) => chrome.note(text),
      show: (content) => sheet.show('share', words.share, content, chrome.first()),
    }),
    north: () => glideTo({ ...camera.view, yaw: -(north() ?? 0) * RADIAN }),
    pageIn,
    show: sheet.show,
    closeSheet: () => sheet.close(),
  });
  const controls = createControls(stage, surface, {
    view: () => camera.view,
    size: () => camera.size,
    look(next) {
      camera.halt();
      return camera.look(next);
    },
    glide: glideTo,
    wake,
    zooms(event) {
      const meant = event.ctrlKey || stage.contains(document.activeElement) || screen.full();
      if (!meant && !hinted) {
        hinted = true;
        chrome.note(words.wheel);
      }
      return meant;
    },
    grabbed() {
      camera.halt();
      // A press on the picture is meant for the picture: wheel and keys then work.
      picture.element.focus({ preventScroll: true });
    },
    rested(keyboard) {
      settle();
      if (keyboard) setTimeout(announceWind, REST_MS, camera.view.yaw);
    },
    keys: {
      Home: () => glideTo(camera.initial()),
      PageDown: () => step(1),
      PageUp: () => step(-1),
      f: screen.toggle,
      Escape() {
        if (sheet.open) sheet.close();
        else if (screen.filling()) screen.toggle();
      },
    },
  });
  skip.addEventListener('click', () => chrome.first()?.focus());
  surface.append(hotspots.areas, keys, skip, hotspots.list);
  stage.append(surface, ...chrome.parts, sheet.dialog);
  stage.classList.toggle('is-framed', address.framed);
  stage.classList.add('has-viewer');

  const resizing = new ResizeObserver(resize);
  resizing.observe(surface);
  document.addEventListener('visibilitychange', () => document.hidden && sheet.quiet(), { signal });
  window.addEventListener('pagehide', sheet.quiet, { signal });
  window.addEventListener('online', () => grumbling && retry(), { signal });
  // Back from the browser's page cache: the context may be gone, and the canvas may need its frame again.
  window.addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
  void document.fonts?.ready.then(remeasure);

  // --- view and frame -------------------------------------------------------------------------------------------

  /** @param {import('./types.js').View} to */
  function glideTo(to) {
    controls.stop();
    camera.glide(to);
  }

  /** The view came to rest: let the address say so. */
  function settle() {
    if (scene && !camera.pristine) address.view(scene.id, camera.said);
  }

  /** @param {number} yaw what was faced when the keys were let go */
  function announceWind(yaw) {
    const from = north();
    if (from === null || camera.view.yaw !== yaw) return;
    chrome.announce(words.facing(words.winds[windOf(bearing(yaw, from))] ?? ''));
  }

  /** @param {number} now */
  function frame(now) {
    pending = 0;
    if (!scene || camera.size.width === 0 || signal.aborted) return;
    const moving = [controls.step(now), camera.step(now)].some(Boolean);
    const drawn = draw();
    if (drawn.more || moving) wake();
    if (drawn.full !== full) {
      full = drawn.full;
      if (full) emit('full', scene.id);
      void picture.fetchPreview();
    }
    complain(drawn.failing);
    if (full && !pending && !idle) {
      idle = true;
      emit('idle');
      prefetch();
    }
  }

  /** Puts one frame on the screen, with everything that stands in it. */
  function draw() {
    const drawn = picture.draw();
    const from = north();
    hotspots.place(camera.view, camera.size, heading);
    chrome.view(from === null ? null : bearing(camera.view.yaw, from), camera.room);
    return drawn;
  }

  function resize() {
    const box = surface.getBoundingClientRect();
    const size = { width: Math.round(box.width), height: Math.round(box.height) };
    if (size.width === 0) return;
    camera.resize(size);
    stage.classList.toggle('is-low', size.height < LOW_PX);
    remeasure();
    // At once, not with the next frame: a canvas of the old size would flash.
    if (scene && stage.classList.contains('is-live')) draw();
  }

  /** Writing has another size: labels and the heading are measured again. */
  function remeasure() {
    hotspots.measure();
    heading = chrome.heading();
    wake();
  }

  /** Fetches what a step ahead needs. */
  function prefetch() {
    const near = (scene?.hotspots ?? []).flatMap((spot) => (spot.target && sceneOf(spot.target)) || []);
    source.prefetch(near.filter((s) => s !== scene));
  }

  /** Says once that the picture cannot be had sharp, and takes it back when it can. @param {boolean} failing */
  function complain(failing) {
    if (failing === grumbling) return;
    grumbling = failing;
    if (!failing) return chrome.quiet();
    chrome.note(words.noTiles, retry);
    emit('error', new Error('tiles'));
  }

  function retry() {
    grumbling = false;
    chrome.quiet();
    picture.retry();
  }

  // --- scenes ---------------------------------------------------------------------------------------------------

  /** Fetches the whole tour document; throws where it cannot be had. */
  async function needTour() {
    if (!whole) adopt(await source.tour(), true);
  }

  /** @param {unknown} error @param {string} text @param {() => void} again */
  function fail(error, text, again) {
    chrome.note(text, again);
    emit('error', error);
  }

  /** @param {TourDocument} next @param {boolean} complete */
  function adopt(next, complete) {
    if (!next.scenes?.length) throw new Error(tourUrl);
    tour = next;
    whole ||= complete;
    count = Math.max(complete ? 0 : count, next.scenes.length);
    if (unnamed) stage.setAttribute('aria-label', words.stage(say(next.title).value));
    chrome.tour(next, count);
    if (scene) {
      scene = sceneOf(scene.id) ?? scene;
      chrome.scene(scene, numberOf(scene), count);
      hotspots.rename();
      name();
    }
    wake();
  }

  /** Says to assistive technology what is shown. */
  function name(element = picture.element) {
    const title = scene ? say(scene.title).value : words.loading;
    element.setAttribute('aria-label', scene && count > 1 ? `${title}, ${words.sceneOf(numberOf(scene), count)}` : title);
  }

  /**
   * Opens a scene. `arrival` is where to look; without it a visitor who walked keeps facing the same way by the compass,
   * and everybody else gets the scene's initial view.
   * @param {string} id @param {DocumentView | null | undefined} arrival
   * @param {{walked?: boolean, silent?: boolean}} [how]  silent: the address says it already
   */
  async function goTo(id, arrival, how = {}) {
    const ticket = ++coming;
    if (!sceneOf(id) && !whole) {
      try {
        await needTour();
      } catch (error) {
        if (ticket === coming) fail(error, words.noScenes, () => void goTo(id, arrival, how));
        return false;
      }
    }
    const next = sceneOf(id);
    if (!next || ticket !== coming) return false;
    if (next === scene) {
      if (arrival || !how.walked) glideTo(arrival ? fromDocument(arrival, camera.size) : camera.initial());
      return true;
    }
    const strip = (await source.atOnce(next).catch(() => null))
      ?? (await source.preview(next).then((s) => ({ strip: s, sharp: true }), () => null));
    if (ticket !== coming || signal.aborted) return false;
    sheet.close(true);
    controls.stop();
    chrome.quiet();
    const [before, faced, copy] = [north(), camera.view.yaw, picture.copy()];
    open(next, strip);
    const after = north();
    if (arrival) camera.look(fromDocument(arrival, camera.size));
    else if (how.walked && before !== null && after !== null) {
      camera.look({ ...camera.view, yaw: faced + (before - after) * RADIAN });
    }
    draw();
    if (copy) picture.fade(copy);
    if (!how.silent) address.scene(next.id, camera.pristine ? undefined : camera.said);
    if (how.walked || document.activeElement === document.body) picture.element.focus({ preventScroll: true });
    if (document.activeElement !== picture.element) {
      chrome.announce(words.arrived(say(next.title).value, numberOf(next), count, next.hotspots.length));
    }
    emit('scene', next.id);
    emit('view', camera.said);
    void picture.fetchPreview();
    wake();
    return true;
  }

  /** Takes up a scene at its initial view. @param {Scene} next @param {{strip: ImageBitmap, sharp: boolean} | null} strip */
  function open(next, strip) {
    scene = next;
    full = idle = grumbling = false;
    picture.open(next, strip);
    camera.open(next);
    hotspots.open(next);
    chrome.scene(next, numberOf(next), count);
    heading = chrome.heading();
    skip.hidden = next.hotspots.length === 0;
    name();
    source.hurry();
  }

  /** The next scene or the one before, in the order of the tour. @param {1 | -1} by */
  function step(by) {
    if (!tour || !scene || count < 2) return;
    if (!whole) {
      needTour().then(() => step(by), (error) => fail(error, words.noScenes, () => step(by)));
      return;
    }
    const next = tour.scenes[(tour.scenes.indexOf(scene) + by + count) % count];
    if (next) void goTo(next.id, null);
  }

  // --- cards and links ------------------------------------------------------------------------------------------

  /** @param {Hotspot} spot @param {HTMLElement} from */
  function openCard(spot, from) {
    if (sheet.owner === `card:${spot.id}`) return sheet.close();
    if (!tour) return;
    const host = { words, say, url: source.url, tour, today: todayIso() };
    const product = spot.kind === 'product' ? tour.products?.[spot.product] : undefined;
    const title = say(product?.name ?? spot.title).value;
    sheet.show(`card:${spot.id}`, title, product ? productContent(product, host) : cardContent(spot, host), from);
    reveal(hotspots.directionOf(spot));
  }

  /** Turns until a direction lies comfortably in the part of the stage that heading and sheet leave. @param {Vector} at */
  function reveal(at) {
    const { width, height } = sheet.free();
    // Below its disc a hotspot has a label.
    const bottom = Math.min(height * 0.8, height - 76);
    const top = Math.min(Math.max(height * 0.2, heading.y + 32), bottom);
    const to = camera.towards(at, { left: width * 0.2, right: width * 0.8, top, bottom });
    if (to) glideTo(to);
  }

  /** The address of this very view, in a page of the tour. @param {string} of its language */
  function pageIn(of) {
    const page = tour?.page?.[of];
    const start = camera.pristine && scene?.id === tour?.start;
    const hash = scene && !start ? formatLink(scene.id, camera.pristine ? undefined : camera.said) : '';
    return (page ? source.url(page) : location.href.split('#')[0]) + hash;
  }

  // --- start ----------------------------------------------------------------------------------------------------

  async function begin() {
    const link = address.link();
    if (options.start && !tour) {
      try {
        count = options.start.scene_count;
        adopt(options.start.tour, count === options.start.tour.scenes.length);
      } catch {
        tour = null;
      }
    }
    if (link) holdAt(stage);
    // A poster of another scene or view would only be in the way.
    const known = /** @type {TourDocument | null} */ (tour);
    stage.classList.toggle('has-link', Boolean(link && (link.view || link.scene !== known?.start)));
    let trouble = null;
    if (!known || (link && !sceneOf(link.scene))) await needTour().catch((error) => (trouble = error));
    const ready = /** @type {TourDocument | null} */ (tour);
    if (signal.aborted) return;
    if (!ready) return fail(trouble, words.noTour, () => void begin());
    const target = link && sceneOf(link.scene);
    const first = target ?? sceneOf(ready.start) ?? ready.scenes[0];
    if (!first) return;
    if (!target) stage.classList.remove('has-link');

    open(first, null);
    resize();
    if (target && link.view) camera.look(fromDocument(link.view, camera.size));
    const postered = first.id === ready.start && !stage.classList.contains('has-link');
    emit('scene', first.id);
    if (link && trouble) fail(trouble, words.noScenes, () => void goTo(link.scene, link.view));
    else if (link && !target) {
      const anchor = document.getElementById(link.scene);
      if (anchor) anchor.scrollIntoView();
      else chrome.note(words.noScene);
    }
    wake();
    await picture.begin(postered ? (natural) => camera.pristine && (camera.open(first, natural), wake()) : null);
    if (!whole && !trouble) needTour().catch((error) => emit('error', error));
  }

  void begin();

  return {
    goTo: (id, at) => goTo(id, at),
    look: (next) => void camera.look(fromDocument(next, camera.size)),
    get view() {
      return scene ? camera.said : null;
    },
    get scene() {
      return scene?.id ?? null;
    },
    on(event, listener) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => void all.delete(listener);
    },
    destroy() {
      ending.abort();
      cancelAnimationFrame(pending);
      resizing.disconnect();
      controls.destroy();
      address.destroy();
      source.hurry();
      sheet.close(true);
      picture.destroy();
      for (const part of [surface, ...chrome.parts, sheet.dialog]) part.remove();
      stage.classList.remove('has-viewer', 'is-live', 'is-framed', 'is-low', 'has-link', 'has-sheet', 'is-filling');
      if (unnamed) stage.removeAttribute('aria-label');
    },
  };
}
