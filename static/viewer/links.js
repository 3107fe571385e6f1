/**
 * Deep links: `#<scene>` or `#<scene>/<yaw>/<pitch>/<hfov>`, in degrees with one decimal, and addresses that may be
 * followed at all. Nothing that comes from an address is trusted.
 *
 * @import {DocumentView} from './types.js'
 */

/** How scenes are named; other anchors of a page are named differently, with an underscore. */
const SCENE = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const NUMBER = /^-?\d{1,3}(?:\.\d{1,3})?$/;
const SCHEMES = ['http:', 'https:', 'tel:', 'mailto:'];

/**
 * Reads a fragment. A view that is not three sensible numbers is dropped, the scene stays.
 * @param {string} hash with or without its #
 * @returns {{scene: string, view: DocumentView | null} | null}
 */
export function parseLink(hash) {
  const [head = '', ...numbers] = hash.replace(/^#/, '').split('/');
  let scene;
  try {
    scene = decodeURIComponent(head);
  } catch {
    return null;
  }
  if (scene.length > 80 || !SCENE.test(scene)) return null;
  if (numbers.length !== 3 || !numbers.every((n) => NUMBER.test(n))) return { scene, view: null };
  const [yaw_deg = 0, pitch_deg = 0, hfov_deg = 0] = numbers.map(Number);
  if (Math.abs(yaw_deg) > 360 || Math.abs(pitch_deg) > 90 || hfov_deg < 1 || hfov_deg > 170) return { scene, view: null };
  return { scene, view: { yaw_deg, pitch_deg, hfov_deg } };
}

/** The fragment of a scene and, where given, a view. @param {string} scene @param {DocumentView} [view] */
export function formatLink(scene, view) {
  const numbers = view ? [view.yaw_deg, view.pitch_deg, view.hfov_deg] : [];
  // "-0.0" would be a second name for the same view.
  return ['#' + scene, ...numbers.map((n) => n.toFixed(1).replace(/^-0\.0$/, '0.0'))].join('/');
}

/**
 * An address in full when a visitor may be sent there, else null: only http, https, tel and mailto.
 * @param {string | null | undefined} url @param {string} base
 */
export function safeUrl(url, base) {
  if (!url) return null;
  try {
    const address = new URL(url, base);
    return SCHEMES.includes(address.protocol) ? address.href : null;
  } catch {
    return null;
  }
}
