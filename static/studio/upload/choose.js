/** What somebody has chosen: files, folders and memory cards, dropped or picked; and what of it can be sent at all. */

/** @typedef {{ file: File, path: string }} Chosen */
/** @typedef {{ accept: string[], fileBytes: number, roomBytes: number }} Limits */

/** Files that systems and cameras leave on cards, of which nobody knows that they are there. */
const LEFT_BEHIND = /(^|\/)(\.[^/]*|thumbs\.db|desktop\.ini|ehthumbs\.db|autorun\.inf|__macosx|system volume information|\$recycle\.bin)(\/|$)/i;
const SIDE_FILES = /\.(thm|lrv|lrf|ctg|dat|inf|ini|db|tmp|xmp|aae|srt|bdm|cpi|mpl|bnp)$/i;

/** Says whether a path is of a kind that is left out without a word on each. */
export const isLeftBehind = (/** @type {string} */ path) => LEFT_BEHIND.test(path) || SIDE_FILES.test(path);

/**
 * Returns why a file cannot be sent as it is, '' where it can.
 *
 * @param {{ name: string, size: number }} file @param {Limits} limits
 */
export function fault({ name, size }, { accept, fileBytes }) {
  const dot = name.lastIndexOf('.');
  if (accept.length > 0 && !accept.includes(dot < 0 ? '' : name.slice(dot).toLowerCase())) return 'kind';
  if (size === 0) return 'empty';
  return size > fileBytes ? 'big' : '';
}

/** Returns what an <input type="file"> holds. */
export function picked(/** @type {HTMLInputElement} */ input) {
  return [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Returns what was dropped, folders with all they hold. To be called before the event is over. */
export async function dropped(/** @type {DataTransfer} */ data) {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...data.files].map((file) => ({ file, path: file.name }));
  /** @type {Chosen[]} */
  const found = [];
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

/** @param {FileSystemEntry} entry @param {string} above @param {Chosen[]} found */
async function walk(entry, above, found) {
  const path = above + entry.name;
  if (LEFT_BEHIND.test(path)) return;
  if (entry.isFile) {
    const file = await new Promise((resolve) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, () => resolve(null)));
    if (file) found.push({ file, path });
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  // A reader gives a hundred at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return;
    for (const inner of some) await walk(inner, `${path}/`, found);
  }
}
