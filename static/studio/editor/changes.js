/**
 * What is changed in a tour's document, as operations that can be sent, merged and taken back. ispace/editing/operations.py
 * does the same on the server; tests/golden/changes.json holds both to it.
 *
 * A path is a list of steps: the key of an object, or '#id' for an item of a list whose items are objects with an id. Such
 * lists are merged item by item. Every other list, and an object that holds numbers only (a view, a position), is one value.
 */

/** @typedef {string[]} Path */
/** @typedef {{ id: string, [field: string]: unknown }} Item */
/**
 * `was` and `to` are absent where nothing stands. `new`: the steps from at[new] on were not there when the operation was
 * made: it makes them, and its inverse clears away what is then empty of them.
 *
 * @typedef {{ op: 'set', at: Path, was?: unknown, to?: unknown, new?: number }} SetOp
 */
/** `next` is the item that stands behind; at the end where it is null or gone. @typedef {{ op: 'put', at: Path, item: Item, next: string | null, new?: number }} PutOp */
/** @typedef {{ op: 'drop', at: Path, was: Item, next: string | null, new?: number }} DropOp */
/** @typedef {{ op: 'move', at: Path, id: string, next: string | null, was: string | null }} MoveOp */
/** @typedef {SetOp | PutOp | DropOp | MoveOp} Op */
/** All operations of a change are applied, or none. @typedef {{ id: string, label: string, ops: Op[] }} Change */
/** @typedef {Record<string, unknown>} Values */

/** An operation meets something else than what it was made for. */
export class Clash extends Error {
  /**
   * @param {number} index which operation
   * @param {Op} op
   * @param {unknown} now what stands there; undefined where nothing does
   */
  constructor(index, op, now) {
    super(`${op.op} ${op.at.join('/')}`);
    this.name = 'Clash';
    this.index = index;
    this.op = op;
    this.now = now;
  }
}

const has = (/** @type {object} */ object, /** @type {string} */ key) => Object.prototype.hasOwnProperty.call(object, key);

/** @returns {value is Values} */
const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the names of what stands in an object; a field that is undefined does not. */
const fields = (/** @type {Values} */ object) => Object.keys(object).filter((key) => object[key] !== undefined);

