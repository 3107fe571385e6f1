/**
 * What stands in the world where there is no page: hotspots with their names, the dot one points with, and the board of a
 * card, drawn on canvases. It draws and measures; where they stand is the business of world.js.
 */

/** Every sign has the same size in pixels, so that textures can be used again; the disc's middle is `DISC_PX` from its top. */
export const SIGN_PX = Object.freeze({ width: 512, height: 256 });
export const DISC_PX = 76;
const RADIUS_PX = 60;
const LABEL_PX = 34;

export const BOARD_PX = Object.freeze({ width: 1024, height: 768 });
const MARGIN_PX = 56;
const PICTURE_PX = 288;
const BUTTON_PX = 88;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box  in pixels of the board */
/** @typedef {{title: string, paragraphs: string[], picture: import('./types.js').Pixels | null}} Notice */
/** @typedef {ReturnType<typeof createSigns>} Signs */

/** @param {{width: number, height: number}} size */
function blank({ width, height }) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return { canvas, pen: /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')) };
}

/**
 * Lines of at most `width`; what is longer than a line is broken anywhere.
 * @param {string} text @param {number} width @param {(text: string) => number} measure
 */
export function wrapText(text, width, measure) {
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const word of text.trim().split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    line = '';
    for (const letter of word) {
      if (line && measure(line + letter) > width) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
  }
  return line ? [...lines, line] : lines;
}

/**
 * Draws with the colours and letters of a stage.
 * @param {HTMLElement} stage
 */
