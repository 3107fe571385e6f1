/**
 * What the tour tells those who embed it.
 *
 * @import {EventName} from './types.js'
 */

/** A list of listeners by event. */
export function createEvents() {
  /** @type {Map<EventName, Set<(detail: unknown) => void>>} */
  const listeners = new Map();
  return {
    /** @param {EventName} event @param {unknown} [detail] */
    emit(event, detail = null) {
      for (const listener of listeners.get(event) ?? []) listener(detail);
    },
    /** Returns how to stop listening. @param {EventName} event @param {(detail: unknown) => void} listener */
    on(event, listener) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => void all.delete(listener);
    },
  };
}
