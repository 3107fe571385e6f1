/** Documents and edits by chance, the same ones for the same seed. */

/** Returns a function that returns a number below `n`. @param {number} seed */
export function chance(seed) {
  let state = seed * 2654435761 + 1;
  return (/** @type {number} */ n) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

/** @typedef {(n: number) => number} Chance */

const WORDS = ['Chùa', 'Núi', 'Sông', ''];
const word = (/** @type {Chance} */ any) => WORDS[any(WORDS.length)];

/** @param {Chance} any */
export function document(any) {
  /** @type {any} */
  const made = { version: 1, id: 't', title: { vi: word(any) }, languages: ['vi'], scenes: [] };
  for (let i = any(5); i > 0; i -= 1) made.scenes.push(scene(any, `s${i}`));
  if (any(2)) made.agency = { phone: word(any), managing_body: { vi: word(any) } };
  if (any(3) === 0) made.media = [{ id: 'm1', file: 'm1.jpg' }];
  return made;
}

/** @param {Chance} any @param {string} id */
function scene(any, id) {
  /** @type {any} */
  const made = { id, title: { vi: word(any) } };
  if (any(2)) made.initial_view = { yaw_deg: any(3), pitch_deg: any(3) };
  if (any(2)) made.hotspots = Array.from({ length: any(4) }, (_, i) => ({ id: `h${i}`, kind: 'card', title: { vi: word(any) } }));
  return made;
}

/** Returns a copy of a document with some edits. @param {any} before @param {Chance} any @param {number} times @param {string} who */
export function edited(before, any, times, who = 'n') {
  const made = JSON.parse(JSON.stringify(before));
  for (let i = 0; i < times; i += 1) edit(made, any, `${who}${i}`);
  return made;
}

/** Edits a document in place. @param {any} made @param {Chance} any @param {string} fresh an id that nothing has */
export function edit(made, any, fresh) {
  const { scenes } = made;
  const one = scenes[any(Math.max(scenes.length, 1))];
  const spots = one?.hotspots ?? [];
  const spot = spots[any(Math.max(spots.length, 1))];
  const acts = [
    () => (made.title = { ...made.title, [any(2) ? 'en' : 'vi']: word(any) }),
    () => scenes.splice(any(scenes.length + 1), 0, scene(any, fresh)),
    () => one && scenes.splice(scenes.indexOf(one), 1),
    () => one && scenes.splice(any(scenes.length), 0, ...scenes.splice(scenes.indexOf(one), 1)),
    () => one && (one.title = { vi: word(any) }),
    () => one && (one.initial_view = { yaw_deg: any(9), pitch_deg: any(9) }),
    () => one && delete one.initial_view,
    () => one && (one.hotspots = [...spots, { id: fresh, kind: 'link', target: word(any) }]),
    () => spot && (spot.title = { en: word(any) }),
    () => spot && spots.splice(spots.indexOf(spot), 1),
    () => one && delete one.hotspots,
    () => (made.agency = { ...made.agency, email: word(any) }),
    () => (made.agency = { ...made.agency, address: { en: word(any), vi: word(any) } }),
    () => delete made.agency,
    () => (made.languages = any(2) ? ['vi', 'en'] : ['en', 'vi', 'km']),
    () => (made.media = [...(made.media ?? []), { id: fresh, file: word(any) }]),
    () => (made.skin = { accent: word(any), theme: { dark: any(2) === 1 } }),
  ];
  acts[any(acts.length)]?.();
}