export function createSigns(stage) {
  const style = getComputedStyle(stage);
  const own = (/** @type {string} */ name, /** @type {string} */ otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const colour = { leaf: own('--v-leaf', '#14533f'), gold: own('--v-gold', '#e3b04b'), paper: '#fbf8f1', ink: '#16231d' };
  const letters = style.fontFamily || 'sans-serif';
  const titles = own('--font-title', letters);

  /**
   * An icon of the page's sprite, whose shapes are on a field of 24.
   * @param {CanvasRenderingContext2D} pen @param {string} name @param {number} x @param {number} y its middle
   * @param {number} size
   */
  function icon(pen, name, x, y, size) {
    const number = (/** @type {Element} */ shape, /** @type {string} */ key) => Number(shape.getAttribute(key) ?? 0);
    pen.save();
    pen.translate(x - size / 2, y - size / 2);
    pen.scale(size / 24, size / 24);
    Object.assign(pen, { lineWidth: 2, lineCap: 'round', lineJoin: 'round', strokeStyle: pen.fillStyle });
    for (const shape of document.getElementById(`i-${name}`)?.children ?? []) {
      const path = new Path2D(shape.getAttribute('d') ?? '');
      if (shape.localName === 'circle') path.arc(number(shape, 'cx'), number(shape, 'cy'), number(shape, 'r'), 0, 7);
      if (shape.localName === 'rect') path.rect(number(shape, 'x'), number(shape, 'y'), number(shape, 'width'), number(shape, 'height'));
      if (shape.localName === 'line') {
        path.moveTo(number(shape, 'x1'), number(shape, 'y1'));
        path.lineTo(number(shape, 'x2'), number(shape, 'y2'));
      }
      const points = shape.getAttribute('points')?.match(/-?[\d.]+/g)?.map(Number) ?? [];
      for (let i = 0; i + 1 < points.length; i += 2) path.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
      pen.stroke(path);
    }
    pen.restore();
  }

  /** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  function plate(pen, x, y, width, height, radius) {
    pen.beginPath();
    // Safari 15 draws no round rectangles.
    for (const [cx, cy, from] of /** @type {const} */ ([[1, 1, 0], [0, 1, 1], [0, 0, 2], [1, 0, 3]])) {
      const [mx, my] = [x + (cx ? width - radius : radius), y + (cy ? height - radius : radius)];
      pen.arc(mx, my, radius, (from * Math.PI) / 2, ((from + 1) * Math.PI) / 2);
    }
    pen.closePath();
    pen.fill();
  }

  return {
    /** A hotspot. @param {{label: string, symbol: string, kind: 'link' | 'product' | 'other', pointed: boolean}} sign */
    sign({ label, symbol, kind, pointed }) {
      const { canvas, pen } = blank(SIGN_PX);
      const middle = SIGN_PX.width / 2;
      const [disc, stroke] = kind === 'link' ? [colour.leaf, '#fff'] : kind === 'product' ? [colour.gold, '#2c2208'] : [colour.paper, colour.leaf];
      pen.fillStyle = kind === 'link' || pointed ? '#fff' : 'rgb(10 20 15 / .4)';
      pen.beginPath();
      pen.arc(middle, DISC_PX, RADIUS_PX + (pointed ? 12 : kind === 'link' ? 5 : 3), 0, 7);
      pen.fill();
      pen.fillStyle = disc;
      pen.beginPath();
      pen.arc(middle, DISC_PX, RADIUS_PX, 0, 7);
      pen.fill();
      pen.fillStyle = stroke;
      if (symbol) icon(pen, symbol, middle, DISC_PX, 62);
      pen.font = `600 ${LABEL_PX}px ${letters}`;
      const lines = wrapText(label, SIGN_PX.width - 60, (text) => pen.measureText(text).width);
      const shown = lines.slice(0, 2);
      if (lines.length > 2) shown[1] = `${shown[1]}…`;
      if (!shown.length) return canvas;
      const widest = Math.max(...shown.map((line) => pen.measureText(line).width));
      const width = Math.min(widest + 44, SIGN_PX.width);
      const top = DISC_PX + RADIUS_PX + 16;
      pen.fillStyle = pointed ? 'rgb(10 18 14 / .95)' : 'rgb(18 28 23 / .78)';
      plate(pen, middle - width / 2, top, width, shown.length * 42 + 14, 18);
      Object.assign(pen, { fillStyle: '#fff', textAlign: 'center', textBaseline: 'middle' });
      shown.forEach((line, i) => pen.fillText(line, middle, top + 29 + i * 42, SIGN_PX.width - 24));
      return canvas;
    },

    /** The dot in the middle of a look or at the end of a pointer, with the part of the ring that is full. @param {number} part */
    dot(part) {
      const { canvas, pen } = blank({ width: 128, height: 128 });
      const ring = (/** @type {number} */ width, /** @type {string} */ style, /** @type {number} */ from, /** @type {number} */ to) => {
        Object.assign(pen, { lineWidth: width, strokeStyle: style, lineCap: 'round' });
        pen.beginPath();
        pen.arc(64, 64, 44, from, to);
        pen.stroke();
      };
      if (part > 0) {
        ring(18, 'rgb(10 18 14 / .7)', 0, 7);
        ring(10, '#fff', -Math.PI / 2, -Math.PI / 2 + part * 2 * Math.PI);
      }
      pen.fillStyle = 'rgb(10 18 14 / .8)';
      pen.beginPath();
      pen.arc(64, 64, 16, 0, 7);
      pen.fill();
      pen.fillStyle = '#fff';
      pen.beginPath();
      pen.arc(64, 64, 10, 0, 7);
      pen.fill();
      return canvas;
    },

    /** A field of one colour. @param {string} style */
    field(style) {
      const { canvas, pen } = blank({ width: 4, height: 4 });
      pen.fillStyle = style;
      pen.fillRect(0, 0, 4, 4);
      return canvas;
    },

    /**
     * A page of a card, with what can be pressed on it.
     * @param {Notice} notice @param {number} page from 0 @param {{more: string}} names
     * @returns {{canvas: HTMLCanvasElement, pages: number, buttons: Record<string, Box>}}
     */
    board(notice, page, names) {
      const { canvas, pen } = blank(BOARD_PX);
      const { width, height } = BOARD_PX;
      pen.fillStyle = colour.paper;
      plate(pen, 0, 0, width, height, 36);
      const top = notice.picture && page === 0 ? PICTURE_PX : 0;
      if (notice.picture && top) {
        const scale = Math.max(width / notice.picture.width, top / notice.picture.height);
        const [w, h] = [width / scale, top / scale];
        pen.save();
        pen.globalCompositeOperation = 'source-atop';
        pen.drawImage(notice.picture, (notice.picture.width - w) / 2, (notice.picture.height - h) / 2, w, h, 0, 0, width, top);
        pen.restore();
      }
      const measure = (/** @type {string} */ text) => pen.measureText(text).width;
      Object.assign(pen, { fillStyle: colour.ink, textBaseline: 'top', textAlign: 'left' });
      pen.font = `600 46px ${titles}`;
      const heading = wrapText(notice.title, width - 2 * MARGIN_PX - (top ? 0 : BUTTON_PX), measure).slice(0, 3);
      heading.forEach((line, i) => pen.fillText(line, MARGIN_PX, top + 40 + i * 58));
      pen.font = `400 34px ${letters}`;
      const lines = notice.paragraphs.flatMap((text) => [...wrapText(text, width - 2 * MARGIN_PX, measure), '']);
      const from = (/** @type {boolean} */ pictured) => (pictured ? PICTURE_PX : 0) + 56 + heading.length * 58;
      const room = (/** @type {boolean} */ pictured) => Math.max(Math.floor((height - from(pictured) - 132) / 48), 1);
      /** @type {string[][]} */
      const pages = [];
      while (lines.length || !pages.length) {
        while (lines[0] === '') lines.shift();
        pages.push(lines.splice(0, room(notice.picture !== null && pages.length === 0)));
        if (lines.every((line) => !line)) lines.length = 0;
      }
      pages[page]?.forEach((line, i) => pen.fillText(line, MARGIN_PX, from(top > 0) + i * 48));

      /** @type {Record<string, Box>} */
      const buttons = { close: { left: width - 20 - BUTTON_PX, top: 20, right: width - 20, bottom: 20 + BUTTON_PX } };
      pen.fillStyle = colour.ink;
      plate(pen, width - 20 - BUTTON_PX, 20, BUTTON_PX, BUTTON_PX, BUTTON_PX / 2);
      pen.fillStyle = '#fff';
      icon(pen, 'x', width - 20 - BUTTON_PX / 2, 20 + BUTTON_PX / 2, 48);
      if (pages.length > 1) {
        pen.font = `600 34px ${letters}`;
        const label = `${names.more} (${page + 1}/${pages.length})`;
        const wide = measure(label) + 80;
        buttons.more = { left: width - 40 - wide, top: height - 116, right: width - 40, bottom: height - 28 };
        pen.fillStyle = colour.leaf;
        plate(pen, buttons.more.left, buttons.more.top, wide, BUTTON_PX, BUTTON_PX / 2);
        Object.assign(pen, { fillStyle: '#fff', textAlign: 'center', textBaseline: 'middle' });
        pen.fillText(label, width - 40 - wide / 2, height - 72);
      }
      return { canvas, pages: pages.length, buttons };
    },
  };
}
