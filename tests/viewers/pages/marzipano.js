// Marzipano: levels count from 0, and 0 is the preview strip; so {z} is the level of our names. It wants every level to
// be a multiple of the one before, whatever the picture's size, so the strip is declared as large as level 1. Pitch is
// positive down.
import Marzipano from 'marzipano';

const parameters = ({ yaw, pitch, vfov }) => ({ yaw, pitch: -pitch, fov: vfov });

export function open(element, set, view) {
  const viewer = new Marzipano.Viewer(element, { controls: { mouseViewMode: 'drag' } });
  let shown;
  const change = (next, at) => {
    const { base = '', format, preview, tile_size_px: size_px } = next;
    const pattern = `${base}{z}/{f}/{y}_{x}.${format}`;
    const source = Marzipano.ImageUrlSource.fromString(pattern, { cubeMapPreviewUrl: base + preview.file });
    const strip = { tileSize: size_px, size: size_px, fallbackOnly: true };
    const levels = next.level_sizes_px.map((size) => ({ tileSize: size_px, size }));
    shown = new Marzipano.RectilinearView(parameters(at));
    const scene = viewer.createScene({ source, geometry: new Marzipano.CubeGeometry([strip, ...levels]), view: shown });
    scene.switchTo({ transitionDuration: 0 });
  };
  change(set, view);
  return { change, look: (at) => shown.setParameters(parameters(at)) };
}
