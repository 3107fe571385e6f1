/** Where labels find room: a coarse grid of what is taken on the screen, so that none covers another. */

/** @typedef {[number, number, number, number]} Box  left, top, right, bottom in CSS pixels */

const CELL_PX = 96;

/** Room on the screen, all of it free. */
export function createRoom() {
  /** @type {Map<number, Box[]>} */
  const cells = new Map();

  /** @param {Box} box @param {(key: number) => void} visit */
  function each([left, top, right, bottom], visit) {
    for (let row = Math.floor(top / CELL_PX); row * CELL_PX < bottom; row++) {
      for (let col = Math.floor(left / CELL_PX); col * CELL_PX < right; col++) visit(row * 4096 + col);
    }
  }

  return {
    /** Whether nothing was put there. @param {Box} box */
    free(box) {
      let free = true;
      each(box, (key) => {
        free &&= !cells.get(key)?.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]);
      });
      return free;
    },
    /** @param {Box} box */
    take(box) {
      each(box, (key) => cells.set(key, [...(cells.get(key) ?? []), box]));
    },
  };
}

/**
 * Puts a label below its hotspot, else above it; `now` is where it is, which it keeps while it can. Returns the upper
 * left corner, or null where there is no room.
 * @param {ReturnType<typeof createRoom>} room
 * @param {{x: number, y: number, gap: number, width: number, height: number, now: 'below' | 'above' | null}} label
 *   gap: from the middle of the hotspot to the label
 * @param {import('./types.js').Size} size of the stage
 */
export function settled(room, { x, y, gap, width, height, now }, size) {
  const left = width > size.width ? x - width / 2 : Math.min(Math.max(x - width / 2, 4), size.width - width - 4);
  // Who comes back wants a little more room than who stays, or labels would flicker while the picture turns.
  const more = now ? 0 : 5;
  for (const side of now === 'above' ? /** @type {const} */ (['above', 'below']) : /** @type {const} */ (['below', 'above'])) {
    const top = side === 'below' ? y + gap : y - gap - height;
    if (top < 0 || top + height > size.height) continue;
    if (!room.free([left - more, top - more, left + width + more, top + height + more])) continue;
    room.take([left, top, left + width, top + height]);
    return { left, top, side };
  }
  return null;
}
