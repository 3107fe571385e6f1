/**
 * Draws textured squares on the faces of a cube around the viewer: one WebGL 2 program, one strip of four vertices.
 * It knows nothing of tiles, scenes or networks.
 *
 * @import {Size, Vector} from './types.js'
 * @import {Frustum} from './projection.js'
 */

// The depth only clips what is closer than 0.01. A corner exactly in the viewer's own plane (depth 0) spoils its whole
// triangle in some software rasterisers, so it is moved by a ten-thousandth of a face.
const VERTEX = `#version 300 es
in vec2 corner;
uniform mat3 face, camera;
uniform vec4 rect, part, lens;
out vec2 at;
void main() {
  at = mix(part.xy, part.zw, corner);
  vec3 seen = camera * face * vec3(mix(rect.xy, rect.zw, corner), 1);
  if (abs(seen.z) < .0001) seen.z = .0001;
  gl_Position = vec4(seen.xy * lens.xy - seen.z * lens.zw, seen.z - .02, seen.z);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
uniform sampler2D picture;
uniform vec4 bounds;
uniform float alpha;
out vec4 colour;
void main() {
  colour = texture(picture, clamp(at, bounds.xy, bounds.zw)) * vec4(1, 1, 1, alpha);
}`;

const UNIFORMS = /** @type {const} */ (['face', 'camera', 'rect', 'part', 'lens', 'bounds', 'alpha']);

/** Bytes of textures kept for reuse; more would be memory for nothing. */
const SPARE_BYTES = 6e6;

/**
 * @typedef {{handle: WebGLTexture, width: number, height: number}} Texture
 * @typedef {object} Square
 * @property {Texture} texture
 * @property {{right: Vector, up: Vector, forward: Vector}} face
 * @property {number[]} rect  left, top, right, bottom on the plane at distance 1, y upwards
 * @property {number[]} [part]  the same in the texture, 0…1, y downwards
 * @property {number} [alpha]
 * @property {boolean} [clear]  its texture has transparent parts
 *
 * @typedef {Frustum & {box: number[]}} Eye  box: where it draws, in device pixels: left, bottom, width, height
 */

/**
 * A renderer on a canvas, or null where there is no WebGL 2.
 * @param {HTMLCanvasElement} canvas
 */
export function createRenderer(canvas) {
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    stencil: false,
    powerPreference: 'low-power',
  });
  if (!gl) return null;
  /** @type {Texture[]} */
  let spare = [];
  /** @typedef {Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>} Uniforms */
  let uniform = /** @type {Uniforms} */ ({});

  /** A program that is being made by the graphics process: whoever asks it anything waits for it. @type {WebGLProgram | null} */
  let made = null;

  const prepare = () => {
    const program = gl.createProgram();
    const stages = /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]);
    for (const [type, source] of stages) {
      const shader = gl.createShader(type);
      // A context that is lost at birth makes none; it is told by its event.
      if (!shader) return;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    made = program;
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    spare = [];
  };

  /** Takes the program up before the first frame, when it has had its time. */
  const begin = () => {
    const program = made;
    if (!program) return;
    made = null;
    gl.useProgram(program);
    const places = UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]);
    uniform = /** @type {Uniforms} */ (Object.fromEntries(places));
    const corner = gl.getAttribLocation(program, 'corner');
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    opaque = false;
  };
  let opaque = false;
  prepare();

  const square = (/** @type {Square} */ { texture, face, rect, part = [0, 0, 1, 1], alpha = 1, clear = false }) => {
    const [u = 0, v = 0] = [0.5 / texture.width, 0.5 / texture.height];
    const [left = 0, top = 0, right = 1, bottom = 1] = part;
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    gl.uniformMatrix3fv(uniform.face, false, [...face.right, ...face.up, ...face.forward]);
    gl.uniform4fv(uniform.rect, rect);
    gl.uniform4fv(uniform.part, part);
    // Half a texel inside its part, a picture next to others in one texture does not bleed.
    gl.uniform4f(uniform.bounds, left + u, top + v, right - u, bottom - v);
    gl.uniform1f(uniform.alpha, alpha);
    // Blending reads what is below, which costs telephones dearly and shows nothing.
    if (opaque !== (alpha === 1 && !clear)) gl[(opaque = !opaque) ? 'disable' : 'enable'](gl.BLEND);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  };

  return {
    get lost() {
      return gl.isContextLost();
    },

    /** After a lost context came back: everything is made anew. */
    restore: prepare,

    /**
     * Copies a picture to the graphics memory, made smaller where it has more pixels to a side than fit there.
     * @param {(ImageBitmap | HTMLCanvasElement | HTMLImageElement) & Size} picture @returns {Texture}
     */
    upload(picture) {
      const source = fitted(picture, gl.getParameter(gl.MAX_TEXTURE_SIZE));
      const { width, height } = source;
      const i = spare.findIndex((texture) => texture.width === width && texture.height === height);
      const [found] = i < 0 ? [] : spare.splice(i, 1);
      const texture = found ?? { handle: gl.createTexture(), width, height };
      gl.bindTexture(gl.TEXTURE_2D, texture.handle);
      if (!found) {
        gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
      }
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, gl.RGBA, gl.UNSIGNED_BYTE, source);
      return texture;
    },

    /** Gives a texture back. @param {Texture} texture */
    release(texture) {
      let bytes = 0;
      spare = [texture, ...spare].filter(({ handle, width, height }) => {
        bytes += width * height * 4;
        if (bytes > SPARE_BYTES) gl.deleteTexture(handle);
        return bytes <= SPARE_BYTES;
      });
    },

    /**
     * Draws a frame for each eye, first square first; on the canvas or, in a headset, where that wants it.
     * @param {Square[]} squares @param {Eye[]} eyes @param {WebGLFramebuffer | null} [target]
     */
    draw(squares, eyes, target = null) {
      begin();
      gl.bindFramebuffer(gl.FRAMEBUFFER, target);
      gl.clearColor(0.08, 0.1, 0.09, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      for (const { right, up, forward, edges: [l, r, b, t], box: [x = 0, y = 0, width = 0, height = 0] } of eyes) {
        gl.viewport(x, y, width, height);
        gl.uniformMatrix3fv(uniform.camera, true, [...right, ...up, ...forward]);
        gl.uniform4f(uniform.lens, 2 / (r - l), 2 / (t - b), (r + l) / (r - l), (t + b) / (t - b));
        squares.forEach(square);
      }
    },

    /** Frees what was kept for reuse. */
    trim() {
      for (const { handle } of spare.splice(0)) gl.deleteTexture(handle);
    },

    /** Gives the context back to the browser, which allows only a few at a time. */
    destroy() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** A picture with at most so many pixels to a side. @param {(ImageBitmap | HTMLCanvasElement | HTMLImageElement) & Size} picture @param {number} most */
function fitted(picture, most) {
  const scale = most / Math.max(picture.width, picture.height);
  // A context that is lost knows no limit.
  if (scale >= 1 || !scale) return picture;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.floor(picture.width * scale), height: Math.floor(picture.height * scale) });
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
