/**
 * A scene as something to choose, with its picture and name; the list of scenes and the strip are made of these.
 *
 * @import {Inside, Scene} from './types.js'
 */

import { el, follow } from './dom.js';
import { formatLink } from './links.js';

/** @param {Scene} scene @param {Inside} inside */
export function sceneLink(scene, inside) {
  const { source, sheet } = inside;
  const { value, lang } = source.say(scene.title);
  const picture = scene.thumbnail && el('img', {
    src: source.url(scene.thumbnail.url), alt: '', loading: 'lazy', decoding: 'async', draggable: 'false',
    width: scene.thumbnail.width_px, height: scene.thumbnail.height_px,
  });
  const link = el('a', {
    href: formatLink(scene.id), 'data-scene': scene.id, 'aria-current': scene === inside.scene() && 'true',
  }, picture, el('span', { lang }, value));
  follow(link, () => {
    sheet.close();
    void inside.goTo(scene.id, null);
  });
  return link;
}
