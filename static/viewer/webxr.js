/**
 * The part of WebXR that the viewer uses, which TypeScript's own library does not know. Types only.
 *
 * @typedef {{x: number, y: number, z: number, w: number}} XrQuaternion
 * @typedef {{transform: {orientation: XrQuaternion}}} XrPose
 * @typedef {XrPose & {projectionMatrix: Float32Array}} XrView
 * @typedef {object} XrSpace
 * @typedef {{targetRayMode: 'gaze' | 'tracked-pointer' | 'screen' | 'transient-pointer', targetRaySpace: XrSpace}} XrInput
 *
 * @typedef {object} XrFrame
 * @property {(space: XrSpace) => (XrPose & {views: readonly XrView[]}) | null} getViewerPose
 * @property {(of: XrSpace, space: XrSpace) => XrPose | null} getPose
 *
 * @typedef {object} XrLayer
 * @property {WebGLFramebuffer | null} framebuffer
 * @property {(view: XrView) => {x: number, y: number, width: number, height: number}} getViewport
 *
 * @typedef {EventTarget & {
 *   inputSources: Iterable<XrInput>,
 *   updateRenderState: (state: {baseLayer: XrLayer}) => void,
 *   requestReferenceSpace: (type: 'local') => Promise<XrSpace>,
 *   requestAnimationFrame: (run: (time: number, frame: XrFrame) => void) => number,
 *   end: () => Promise<void>,
 * }} XrSession
 *
 * @typedef {{isSessionSupported: (mode: string) => Promise<boolean>, requestSession: (mode: string) => Promise<XrSession>}} XrSystem
 * @typedef {new (session: XrSession, gl: WebGL2RenderingContext, options: Record<string, boolean>) => XrLayer} XrLayerClass
 */

export {};
