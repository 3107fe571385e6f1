/**
 * Which tiles a view needs, and their life: wanted, loading, decoded, ready, evicted. Without GL and without a DOM:
 * the loader, the clock and what becomes of a decoded picture are given, so that tests can give others.
 *
 * @import {TileSet, Vector} from './types.js'
 * @import {Frustum} from './projection.js'
 */

import { FACES, dot, plus, toView } from './projection.js';

/** Device pixels per texel, at the middle of the screen, from which on the next finer level is taken. */
const ENLARGED = 1.25;
/** A tile of which less than this part of the screen is seen is not worth its bytes: something coarser will do there. */
const SLIVER = 0.025;
/** While a first picture comes, frames for single tiles may wait so long: each costs more than it shows. */
const GATHER_MS = 100;
/** A level is kept while the zoom is within this factor of its border: a slow pinch must not fetch two levels. */
const HYSTERESIS = 1.12;
const RETRY_MS = [2000, 6000, 18000];
const FADE_MS = 150;

/**
 * @typedef {{face: string, level: number, row: number, col: number}} Address
 * @typedef {{width: number, height: number, close?: () => void}} Bitmap
 */

/**
 * @template T
 * @typedef {object} Tile
 * @property {Address} at
 * @property {'new' | 'loading' | 'decoded' | 'ready' | 'waiting' | 'missing'} state
 * @property {T | null} texture
 * @property {Bitmap | null} bitmap
 * @property {AbortController | null} request
 * @property {number} attempts
 * @property {number} retry_at
 * @property {number} bytes
 * @property {number} used      number of the last frame that drew it
 * @property {number} shown_at  when it was first drawn; 0 before
 */

/**
 * @template T
 * @typedef {object} Services
 * @property {(url: string, signal: AbortSignal) => Promise<Bitmap>} load  rejects with `{status}` for an HTTP error
 * @property {(bitmap: Bitmap) => T} upload
 * @property {(texture: T) => void} release
 * @property {() => number} now  milliseconds
 * @property {() => void} wake   something changed: draw a frame
 * @property {(run: () => void, ms: number) => unknown} later
 * @property {number} [parallel]
 * @property {number} [budget_bytes]
 */

/** The name of a tile, which is also the end of its address. @param {Address} at */
export const nameOf = (at) => `${at.level}/${at.face}/${at.row}_${at.col}`;

/** The square of a tile on its face: left, top, right, bottom in −1…1, y upwards. @param {Address} at */
export function rectOf(at) {
  const side = 2 / 2 ** (at.level - 1);
  return [at.col * side - 1, 1 - at.row * side, (at.col + 1) * side - 1, 1 - (at.row + 1) * side];
}

/**
 * The coarsest level (from 1) that is not enlarged by more than a quarter at the middle of the screen.
 * @param {number[]} sizes face sizes in pixels, coarsest first @param {number} focal_px in device pixels
 * @param {number} [current] level in use
 */
export function chooseLevel(sizes, focal_px, current = 0) {
  const need = (2 * focal_px) / ENLARGED;
  const now = sizes[current - 1] ?? 0;
  const below = sizes[current - 2] ?? 0;
  if (now * HYSTERESIS >= need && below < need * HYSTERESIS && now > 0) return current;
  const found = sizes.findIndex((size) => size >= need);
  return found < 0 ? sizes.length : found + 1;
}

/**
 * A test whether a square of a face may be on screen: no, only where its corners all lie beyond one side of the screen
 * or behind. Touching counts as beyond, so that a view that ends on a tile's edge does not want the next one.
 * @param {Frustum} eye
 */
export function visibility(eye) {
  const [x0, x1, y0, y1] = eye.edges;
  /** Each face's axes as the camera sees them. @type {Record<string, [Vector, Vector, Vector]>} */
  const seen = {};
  for (const [name, face] of Object.entries(FACES)) {
    seen[name] = [toView(face.right, eye), toView(face.up, eye), toView(face.forward, eye)];
  }
  return (/** @type {Address} */ at) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = rectOf(at);
    const [r, u, f] = /** @type {[Vector, Vector, Vector]} */ (seen[at.face]);
    let [over, under, before, beyond, behind] = [0, 0, 0, 0, 0];
    for (const [a, b] of /** @type {[number, number][]} */ ([[left, top], [right, top], [left, bottom], [right, bottom]])) {
      const px = a * r[0] + b * u[0] + f[0];
      const py = a * r[1] + b * u[1] + f[1];
      const pz = a * r[2] + b * u[2] + f[2];
      const slack = 1e-9;
      if (px - x0 * pz <= slack) before++;
      if (px - x1 * pz >= -slack) beyond++;
      if (py - y0 * pz <= slack) under++;
      if (py - y1 * pz >= -slack) over++;
      if (pz <= slack) behind++;
    }
    return over < 4 && under < 4 && before < 4 && beyond < 4 && behind < 4;
  };
}

