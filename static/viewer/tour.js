/**
 * A tour in an element: opens scenes, changes between them, keeps view, picture, hotspots and address together, and
 * draws a frame only when something has changed.
 *
 * @import {DocumentView, Options, Pixels, Scene, Tour, Vector} from './types.js'
 */

import words from '#words';

import { holdAt } from './address.js';
import { createChrome } from './chrome.js';
import { createControls } from './controls.js';
import { el } from './dom.js';
import { createEvents } from './events.js';
import { createFeatures } from './features.js';
import { createHotspots } from './hotspots.js';
import { followLife } from './life.js';
import { formatLink, safeUrl } from './links.js';
import { createLoop } from './loop.js';
import { openStage } from './opening.js';
import { RADIAN, bearing, directionOf, fromDocument, project, unproject, vectorOf } from './projection.js';
import { createScreen, sizeOf, watchSize } from './screen.js';
import { createSheet } from './sheet.js';

/** Below this height (a telephone on its side) there is no room for the strip of scenes. */
const LOW_PX = 460;
/** A direction is announced when the view has rested so long after keys. */
const REST_MS = 700;

/**
 * `opening`: a picture that was opened before with the same arguments.
 * @param {HTMLElement} stage @param {string} tourUrl @param {Options} [options] @param {ReturnType<typeof openStage>} [opening]
 * @returns {Tour}
 */