/** Says whether two JSON values are equal; the order of an object's fields means nothing. @returns {boolean} */
export function same(/** @type {unknown} */ a, /** @type {unknown} */ b) {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((/** @type {unknown} */ one, i) => same(one, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = fields(a);
  if (names.length !== fields(b).length) return false;
  return names.every((name) => has(b, name) && b[name] !== undefined && same(a[name], b[name]));
}

/**
 * Says whether a list is merged item by item; an empty one may be.
 *
 * @returns {list is Item[]}
 */
function isItems(/** @type {unknown} */ list) {
  if (!Array.isArray(list)) return false;
  const ids = new Set();
  for (const one of list) {
    if (!isObject(one) || !has(one, 'id') || typeof one.id !== 'string') return false;
    ids.add(one.id);
  }
  return ids.size === list.length;
}

/** Says whether an object is one value: it holds numbers and nothing else. */
function isWhole(/** @type {Values} */ object) {
  const names = fields(object);
  return names.length > 0 && names.every((name) => typeof object[name] === 'number');
}

/** Returns the operations that make `after` of `before`; what is the same object in both is not looked into. */
export function diff(/** @type {unknown} */ before, /** @type {unknown} */ after) {
  /** @type {Op[]} */
  const ops = [];
  if (!isObject(before) || !isObject(after)) throw new TypeError('A document is an object.');
  compareObjects(before, after, [], ops);
  return ops;
}

/** @param {Values} before @param {Values} after @param {Path} at @param {Op[]} ops */
function compareObjects(before, after, at, ops) {
  if (before === after) return;
  for (const key of Object.keys(before)) {
    if (!has(after, key) || after[key] === undefined) {
      if (before[key] !== undefined) ops.push({ op: 'set', at: [...at, key], was: before[key] });
    } else if (before[key] !== undefined) compare(before[key], after[key], [...at, key], ops);
  }
  for (const key of Object.keys(after)) {
    if (after[key] === undefined || (has(before, key) && before[key] !== undefined)) continue;
    fill(after[key], [...at, key], at.length, ops);
  }
}

/** @param {unknown} before @param {unknown} after @param {Path} at @param {Op[]} ops */
function compare(before, after, at, ops) {
  if (before === after) return;
  if (isObject(before) && isObject(after) && !(isWhole(before) && isWhole(after))) compareObjects(before, after, at, ops);
  else if (isItems(before) && isItems(after)) compareItems(before, after, at, ops);
  else if (!same(before, after)) ops.push({ op: 'set', at, was: before, to: after });
}

/**
 * Tells what is new from step `from` on in its smallest parts, so that others may fill in the other ones.
 *
 * @param {unknown} value @param {Path} at @param {number} from @param {Op[]} ops
 */
function fill(value, at, from, ops) {
  // What is made by itself needs no leave to make anything above it.
  const made = at.length - 1 > from ? { new: from } : {};
  if (isObject(value) && fields(value).length > 0 && !isWhole(value)) {
    for (const key of fields(value)) fill(value[key], [...at, key], from, ops);
  } else if (isItems(value) && value.length > 0) {
    for (const item of value) ops.push({ op: 'put', at, item, next: null, new: from });
  } else ops.push({ op: 'set', at, to: value, ...made });
}

/** @param {Item[]} before @param {Item[]} after @param {Path} at @param {Op[]} ops */
function compareItems(before, after, at, ops) {
  const wanted = new Map(after.map((item) => [item.id, item]));
  const places = new Map();
  /** @type {string[]} */
  const order = [];
  before.forEach((item, i) => {
    const now = wanted.get(item.id);
    if (now === undefined) {
      ops.push({ op: 'drop', at: [...at, `#${item.id}`], was: item, next: before[i + 1]?.id ?? null });
      return;
    }
    places.set(item.id, order.length);
    order.push(item.id);
    compareObjects(item, now, [...at, `#${item.id}`], ops);
  });
  const stay = rising(after.filter((item) => places.has(item.id)).map((item) => item.id), places);
  // From the end, so that what is to stand behind an item stands there already.
  for (let i = after.length - 1; i >= 0; i -= 1) {
    const item = /** @type {Item} */ (after[i]);
    const next = after[i + 1]?.id ?? null;
    if (stay.has(item.id)) continue;
    if (places.has(item.id)) {
      const from = order.indexOf(item.id);
      ops.push({ op: 'move', at, id: item.id, next, was: order[from + 1] ?? null });
      order.splice(from, 1);
    } else ops.push({ op: 'put', at, item, next });
    order.splice(next === null ? order.length : order.indexOf(next), 0, item.id);
  }
}

/**
 * Returns the most items that can stay where they are while the others move: a longest rising row of places.
 *
 * @param {string[]} ids in their new order @param {Map<string, number>} places
 */
function rising(ids, places) {
  /** @type {number[]} */
  const ends = []; // by length of the row less one: which of `ids` ends it with the lowest place
  /** @type {number[]} */
  const before = [];
  const place = (/** @type {number} */ i) => /** @type {number} */ (places.get(/** @type {string} */ (ids[i])));
  ids.forEach((_, i) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place(/** @type {number} */ (ends[middle])) < place(i)) low = middle + 1;
      else high = middle;
    }
    before[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  });
  const stay = new Set();
  for (let i = ends[ends.length - 1] ?? -1; i >= 0; i = /** @type {number} */ (before[i])) stay.add(ids[i]);
  return stay;
}

/**
 * Returns the document with the operations applied; what they do not touch is shared with the one before. An operation
 * that is done already is no fault.
 *
 * @template {object} T
 * @param {T} document @param {readonly Op[]} ops
 * @returns {T}
 * @throws {Clash} one does not fit: then nothing is applied
 */
export function apply(document, ops) {
  /** @type {unknown} */
  let now = document;
  ops.forEach((op, index) => (now = applyOne(now, op, index)));
  return /** @type {T} */ (now);
}

