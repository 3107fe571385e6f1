/**
 * Draws textured squares on the faces of a cube around the viewer: one WebGL 2 program, one strip of four vertices.
 * It knows nothing of tiles, scenes or networks.
 *
 * @import {Size, Vector, View} from './types.js'
 */

import { axes } from './projection.js';

// The depth only clips what is closer than `near`. A corner exactly in the viewer's own plane (depth 0) spoils its whole
// triangle in some software rasterisers, so it is moved by a ten-thousandth of a face.
const VERTEX = `#version 300 es
in vec2 corner;
uniform mat3 face, camera;
uniform vec4 rect, part;
uniform vec2 scale;
out vec2 at;
const float near = 0.01, tiny = 0.0001;
void main() {
  at = mix(part.xy, part.zw, corner);
  vec3 seen = camera * (face * vec3(mix(rect.xy, rect.zw, corner), 1.0));
  if (abs(seen.z) < tiny) seen.z = tiny;
  gl_Position = vec4(seen.xy * scale, seen.z - 2.0 * near, seen.z);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in highp vec2 at;
uniform sampler2D picture;
uniform highp vec4 bounds;
uniform float alpha;
out vec4 colour;
void main() {
  colour = vec4(texture(picture, clamp(at, bounds.xy, bounds.zw)).rgb, alpha);
}`;

/** Textures kept for reuse after a scene is left; more would be memory for nothing. */
const SPARE = 8;

/**
 * @typedef {{handle: WebGLTexture, width: number, height: number}} Texture
 * @typedef {object} Square
 * @property {Texture} texture
 * @property {{right: Vector, up: Vector, forward: Vector}} face
 * @property {number[]} rect  left, top, right, bottom on the plane at distance 1, y upwards
 * @property {number[]} [part]  the same in the texture, 0…1, y downwards
 * @property {number} [alpha]
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
  /** @type {Record<string, WebGLUniformLocation | null>} */
  let uniform = {};

  function prepare() {
    const context = /** @type {WebGL2RenderingContext} */ (gl);
    const program = context.createProgram();
    for (const [type, source] of /** @type {[number, string][]} */ ([
      [context.VERTEX_SHADER, VERTEX],
      [context.FRAGMENT_SHADER, FRAGMENT],
    ])) {
      const shader = context.createShader(type);
      if (!shader) return;
      context.shaderSource(shader, source);
      context.compileShader(shader);
      context.attachShader(program, shader);
    }
    context.bindAttribLocation(program, 0, 'corner');
    context.linkProgram(program);
    context.useProgram(program);
    for (const name of ['face', 'camera', 'rect', 'part', 'scale', 'bounds', 'alpha']) {
      uniform[name] = context.getUniformLocation(program, name);
    }
    context.bindBuffer(context.ARRAY_BUFFER, context.createBuffer());
    context.bufferData(context.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), context.STATIC_DRAW);
    context.enableVertexAttribArray(0);
    context.vertexAttribPointer(0, 2, context.FLOAT, false, 0, 0);
    context.enable(context.BLEND);
    context.blendFuncSeparate(context.SRC_ALPHA, context.ONE_MINUS_SRC_ALPHA, context.ONE, context.ONE);
    context.pixelStorei(context.UNPACK_COLORSPACE_CONVERSION_WEBGL, context.NONE);
    spare = [];
  }
  prepare();

  return {
    get lost() {
      return gl.isContextLost();
    },

    /** After a lost context came back: everything is made anew. */
    restore: prepare,

    /** Copies a picture to the graphics memory. @param {TexImageSource & Size} source @returns {Texture} */
    upload(source) {
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
      if (spare.length < SPARE) spare.push(texture);
      else gl.deleteTexture(texture.handle);
    },

    /** Draws a frame, first square first. @param {Square[]} squares @param {View} view @param {Size} size */
    draw(squares, view, size) {
      const { right, up, forward } = axes(view);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0.08, 0.1, 0.09, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniformMatrix3fv(uniform.camera ?? null, true, [...right, ...up, ...forward]);
      gl.uniform2f(uniform.scale ?? null, (2 * view.focal) / size.width, (2 * view.focal) / size.height);
      for (const { texture, face, rect, part = [0, 0, 1, 1], alpha = 1 } of squares) {
        const [u = 0, v = 0] = [0.5 / texture.width, 0.5 / texture.height];
        const [left = 0, top = 0, rightmost = 1, bottom = 1] = part;
        gl.bindTexture(gl.TEXTURE_2D, texture.handle);
        gl.uniformMatrix3fv(uniform.face ?? null, false, [...face.right, ...face.up, ...face.forward]);
        gl.uniform4fv(uniform.rect ?? null, rect);
        gl.uniform4fv(uniform.part ?? null, part);
        // Half a texel inside its part, a picture next to others in one texture does not bleed.
        gl.uniform4f(uniform.bounds ?? null, left + u, top + v, rightmost - u, bottom - v);
        gl.uniform1f(uniform.alpha ?? null, alpha);
        gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
      }
    },

    /** Gives the context back to the browser, which allows only a few at a time. */
    destroy() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}
