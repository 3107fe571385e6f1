/**
 * The viewer of published tours. Table of contents:
 *
 *   page.js        starts it on a published page
 *   embed.js       the same in a frame of another site
 *   opening.js     its picture, before the rest of it is built
 *   tour.js        scenes, transitions, deep links, the frame loop
 *   loop.js        frames, only while something changes; life.js what happens to the page around
 *   camera.js      where the visitor looks, within the limits
 *   picture.js     from the poster to the sharpest tiles, whatever happens to the graphics
 *   panorama.js    a scene on a WebGL canvas: tiles, preview, poster
 *   cube.js        the same on a CSS cube, where there is no WebGL
 *   tiles.js       which tiles a view needs, and when they go; grid.js where they lie
 *   gl.js          squares around the viewer, drawn
 *   projection.js  directions, views, the screen, limits
 *   controls.js    mouse, touch, wheel, keyboard
 *   hotspots.js    links and buttons over the picture; spot.js one of them, crowds.js those that would cover each other,
 *                  labels.js room for labels, ground.js discs lying on the ground
 *   sheet.js       the dialog; card.js what stands in it
 *   chrome.js      title, controls, scenes, compass, sentences; actions.js what can be chosen
 *   features.js    what is loaded on demand; device.js whether the device has it
 *   gyroscope.js   the picture turns with the telephone; motion.js its sensors, orientation.js the mathematics of it
 *   vr.js          for two eyes: headset.js by WebXR (types in webxr.js), cardboard.js on a parted screen;
 *                  world.js hotspots, cards and scene changes where there is no page, signs.js how they are drawn
 *   map.js         the map and plans; its parts in map/
 *   scenes.js      the list of scenes with its search (fold.js); strip.js their pictures; scene_link.js one of them
 *   guide.js       the guided walk: walk.js where it leads and what is told, guide_panel.js what it shows
 *   listen.js      the button for the narration of one scene
 *   turn.js        the slow turn
 *   save.js        keeping a tour for a time without a network
 *   screen.js      full screen; share.js handing a view on
 *   refusal.js     why tiles cannot be had
 *   source.js      the tour document and previews, fetched; reading.js takes of a document what can be used
 *   address.js     the address bar; links.js what stands in it
 *   events.js      what is told to those who embed it
 *   words/         every word, a file a language; text.js texts of the document
 *   late.js        what waits until the picture is complete
 *   offline.js     tours without a network, with words of its own; caches.js what it shares with static/worker
 *   dom.js sprite.js types.js; viewer.d.ts says the same to TypeScript
 *
 * It imports nothing outside this folder and needs only viewer.css, the tokens of the page (or their fallbacks) and
 * the icon sprite.
 */

export { parseLink } from './links.js';
export { createTour } from './tour.js';
