/**
 * The guided walk: from scene to scene by itself, with what is told there to be heard and read, the view turning slowly
 * over what is spoken of. A touch of the picture pauses it, and nothing starts without a press. The narration of a single
 * scene is played in the same place; then one may look around meanwhile.
 *
 * @import {Inside} from './types.js'
 * @import {Offered} from './actions.js'
 */

import { calm, el, styled } from './dom.js';
import { createPanel } from './guide_panel.js';
import { tongueOf } from './text.js';
import { narrationOf, panAt, panPath, shownFor, stationsOf } from './walk.js';

const TICK_MS = 250;
/** A sound that has not moved on for so long will not come; the scene is then shown without. */
const PATIENCE_S = 10;
const SECONDS = 12;

/** What turns the picture, wherever in the stage it is pressed. */
const TURNS = /^(Arrow.*|Home|PageUp|PageDown|[-+=_])$/;
const WITHOUT_EFFECT = ['Tab', 'Shift', 'Control', 'Alt', 'Meta'];

/** One guide a tour, whichever button asked for it. @type {WeakMap<Inside, ReturnType<typeof createGuide>>} */
const guides = new WeakMap();

/** @param {Inside} inside */
export function guideOf(inside) {
  const guide = guides.get(inside) ?? createGuide(inside);
  guides.set(inside, guide);
  return guide;
}

/** @param {Inside} inside @param {Offered} offered */
export function create(inside, offered) {
  const guide = guideOf(inside);
  return {
    /** @param {HTMLElement} opener */
    toggle: (opener) => (guide.walking ? guide.stop() : guide.walk(opener, offered)),
  };
}

