/**
 * The document of the editor's page: changed here, taken back here, merged here with what others did.
 *
 * It is what the server has (the base), with the changes on top that the server has not answered yet (pending). Undo takes
 * back by operations on the document as it is now, so that it never takes back what somebody else did.
 */

import { freeze, produce } from 'immer';

import { Clash, apply, child, diff, inserted, inverse, same, withChild } from './changes.js';

/** @typedef {import('./changes.js').Op} Op */
/** @typedef {import('./changes.js').Change} Change */
/** @typedef {import('./changes.js').Path} Path */
/** @typedef {import('./changes.js').Item} Item */
/** A tour's document; a draft may lack anything. @typedef {{ [field: string]: any }} Draft */
/** @typedef {'own' | 'undo' | 'redo' | 'others'} Origin */
/** @typedef {{ document: Draft, before: Draft, ops: Op[], label: string, origin: Origin }} Changed */
/**
 * A change of ours that met another's: `mine` and `theirs` are what stands at `path` for us and for them, undefined where
 * nothing does; `ours` is our whole document of that moment.
 *
 * @typedef {{ change: Change, path: Path, label: string, mine: unknown, theirs: unknown, ours: Draft }} Met
 */
/**
 * `change`: the document is another one, or what can be taken back is. `pending`: what is to be sent is another thing.
 * `clash`: a change of ours was set aside, since somebody else changed the same.
 *
 * @typedef {{ change: Changed, pending: undefined, clash: Met }} Events
 */
/** @typedef {{ [Name in keyof Events]: Set<(told: Events[Name]) => void> }} Listeners */
/** A step of undo; `start` is the document before it, while more may be merged into it. @typedef {{ label: string, ops: Op[], key: string, at: number, start: Draft | null }} Step */
/** A change that the server has not answered; `start` as above. @typedef {{ change: Change, key: string, start: Draft | null }} Waiting */

const MERGE_MS = 1000;

/** Returns the store of a document. @param {{ document: Draft, revision: number, now?: () => number }} given */
export const createStore = (given) => new Store(given);

export class Store {
  #base;
  #document;
  #revision;
  #now;
  /** @type {Waiting[]} */
  #pending = [];
  /** @type {Step[]} */
  #undo = [];
  /** @type {Step[]} */
  #redo = [];
  /** @type {Listeners} */
  #listeners = { change: new Set(), pending: new Set(), clash: new Set() };

  /** @param {{ document: Draft, revision: number, now?: () => number }} given */
  constructor({ document, revision, now = () => Date.now() }) {
    this.#base = this.#document = freeze(document, true);
    this.#revision = revision;
    this.#now = now;
  }

  /** The document as it is shown; never changed in place, and what a change does not touch is the same object after it. */
  get document() {
    return this.#document;
  }

  /** The server's revision that lies beneath. */
  get revision() {
    return this.#revision;
  }

