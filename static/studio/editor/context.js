/**
 * What all parts of the editor share: the draft with its changes, the pictures, what is chosen on the screen.
 *
 * @import {Draft, Scene, Hotspot} from './draft.js'
 * @import {Panorama} from './published.js'
 *
 * @typedef {'panorama' | 'hotspots' | 'skin' | 'map'} Tab
 * @typedef {'choose' | 'link' | 'card' | 'product' | 'url' | 'phone' | 'directions' | 'sound' | 'area'} Tool
 * @typedef {{tab: Tab, scene: string | null, chosen: string[], tool: Tool, how: 'stage' | 'grid', floor: string}} Screen  floor: whose plan is shown, empty for the land
 * @typedef {{tour: string, api: string, page: string, person: {id: string, name: string}, may_edit: boolean, may_publish: boolean,
 *   asked: number,
 *   lang: string, icons: string, map: import('../../viewer/types.js').MapTiles | null, live: {events: string, poll: string},
 *   upload: {script: string, endpoint: string, known: string, chunk_bytes: number, file_bytes: number, accept: string[]} | null}} Given
 *
 * @typedef {{file: string, kind: string, name: string, size_bytes: number, width_px: number | null, height_px: number | null,
 *   url: string, small: string | null, used: string[], in_set?: boolean}} File  in_set: one of the photos that a panorama is stitched of
 */

import { languagesOf, sceneOf, spotOf } from './draft.js';
import { byWork, panoramaOf, shownOf } from './published.js';
import { readable } from './readable.js';

/** @typedef {ReturnType<typeof createContext>} Editor */

/**
 * @param {Given} given @param {ReturnType<typeof import('./store.js').createStore>} store
 */
export function createContext(given, store) {
  /** @type {Set<(what: 'draft' | 'screen' | 'pictures' | 'redo' | 'problems' | 'people') => void>} */
  const listeners = new Set();
  /** @type {Screen} */
  const screen = { tab: 'panorama', scene: null, chosen: [], tool: 'choose', how: 'stage', floor: '' };
  /** @type {Map<string, Panorama>} */
  let panoramas = new Map();
  /** @type {Panorama[]} */
  let listed = [];

  const emit = (/** @type {'draft' | 'screen' | 'pictures' | 'redo' | 'problems' | 'people'} */ what) => {
    for (const listener of [...listeners]) listener(what);
  };

  const ed = {
    given,
    store,
    screen,
    emit,
    /** @param {(what: 'draft' | 'screen' | 'pictures' | 'redo' | 'problems' | 'people') => void} listener */
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    /** What can be shown of the document; what is changed is the document itself. @returns {Draft} */
    get draft() {
      return readable(store.document);
    },
    get languages() {
      return languagesOf(ed.draft);
    },
    /** The scene on the screen. @returns {Scene | null} */
    get scene() {
      return sceneOf(ed.draft, screen.scene);
    },
    /** The hotspots that are chosen, as they are now. @returns {Hotspot[]} */
    get chosen() {
      return screen.chosen.flatMap((id) => spotOf(ed.scene, id) ?? []);
    },

    get panoramas() {
      return panoramas;
    },
    get listed() {
      return listed;
    },
    /** @param {Panorama[]} next */
    takePanoramas(next) {
      listed = next;
      panoramas = byWork(next);
      emit('pictures');
    },
    /** @param {Scene} scene */
    panorama: (scene) => panoramaOf(panoramas, scene),
    /** What of a scene is shown while its own picture is being made. @param {Scene} scene */
    meanwhile: (scene) => (panoramaOf(panoramas, scene)?.tiles ? null : shownOf(panoramas, scene)),

    /** Shows something else. @param {Partial<Screen>} next */
    show(next) {
      const scene = next.scene ?? screen.scene;
      if (next.scene && next.scene !== screen.scene) screen.chosen = [];
      Object.assign(screen, next, { scene });
      emit('screen');
    },

    /**
     * Changes the draft. `label` names in the history what was done.
     * @param {string} label @param {(draft: Draft) => void} recipe @param {{merge?: string}} [how]
     */
    change(label, recipe, how) {
      if (!given.may_edit) return;
      store.change(label, /** @type {(draft: any) => void} */ (recipe), how);
    },

    /** Changes the scene on the screen, or another one. @param {string} label @param {(scene: Scene, draft: Draft) => void} recipe @param {{merge?: string, scene?: string}} [how] */
    changeScene(label, recipe, how = {}) {
      const id = how.scene ?? screen.scene;
      ed.change(label, (draft) => {
        const scene = sceneOf(draft, id);
        if (scene) recipe(scene, draft);
      }, how.merge ? { merge: `${how.merge}:${id}` } : {});
    },

    /** Changes hotspots of the scene on the screen. @param {string} label @param {string[]} ids @param {(spot: Hotspot, scene: Scene, draft: Draft) => void} recipe @param {{merge?: string}} [how] */
    changeSpots(label, ids, recipe, how = {}) {
      ed.changeScene(label, (scene, draft) => {
        for (const id of ids) {
          const spot = spotOf(scene, id);
          if (spot) recipe(spot, scene, draft);
        }
      }, how.merge ? { merge: `${how.merge}:${ids.join()}` } : {});
    },
  };

  store.on('change', () => {
    if (!sceneOf(ed.draft, screen.scene)) Object.assign(screen, { scene: ed.draft.scenes[0]?.id ?? null, chosen: [] });
    screen.chosen = screen.chosen.filter((id) => spotOf(ed.scene, id));
    emit('draft');
  });
  return ed;
}

/**
 * Puts a text of one language into an object's field; an emptied text leaves nothing behind.
 * @param {Record<string, any>} of @param {string} field @param {string} lang @param {string} value
 * @param {boolean} [optional] whether the field goes with its last text
 */
export function putText(of, field, lang, value, optional = true) {
  const text = { ...of[field] };
  if (value.trim()) text[lang] = value.normalize('NFC');
  else delete text[lang];
  if (optional && !Object.keys(text).length) delete of[field];
  else of[field] = text;
}