/** A test whether a square may be seen by any of several eyes. @param {Frustum[]} eyes */
function visibleToAny(eyes) {
  const tests = eyes.map(visibility);
  return (/** @type {Address} */ at) => tests.some((shows) => shows(at));
}

/**
 * The tiles of a level that are seen by any of the eyes, those nearest to the middle of the screen first.
 * @param {number} level @param {Frustum[]} eyes @returns {Address[]}
 */
export function visibleTiles(level, eyes) {
  const shows = visibleToAny(eyes);
  /** @type {Address[]} */
  const found = [];
  const descend = (/** @type {Address} */ at) => {
    if (!shows(at)) return;
    if (at.level === level) found.push(at);
    else {
      for (const [row, col] of /** @type {[number, number][]} */ ([[0, 0], [0, 1], [1, 0], [1, 1]])) {
        descend({ face: at.face, level: at.level + 1, row: at.row * 2 + row, col: at.col * 2 + col });
      }
    }
  };
  for (const face of Object.keys(FACES)) descend({ face, level: 1, row: 0, col: 0 });
  const nearness = new Map(found.map((at) => [at, Math.max(...eyes.map((eye) => dot(middle(at), eye.forward)))]));
  return found.sort((a, b) => (nearness.get(b) ?? 0) - (nearness.get(a) ?? 0));
}

/**
 * How much of what an eye sees lies on a square of a face, 0 to 1: its corners, cut at the four sides of the screen.
 * @param {Address} at @param {Frustum} eye
 */
export function shareOf(at, eye) {
  const { right, up, forward } = /** @type {(typeof FACES)[string]} */ (FACES[at.face]);
  const [left = 0, top = 0, rightmost = 0, bottom = 0] = rectOf(at);
  const [x0, x1, y0, y1] = eye.edges;
  let shape = [[left, top], [rightmost, top], [rightmost, bottom], [left, bottom]]
    .map(([x = 0, y = 0]) => toView(plus(forward, right, x, up, y), eye));
  const sides = /** @type {((v: Vector) => number)[]} */ ([
    (v) => v[0] - x0 * v[2], (v) => x1 * v[2] - v[0], (v) => v[1] - y0 * v[2], (v) => y1 * v[2] - v[1],
  ]);
  for (const inside of sides) {
    shape = shape.flatMap((b, i) => {
      const a = /** @type {Vector} */ (shape[(i || shape.length) - 1]);
      const [from, to] = [inside(a), inside(b)];
      const cut = () => /** @type {Vector} */ (a.map((v, k) => v + ((b[k] ?? 0) - v) * (from / (from - to))));
      return [...(from * to < 0 ? [cut()] : []), ...(to >= 0 ? [b] : [])];
    });
  }
  const flat = shape.map(([x, y, z]) => [x / z, y / z]);
  const twice = flat.reduce((sum, [x = 0, y = 0], i) => {
    const [u = 0, v = 0] = flat[(i || flat.length) - 1] ?? [];
    return sum + u * y - x * v;
  }, 0);
  return Math.abs(twice) / 2 / (x1 - x0) / (y1 - y0) || 0;
}

/**
 * The tiles of which enough is seen, and for the others the coarsest tile of their face, of which there is one.
 * @param {Address[]} found @param {Frustum[]} eyes
 */
export function withoutSlivers(found, eyes) {
  /** @type {Map<string, Address>} */
  const coarse = new Map();
  const worth = found.filter((at) => {
    const enough = at.level === 1 || eyes.some((eye) => shareOf(at, eye) >= SLIVER);
    if (!enough) coarse.set(at.face, { face: at.face, level: 1, row: 0, col: 0 });
    return enough;
  });
  return { worth, coarse: [...coarse.values()] };
}

/**
 * As many of the tiles as may be held: those farthest from the middle, the last of the list, give way to their parents.
 * @param {Address[]} found of one level @param {number} most @returns {Address[]}
 */
