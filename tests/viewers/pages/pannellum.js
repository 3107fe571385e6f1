// Pannellum: the same names by its template; degrees, and a horizontal field of view.
import 'pannellum/build/pannellum.css';
import 'pannellum/build/pannellum.js';

export function open(element, set) {
  const viewer = window.pannellum.viewer(element, {
    type: 'multires',
    multiRes: {
      basePath: '.',
      path: '/%l/%s/%y_%x',
      extension: set.format,
      tileResolution: set.tile_size_px,
      maxLevel: set.level_sizes_px.length,
      cubeResolution: set.level_sizes_px.at(-1),
    },
    autoLoad: true,
    showControls: false,
    minHfov: 10,
    maxHfov: 150,
  });
  const degrees = (angle) => (angle * 180) / Math.PI;
  return ({ yaw, pitch, hfov }) => viewer.lookAt(degrees(pitch), degrees(yaw), degrees(hfov), false);
}