  /** The changes that the server has not answered yet, the oldest first. */
  get pending() {
    return this.#pending.map((one) => one.change);
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  /** What undo would take back; '' where there is nothing. */
  get undoLabel() {
    return this.#undo[this.#undo.length - 1]?.label ?? '';
  }

  /** What redo would do again; '' where there is nothing. */
  get redoLabel() {
    return this.#redo[this.#redo.length - 1]?.label ?? '';
  }

  /**
   * Changes the document by what `recipe` does to a draft of it; says whether that was anything. Changes of the same
   * `merge` key, each within a second of the one before, are one step of undo.
   *
   * @param {string} label what is done, as a key of words @param {(draft: Draft) => void} recipe @param {{ merge?: string }} [how]
   */
  change(label, recipe, { merge = '' } = {}) {
    return this.#make(label, diff(this.#document, produce(this.#document, (draft) => void recipe(draft))), merge);
  }

  /** Takes the last change back; null where there is none, false where somebody else has changed the same since. */
  undo() {
    return this.#step(this.#undo, this.#redo, 'undo');
  }

  /** Does again what was taken back last; null and false as `undo`. */
  redo() {
    return this.#step(this.#redo, this.#undo, 'redo');
  }

  /**
   * Calls `hear` at every event of that name; returns what ends it.
   *
   * @template {keyof Events} Name
   * @param {Name} name @param {(told: Events[Name]) => void} hear
   */
  on(name, hear) {
    const listeners = /** @type {Set<(told: Events[Name]) => void>} */ (this.#listeners[name]);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }

  /** Returns what is pending, which from now on is not merged with later changes: it is on its way. */
  send() {
    for (const one of this.#pending) one.start = null;
    return this.pending;
  }

  /**
   * Takes in what was saved since our revision, in its order, ours among it. What is pending and not among it is laid on
   * top; what does not fit any more is set aside and told as a clash.
   *
   * @param {number} revision @param {readonly Change[]} saved
   * @throws {Clash} the server's document is not the one thought: `reset` to it
   */
  take(revision, saved) {
    if (revision <= this.#revision) return;
    let base = this.#base;
    for (const change of saved) base = apply(base, change.ops);
    this.#rebase(base, revision, new Set(saved.map((change) => change.id)));
  }

  /**
   * Takes the server's document whole, and lays what is pending on top.
   *
   * @param {Draft} document @param {number} revision @param {Iterable<string>} [done] changes that are in it
   */
  reset(document, revision, done = []) {
    this.#rebase(document, revision, new Set(done));
  }

  /**
   * Takes up changes that an earlier page made and never sent.
   *
   * @param {readonly Change[]} changes @param {Draft} ours the document that they made
   */
  resume(changes, ours) {
    const known = new Set(this.#pending.map((one) => one.change.id));
    const earlier = changes.filter(({ id }) => !known.has(id)).map((change) => ({ change, key: '', start: null }));
    this.#pending = [...earlier, ...this.#pending];
    this.#rebase(this.#base, this.#revision, new Set(), ours);
  }

  /** Gives a change up, which the server will never take. @param {string} id */
  forget(id) {
    this.#rebase(this.#base, this.#revision, new Set([id]));
  }

  /** Puts what was set aside over what others made of it, as one step of undo. @param {Met} met */
  insist({ change, ours }) {
    const wanted = change.ops.reduce((document, op) => settled(document, ours, op), this.#document);
    this.#make(change.label, diff(this.#document, wanted), '');
  }

  /** @param {string} label @param {Op[]} ops @param {string} merge */
  #make(label, ops, merge) {
    if (ops.length === 0) return false;
    const before = this.#document;
    this.#document = freeze(apply(before, ops), true);
    const at = this.#now();
    const last = this.#undo[this.#undo.length - 1];
    if (merge && last?.key === merge && last.start && at - last.at <= MERGE_MS) {
      last.ops = diff(last.start, this.#document);
      last.at = at;
      // What was dragged back to where it was is no step.
      if (last.ops.length === 0) this.#undo.pop();
    } else this.#undo.push({ label, ops, key: merge, at, start: merge ? before : null });
    this.#redo = [];
    this.#queue(label, ops, merge, before);
    this.#tell('change', { document: this.#document, before, ops, label, origin: 'own' });
    return true;
  }

  /** @param {Step[]} from @param {Step[]} to @param {'undo' | 'redo'} origin */
  #step(from, to, origin) {
    const step = from.pop();
    if (!step) return null;
    const before = this.#document;
    const ops = inverse(step.ops);
    const made = tried(before, ops);
    if (made) {
      this.#document = freeze(made, true);
      to.push({ label: step.label, ops, key: '', at: 0, start: null });
      if (made !== before) this.#queue(step.label, ops, '', before);
    }
    const last = from[from.length - 1];
    if (last) last.start = null;
    this.#tell('change', { document: this.#document, before, ops: made ? ops : [], label: step.label, origin });
    return made !== null;
  }

  /** @param {string} label @param {Op[]} ops @param {string} key @param {Draft} before */
  #queue(label, ops, key, before) {
    const last = this.#pending[this.#pending.length - 1];
    if (key && last?.key === key && last.start) {
      last.change = { ...last.change, ops: diff(last.start, this.#document) };
      if (last.change.ops.length === 0) this.#pending.pop();
    } else this.#pending.push({ change: { id: crypto.randomUUID(), label, ops }, key, start: key ? before : null });
    this.#tell('pending', undefined);
  }

  /**
   * @param {Draft} base @param {number} revision @param {ReadonlySet<string>} done changes that are no longer pending
   * @param {Draft} [ours] what those that are pending made
   */
  #rebase(base, revision, done, ours = this.#document) {
    const before = this.#document;
    this.#base = freeze(base, true);
    this.#revision = revision;
    /** @type {Met[]} */
    const met = [];
    let document = base;
    this.#pending = this.#pending.filter(({ change }) => {
      if (done.has(change.id)) return false;
      try {
        document = apply(document, change.ops);
      } catch (error) {
        if (!(error instanceof Clash)) throw error;
        met.push(meeting(change, error, ours));
        return false;
      }
      return true;
    });
    const ops = same(before, document) ? [] : diff(before, document);
    if (ops.length > 0) {
      // By operations on what was shown, so that what nobody changed is the same object as before.
      this.#document = freeze(apply(before, ops), true);
      // What they started from was another document.
      for (const one of [...this.#pending, ...this.#undo]) one.start = null;
      this.#tell('change', { document: this.#document, before, ops, label: '', origin: 'others' });
    }
    if (this.#pending.length === 0) this.#base = this.#document;
    this.#tell('pending', undefined);
    for (const one of met) this.#tell('clash', one);
  }

  /** @template {keyof Events} Name @param {Name} name @param {Events[Name]} told */
  #tell(name, told) {
    for (const hear of [.../** @type {Set<(told: Events[Name]) => void>} */ (this.#listeners[name])]) hear(told);
  }
}

/** Returns the document after the operations; null where they clash. @param {Draft} document @param {readonly Op[]} ops */
function tried(document, ops) {
  try {
    return apply(document, ops);
  } catch (error) {
    if (error instanceof Clash) return null;
    throw error;
  }
}

/** Returns what stands at a path of a document; undefined where nothing does. @param {unknown} document @param {Path} path */
export const valueAt = (document, path) => path.reduce(child, document);

/** Returns the path of what an operation is about. @param {Op} op */
function pathOf(op) {
  if (op.op === 'put') return [...op.at, `#${op.item.id}`];
  return op.op === 'move' ? [...op.at, `#${op.id}`] : op.at;
}

/** @param {Change} change @param {Clash} clash @param {Draft} ours @returns {Met} */
function meeting(change, clash, ours) {
  const path = pathOf(clash.op);
  return { change, path, label: change.label, mine: valueAt(ours, path), theirs: clash.now, ours };
}

/** Returns the document with what one operation was about as it stands in ours. @param {Draft} document @param {Draft} ours @param {Op} op */
function settled(document, ours, op) {
  if (op.op === 'move') return tried(document, [op]) ?? document;
  return /** @type {Draft} */ (taken(document, ours, pathOf(op)));
}

/** Returns a value with what stands at a path below it taken over from ours, or the least above it that is gone here. @param {unknown} value @param {unknown} ours @param {Path} path @returns {unknown} */
function taken(value, ours, path) {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return ours;
  const [now, wanted] = [child(value, step), child(ours, step)];
  const made = now === undefined || wanted === undefined ? wanted : taken(now, wanted, rest);
  if (made === now) return value;
  if (!Array.isArray(value) || now !== undefined) return withChild(value, step, made);
  const list = /** @type {Item[]} */ (Array.isArray(ours) ? ours : []);
  const behind = list.slice(list.findIndex((item) => `#${item.id}` === step) + 1);
  const next = behind.find((item) => child(value, `#${item.id}`) !== undefined);
  return inserted(value, /** @type {Item} */ (made), next?.id ?? null);
}