export function withinBudget(found, most) {
  /** @type {Map<string, Address>} */
  const parents = new Map();
  const near = [...found];
  while (near.length + parents.size > most && (near[0]?.level ?? 1) > 1) {
    const parent = parentOf(/** @type {Address} */ (near.pop()));
    parents.set(nameOf(parent), parent);
  }
  return [...near, ...parents.values()];
}

/** The tile of the next coarser level in which a tile lies. @param {Address} at @returns {Address} */
const parentOf = ({ face, level, row, col }) => ({ face, level: level - 1, row: row >> 1, col: col >> 1 });

/** @param {Address} at @returns {Vector} unit vector to the middle of a tile */
function middle(at) {
  const [left = 0, top = 0, right = 0, bottom = 0] = rectOf(at);
  const face = /** @type {(typeof FACES)[string]} */ (FACES[at.face]);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [a, b, c] = plus(face.forward, face.right, x, face.up, y);
  const length = Math.hypot(x, y, 1);
  return [a / length, b / length, c / length];
}

/**
 * The tiles of one scene at a time.
 * @template T what `upload` makes of a bitmap
 * @param {Services<T>} services
 */
export function createTiles(services) {
  const { now } = services;
  const parallel = services.parallel ?? 12;
  let budget = services.budget_bytes ?? 56e6;
  /** @type {Map<string, Tile<T>>} */
  let tiles = new Map();
  /** @type {TileSet | null} */
  let set = null;
  let base = '';
  let level = 0;
  let frame = 0;
  let loading = 0;
  let bytes = 0;
  let succeeded = false;
  let gathering = false;

  /** @param {Address} at */
  function tileAt(at) {
    const name = nameOf(at);
    let tile = tiles.get(name);
    if (!tile) {
      tile = {
        at, state: 'new', texture: null, bitmap: null, request: null,
        attempts: 0, retry_at: 0, bytes: 0, used: 0, shown_at: 0,
      };
      tiles.set(name, tile);
    }
    return tile;
  }

  /** @param {Tile<T>} tile */
  function start(tile) {
    const request = new AbortController();
    Object.assign(tile, { state: 'loading', request });
    loading++;
    services.load(`${base}${nameOf(tile.at)}.${set?.format}`, request.signal).then(
      (bitmap) => {
        if (tile.request !== request) return void bitmap.close?.();
        loading--;
        Object.assign(tile, { state: 'decoded', request: null, bitmap });
        if (loading === 0) services.wake();
        else gather();
      },
      (/** @type {{status?: number}} */ error) => {
        if (tile.request !== request) return;
        loading--;
        tile.request = null;
        const wait = error?.status === 404 ? undefined : RETRY_MS[tile.attempts++];
        tile.state = wait === undefined ? 'missing' : 'waiting';
        tile.retry_at = now() + (wait ?? 0);
        if (wait !== undefined) services.later(services.wake, wait);
        services.wake();
      },
    );
  }

  /** Draws a frame for all the tiles that come within a moment. */
  function gather() {
    if (gathering) return;
    gathering = true;
    services.later(() => {
      gathering = false;
      services.wake();
    }, GATHER_MS);
  }

  /** @param {Tile<T>} tile @param {boolean} [lost] the texture died with its context */
  function drop(tile, lost) {
    if (tile.request) {
      tile.request.abort();
      tile.request = null;
      loading--;
    }
    tile.bitmap?.close?.();
    if (tile.texture !== null && !lost) services.release(tile.texture);
    bytes -= tile.bytes;
    tiles.delete(nameOf(tile.at));
  }

  /** Where a tile is missing its parent stands in; null where all of them are. @param {Address} at */
  function standIn(at) {
    let tile = tileAt(at);
    while (tile.state === 'missing') {
      if (tile.at.level === 1) return null;
      tile = tileAt(parentOf(tile.at));
    }
    return tile;
  }

  return {
    /** Leaves the old scene and takes up another. @param {TileSet} next @param {string} url address of its folder */
    open(next, url) {
      // Asked for already, before there was anything to draw with.
      if (next === set && url === base) return;
      for (const tile of tiles.values()) drop(tile);
      [set, base, level, succeeded] = [next, url, 0, false];
    },

    /**
     * Asks for what is seen, gives up what it does not, and says what to draw, coarse before fine.
     * `full`: everything wanted is there. `covered`: no preview need be drawn below. `more`: draw another frame soon.
     * @param {Frustum[]} eyes  the screen, or both eyes of a headset
     * @param {number} focal_px in device pixels
     * `backed`: below the tiles there is a picture that is nearly as sharp.
     * @param {{upload_ms?: number, fade?: boolean, budget_bytes?: number, backed?: boolean}} [options]
     */
    update(eyes, focal_px, { upload_ms = 4, fade = false, budget_bytes = budget, backed = false } = {}) {
      if (!set) return { draw: [], full: false, covered: false, more: false, failing: false };
      frame++;
      const started = now();
      let more = false;
      let uploaded = 0;
      for (const tile of tiles.values()) {
        if (tile.state !== 'decoded' || !tile.bitmap) continue;
        if (uploaded > 0 && now() - started > upload_ms) {
          more = true;
          break;
        }
        tile.texture = services.upload(tile.bitmap);
        tile.bytes = tile.bitmap.width * tile.bitmap.height * 4;
        tile.bitmap.close?.();
        Object.assign(tile, { bitmap: null, state: 'ready', attempts: 0 });
        bytes += tile.bytes;
        uploaded++;
        succeeded = true;
      }

      level = chooseLevel(set.level_sizes_px, focal_px, level);
      /** @type {Set<Tile<T>>} */
      const wanted = new Set();
      let [covered, failing] = [true, false];
      const most = budget_bytes / (4 * set.tile_size_px ** 2);
      const { worth, coarse } = withoutSlivers(visibleTiles(level, eyes), eyes);
      if (backed && coarse.length) covered = false;
      for (const at of [...withinBudget(worth, most - coarse.length), ...(backed ? [] : coarse)]) {
        const tile = standIn(at);
        if (tile) wanted.add(tile);
        else covered = false;
        // Refused, not absent: worth a sentence to the visitor as long as it stays so.
        if ((tiles.get(nameOf(at))?.attempts ?? 0) > 1) failing = true;
      }
      for (const tile of [...tiles.values()]) if (tile.state === 'loading' && !wanted.has(tile)) drop(tile);
      let full = true;
      for (const tile of wanted) {
        const due = tile.state === 'new' || (tile.state === 'waiting' && now() >= tile.retry_at);
        if (due && loading < parallel) start(tile);
        if (tile.attempts > 1) failing = true;
        if (tile.state !== 'ready') full = covered = false;
      }

      const shows = visibleToAny(eyes);
      const ready = [...tiles.values()].filter((tile) => tile.state === 'ready' && (wanted.has(tile) || shows(tile.at)));
      const alpha = (/** @type {Tile<T>} */ tile) => {
        tile.shown_at ||= now();
        return fade ? Math.min(1, (now() - tile.shown_at + 16) / FADE_MS) : 1;
      };
      const order = (/** @type {Tile<T>} */ a, /** @type {Tile<T>} */ b) => a.at.level - b.at.level;
      if ([...wanted].some((tile) => tile.state === 'ready' && alpha(tile) < 1)) {
        covered = false;
        more = true;
      }
      const shown = (covered ? ready.filter((tile) => wanted.has(tile)) : ready).sort(order);
      const draw = shown.map((tile) => {
        tile.used = frame;
        return { at: tile.at, texture: /** @type {T} */ (tile.texture), alpha: alpha(tile) };
      });
      for (const tile of wanted) tile.used = frame;
      if (bytes > budget_bytes) {
        const old = [...tiles.values()].filter((tile) => tile.state === 'ready' && tile.used < frame);
        for (const tile of old.sort((a, b) => a.used - b.used)) if (bytes > budget_bytes) drop(tile);
      }
      // Not one tile of the scene is to be had: the whole tile set is gone, or its host refuses this page.
      return { draw, full, covered, more, failing: failing || (wanted.size === 0 && !succeeded) };
    },

    /** Tries what had failed once more. */
    retry() {
      for (const tile of [...tiles.values()]) if (['missing', 'waiting'].includes(tile.state)) drop(tile);
    },

    /** The textures are gone with their context: forget them all, and live with less. @param {number} budget_bytes */
    forget(budget_bytes) {
      for (const tile of tiles.values()) drop(tile, true);
      budget = Math.min(budget, budget_bytes);
    },

    /** Frees everything; what is looked at afterwards is fetched again. */
    shed() {
      for (const tile of tiles.values()) drop(tile);
    },

    /** Bytes of textures held, for tests and for the curious. */
    get bytes() {
      return bytes;
    },
  };
}
