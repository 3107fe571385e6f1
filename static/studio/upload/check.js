/** Between choosing and sending: what cannot be sent is refused with its reason, what is here already is not sent. */

import { fault } from './choose.js';

/** @typedef {import('./queue.js').Item} Item */

/** How many files are told apart before the first of them are sent. */
const AT_ONCE = 24;

/**
 * Refuses what cannot be sent, and returns the rest.
 *
 * @param {Item[]} items @param {import('./choose.js').Limits} limits
 * @param {(item: Item, change: Partial<Item>) => void} set
 */
export function refuse(items, limits, set) {
  let room = limits.roomBytes;
  return items.filter((item) => {
    const code = fault(item.file, limits) || (item.file.size > room ? 'room' : '');
    if (code) set(item, { state: 'refused', code, fields: { mostBytes: limits.fileBytes } });
    else room -= item.file.size;
    return code === '';
  });
}

/**
 * Finds out which of `items` need not be sent, and hands the others to `send`, some at a time: a card of thousands of
 * photos begins to be sent while most of it has not been read.
 *
 * @param {Item[]} items new ones, all 'checking'
 * @param {Item[]} all every item of the list, these among them
 * @param {{ ask: (fingerprints: string[]) => Promise<Map<string, string>>, fingerprint: (file: File) => Promise<string>,
 *   set: (item: Item, change: Partial<Item>) => void, send: (items: Item[]) => void }} by
 */
export async function tellApart(items, all, { ask, fingerprint, set, send }) {
  /** @type {Map<string, Item>} what is sent or was, by fingerprint */
  const here = new Map();
  for (const item of all) if (item.fingerprint && !['checking', 'refused', 'known'].includes(item.state)) here.set(item.fingerprint, item);
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const some = items.slice(start, start + AT_ONCE);
    await Promise.all(some.map(async (item) => (item.fingerprint ||= await fingerprint(item.file))));
    const named = some.map((item) => item.fingerprint).filter(Boolean);
    const known = named.length > 0 ? await ask(named) : new Map();
    for (const item of some) {
      const there = known.get(item.fingerprint);
      const same = item.fingerprint ? here.get(item.fingerprint) : undefined;
      if (there !== undefined) set(item, { state: 'known', code: 'known', fields: { name: there } });
      else if (same && same !== item) set(item, { state: 'known', code: 'here', fields: { name: same.file.name } });
      else {
        set(item, { state: 'waiting' });
        if (item.fingerprint) here.set(item.fingerprint, item);
      }
    }
    send(some.filter(({ state }) => state === 'waiting'));
  }
}
