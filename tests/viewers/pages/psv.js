// Photo Sphere Viewer: faces by name, levels counted from 0; its own top and bottom are turned, hence flipTopBottom.
// It chooses levels by CSS pixels: `set.density` tells it smaller faces, so that it loads what a dense screen needs.
import { Viewer } from '@photo-sphere-viewer/core';
import { CubemapTilesAdapter } from '@photo-sphere-viewer/cubemap-tiles-adapter';
import '@photo-sphere-viewer/core/index.css';

const FACES = { front: 'f', right: 'r', back: 'b', left: 'l', top: 'u', bottom: 'd' };

const panorama = ({ base = '', density = 1, format, level_sizes_px: sizes, tile_size_px: tile }) => ({
  levels: sizes.map((size) => ({ faceSize: size / density, nbTiles: size / tile })),
  tileUrl: (face, col, row, level) => `${base}${level + 1}/${FACES[face]}/${row}_${col}.${format}`,
  flipTopBottom: true,
});

export function open(element, set, { yaw, pitch, vfov }) {
  const degrees = (angle) => (angle * 180) / Math.PI;
  const viewer = new Viewer({
    container: element,
    adapter: CubemapTilesAdapter,
    navbar: false,
    minFov: degrees(vfov) - 0.01,
    maxFov: degrees(vfov),
    defaultZoomLvl: 0,
    defaultYaw: yaw,
    defaultPitch: pitch,
    panorama: panorama(set),
  });
  const ready = new Promise((resolve) => viewer.addEventListener('ready', resolve, { once: true }));
  return {
    change: (next, at) =>
      viewer.setPanorama(panorama(next), { position: { yaw: at.yaw, pitch: at.pitch }, transition: false, showLoader: false }),
    look: async (at) => {
      await ready;
      viewer.rotate({ yaw: at.yaw, pitch: at.pitch });
    },
  };
}