/** @param {unknown} document @param {Op} op @param {number} index */
function applyOne(document, op, index) {
  const path = op.op === 'set' || op.op === 'drop' ? op.at.slice(0, -1) : op.at;
  const nodes = [document];
  for (const step of path) nodes.push(child(nodes[nodes.length - 1], step));
  const place = nodes[path.length];
  let made = place;
  if (place !== undefined) made = changed(place, op, index);
  else if (op.op === 'put' || (op.op === 'set' && op.to !== undefined)) {
    const missing = nodes.indexOf(undefined);
    const above = nodes[missing - 1];
    // A list that is not there is an empty one.
    const from = op.new ?? (op.op === 'put' ? path.length - 1 : path.length);
    if (missing - 1 < from || !isObject(above)) {
      throw new Clash(index, op, isObject(above) || Array.isArray(above) ? undefined : above);
    }
    made = changed(op.op === 'put' ? [] : {}, op, index);
  }
  if (made === place) return document;
  const removes = op.op === 'drop' || (op.op === 'set' && op.to === undefined);
  for (let i = path.length - 1; i >= 0; i -= 1) {
    // What was made for this value alone goes with it.
    const goes = removes && op.new !== undefined && i >= op.new && isEmpty(made);
    made = withChild(nodes[i] ?? {}, /** @type {string} */ (path[i]), goes ? undefined : made);
  }
  return made;
}

/** Returns the object or the list that an operation speaks of, after it. @param {unknown} place @param {Op} op @param {number} index */
function changed(place, op, index) {
  if (op.op === 'set') {
    const key = op.at[op.at.length - 1] ?? '';
    if (!isObject(place)) throw new Clash(index, op, place);
    const now = child(place, key);
    if (same(now, op.to)) return place;
    if (!same(now, op.was)) throw new Clash(index, op, now);
    return withChild(place, key, op.to);
  }
  if (!isItems(place)) throw new Clash(index, op, place);
  const step = op.op === 'put' ? `#${op.item.id}` : op.op === 'move' ? `#${op.id}` : op.at[op.at.length - 1] ?? '';
  const now = /** @type {Item | undefined} */ (child(place, step));
  if (op.op === 'put') {
    if (now !== undefined && !same(now, op.item)) throw new Clash(index, op, now);
    return now === undefined ? inserted(place, op.item, op.next) : place;
  }
  // What is to go or to move and is gone: nothing is left to do.
  if (now === undefined) return place;
  const others = place.filter((item) => item !== now);
  if (op.op === 'move') return op.next === op.id ? place : inserted(others, now, op.next);
  if (!same(now, op.was)) throw new Clash(index, op, now);
  return others;
}

/** @param {Item[]} list @param {Item} item @param {string | null} next */
export function inserted(list, item, next) {
  const found = next === null ? -1 : list.findIndex((one) => one.id === next);
  const index = found < 0 ? list.length : found;
  return [...list.slice(0, index), item, ...list.slice(index)];
}

/** Returns what stands one step below; undefined where nothing does. */
export function child(/** @type {unknown} */ node, /** @type {string} */ step) {
  if (isObject(node)) return has(node, step) ? node[step] : undefined;
  if (!Array.isArray(node) || !step.startsWith('#')) return undefined;
  const id = step.slice(1);
  return node.find((item) => isObject(item) && item.id === id);
}

/** @param {unknown} node @param {string} step @param {unknown} value undefined takes the field away @returns {unknown} */
export function withChild(node, step, value) {
  if (Array.isArray(node)) {
    const old = child(node, step);
    return value === undefined ? node.filter((item) => item !== old) : node.map((item) => (item === old ? value : item));
  }
  const object = /** @type {Values} */ (node);
  if (value !== undefined) return { ...object, [step]: value };
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== step));
}

const isEmpty = (/** @type {unknown} */ value) =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && fields(value).length === 0;

/** Returns what takes operations back. */
export function inverse(/** @type {readonly Op[]} */ ops) {
  return ops.map(inverseOne).reverse();
}

/** @returns {Op} */
function inverseOne(/** @type {Op} */ op) {
  const made = 'new' in op && op.new !== undefined ? { new: op.new } : {};
  switch (op.op) {
    case 'set':
      return { op: 'set', at: op.at, ...standing('was', op.to), ...standing('to', op.was), ...made };
    case 'put':
      return { op: 'drop', at: [...op.at, `#${op.item.id}`], was: op.item, next: op.next, ...made };
    case 'drop':
      return { op: 'put', at: op.at.slice(0, -1), item: op.was, next: op.next, ...made };
    case 'move':
      return { op: 'move', at: op.at, id: op.id, next: op.was, was: op.next };
  }
}

/** Returns a field that holds a value, or none where nothing stands. @param {'was' | 'to'} name @param {unknown} value */
const standing = (name, value) => (value === undefined ? {} : { [name]: value });
