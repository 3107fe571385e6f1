/**
 * Markdown in texts: the small part of it that `ispace.model.prose` reads, held to that by tests/golden/markdown.json.
 * It makes no markup: what it returns is a tree whose strings are words.
 *
 * @typedef {string | {tag: 'strong' | 'em' | 'br' | 'a', href?: string, children: Inline[]}} Inline
 * @typedef {{kind: 'p' | 'ul' | 'ol', items: string[]}} Block  lines of one item are parted by \n
 * @typedef {{length: number, opens: boolean, closes: boolean, run: number, at: number}} Star  one * that may mark words; run: where its run begins
 */

const ITEM = /^(?:(-)|([0-9]{1,3})\.)\s+(?=\S)/;
const LINK = /\[((?:\\.|[^[\]\\\n])+)\]\((https?:\/\/[\p{L}\p{N}_.-]+(?::[0-9]{1,5})?(?:[/?#](?:[^\s()<>"\\]|\([^\s()<>"\\]*\))*)?)\)/uy;
const SIGN = /[!-/:-@[-`{-~]/;
const POINTED = /[\p{P}\p{S}]/u;

/** Paragraphs and lists. @param {string} text @returns {Block[]} */
export function blocks(text) {
  /** @type {Block[]} */
  const found = [];
  let goesOn = false;
  // What marks the beginning of a file is space to a browser, and nothing at all to a reader.
  for (const line of text.replace(/\ufeff/g, '').split('\n')) {
    const words = line.trim();
    if (!words) {
      goesOn = false;
      continue;
    }
    const last = found[found.length - 1];
    const item = ITEM.exec(words);
    const kind = item ? (item[1] ? 'ul' : 'ol') : 'p';
    const inList = item && last?.kind === kind;
    // A sentence may begin with a year: a list begins with the number 1, or goes on.
    if (item && (kind === 'ul' || inList || item[2] === '1')) {
      const rest = words.slice(item[0].length);
      if (inList) last?.items.push(rest);
      else found.push({ kind, items: [rest] });
    } else if (last && goesOn && (last.kind === 'p' || /^\s/.test(line))) {
      last.items.push(`${last.items.pop()}\n${words}`);
    } else {
      found.push({ kind: 'p', items: [words] });
    }
    goesOn = true;
  }
  return found;
}

/** What stands in a paragraph or an item. @param {string} line @returns {Inline[]} */
export function inlines(line) {
  return parse(line, 0, line.length);
}

/** @param {string} source @param {number} from @param {number} end @returns {Inline[]} */
function parse(source, from, end) {
  /** @type {(Inline | Star)[]} */
  const parts = [];
  /** @type {Star[]} */
  const stars = [];
  let words = '';
  const flush = () => {
    if (words) parts.push(words);
    words = '';
  };
  /** @param {Inline} part */
  const add = (part) => {
    flush();
    parts.push(part);
  };
  for (let i = from; i < end;) {
    const sign = source.charAt(i);
    const next = i + 1 < end ? source.charAt(i + 1) : '';
    if (sign === '\n' || (sign === '\\' && next === '\n')) {
      add({ tag: 'br', children: [] });
      i += sign === '\n' ? 1 : 2;
    } else if (sign === '\\' && SIGN.test(next)) {
      words += next;
      i += 2;
    } else if (sign === '*') {
      flush();
      const run = runAt(source, i, end);
      for (let n = 0; n < run.length; n++) {
        const star = { ...run, at: parts.length };
        parts.push(star);
        stars.push(star);
      }
      i += run.length;
    } else {
      const link = sign === '[' && linkAt(source, i, end);
      if (link) {
        add({ tag: 'a', href: link.href, children: parse(source, i + 1, i + 1 + link.label) });
        i += link.length;
      } else {
        words += sign;
        i++;
      }
    }
  }
  flush();
  return nest(parts, marks(stars));
}

/** @param {string} source @param {number} at @param {number} end */
function linkAt(source, at, end) {
  LINK.lastIndex = at;
  const [whole = '', label = '', href = ''] = LINK.exec(source) ?? [];
  if (!whole || at + whole.length > end) return null;
  try {
    return new URL(href).host ? { href, label: label.length, length: whole.length } : null;
  } catch {
    return null;
  }
}

/**
 * A run of stars and whether it may open or close: as CommonMark says, by what stands on both sides of it.
 * @param {string} source @param {number} at @param {number} end @returns {Omit<Star, 'at'>}
 */
function runAt(source, at, end) {
  let after = at;
  while (after < end && source.charAt(after) === '*') after++;
  const left = at > 0 ? [...source.slice(Math.max(at - 2, 0), at)].pop() ?? ' ' : ' ';
  const right = after < end ? String.fromCodePoint(source.codePointAt(after) ?? 32) : ' ';
  const [leftSpace, rightSpace] = [/\s/.test(left), /\s/.test(right)];
  const [leftPointed, rightPointed] = [POINTED.test(left), POINTED.test(right)];
  return {
    run: at,
    length: after - at,
    opens: !rightSpace && (!rightPointed || leftSpace || leftPointed),
    closes: !leftSpace && (!leftPointed || rightSpace || rightPointed),
  };
}

/**
 * Which star closes which, by the place of the opening one.
 * @param {Star[]} stars @returns {Map<Star, Star>}
 */
function pairs(stars) {
  /** @type {Map<Star, Star>} */
  const found = new Map();
  /** Those that may still be opened, the innermost last. @type {Star[]} */
  const open = [];
  /** Below which length of `open` nothing opens for such a closing one. @type {Map<string, number>} */
  const bottom = new Map();
  for (const star of stars) {
    let paired = false;
    if (star.closes) {
      const key = `${star.opens}${star.length % 3}`;
      const least = bottom.get(key) ?? 0;
      for (let i = open.length - 1; i >= least; i--) {
        const other = /** @type {Star} */ (open[i]);
        if (other.run === star.run) continue;
        const odd = (other.closes || star.opens) && (other.length + star.length) % 3 === 0 && (other.length % 3 !== 0 || star.length % 3 !== 0);
        if (odd) continue;
        found.set(other, star);
        open.length = i;
        for (const [name, low] of bottom) bottom.set(name, Math.min(low, open.length));
        paired = true;
        break;
      }
      if (!paired) {
        let others = open.length;
        while (others > 0 && open[others - 1]?.run === star.run) others--;
        bottom.set(key, others);
      }
    }
    if (star.opens && !paired) open.push(star);
  }
  return found;
}

/**
 * What the stars mark, by the place of the first: two beside each other that two beside each other close are strong.
 * @param {Star[]} stars @returns {Map<number, {tag: 'strong' | 'em', width: 1 | 2, end: number}>} end: the first that closes
 */
function marks(stars) {
  const closing = pairs(stars);
  /** @type {ReturnType<typeof marks>} */
  const found = new Map();
  for (let i = stars.length - 1; i >= 0; i--) {
    const star = /** @type {Star} */ (stars[i]);
    const close = closing.get(star);
    if (!close) continue;
    const outer = stars[i - 1];
    const strong = outer?.at === star.at - 1 && closing.get(outer)?.at === close.at + 1;
    if (strong) i--;
    found.set(strong ? outer.at : star.at, { tag: strong ? 'strong' : 'em', width: strong ? 2 : 1, end: close.at });
  }
  return found;
}

/** @param {(Inline | Star)[]} parts @param {ReturnType<typeof marks>} marked @returns {Inline[]} */
function nest(parts, marked) {
  /** @type {Inline[]} */
  const top = [];
  /** @type {{children: Inline[], end: number, width: number}[]} */
  const within = [{ children: top, end: -1, width: 1 }];
  for (let i = 0; i < parts.length; i++) {
    const part = /** @type {Inline | Star} */ (parts[i]);
    const { children, end, width } = /** @type {typeof within[number]} */ (within[within.length - 1]);
    const mark = marked.get(i);
    if (typeof part === 'string' || 'tag' in part) {
      children.push(part);
    } else if (i === end) {
      within.pop();
      i += width - 1;
    } else if (mark) {
      /** @type {Inline} */
      const made = { tag: mark.tag, children: [] };
      children.push(made);
      within.push({ children: made.children, end: mark.end, width: mark.width });
      i += mark.width - 1;
    } else {
      children.push('*');
    }
  }
  return top;
}

/** The words alone: paragraphs parted by an empty line, items of a list as lines. @param {string} text */
export function plain(text) {
  return blocks(text).map(({ items }) => items.map((item) => wordsOf(inlines(item))).join('\n')).join('\n\n');
}

/** @param {Inline[]} parts @returns {string} */
function wordsOf(parts) {
  return parts.map((part) => (typeof part === 'string' ? part : part.tag === 'br' ? '\n' : wordsOf(part.children))).join('');
}