export function createTour(stage, tourUrl, options = {}, opening = openStage(stage, tourUrl, options)) {
  const { language, source, to, address, surface, keys, camera, picture } = opening;
  const { say } = source;
  const { emit, on } = createEvents();
  const ending = new AbortController();
  const { signal } = ending;
  const unnamed = !stage.hasAttribute('aria-label');

  /** @type {Scene | null} */
  let scene = null;
  let heading = { x: 0, y: 0 };
  /** The size to which all that lies on the picture was fitted. */
  let fitted = '';
  let coming = 0;
  /** The first scene has been opened: whoever turns from now on is a visitor. */
  let begun = false;
  /** What parts on demand want to do before each frame, true while they move something; and after it. */
  const movers = /** @type {Set<(now: number) => boolean>} */ (new Set());
  const followers = /** @type {Set<() => void>} */ (new Set());

  const north = () => (typeof scene?.north_deg === 'number' ? scene.north_deg : null);
  const loop = createLoop({
    ready: () => scene !== null && camera.size.width > 0 && !signal.aborted,
    step: (now) => [controls.step(now), camera.step(now), ...[...movers].map((move) => move(now))].some(Boolean),
    draw,
    sharpness(full) {
      if (full) emit('full', scene?.id);
    },
    trouble(failing) {
      if (!failing) return chrome.quiet();
      const retry = () => picture.retry();
      fail(new Error('tiles'), words.noTiles, retry);
      import('./refusal.js').then(({ tellRefusal }) => tellRefusal(inside, retry), () => {});
      void later();
    },
    idle() {
      emit('idle');
      // The last tiles are drawn, but not yet on the screen.
      setTimeout(later, 100);
    },
  });
  const { wake } = loop;

  Object.assign(to, /** @type {typeof to} */ ({
    wake,
    rested: settle,
    first: () => emit('first'),
    turned() {
      if (!scene) return;
      // There is more to see than the poster shows, or what was asked for.
      if (begun) void picture.fetchPreview();
      emit('view', camera.said);
      wake();
    },
    went(link) {
      const id = link?.scene ?? source.tour?.start;
      // A link followed while the tour is open means the picture as well, wherever the page has been scrolled to.
      if (link) holdAt(stage);
      if (id) void goTo(id, link?.view ?? null, { silent: true });
    },
  }));

  // --- the parts of the stage -----------------------------------------------------------------------------------

  const skip = el('button', { type: 'button', class: 'stage-skip' }, words.skip);
  const hotspots = createHotspots(words, {
    say,
    base: source.base,
    sceneTitle: (id) => source.scene(id)?.title ?? null,
    productName: (id) => source.tour?.products?.[id]?.name ?? null,
    medium: (id) => source.tour?.media?.[id] ?? null,
    open(spot, from) {
      emit('hotspot', spot.id);
      if (features.press(spot, from)) return;
      if (sheet.owner === `card:${spot.id}`) sheet.close();
      else void part(() => import('./card.js')).then((cards) => cards?.openCard(spot, from, inside));
    },
    go(target, arrival, spot) {
      emit('hotspot', spot);
      void goTo(target, arrival ?? null, { walked: true });
    },
    part: (members, at, from) => void part(() => import('./crowd.js')).then((crowd) => crowd?.parted(inside, members, at, from)),
    wake,
    reveal,
  });
  const sheet = createSheet(stage, words, wake);
  const screen = createScreen(stage, (is) => chrome.fullScreen(is), signal);
  const chrome = createChrome(stage, {
    words,
    language,
    say,
    nudge: (way) => controls.nudge(way, 1 / 6),
    fullScreen: screen.toggle,
    share: () => void part(() => import('./share.js')).then((parts) => parts?.share(inside, pageIn(language))),
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
      if (!meant) chrome.hint(words.wheel);
      return meant;
    },
    grabbed() {
      camera.halt();
      // A press on the picture is meant for the picture: wheel and keys then work.
      picture.element.focus({ preventScroll: true });
    },
    rested(keyboard) {
      settle();
      const { yaw } = camera.view;
      if (keyboard) setTimeout(() => camera.view.yaw === yaw && chrome.announceWind(), REST_MS);
    },
    keys: {
      Home: () => glideTo(camera.initial()),
      PageDown: () => void step(1),
      PageUp: () => void step(-1),
      f: screen.toggle,
      Escape() {
        if (sheet.open) sheet.close();
        else if (screen.filling()) screen.toggle();
      },
    },
  });
  const inside = {
    stage, surface, words, language, source, camera, picture, hotspots, sheet, chrome, signal, movers, followers, reveal,
    scene: () => scene, needTour, goTo, glideTo, wake, measure: remeasure, north, on, emit, part, adopt, show, place,
  };
  const features = (options.features ?? createFeatures)(inside);
  skip.addEventListener('click', () => chrome.first()?.focus());
  surface.append(hotspots.areas, keys, skip, hotspots.list, hotspots.crowds);
  if (!surface.isConnected) stage.append(surface);
  stage.append(...chrome.parts, sheet.dialog);
  stage.classList.toggle('is-framed', address.framed);
  stage.classList.add('has-viewer');
  // A published page has its icons; a page of somebody else's gets them.
  if (!document.getElementById('i-x')) void import('./sprite.js').then(({ bringIcons }) => bringIcons(stage), () => {});

  const unwatch = watchSize(surface, resize);
  followLife(signal, { wake, quiet: sheet.quiet, shed: () => picture.shed(), retry: () => scene && picture.retry() });
  document.fonts?.addEventListener?.('loadingdone', remeasure, { signal });

  /** @param {import('./types.js').View} to */
  function glideTo(to) {
    controls.stop();
    camera.glide(to);
  }

  /** The view came to rest: let the address say so. */
  function settle() {
    if (scene && !camera.pristine) address.view(scene.id, camera.said);
  }

  /** Puts one frame on the screen, with everything that stands in it. */
  function draw() {
    const drawn = picture.draw();
    place();
    return drawn;
  }

  /** Moves what lies on the picture to where it now belongs. */
  function place() {
    const from = north();
    hotspots.place(camera.view, camera.size, heading);
    chrome.view(from === null ? null : bearing(camera.view.yaw, from), camera.room);
    for (const follow of followers) follow();
  }

  function resize() {
    const size = sizeOf(surface);
    const key = `${size.width} ${size.height}`;
    if (size.width === 0 || key === fitted) return;
    const fits = key === `${camera.size.width} ${camera.size.height}`;
    fitted = key;
    camera.resize(size);
    stage.classList.toggle('is-low', size.height < LOW_PX);
    remeasure();
    // At once, not with the next frame: a canvas of the old size would flash.
    if (scene && !fits && stage.classList.contains('is-live')) draw();
  }

  /** Writing has another size: labels and the heading are measured again. */
  function remeasure() {
    hotspots.measure();
    heading = chrome.heading();
    wake();
  }

  // --- scenes ---------------------------------------------------------------------------------------------------

  /** Fetches the whole tour document; throws where it cannot be had. */
  async function needTour() {
    if (!source.whole) adopt(await source.fetch(), true);
  }

  /** What may wait until the first picture is as sharp as it gets: all the other scenes, and what leads to them. */
  async function later() {
    // Who turns from here sees it; who came by the poster gets it with the first turn.
    if (!camera.pristine) void picture.fetchPreview();
    await needTour().catch((error) => emit('error', error));
    features.later();
    source.prefetch(scene);
  }

  /** @param {unknown} error @param {string} text @param {() => void} again */
  function fail(error, text, again) {
    chrome.note(text, again);
    emit('error', error);
  }

  /** @param {import('./types.js').TourDocument} next @param {boolean} complete @param {number} [count] */
  function adopt(next, complete, count) {
    source.take(next, complete, count);
    if (unnamed) stage.setAttribute('aria-label', words.stage(say(next.title).value));
    chrome.tour(next, source.count);
    features.tour(next);
    scene = scene && source.scene(scene.id);
    if (scene) chrome.scene(scene, source.number(scene), source.count);
    hotspots.rename();
    name();
    wake();
  }

  /** Says to assistive technology what is shown. */
  function name() {
    if (!scene) return;
    const place = source.count > 1 ? `, ${words.sceneOf(source.number(scene), source.count)}` : '';
    picture.name(say(scene.title).value + place);
  }

  /**
   * Opens a scene. `arrival` is where to look; without it a visitor who walked keeps facing the same way by the compass,
   * and everybody else gets the scene's initial view.
   * @param {string} id @param {DocumentView | null | undefined} arrival
   * @param {{walked?: boolean, silent?: boolean, led?: boolean}} [how]  silent: the address says it already; led: by a guide
   */
  async function goTo(id, arrival, how = {}) {
    const ticket = ++coming;
    if (!source.scene(id)) {
      try {
        await needTour();
      } catch (error) {
        if (ticket === coming) fail(error, words.noScenes, () => void goTo(id, arrival, how));
        return false;
      }
    }
    const next = source.scene(id);
    if (ticket !== coming) return false;
    if (!next) {
      chrome.note(words.gone);
      return false;
    }
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
    show(next, strip);
    const after = north();
    if (arrival) camera.look(fromDocument(arrival, camera.size));
    else if (how.walked && before !== null && after !== null) {
      camera.look({ ...camera.view, yaw: faced + (before - after) * RADIAN });
    }
    // The picture first: what lies on it takes longer to be made.
    picture.draw();
    furnish(next);
    place();
    if (copy) picture.fade(copy);
    if (!how.silent) address.scene(next.id, camera.pristine ? undefined : camera.said, how.led);
    const held = document.activeElement;
    if (how.walked || held === document.body) picture.element.focus({ preventScroll: true });
    // Where the focus comes to the picture its name is read; where it stays nothing would be.
    if (document.activeElement === held) {
      chrome.announce(words.arrived(say(next.title).value, source.number(next), source.count, next.hotspots.length));
    }
    emit('scene', next.id);
    emit('view', camera.said);
    void picture.fetchPreview();
    wake();
    return true;
  }

  /** Takes up a scene at its initial view. @param {Scene} next @param {{strip: Pixels, sharp: boolean} | null} strip */
  function show(next, strip) {
    scene = next;
    loop.reset();
    picture.open(next, strip);
    camera.open(next);
  }

  /** Puts onto the picture and around it what belongs to a scene. @param {Scene} next */
  function furnish(next) {
    hotspots.open(next);
    chrome.scene(next, source.number(next), source.count);
    heading = chrome.heading();
    skip.hidden = next.hotspots.length === 0;
    features.scene(next);
    name();
    source.hurry();
  }

  /** The next scene or the one before, in the order of the tour. @param {1 | -1} by */
  async function step(by) {
    try {
      await needTour();
    } catch (error) {
      return fail(error, words.noScenes, () => void step(by));
    }
    const next = scene && source.beside(scene, by);
    if (next) void goTo(next.id, null);
  }

  /** Fetches a part that is loaded on demand; null, and a sentence, where it cannot be had. @template T @param {() => Promise<T>} load */
  async function part(load) {
    try {
      return await load();
    } catch (error) {
      chrome.note(words.noPart);
      emit('error', error);
      return null;
    }
  }

  /** Turns until a direction lies comfortably in the part of the stage that heading and sheet leave. @param {Vector} at */
  function reveal(at) {
    const to = camera.towards(at, sheet.free(), heading.y);
    if (to) glideTo(to);
  }

  /** The address of this very view, in a page of the tour. @param {string} of its language */
  function pageIn(of) {
    const page = safeUrl(source.tour?.page?.[of], source.base);
    const start = camera.pristine && scene?.id === source.tour?.start;
    const hash = scene && !start ? formatLink(scene.id, camera.pristine ? undefined : camera.said) : '';
    return (page ?? location.href.split('#')[0]) + hash;
  }

  async function begin() {
    const link = address.link();
    const { start } = options;
    // A page whose JSON is damaged still has the address of the whole.
    if (start?.tour?.scenes?.length) adopt(start.tour, start.scene_count === start.tour.scenes.length, start.scene_count);
    if (link) holdAt(stage);
    // A poster of another scene or view would only be in the way.
    stage.classList.toggle('has-link', Boolean(link && (link.view || link.scene !== source.tour?.start)));
    let trouble = null;
    if (!source.tour || (link && !source.scene(link.scene))) await needTour().catch((error) => (trouble = error));
    const ready = source.tour;
    if (signal.aborted) return;
    if (!ready) return fail(trouble, words.noTour, () => void begin());
    const target = link && source.scene(link.scene);
    const first = target ?? source.scene(ready.start) ?? ready.scenes[0];
    if (!first) return;
    if (!target) stage.classList.remove('has-link');

    show(first, null);
    // Before anything is drawn: another view would want other tiles.
    camera.resize(sizeOf(surface));
    if (target && link.view) camera.look(fromDocument(link.view, camera.size));
    furnish(first);
    resize();
    const postered = first.id === ready.start && !stage.classList.contains('has-link');
    emit('scene', first.id);
    if (link && trouble) fail(trouble, words.noScenes, () => void goTo(link.scene, link.view));
    else if (link && !target) {
      const anchor = document.getElementById(link.scene);
      if (anchor) anchor.scrollIntoView();
      else chrome.note(words.noScene);
    }
    wake();
    begun = true;
    await picture.begin(postered ? (natural) => camera.pristine && (camera.open(first, natural), wake()) : null);
  }

  void begin();

  return {
    goTo: (id, at) => goTo(id, at),
    look: (next) => void camera.look(fromDocument(next, camera.size)),
    directionAt: (point) => (scene ? directionOf(unproject(point, camera.view, camera.size)) : null),
    pointOf(at) {
      const { x, y, depth } = project(vectorOf(at), camera.view, camera.size);
      return scene && depth > 0 ? { x, y } : null;
    },
    get view() {
      return scene ? camera.said : null;
    },
    get scene() {
      return scene?.id ?? null;
    },
    on,
    destroy() {
      ending.abort();
      loop.stop();
      unwatch();
      controls.destroy();
      address.destroy();
      source.hurry();
      sheet.close(true);
      picture.destroy();
      for (const part of [surface, ...chrome.parts, sheet.dialog, ...stage.querySelectorAll('.stage-icons')]) part.remove();
      stage.classList.remove('has-viewer', 'is-live', 'is-framed', 'is-low', 'has-link', 'has-sheet', 'is-filling');
      if (unnamed) stage.removeAttribute('aria-label');
    },
  };
}
