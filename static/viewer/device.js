/** What the device can do beyond showing a picture, as far as that can be known without trying. */

import { el } from './dom.js';

/** Whether the page may use something: a frame may not, unless its page allows it. @param {string} name */
function allowed(name) {
  const { featurePolicy } = /** @type {{featurePolicy?: {allowsFeature: (name: string) => boolean}}} */ (
    /** @type {unknown} */ (document));
  return featurePolicy?.allowsFeature(name) ?? true;
}

/** Whether it can be held in the hand and tell how. Whether it has the sensor is known when that is listened to. */
export const turns = () =>
  'DeviceOrientationEvent' in window && navigator.maxTouchPoints > 0 && allowed('gyroscope') && allowed('accelerometer');

/** Asks for the sensors, where that must be (telephones by Apple). */
export function askMotion() {
  const { requestPermission } = /** @type {{requestPermission?: () => Promise<string>}} */ (
    /** @type {unknown} */ (DeviceOrientationEvent));
  return requestPermission?.().catch(() => 'denied');
}

/** Headsets, where the browser knows any. @param {Window | null} of */
const xr = (of) => /** @type {{xr?: import('./webxr.js').XrSystem} | undefined} */ (of?.navigator)?.xr;
let headset = false;

/** Whether the picture can be shown to two eyes: by a headset, or by a telephone in a viewer of cardboard. */
export async function stereo() {
  if ('xr' in navigator && allowed('xr-spatial-tracking')) {
    // A page that so much as looks at headsets is not kept for the way back; a frame that is gone by then may look.
    const frame = el('iframe', { hidden: true });
    document.body.append(frame);
    headset = (await xr(frame.contentWindow)?.isSessionSupported('immersive-vr').catch(() => false)) ?? false;
    frame.remove();
  }
  return headset || (turns() && Math.min(screen.width, screen.height) < 600);
}

/** Asks for the headset (null where it is not given), or else for the sensors. */
export const askStereo = () => (headset ? xr(window)?.requestSession('immersive-vr').catch(() => null) : askMotion());

/**
 * Whether this page may keep anything: not in a frame (its storage belongs to whoever embeds it, and sandboxes throw),
 * not over plain http, not in a browser without service workers.
 */
export function canKeep() {
  try {
    return window.top === window.self && isSecureContext && Boolean(navigator.serviceWorker) && Boolean(window.caches);
  } catch {
    return false;
  }
}