/** @param {Inside} inside */
function createGuide(inside) {
  const { words, source, stage, surface, camera, chrome, signal } = inside;
  const dressed = styled(new URL('./guide.css', import.meta.url));
  const player = el('audio', { preload: 'auto' });
  const panel = createPanel(inside, player, { pause: () => (paused ? resume() : pause()), stop, step });

  /** The scenes of the walk; one only where it is a narration that is heard. @type {string[] | null} */
  let stations = null;
  let at = 0;
  let single = false;
  let paused = false;
  /** The scene is changed by the guide, not by the visitor. */
  let leading = false;
  let ticket = 0;
  /** A narration sounds; without one the clock says when it is time to go on. */
  let sounding = false;
  /** Seconds that a silent scene has been shown, and is shown at all. */
  let [shown, whole] = [0, SECONDS];
  let stuck = 0;
  let heard = 0;
  let last = 0;
  let timer = 0;
  /** @type {{points: {yaw: number, pitch: number}[], since: number} | null} */
  let pan = null;
  /** @type {HTMLElement | null} */
  let opener = null;
  /** @type {Offered | null} */
  let offered = null;

  const spent = () => (sounding ? player.currentTime : shown);
  const total = () => (sounding ? player.duration || 0 : whole);

  /** Opens for some scenes. @param {string[]} ids @param {number} first @param {boolean} alone @param {HTMLElement} from */
  async function open(ids, first, alone, from) {
    const mine = ++ticket;
    await dressed;
    if (mine !== ticket || signal.aborted) return;
    [stations, single, opener, paused] = [ids, alone, from, false];
    stage.classList.add('has-guide');
    panel.open(alone ? words.narration : words.guide, alone);
    clearInterval(timer);
    timer = window.setInterval(tick, TICK_MS);
    await enter(first);
  }

  /** Goes to a scene of the walk and begins there. @param {number} n */
  async function enter(n) {
    const mine = ++ticket;
    const id = stations?.[n];
    if (id === undefined) return;
    quiet();
    if (inside.scene()?.id !== id) {
      leading = true;
      const there = await inside.goTo(id, null, { led: true });
      leading = false;
      if (mine !== ticket || !stations) return;
      if (!there) return pause();
    }
    at = n;
    begin();
  }

  /** Tells what there is to tell in the scene that is open. */
  function begin() {
    const [scene, tour] = [inside.scene(), source.tour];
    if (!scene || !tour) return;
    const told = narrationOf(scene, tour, inside.language);
    const text = source.say(told ? told.medium.transcript : single ? null : scene.description);
    sounding = told !== null;
    [shown, stuck, heard, last] = [0, 0, 0, 0];
    whole = shownFor(tour.guide?.seconds_per_scene ?? SECONDS, text.value);
    panel.show({
      title: source.say(scene.title),
      place: single ? '' : `${at + 1}/${stations?.length}`,
      text,
      spoken: told !== null,
      note: told && told.lang !== inside.language ? words.toldIn(tongueOf(told.lang, inside.language)) : '',
    });
    if (told) {
      player.lang = told.lang;
      player.src = source.url(told.medium.url);
    }
    proceed();
  }

  /** Lets sound and view go on from where they are. */
  function proceed() {
    panel.paused(paused);
    if (paused) return;
    const scene = inside.scene();
    last = performance.now();
    const next = stations?.[at + 1] ?? null;
    pan = scene && !single ? { points: panPath(camera.view, scene, next), since: spent() } : null;
    if (sounding) {
      // One sound at a time.
      for (const other of document.querySelectorAll('audio, video')) {
        if (other !== player) /** @type {HTMLMediaElement} */ (other).pause();
      }
      player.play().catch((error) => {
        if (error.name === 'NotAllowedError') pause();
        else if (error.name !== 'AbortError') silent();
      });
    }
    inside.wake();
  }

  /** The narration cannot be heard: it can still be read. */
  function silent() {
    if (!stations || !sounding) return;
    sounding = false;
    panel.note(words.noNarration);
    if (!single && !paused) proceed();
  }

  function tick() {
    const now = performance.now();
    const seconds = last === 0 ? 0 : Math.min((now - last) / 1000, 1);
    last = now;
    if (!stations || paused || leading) return;
    if (total() > 0) panel.at(Math.min(spent() / total(), 1));
    if (sounding) {
      stuck = player.currentTime === heard ? stuck + seconds : 0;
      heard = player.currentTime;
      if (stuck > PATIENCE_S) silent();
    } else if (!single) {
      shown += seconds;
      if (shown >= whole) over();
    }
  }

  /** What was to be told here has been told. */
  function over() {
    if (!stations) return;
    if (single) {
      paused = true;
      panel.paused(true, words.again);
      panel.at(1);
    } else if (at + 1 < stations.length) void enter(at + 1);
    else {
      stop();
      chrome.note(words.guideOver);
    }
  }

  /** @param {1 | -1} by */
  function step(by) {
    if (!stations) return;
    paused = false;
    if (at + by >= stations.length) over();
    else void enter(Math.max(at + by, 0));
  }

  /** Waits until the visitor wants to go on. @param {boolean} [rest] the view comes to rest, because no hand moves it */
  function pause(rest = true) {
    if (!stations || paused) return;
    paused = true;
    player.pause();
    panel.paused(true);
    panel.announce(words.paused);
    if (rest) settle();
  }

  function resume() {
    if (!stations) return;
    paused = false;
    const away = inside.scene()?.id !== stations[at];
    if (away) void enter(at);
    // A narration alone that could not be had is asked for again.
    else if (single && !sounding) begin();
    else proceed();
  }

  /** Lets the address say where the walk has led: a glide to where one is ends with that. */
  const settle = () => inside.glideTo(camera.view);

  function quiet() {
    sounding = false;
    pan = null;
    player.pause();
    player.removeAttribute('src');
  }

  function stop() {
    if (!stations) return;
    ticket++;
    clearInterval(timer);
    stations = null;
    quiet();
    stage.classList.remove('has-guide');
    if (panel.close()) (opener?.checkVisibility?.() ? opener : inside.picture.element).focus({ preventScroll: true });
    offered?.press(false);
    offered = null;
    settle();
  }

  /** The visitor took over. @param {Event} event */
  function touched(event) {
    if (!stations || single) return;
    if (event instanceof KeyboardEvent) {
      const target = /** @type {Element} */ (event.target);
      if (WITHOUT_EFFECT.includes(event.key) || target.closest('dialog, .guide-text')) return;
      if (!surface.contains(target) && !TURNS.test(event.key)) return;
    }
    pause(false);
  }

  for (const type of ['pointerdown', 'wheel']) {
    surface.addEventListener(type, touched, { signal, capture: true, passive: true });
  }
  stage.addEventListener('keydown', touched, { signal, capture: true });
  stage.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !stations || inside.sheet.open) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
  }, { signal, capture: true });
  document.addEventListener('visibilitychange', () => document.hidden && pause(), { signal });
  window.addEventListener('pagehide', () => pause(), { signal });
  player.addEventListener('ended', over);
  player.addEventListener('error', () => player.hasAttribute('src') && silent());
  player.addEventListener('playing', inside.wake);
  // Another sound was started, which silenced this one.
  player.addEventListener('pause', () => sounding && !player.ended && pause());

  const turn = () => {
    if (!stations || paused || leading || !pan || calm()) return false;
    const seconds = total() - pan.since;
    const part = seconds > 0 ? (spent() - pan.since) / seconds : 0;
    camera.look({ ...camera.view, ...panAt(pan.points, part, seconds) });
    return part < 1 && (!sounding || !player.paused);
  };
  inside.movers.add(turn);
  const forget = [
    inside.on('scene', (id) => {
      if (!stations || leading) return;
      // The visitor walked on alone: the walk waits, and goes on from there where that is one of its scenes.
      const n = stations.indexOf(String(id));
      if (single) return stop();
      pause(false);
      quiet();
      if (n >= 0) {
        at = n;
        begin();
      }
    }),
    inside.on('full', () => stations && source.prefetch(inside.scene())),
  ];
  stage.append(panel.element);
  signal.addEventListener('abort', () => {
    stop();
    forget.forEach((end) => end());
    inside.movers.delete(turn);
    panel.element.remove();
  });

  return {
    /** A walk is under way, perhaps paused. */
    get walking() {
      return stations !== null && !single;
    },
    stop,

    /** Begins the walk, in the scene that is open where that is one of its own. @param {HTMLElement} from @param {Offered} button */
    async walk(from, button) {
      if ((await inside.part(inside.needTour)) === null || !source.tour) return;
      const ids = stationsOf(source.tour);
      const here = ids.indexOf(inside.scene()?.id ?? '');
      stop();
      offered = button;
      offered.press(true);
      await open(ids, here < ids.length - 1 ? Math.max(here, 0) : 0, false, from);
    },

    /** Plays what is told in the scene that is open. @param {HTMLElement} from */
    async listen(from) {
      const scene = inside.scene();
      if (!scene || (await inside.part(inside.needTour)) === null) return;
      stop();
      await open([scene.id], 0, true, from);
    },
  };
}
