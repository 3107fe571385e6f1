/**
 * Which tiles a view needs, and their life: wanted, loading, decoded, ready, evicted. Without GL and without a DOM:
 * the loader, the clock and what becomes of a decoded picture are given, so that tests can give others.
 *
 * @import {TileSet} from './types.js'
 * @import {Address} from './grid.js'
 * @import {Frustum} from './projection.js'
 */

import { chooseLevel, nameOf, parentOf, visibleTiles, visibleToAny, withinBudget, withoutSlivers } from './grid.js';

/**
 * While a picture comes, frames for single tiles may wait so long: each costs more than it shows, and over a poster it
 * shows hardly anything.
 */
const GATHER_MS = 200;
const GATHER_BACKED_MS = 600;
const RETRY_MS = [2000, 6000, 18000];
const FADE_MS = 150;

/**
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
  /** Of the last frame. */
  let backing = false;

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
      // Others may have brought a frame in the meantime.
      if ([...tiles.values()].some(({ state }) => state === 'decoded')) services.wake();
    }, backing ? GATHER_BACKED_MS : GATHER_MS);
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

  /** Lets go of what was not drawn for longest. @param {number} budget_bytes */
  function evict(budget_bytes) {
    if (bytes <= budget_bytes) return;
    const old = [...tiles.values()].filter((tile) => tile.state === 'ready' && tile.used < frame - 1);
    for (const tile of old.sort((a, b) => a.used - b.used)) if (bytes > budget_bytes) drop(tile);
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
     * `backed`: below the tiles there is a picture that is nearly as sharp, and tiles of which less than this part of
     * the screen is seen are not needed; 0 where there is none.
     * @param {{upload_ms?: number, fade?: boolean, budget_bytes?: number, backed?: number}} [options]
     */
    update(eyes, focal_px, { upload_ms = 10, fade = false, budget_bytes = budget, backed = 0 } = {}) {
      if (!set) return { draw: [], full: false, covered: false, more: false, failing: false };
      frame++;
      backing = backed > 0;
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
        tile.used = frame;
        evict(budget_bytes);
        uploaded++;
        succeeded = true;
      }

      level = chooseLevel(set.level_sizes_px, focal_px, level);
      /** @type {Set<Tile<T>>} */
      const wanted = new Set();
      let [covered, failing] = [true, false];
      const most = budget_bytes / (4 * set.tile_size_px ** 2);
      const { worth, coarse, bare } = withoutSlivers(visibleTiles(level, eyes), eyes, backed || undefined);
      if (bare || (backed && coarse.length)) covered = false;
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
        // What came without fading must not begin to fade when others do.
        tile.shown_at ||= fade ? now() : now() - FADE_MS;
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
      evict(budget_bytes);
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
