/**
 * A tour in an element: opens scenes, changes between them, keeps view, picture, hotspots and address together, and
 * draws a frame only when something has changed.
 *
 * @import {DocumentView, Hotspot, Scene, Size, Text, TourDocument, Vector, View} from './types.js'
 * @import {Drawn, Pano} from './panorama.js'
 */

import { createAddress } from './address.js';
import { cardContent, productContent, todayIso } from './card.js';
import { createChrome, windOf } from './chrome.js';
import { createControls } from './controls.js';
import { createCube } from './cube.js';
import { calm, el } from './dom.js';
import { createHotspots } from './hotspots.js';
import { createPanorama, decode } from './panorama.js';
import * as geometry from './projection.js';
import { createSheet } from './sheet.js';
import { createSource } from './source.js';
import { pick, stringsFor } from './strings.js';

const FADE_MS = 250;
/** After so many lost contexts in a minute the graphics processor is left alone. */
const LOSSES = 3;
/** Device pixels beyond two per CSS pixel cost much and show little. */
const DENSEST = 2;

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

  /** @type {TourDocument | null} */
  let tour = null;
  let whole = false;
  let count = 0;
  /** @type {Scene | null} */
  let scene = null;
  /** @type {View} */
  let view = { yaw: 0, pitch: 0, focal: 500 };
  let zoom = { min: 1, max: 1e6 };
  let heading = { x: 0, y: 0 };
  /** @type {Size} */
  let size = { width: 0, height: 0 };
  /** Nobody has turned the picture yet: it shows its initial view, whatever the shape of the screen. */
  let pristine = true;
  let coming = 0;
  let pending = 0;
  /** @type {{from: View, to: View, start: number, ms: number} | null} */
  let gliding = null;
  let shown = false;
  let full = false;
  let idle = false;
  let sharp = false;
  /** @type {number[]} */
  let losses = [];
  let grumbling = false;
  let hinted = false;

  const unnamed = !stage.hasAttribute('aria-label');
  const poster = /** @type {HTMLImageElement | null} */ (stage.querySelector('.stage-poster img'));
  const say = (/** @type {Text | null | undefined} */ text) => pick(text, language, tour?.default_language ?? 'vi');
  const emit = (/** @type {EventName} */ name, /** @type {unknown} */ detail = null) => {
    for (const listener of listeners.get(name) ?? []) listener(detail);
  };
  const sceneOf = (/** @type {string} */ id) => tour?.scenes.find((s) => s.id === id) ?? null;
  const numberOf = (/** @type {Scene} */ s) => (tour?.scenes.indexOf(s) ?? 0) + 1;

  const address = createAddress(options.history !== false, (link) => {
    const id = link?.scene ?? tour?.start;
    if (id && (sceneOf(id) || !whole)) void goTo(id, link?.view ?? null, { silent: true });
  });

  // --- the parts of the stage -----------------------------------------------------------------------------------

  const surface = el('div', { class: 'stage-surface' });
  const keys = el('p', { class: 'stage-unseen', id: `${stage.id || 'stage'}-keys` }, words.keys);
  const skip = el('button', { type: 'button', class: 'stage-skip' }, words.skip);
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
  const sheet = createSheet(stage, words, () => wake());
  const chrome = createChrome(stage, {
    words,
    language,
    say,
    url: source.url,
    go: (id) => void goTo(id, null),
    nudge: (way) => controls.nudge(way, 1 / 6),
    fullScreen: toggleFullScreen,
    share: () => void share(),
    north: () => {
      if (typeof scene?.north_deg === 'number') glideTo({ ...view, yaw: -scene.north_deg * geometry.RADIAN });
    },
    pageIn,
    show: sheet.show,
    closeSheet: () => sheet.close(),
  });
  skip.addEventListener('click', () => chrome.first()?.focus());
  surface.append(hotspots.areas, keys, skip, hotspots.list);
  stage.append(surface, ...chrome.parts, sheet.dialog);
  stage.classList.toggle('is-framed', address.framed);
  stage.classList.add('has-viewer');

  /** @type {Pano} */
  let pano;
  /** A cube that stands in while the graphics context is lost. @type {Pano | null} */
  let stand_in = null;
  const canvas = createPanorama({ wake, lost, restored });
  pano = canvas ?? createCube({ wake });
  present(pano);

  const controls = createControls(stage, surface, {
    view: () => view,
    size: () => size,
    look: (next) => {
      gliding = null;
      return look(next);
    },
    glide: (next) => glideTo(next),
    wake,
    zooms(event) {
      const meant = event.ctrlKey || stage.contains(document.activeElement) || isFullScreen();
      if (!meant && !hinted) {
        hinted = true;
        chrome.note(words.wheel);
      }
      return meant;
    },
    grabbed() {
      gliding = null;
      // A click into the picture is meant for the picture: wheel and keys then work.
      pano.element.focus({ preventScroll: true });
    },
    rested(keyboard) {
      settle();
      if (keyboard && scene && typeof scene.north_deg === 'number') {
        const { yaw } = view;
        const north = scene.north_deg;
        setTimeout(() => {
          if (view.yaw === yaw) chrome.announce(words.facing(words.winds[windOf(geometry.bearing(yaw, north))] ?? ''));
        }, 700);
      }
    },
    keys: {
      Home: () => scene && glideTo(initialView(scene)),
      PageDown: () => step(1),
      PageUp: () => step(-1),
      f: toggleFullScreen,
      Escape: () => {
        if (sheet.open) sheet.close();
        else if (stage.classList.contains('is-filling')) toggleFullScreen();
      },
    },
  });

  const resizing = new ResizeObserver(resize);
  resizing.observe(surface);
  document.addEventListener('fullscreenchange', () => chrome.fullScreen(isFullScreen()), { signal });
  document.addEventListener('visibilitychange', () => document.hidden && sheet.quiet(), { signal });
  window.addEventListener('pagehide', sheet.quiet, { signal });
  window.addEventListener('online', () => grumbling && retry(), { signal });
  // Back from the browser's page cache: the context may be gone, and the canvas may need its frame again.
  window.addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
  void document.fonts?.ready.then(() => {
    hotspots.measure();
    heading = chrome.heading();
    wake();
  });

  // --- view and frame -------------------------------------------------------------------------------------------

  /** The view with which a scene opens: just what its poster shows. @param {Scene} of @returns {View} */
  function initialView(of) {
    const start = geometry.fromDocument(of.initial_view, size);
    const own = of.poster?.[size.width > size.height ? 'landscape' : 'portrait'];
    const natural = pristine && !shown && poster?.naturalWidth
      ? { width: poster.naturalWidth, height: poster.naturalHeight }
      : own && { width: own.width_px, height: own.height_px };
    if (natural) start.focal = geometry.posterFocal(natural, of.initial_view.hfov_deg, size);
    return start;
  }

  function density() {
    return Math.min(devicePixelRatio || 1, DENSEST);
  }

  /** @param {View} next */
  function look(next) {
    if (!scene) return view;
    const allowed = geometry.withinLimits(next, scene.limits, size, zoom);
    if (allowed.yaw !== view.yaw || allowed.pitch !== view.pitch || allowed.focal !== view.focal) {
      view = allowed;
      // From the first turn on there is more to see than the poster shows.
      if (pristine && shown) void fetchPreview();
      pristine = false;
      idle = false;
      emit('view', geometry.toDocument(view, size));
      wake();
    }
    return view;
  }

  /** @param {View} to */
  function glideTo(to) {
    controls.stop();
    if (calm()) {
      look(to);
      settle();
      return;
    }
    if (!scene) return;
    gliding = { from: view, to: geometry.withinLimits(to, scene.limits, size, zoom), start: performance.now(), ms: 450 };
    wake();
  }

  /** Moves a glide on; false when there is none. @param {number} now */
  function glide(now) {
    if (!gliding) return false;
    const { from, to, start, ms } = gliding;
    const t = geometry.clamp((now - start) / ms, 0, 1);
    const ease = 1 - (1 - t) ** 3;
    look({
      yaw: from.yaw + geometry.wrap(to.yaw - from.yaw) * ease,
      pitch: from.pitch + (to.pitch - from.pitch) * ease,
      focal: from.focal * (to.focal / from.focal) ** ease,
    });
    if (t === 1) {
      gliding = null;
      settle();
    }
    return true;
  }

  /** The view came to rest: let the address say so. */
  function settle() {
    if (scene && !pristine) address.view(scene.id, geometry.toDocument(view, size));
  }

  function wake() {
    pending ||= requestAnimationFrame(frame);
  }

  /** @param {number} now */
  function frame(now) {
    pending = 0;
    if (!scene || size.width === 0 || signal.aborted) return;
    const moving = [controls.step(now), glide(now)].some(Boolean);
    const drawn = draw();
    if (drawn.more || moving) wake();
    if (drawn.painted && !shown) reveal_picture(drawn.full);
    if (drawn.full !== full) {
      full = drawn.full;
      if (full) {
        emit('full', { level: scene.id });
        void fetchPreview();
      } else void fetchPreview();
    }
    complain(drawn.failing);
    if (full && !pending && !idle) {
      idle = true;
      emit('idle');
      prefetch();
    }
  }

  /** Puts one frame on the screen. @returns {Drawn} */
  function draw() {
    const drawn = pano.draw(view, size, density(), shown && !calm());
    const standing = stand_in?.draw(view, size, density(), false);
    hotspots.place(view, size, heading);
    const north = scene?.north_deg;
    chrome.view(typeof north === 'number' ? geometry.bearing(view.yaw, north) : null, {
      in: view.focal < zoom.max * 0.999,
      out: view.focal > zoom.min * 1.001,
    });
    if (drawn.painted && stand_in && sharp) {
      stand_in.destroy();
      stand_in = null;
      pano.element.classList.remove('is-lost');
    }
    return standing && stand_in ? { ...standing, more: drawn.more } : drawn;
  }

  /** The canvas takes the poster's place, which shows the same. @param {boolean} complete */
  function reveal_picture(complete) {
    if (posterCounts() && !postered && !complete && pristine) return;
    shown = true;
    stage.classList.add('is-live');
    emit('first');
  }

  function resize() {
    const box = surface.getBoundingClientRect();
    const before = size;
    size = { width: Math.round(box.width), height: Math.round(box.height) };
    if (size.width === 0 || !scene) return;
    measure(scene);
    if (before.width === 0 || pristine) {
      if (pristine) view = geometry.withinLimits(initialView(scene), scene.limits, size, zoom);
    } else {
      const focal = (view.focal * Math.max(size.width, size.height)) / Math.max(before.width, before.height);
      view = geometry.withinLimits({ ...view, focal }, scene.limits, size, zoom);
    }
    hotspots.measure();
    heading = chrome.heading();
    stage.classList.toggle('is-low', size.height < 460);
    // At once, not with the next frame: a canvas of the old size would flash.
    if (shown) draw();
    wake();
  }

  /** @param {Scene} of */
  function measure(of) {
    const face = of.tiles.level_sizes_px.at(-1) ?? 1024;
    zoom = geometry.zoomRange(of.limits, size, initialView(of).focal, face, density());
  }

  // --- pictures -------------------------------------------------------------------------------------------------

  let postered = false;

  /** Whether the poster shows what the canvas is about to show. */
  function posterCounts() {
    return Boolean(poster && pristine && scene && scene.id === tour?.start && !stage.classList.contains('has-link'));
  }

  /** Brings the poster onto the canvas. @param {Scene} of */
  async function drawPoster(of) {
    if (!poster || !posterCounts()) return;
    try {
      await poster.decode();
      if (scene !== of || shown) return;
      const natural = { width: poster.naturalWidth, height: poster.naturalHeight };
      if (pristine) resize();
      const bitmap = await decode(poster);
      if (scene !== of || full) return bitmap.close();
      pano.poster(bitmap, {
        ...geometry.fromDocument(of.initial_view, natural),
        focal: geometry.focalOf(of.initial_view.hfov_deg, natural) * (bitmap.width / natural.width),
      });
      bitmap.close();
    } catch {
      // A poster that does not load or may not be read: the tiles will do.
    }
    postered = true;
    wake();
  }

  /** Brings the preview strip of the scene, unless it is there. */
  async function fetchPreview() {
    if (sharp || !scene) return;
    sharp = true;
    const of = scene;
    try {
      const strip = await source.preview(of);
      if (scene === of) pano.preview(strip, of.preview.order);
      strip.close();
    } catch {
      // The small strip stays.
    }
    wake();
  }

  /** What a step ahead needs. */
  function prefetch() {
    if (!scene || !tour) return;
    const near = scene.hotspots.map((spot) => (spot.target ? sceneOf(spot.target) : null)).filter((s) => s !== null);
    source.prefetch(near.filter((s) => s !== scene));
  }

  /** Puts a picture into the stage and tells assistive technology what it is. @param {Pano} next */
  function present(next) {
    const { element } = next;
    element.classList.add('stage-picture');
    element.tabIndex = 0;
    element.setAttribute('role', 'application');
    element.setAttribute('aria-roledescription', words.panorama);
    element.setAttribute('aria-describedby', keys.id);
    surface.prepend(element);
    name();
  }

  function name() {
    const label = scene ? say(scene.title).value : words.loading;
    pano.element.setAttribute('aria-label', scene && count > 1 ? `${label}, ${words.sceneOf(numberOf(scene), count)}` : label);
  }

  function lost() {
    const now = performance.now();
    losses = [...losses.filter((time) => now - time < 60_000), now];
    if (!scene || stand_in) return;
    const cube = createCube({ wake });
    cube.element.classList.add('stage-picture');
    cube.open(scene, source.url);
    if (losses.length < LOSSES) {
      stand_in = cube;
      stage.classList.add('is-live');
      pano.element.classList.add('is-lost');
      pano.element.after(cube.element);
    } else {
      const focused = document.activeElement === pano.element;
      const old = pano;
      pano = cube;
      present(cube);
      old.destroy();
      if (focused) cube.element.focus({ preventScroll: true });
    }
    wake();
  }

  async function restored() {
    if (!scene) return;
    const of = scene;
    sharp = false;
    const small = await source.atOnce(of);
    if (small && scene === of) pano.preview(small.strip, of.preview.order);
    await fetchPreview();
  }

  // --- scenes ---------------------------------------------------------------------------------------------------

  /** The whole tour document; throws where it cannot be had. */
  async function needTour() {
    if (!whole) adopt(await source.tour(), true);
  }

  /** @param {TourDocument} next @param {boolean} complete */
  function adopt(next, complete) {
    if (!next.scenes?.length) throw new Error(tourUrl);
    tour = next;
    whole ||= complete;
    count = Math.max(complete ? next.scenes.length : count, next.scenes.length);
    if (scene) scene = sceneOf(scene.id) ?? scene;
    if (unnamed) stage.setAttribute('aria-label', words.stage(say(next.title).value));
    chrome.tour(next, count);
    if (scene) {
      chrome.scene(scene, numberOf(scene), count);
      hotspots.rename();
      name();
    }
    wake();
  }

  /**
   * Opens a scene. `view` is where to look; without it a visitor who walked keeps facing the same way by the compass,
   * and everybody else gets the scene's initial view.
   * @param {string} id @param {DocumentView | null | undefined} arrival
   * @param {{walked?: boolean, silent?: boolean}} [how]
   */
  async function goTo(id, arrival, how = {}) {
    const ticket = ++coming;
    if (!sceneOf(id) && !whole) {
      try {
        await needTour();
      } catch (error) {
        if (ticket === coming) {
          chrome.note(words.noScenes, () => void goTo(id, arrival, how));
          emit('error', error);
        }
        return false;
      }
    }
    const next = sceneOf(id);
    if (!next || ticket !== coming) return false;
    if (next === scene) {
      if (arrival) glideTo(geometry.fromDocument(arrival, size));
      else if (!how.walked) glideTo(initialView(next));
      return true;
    }
    const strip = (await source.atOnce(next).catch(() => null))
      ?? (await source.preview(next).then((s) => ({ strip: s, sharp: true }), () => null));
    if (ticket !== coming) return false;
    sheet.close(true);
    controls.stop();
    gliding = null;
    chrome.quiet();
    const last = scene;
    const facing = view;
    const copy = calm() ? null : pano.copy();

    open(next, strip);
    pristine = true;
    view = geometry.withinLimits(initialView(next), next.limits, size, zoom);
    if (arrival) look(geometry.fromDocument(arrival, size));
    else if (how.walked && last && typeof last.north_deg === 'number' && typeof next.north_deg === 'number') {
      look({ ...view, yaw: facing.yaw + (last.north_deg - next.north_deg) * geometry.RADIAN });
    }
    draw();
    if (copy) fadeOut(copy);
    if (!how.silent) address.scene(next.id, pristine ? undefined : geometry.toDocument(view, size));
    const spoken = words.arrived(say(next.title).value, numberOf(next), count, next.hotspots.length);
    if (how.walked || document.activeElement === document.body) pano.element.focus({ preventScroll: true });
    if (document.activeElement !== pano.element) chrome.announce(spoken);
    emit('scene', next.id);
    emit('view', geometry.toDocument(view, size));
    if (!sharp) void fetchPreview();
    wake();
    return true;
  }

  /** Takes up a scene, without looking anywhere yet. @param {Scene} next @param {{strip: ImageBitmap, sharp: boolean} | null} strip */
  function open(next, strip) {
    scene = next;
    full = idle = grumbling = false;
    sharp = strip?.sharp ?? false;
    pano.open(next, source.url);
    if (stand_in) stand_in.open(next, source.url);
    if (strip) {
      pano.preview(strip.strip, next.preview.order);
      strip.strip.close();
    }
    measure(next);
    hotspots.open(next);
    chrome.scene(next, numberOf(next), count);
    skip.hidden = next.hotspots.length === 0;
    name();
    source.hurry();
  }

  /** The old scene's last frame lies over the new one and goes. @param {HTMLCanvasElement} copy */
  function fadeOut(copy) {
    for (const old of surface.querySelectorAll('.stage-leaving')) old.remove();
    copy.className = 'stage-leaving';
    pano.element.after(copy);
    const end = () => copy.remove();
    copy.animate([{ opacity: 1 }, { opacity: 0, transform: 'scale(1.06)' }], { duration: FADE_MS, easing: 'ease-out' })
      .finished.then(end, end);
  }

  /** @param {1 | -1} by */
  function step(by) {
    if (!tour || !scene || count < 2) return;
    const from = tour.scenes.indexOf(scene);
    const go = () => {
      const next = tour?.scenes[(from + by + count) % count];
      if (next) void goTo(next.id, null);
    };
    if (whole) go();
    else needTour().then(() => scene && step(by), (error) => {
      chrome.note(words.noScenes, () => step(by));
      emit('error', error);
    });
  }

  // --- cards, sentences, full screen ----------------------------------------------------------------------------

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
    const free = sheet.free();
    const low = free.height * 0.8;
    const top = Math.min(Math.max(free.height * 0.2, heading.y + 32), low);
    const { x, y, depth } = geometry.project(at, view, size);
    const goal = depth > 0
      ? { x: geometry.clamp(x, free.width * 0.2, free.width * 0.8), y: geometry.clamp(y, top, low) }
      : { x: free.width / 2, y: (top + low) / 2 };
    if (goal.x !== x || goal.y !== y) glideTo(geometry.turnedTo(at, goal, view, size));
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
    pano.retry();
    wake();
  }

  function isFullScreen() {
    return document.fullscreenElement === stage || stage.classList.contains('is-filling');
  }

  /** Full screen; where elements may not have it (telephones by Apple) the stage fills the window. */
  function toggleFullScreen() {
    const fill = () => {
      stage.classList.toggle('is-filling');
      chrome.fullScreen(isFullScreen());
    };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (stage.classList.contains('is-filling') || !stage.requestFullscreen) fill();
    else stage.requestFullscreen().catch(fill);
  }

  /** The address of this very view, in a page of the tour. @param {string} of its language */
  function pageIn(of) {
    const page = tour?.page?.[of];
    const hash = scene ? formatted() : '';
    return (page ? source.url(page) : location.href.split('#')[0]) + hash;
  }

  function formatted() {
    if (!scene || (pristine && scene.id === tour?.start)) return '';
    const { yaw_deg, pitch_deg, hfov_deg } = geometry.toDocument(view, size);
    return `#${scene.id}${pristine ? '' : `/${[yaw_deg, pitch_deg, hfov_deg].map((n) => n.toFixed(1)).join('/')}`}`;
  }

  async function share() {
    const url = pageIn(language);
    const title = say(tour?.title).value;
    try {
      if (navigator.share) await navigator.share({ title, url });
      else {
        await navigator.clipboard.writeText(url);
        chrome.note(words.copied);
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      // Neither may be used here: show the link, selected, to be copied by hand.
      const field = el('input', { type: 'text', readonly: true, value: url, 'aria-label': words.copyThis });
      sheet.show('share', words.share, [el('div', { class: 'stage-card' }, el('h2', {}, words.copyThis), field)], chrome.first());
      field.select();
    }
  }

  // --- start ----------------------------------------------------------------------------------------------------

  async function begin() {
    const link = address.link();
    if (options.start) {
      try {
        count = options.start.scene_count;
        adopt(options.start.tour, options.start.scene_count === options.start.tour.scenes.length);
      } catch {
        tour = null;
      }
    }
    if (link) showStage();
    if (!tour || (link && !sceneOf(link.scene))) {
      try {
        await needTour();
      } catch (error) {
        if (!tour) {
          chrome.note(words.noTour, () => void begin());
          emit('error', error);
          return;
        }
      }
    }
    const ready = /** @type {TourDocument | null} */ (/** @type {unknown} */ (tour));
    if (!ready || signal.aborted) return;
    const target = link ? sceneOf(link.scene) : null;
    if (link && !target && whole) chrome.note(words.noScene);
    const first = target ?? sceneOf(ready.start) ?? ready.scenes[0];
    if (!first) return;
    const turned = target ? link?.view : null;
    if (target && (first.id !== ready.start || turned)) stage.classList.add('has-link');

    open(first, null);
    pristine = true;
    resize();
    if (turned) look(geometry.fromDocument(turned, size));
    emit('scene', first.id);
    void drawPoster(first);
    const small = await source.atOnce(first).catch(() => null);
    if (signal.aborted) return;
    if (small && scene === first) pano.preview(small.strip, first.preview.order);
    if (!small || !posterCounts()) void fetchPreview();
    wake();
    if (!whole) needTour().catch((error) => emit('error', error));
  }

  /**
   * A scene's text on the page has the scene's name, and the browser scrolls there, once or again while the page is
   * loading; the link meant the picture. Whoever scrolls by hand is left alone.
   */
  function showStage() {
    const up = () => stage.scrollIntoView({ block: 'start', behavior: 'instant' });
    up();
    const until = new AbortController();
    const end = () => until.abort();
    window.addEventListener('scroll', up, { signal: until.signal });
    for (const type of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
      window.addEventListener(type, end, { signal: until.signal, passive: true });
    }
    const loaded = () => setTimeout(end, 500);
    if (document.readyState === 'complete') loaded();
    else window.addEventListener('load', loaded, { signal: until.signal });
  }

  void begin();

  return {
    goTo: (id, at) => goTo(id, at),
    look: (next) => void look(geometry.fromDocument(next, size)),
    get view() {
      return scene ? geometry.toDocument(view, size) : null;
    },
    get scene() {
      return scene?.id ?? null;
    },
    on(event, listener) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event)?.add(listener);
      return () => listeners.get(event)?.delete(listener);
    },
    destroy() {
      ending.abort();
      cancelAnimationFrame(pending);
      resizing.disconnect();
      controls.destroy();
      address.destroy();
      source.hurry();
      sheet.close(true);
      stand_in?.destroy();
      pano.destroy();
      for (const part of [surface, ...chrome.parts, sheet.dialog]) part.remove();
      stage.classList.remove('has-viewer', 'is-live', 'is-framed', 'is-low', 'has-link', 'has-sheet', 'is-filling');
      if (unnamed) stage.removeAttribute('aria-label');
    },
  };
}
