// Photo Sphere Viewer: faces by name, levels counted from 0; its own top and bottom are turned, hence flipTopBottom.
import { Viewer } from '@photo-sphere-viewer/core';
import { CubemapTilesAdapter } from '@photo-sphere-viewer/cubemap-tiles-adapter';
import '@photo-sphere-viewer/core/index.css';

const FACES = { front: 'f', right: 'r', back: 'b', left: 'l', top: 'u', bottom: 'd' };

export function open(element, set, { vfov }) {
  const degrees = (angle) => (angle * 180) / Math.PI;
  const viewer = new Viewer({
    container: element,
    adapter: CubemapTilesAdapter,
    navbar: false,
    minFov: degrees(vfov) - 0.01,
    maxFov: degrees(vfov),
    defaultZoomLvl: 0,
    panorama: {
      levels: set.level_sizes_px.map((size) => ({ faceSize: size, nbTiles: size / set.tile_size_px })),
      tileUrl: (face, col, row, level) => `${level + 1}/${FACES[face]}/${row}_${col}.${set.format}`,
      flipTopBottom: true,
    },
  });
  const ready = new Promise((resolve) => viewer.addEventListener('ready', resolve, { once: true }));
  return async ({ yaw, pitch }) => {
    await ready;
    viewer.rotate({ yaw, pitch });
  };
}
