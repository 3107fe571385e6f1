/**
 * Tells a host that does not let this page have its pictures from a network that is down: the first is nothing that the
 * visitor can mend, only whoever runs the page. Comes when tiles have failed; its words are here, because hardly
 * anybody ever needs them.
 *
 * @import {Inside} from './types.js'
 */

/** @type {Record<string, string>} */
export const REFUSED = {
  vi: 'Máy chủ giữ ảnh không cho trang này tải ảnh nét. Hãy báo cho đơn vị quản lý trang.',
  en: 'The host of the pictures does not let this page load them. Tell whoever runs the page.',
};

/**
 * Says it where it is so.
 * @param {Inside} inside @param {() => void} retry
 */
export async function tellRefusal({ scene, source, chrome, language, signal }, retry) {
  const shown = scene();
  if (!shown) return;
  const { base, format } = shown.tiles;
  const address = source.url(`${base}1/f/0_0.${format}`);
  // The page's own host never refuses it.
  if (new URL(address).origin === window.origin) return;
  if (await answers(address, 'cors') || !(await answers(address, 'no-cors'))) return;
  if (scene() === shown && !signal.aborted) chrome.note(REFUSED[language] ?? REFUSED.vi ?? '', retry);
}

/** Whether there is any answer, a refusal of the file included. @param {string} address @param {RequestMode} mode */
const answers = (address, mode) => fetch(address, { mode, cache: 'no-store' }).then(() => true, () => false);
