/** Thousands of rows of which only those in sight exist. */

/** As in 5-pictures.css: how high a row is, and one where what it says needs more lines. */
const ROW_PX = 84;
const NARROW_ROW_PX = 132;
const NARROW = '(max-width: 46rem)';
const BEYOND = 5;

/** @typedef {import('./queue.js').Item} Item */
/** @typedef {{ said: string, size: string, retry: string }} Words what a row says */

/** Returns which rows exist: those in sight and a few beyond, from first to before last. */
export function inSight(/** @type {number} */ topPx, /** @type {number} */ heightPx, /** @type {number} */ count, rowPx = ROW_PX) {
  const first = Math.max(0, Math.min(count, Math.floor(topPx / rowPx)) - BEYOND);
  return { first, last: Math.min(count, Math.ceil((topPx + heightPx) / rowPx) + BEYOND) };
}

export class List {
  /** @type {Item[]} */
  #items = [];
  /** @type {Map<string, HTMLLIElement>} */
  #rows = new Map();
  #narrow = matchMedia(NARROW);

  /**
   * @param {HTMLElement} frame scrolls, and holds a list
   * @param {(item: Item) => Words} words @param {(item: Item) => void} retry
   */
  constructor(frame, words, retry) {
    this.frame = frame;
    this.list = /** @type {HTMLElement} */ (frame.querySelector('ul'));
    this.words = words;
    this.retry = retry;
    this.#narrow.addEventListener('change', () => this.#draw());
    frame.addEventListener('scroll', () => requestAnimationFrame(() => this.#draw()), { passive: true });
  }

  show(/** @type {Item[]} */ items) {
    this.#items = items;
    this.#draw();
  }

  #draw() {
    const rowPx = this.#narrow.matches ? NARROW_ROW_PX : ROW_PX;
    this.list.style.height = `${this.#items.length * rowPx}px`;
    const { first, last } = inSight(this.frame.scrollTop, this.frame.clientHeight, this.#items.length, rowPx);
    /** @type {Map<string, HTMLLIElement>} */
    const kept = new Map();
    for (let i = first; i < last; i += 1) {
      const item = this.#items[i];
      if (!item) continue;
      const row = this.#rows.get(item.key) ?? this.#made(item);
      kept.set(item.key, row);
      row.style.transform = `translateY(${i * rowPx}px)`;
      row.setAttribute('aria-posinset', String(i + 1));
      row.setAttribute('aria-setsize', String(this.#items.length));
      this.#tell(row, item);
      if (!row.isConnected) this.list.append(row);
    }
    for (const [key, row] of this.#rows) if (!kept.has(key)) row.remove();
    this.#rows = kept;
  }

  #made(/** @type {Item} */ item) {
    const row = document.createElement('li');
    for (const name of ['up-name', 'up-size', 'up-said']) {
      const part = document.createElement('p');
      part.className = name;
      row.append(part);
    }
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', item.path);
    bar.max = 1;
    const again = document.createElement('button');
    again.type = 'button';
    again.className = 'button up-retry';
    again.addEventListener('click', () => this.retry(item));
    row.append(bar, again);
    return row;
  }

  #tell(/** @type {HTMLLIElement} */ row, /** @type {Item} */ item) {
    const { said, size, retry } = this.words(item);
    const [name, amount, state] = row.querySelectorAll('p');
    const again = /** @type {HTMLButtonElement} */ (row.querySelector('button'));
    const bar = /** @type {HTMLProgressElement} */ (row.querySelector('progress'));
    if (name && name.textContent !== item.path) name.textContent = item.path;
    if (amount) amount.textContent = size;
    if (state && state.textContent !== said) state.textContent = said;
    // What is here already may be sent nevertheless: who has the photo knows better.
    const mayRetry = item.state === 'failed' || item.code === 'known';
    row.className = item.state === 'failed' || item.state === 'refused' ? 'up-problem' : '';
    again.hidden = !mayRetry;
    if (amount) amount.hidden = mayRetry;
    if (mayRetry && again.textContent !== retry) {
      again.textContent = retry;
      again.setAttribute('aria-label', `${retry}: ${item.path}`);
    }
    bar.hidden = item.state !== 'sending';
    bar.value = item.file.size ? item.sentBytes / item.file.size : 0;
  }
}
