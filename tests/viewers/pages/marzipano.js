// Marzipano: levels count from 0, and 0 is the preview strip; so {z} is the level of our names. It wants every level to
// be a multiple of the one before, whatever the picture's size, so the strip is declared as large as level 1. Pitch is
// positive down.
import Marzipano from 'marzipano';

export function open(element, set) {
  const viewer = new Marzipano.Viewer(element, { controls: { mouseViewMode: 'drag' } });
  const source = Marzipano.ImageUrlSource.fromString(`{z}/{f}/{y}_{x}.${set.format}`, { cubeMapPreviewUrl: set.preview.file });
  const strip = { tileSize: set.tile_size_px, size: set.tile_size_px, fallbackOnly: true };
  const levels = set.level_sizes_px.map((size) => ({ tileSize: set.tile_size_px, size }));
  const view = new Marzipano.RectilinearView();
  viewer.createScene({ source, geometry: new Marzipano.CubeGeometry([strip, ...levels]), view }).switchTo();
  return ({ yaw, pitch, vfov }) => view.setParameters({ yaw, pitch: -pitch, fov: vfov });
}
