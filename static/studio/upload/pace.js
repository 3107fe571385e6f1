/** How fast bytes go, and so how long the rest will take: an honest figure, or none. */

const WINDOW_MS = 20_000;
const LEAST_MS = 4_000;

export class Pace {
  /** @type {[number, number][]} when how many bytes had been sent */
  #marks = [];

  /** Notes that `sentBytes` had been sent in all at `nowMs`; fewer than before means a new beginning. */
  note(/** @type {number} */ nowMs, /** @type {number} */ sentBytes) {
    const last = this.#marks[this.#marks.length - 1];
    if (last && sentBytes < last[1]) this.#marks = [];
    this.#marks.push([nowMs, sentBytes]);
    while (this.#marks.length > 2 && nowMs - (this.#marks[1]?.[0] ?? nowMs) > WINDOW_MS) this.#marks.shift();
  }

  /** Forgets what was, so that a pause does not count as slowness. */
  rest() {
    this.#marks = [];
  }

  /** Returns bytes per second over the last seconds; null while it is too early to say. */
  get bytesPerS() {
    const [first, last] = [this.#marks[0], this.#marks[this.#marks.length - 1]];
    if (!first || !last || last[0] - first[0] < LEAST_MS || last[1] === first[1]) return null;
    return (last[1] - first[1]) / ((last[0] - first[0]) / 1000);
  }

  /** Returns how many seconds the rest will take; null while it is too early to say. */
  leftS(/** @type {number} */ leftBytes) {
    const pace = this.bytesPerS;
    return pace === null ? null : leftBytes / pace;
  }
}
