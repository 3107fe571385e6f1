// Pannellum: the same names by its template; degrees, and a horizontal field of view.
import 'pannellum/build/pannellum.css';
import 'pannellum/build/pannellum.js';

const degrees = (angle) => (angle * 180) / Math.PI;

const scene = (set, { yaw, pitch, hfov }) => ({
  type: 'multires',
  multiRes: {
    basePath: set.base?.replace(/\/$/, '') ?? '.',
    path: '/%l/%s/%y_%x',
    extension: set.format,
    tileResolution: set.tile_size_px,
    maxLevel: set.level_sizes_px.length,
    cubeResolution: set.level_sizes_px.at(-1),
  },
  yaw: degrees(yaw),
  pitch: degrees(pitch),
  hfov: degrees(hfov),
  minHfov: 10,
  maxHfov: 150,
});

export function open(element, set, view) {
  const options = { firstScene: '0', autoLoad: true, showControls: false };
  const viewer = window.pannellum.viewer(element, { default: options, scenes: { 0: scene(set, view) } });
  let count = 0;
  return {
    change(next, at) {
      count += 1;
      viewer.addScene(String(count), scene(next, at));
      viewer.loadScene(String(count));
    },
    look: ({ yaw, pitch, hfov }) => viewer.lookAt(degrees(pitch), degrees(yaw), degrees(hfov), false),
  };
}
