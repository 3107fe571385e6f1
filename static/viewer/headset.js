/**
 * The tour in a headset, through WebXR: each eye by its own projection and direction; where the head is does not matter
 * for a picture that is infinitely far away. What is open stays open when the visitor comes back to the page.
 *
 * @import {Inside} from './types.js'
 * @import {Drawn} from './panorama.js'
 * @import {Quaternion} from './orientation.js'
 * @import {XrFrame, XrInput, XrLayerClass, XrPose, XrSession} from './webxr.js'
 */

import { pause } from './dom.js';
import { createTie, edgesOf, headingOf, headsetAxes, turned } from './orientation.js';
import { createWorld } from './world.js';

/** A headset has the memory, and both eyes see more than a screen. */
const TILES_BYTES = 128e6;
/** How long a context may take to come back after it was made fit for the headset. */
const PATIENCE_MS = 5000;

/** @param {XrPose} pose */
const axesOf = ({ transform: { orientation: q } }) => headsetAxes(/** @type {Quaternion} */ ([q.x, q.y, q.z, q.w]));

/**
 * Runs a session to its end. Throws where it cannot be begun.
 * @param {Inside} inside @param {XrSession} session
 */
export async function visit(inside, session) {
  const { camera, picture } = inside;
  const canvas = /** @type {HTMLCanvasElement} */ (picture.element);
  const leaving = new AbortController();
  const ended = new Promise((done) => session.addEventListener('end', done));
  const end = () => session.end().catch(() => {});
  inside.signal.addEventListener('abort', end, { signal: leaving.signal });
  try {
    // The processor that serves the headset may be another one; then the context is lost and comes back there.
    const gl = /** @type {WebGL2RenderingContext & {makeXRCompatible: () => Promise<void>}} */ (canvas.getContext('webgl2'));
    await gl.makeXRCompatible();
    const stereo = await regained(picture);
    const Layer = /** @type {{XRWebGLLayer: XrLayerClass}} */ (/** @type {unknown} */ (globalThis)).XRWebGLLayer;
    const layer = new Layer(session, gl, { alpha: false, antialias: false, depth: false, stencil: false });
    session.updateRenderState({ baseLayer: layer });
    const space = await session.requestReferenceSpace('local');
    canvas.addEventListener('webglcontextlost', end, { signal: leaving.signal });

    const world = createWorld(inside, stereo);
    const tie = createTie(camera);
    /** @type {Drawn} */
    let drawn = { full: false, more: false, failing: false, painted: true };
    picture.lend(() => ({ ...drawn, more: false }));
    let turn = 0;

    /** Where an input points, in the world of the picture. @param {XrFrame} frame @param {XrInput} input */
    const rayOf = (frame, input) => {
      const pose = frame.getPose(input.targetRaySpace, space);
      return pose && turned(axesOf(pose), turn).forward;
    };
    session.addEventListener('select', (event) => {
      const { frame, inputSource } = /** @type {Event & {frame: XrFrame, inputSource: XrInput}} */ (event);
      const ray = rayOf(frame, inputSource);
      if (ray) world.select(ray);
    });

    /** @param {number} _time @param {XrFrame} frame */
    const draw = (_time, frame) => {
      session.requestAnimationFrame(draw);
      const pose = frame.getViewerPose(space);
      if (!pose || !picture.stereo) return;
      const device = axesOf(pose);
      turn = tie.turn(headingOf(device));
      tie.look(headingOf(device), Infinity);
      const eyes = pose.views.map((view) => {
        const { x, y, width, height } = layer.getViewport(view);
        return { ...turned(axesOf(view), turn), edges: edgesOf(view.projectionMatrix), box: [x, y, width, height] };
      });
      const rays = [...session.inputSources]
        .filter((input) => input.targetRayMode === 'tracked-pointer')
        .map((input) => rayOf(frame, input))
        .filter((ray) => ray !== null);
      const { over } = world.frame({ head: turned(device, turn), rays, now: performance.now() });
      drawn = stereo.draw(eyes, { over, target: layer.framebuffer, budget_bytes: TILES_BYTES });
    };
    session.requestAnimationFrame(draw);
    await ended;
    world.close();
  } finally {
    void end();
    leaving.abort();
    picture.lend(null);
  }
}

/** Waits until the picture can be drawn for several eyes. @param {Inside['picture']} picture */
async function regained(picture) {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    if (picture.stereo) return picture.stereo;
    await pause(50);
  }
  throw new Error('context');
}
