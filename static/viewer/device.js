/** What the device can do beyond showing a picture, as far as that can be known without trying. */

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

/** Headsets, where the browser knows any. */
const xr = () => /** @type {{xr?: import('./webxr.js').XrSystem}} */ (navigator).xr;
let headset = false;

/** Whether the picture can be shown to two eyes: by a headset, or by a telephone in a viewer of cardboard. */
export async function stereo() {
  const may = allowed('xr-spatial-tracking');
  headset = (may && (await xr()?.isSessionSupported('immersive-vr').catch(() => false))) || false;
  return headset || (turns() && Math.min(screen.width, screen.height) < 600);
}

/** Asks for the headset (null where it is not given), or else for the sensors. */
export const askStereo = () => (headset ? xr()?.requestSession('immersive-vr').catch(() => null) : askMotion());
