/**
 * Runs in a page before its own scripts and notes what the page does: what its canvas shows and when, textures and
 * their bytes, frames, long tasks, the largest paint. `window.probe` is read by tests/benchmarks/viewing/browser.py.
 *
 * "Seen" is the first frame in which each of five rows of the canvas is more than 97 % painted (canvases are cleared
 * to a colour that no picture has, because pictures have black of their own); "full" the last frame
 * that changed anything in nineteen rows, so that a texture which nobody sees does not count. Rows are read in a
 * microtask after the last draw of a frame, while the frame is still there. That costs every viewer the same and is
 * switched off (`rows`) where frames are measured.
 */

(() => {
  const FIVE = [2, 6, 10, 14, 18];
  const PAINTED = 0.97;
  const KEPT = 64;
  const UNPAINTED = [1, 0, 1, 1];

  const probe = {
    rows: true,
    seen_ms: 0,
    full_ms: 0,
    draws: 0,
    uploads: 0,
    texture_bytes: 0,
    texture_peak_bytes: 0,
    callbacks: 0,
    /** How long each callback of a frame took, and when it began. @type {[number, number][]} */
    frames: [],
    /** What the canvas looked like, when asked for. @type {{at_ms: number, black: boolean, row: number[]}[] | null} */
    film: null,
    long_tasks: /** @type {number[]} */ ([]),
    largest: /** @type {{at_ms: number, what: string} | null} */ (null),
    poster_ms: 0,
    first_paint_ms: 0,
  };
  Object.assign(window, { probe });
  performance.setResourceTimingBufferSize(5000);

  const observe = (/** @type {string} */ type, /** @type {(entry: any) => void} */ note) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    } catch {
      // A browser without it reports nothing.
    }
  };
  observe('longtask', (entry) => probe.long_tasks.push(entry.duration));
  observe('largest-contentful-paint', (entry) => {
    const { element } = entry;
    const what = element ? `${element.tagName.toLowerCase()}${element.className ? `.${element.className}` : ''}` : '?';
    probe.largest = { at_ms: entry.renderTime || entry.loadTime || entry.startTime, what };
  });
  observe('element', (entry) => (probe.poster_ms ||= entry.renderTime || entry.loadTime));
  observe('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') probe.first_paint_ms = entry.startTime;
  });
  // A picture that stands where the canvas will be is timed when it is painted; it must be marked before it loads.
  new MutationObserver((records, observer) => {
    const poster = document.querySelector('.stage-poster img');
    if (!poster) return;
    poster.setAttribute('elementtiming', 'poster');
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });

  const { requestAnimationFrame } = window;
  window.requestAnimationFrame = (run) =>
    requestAnimationFrame.call(window, (now) => {
      const began = performance.now();
      probe.callbacks++;
      try {
        run(now);
      } finally {
        if (probe.frames.length < 20_000) probe.frames.push([now, performance.now() - began]);
      }
    });

  /** @typedef {WebGLRenderingContext | WebGL2RenderingContext} Context */
  /** @type {WeakMap<Context, {clears: boolean, pending: boolean, print: number, unit: number, bound: Map<string, any>}>} */
  const states = new WeakMap();
  const state = (/** @type {Context} */ gl) => {
    let found = states.get(gl);
    if (!found) states.set(gl, (found = { clears: false, pending: false, print: 0, unit: 0, bound: new Map() }));
    return found;
  };

  /** @param {Context} gl */
  function look(gl) {
    const of = state(gl);
    of.pending = false;
    const { width, height } = gl.canvas;
    if (!width || !height || gl.isContextLost()) return;
    const pixels = new Uint8Array(width * 4);
    const words = new Uint32Array(pixels.buffer);
    let print = 2166136261;
    let painted = true;
    const film = [];
    for (let step = 1; step < 20; step++) {
      gl.readPixels(0, height - 1 - Math.floor((height * step) / 20), width, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      for (let x = 0; x < width; x++) print = Math.imul(print ^ (words[x] ?? 0), 16777619);
      if (!FIVE.includes(step) || (probe.seen_ms && !probe.film)) continue;
      let empty = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        const [r = 0, g = 0, b = 0] = [pixels[i], pixels[i + 1], pixels[i + 2]];
        if (of.clears ? r > 250 && g < 5 && b > 250 : r + g + b < 6) empty++;
      }
      if (empty > width * (1 - PAINTED)) painted = false;
      if (probe.film) {
        for (let n = 0; n < KEPT; n++) film.push(...pixels.slice(4 * Math.floor((width * n) / KEPT)).slice(0, 3));
      }
    }
    const now = performance.now();
    if (painted) probe.seen_ms ||= now;
    if (print !== of.print) probe.full_ms = now;
    of.print = print;
    probe.film?.push({ at_ms: now, black: !painted, row: film });
  }

  const levels = new WeakMap();
  const resize = (/** @type {any} */ texture, /** @type {string} */ key, /** @type {number} */ bytes) => {
    if (!texture) return;
    const of = levels.get(texture) ?? new Map();
    levels.set(texture, of);
    probe.texture_bytes += bytes - (of.get(key) ?? 0);
    probe.texture_peak_bytes = Math.max(probe.texture_peak_bytes, probe.texture_bytes);
    of.set(key, bytes);
  };

  for (const type of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
    const proto = /** @type {any} */ (type?.prototype);
    if (!proto) continue;
    const wrap = (/** @type {string} */ name, /** @type {(gl: any, args: any[]) => void} */ note) => {
      const original = proto[name];
      if (!original) return;
      proto[name] = function (/** @type {any[]} */ ...args) {
        const result = original.apply(this, args);
        note(this, args);
        return result;
      };
    };
    const bound = (/** @type {any} */ gl, /** @type {number} */ target) => {
      const cube = target >= gl.TEXTURE_CUBE_MAP_POSITIVE_X && target <= gl.TEXTURE_CUBE_MAP_NEGATIVE_Z;
      const of = state(gl);
      return of.bound.get(`${of.unit}/${cube ? gl.TEXTURE_CUBE_MAP : target}`);
    };
    const drawn = (/** @type {any} */ gl) => {
      probe.draws++;
      const of = state(gl);
      if (!probe.rows || of.pending) return;
      of.pending = true;
      queueMicrotask(() => look(gl));
    };
    wrap('drawArrays', drawn);
    wrap('drawElements', drawn);
    const { clear, clearColor } = proto;
    proto.clear = function (/** @type {number} */ mask) {
      if (mask & this.COLOR_BUFFER_BIT) {
        clearColor.apply(this, UNPAINTED);
        state(this).clears = true;
      }
      clear.call(this, mask);
    };
    wrap('activeTexture', (gl, [unit]) => (state(gl).unit = unit - gl.TEXTURE0));
    wrap('bindTexture', (gl, [target, texture]) => state(gl).bound.set(`${state(gl).unit}/${target}`, texture));
    wrap('texStorage2D', (gl, [target, count, , width, height]) => {
      let bytes = 0;
      for (let level = 0; level < count; level++) bytes += (width >> level) * (height >> level) * 4;
      resize(bound(gl, target), String(target), bytes);
    });
    wrap('texImage2D', (gl, args) => {
      const [target, level] = args;
      const source = args[5];
      const [width, height] = args.length > 6 ? [args[3], args[4]] : [source?.naturalWidth ?? source?.width, source?.naturalHeight ?? source?.height];
      resize(bound(gl, target), `${target}/${level}`, (width || 0) * (height || 0) * 4);
      if (width >= 128) probe.uploads++;
    });
    wrap('texSubImage2D', () => probe.uploads++);
    wrap('generateMipmap', (gl, [target]) => {
      const texture = bound(gl, target);
      const base = [...(levels.get(texture)?.entries() ?? [])].find(([key]) => key.endsWith('/0'));
      if (base) resize(texture, 'mipmaps', base[1] / 3);
    });
    wrap('deleteTexture', (_gl, [texture]) => {
      for (const key of levels.get(texture)?.keys() ?? []) resize(texture, key, 0);
    });
  }
})();
