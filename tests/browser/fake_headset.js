// A headset made of nothing, for tests: WebXR as far as a page may see it. Two eyes with projections of their own, a head
// that looks where `headset.look(yaw, pitch)` says (degrees, yaw to the right), and pointers. Frames are drawn when
// `headset.frame()` asks for one, into a framebuffer whose pixels `headset.pixels()` returns as a PNG.
(() => {
  const RADIAN = Math.PI / 180;
  const SIZE = { width: 480, height: 540 };
  // Left, right, bottom, top of each eye on the plane at distance 1: the nose is in the way.
  const EYES = { left: [-1.1, 0.85, -1.15, 1], right: [-0.85, 1.1, -1.15, 1] };
  const times = ([a, b, c, d], [x, y, z, w]) => ({
    x: d * x + a * w + b * z - c * y, y: d * y - a * z + b * w + c * x,
    z: d * z + a * y - b * x + c * w, w: d * w - a * x - b * y - c * z,
  });
  const turn = ([yaw, pitch]) => {
    const [y, p] = [(-yaw * RADIAN) / 2, (pitch * RADIAN) / 2];
    return times([0, Math.sin(y), 0, Math.cos(y)], [Math.sin(p), 0, 0, Math.cos(p)]);
  };
  const matrix = ([l, r, b, t]) => {
    const [near, far] = [0.1, 1000];
    return new Float32Array([
      2 / (r - l), 0, 0, 0, 0, 2 / (t - b), 0, 0, (r + l) / (r - l), (t + b) / (t - b),
      -(far + near) / (far - near), -1, 0, 0, (-2 * far * near) / (far - near), 0,
    ]);
  };
  const pose = (angles) => ({ transform: { orientation: turn(angles), position: { x: 3, y: 1.6, z: -2 } } });

  let session = null;
  let run = null;
  let head = [0, 0];
  let layer = null;

  class Session extends EventTarget {
    inputSources = [];
    ended = false;
    updateRenderState({ baseLayer }) { layer = baseLayer; }
    async requestReferenceSpace() { return { name: 'local' }; }
    requestAnimationFrame(next) { run = next; return 1; }
    async end() {
      if (this.ended) throw new DOMException('ended', 'InvalidStateError');
      [this.ended, session, run] = [true, null, null];
      this.dispatchEvent(new Event('end'));
    }
  }

  window.XRWebGLLayer = class {
    constructor(of, gl) {
      if (gl.isContextLost()) throw new DOMException('lost', 'InvalidStateError');
      this.gl = gl;
      this.framebuffer = gl.createFramebuffer();
      const before = gl.getParameter(gl.TEXTURE_BINDING_2D);
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, SIZE.width * 2, SIZE.height);
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.bindTexture(gl.TEXTURE_2D, before);
    }
    getViewport({ eye }) { return { x: eye === 'left' ? 0 : SIZE.width, y: 0, ...SIZE }; }
  };

  const frame = {
    getViewerPose: () => ({
      ...pose(head),
      views: Object.entries(EYES).map(([eye, edges]) => ({ eye, ...pose(head), projectionMatrix: matrix(edges) })),
    }),
    getPose: ({ angles }) => pose(angles),
  };

  Object.defineProperty(navigator, 'xr', { value: {
    isSessionSupported: async (mode) => mode === 'immersive-vr',
    requestSession: async () => {
      if (window.headset.refuses) throw new DOMException('refused', 'NotSupportedError');
      return (session = new Session());
    },
  } });
  WebGL2RenderingContext.prototype.makeXRCompatible = async function () { window.headset.compatible = true; };

  window.headset = {
    SIZE, EYES, refuses: false, compatible: false,
    get on() { return session !== null && run !== null; },
    look(...angles) { head = angles; },
    point(...angles) { session.inputSources = [{ targetRayMode: 'tracked-pointer', targetRaySpace: { angles } }]; },
    unpoint() { session.inputSources = []; },
    select() {
      const inputSource = session.inputSources[0] ?? { targetRayMode: 'gaze', targetRaySpace: { angles: head } };
      session.dispatchEvent(Object.assign(new Event('select'), { inputSource, frame }));
    },
    frame() {
      const now = run;
      run = null;
      now?.(performance.now(), frame);
    },
    end: () => session.end(),
    pixels() {
      const { gl, framebuffer } = layer;
      const [width, height] = [SIZE.width * 2, SIZE.height];
      const data = new Uint8ClampedArray(width * height * 4);
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(data.buffer));
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const pen = canvas.getContext('2d');
      for (let i = 3; i < data.length; i += 4) data[i] = 255;
      pen.putImageData(new ImageData(data, width, height), 0, 0);
      const upright = Object.assign(document.createElement('canvas'), { width, height });
      const flip = upright.getContext('2d');
      flip.scale(1, -1);
      flip.drawImage(canvas, 0, -height);
      return upright.toDataURL('image/png').split(',')[1];
    },
  };
})();
