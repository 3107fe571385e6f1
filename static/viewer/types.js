/**
 * The published tour (tour.json, version 1) as the viewer reads it, and the few types that modules share.
 * Types only: nothing of this file reaches the bundle. `tours/README.md` describes the document for people.
 *
 * @typedef {Record<string, string>} Text  by language
 * @typedef {{yaw_deg: number, pitch_deg: number}} Direction
 * @typedef {{yaw_deg: number, pitch_deg: number, hfov_deg: number}} DocumentView  hfov over the longer side
 * @typedef {{yaw_min_deg: number, yaw_max_deg: number, pitch_min_deg: number, pitch_max_deg: number,
 *   hfov_min_deg: number, hfov_max_deg: number}} Limits
 * @typedef {{url: string, width_px: number, height_px: number}} Picture
 * @typedef {{base: string, tile_size_px: number, level_sizes_px: number[], format: string}} TileSet
 * @typedef {{url: string, size_px: number, order: string, inline?: string}} Preview
 *
 * @typedef {{id: string, title?: Text | null, text?: Text | null, media?: string[] | null,
 *   target?: string | null, arrival?: DocumentView | null}} HotspotBase
 * @typedef {HotspotBase & Direction & {kind: 'link', target: string}} LinkHotspot
 * @typedef {HotspotBase & Direction & {kind: 'card'}} CardHotspot
 * @typedef {HotspotBase & Direction & {kind: 'url', url: string}} UrlHotspot
 * @typedef {HotspotBase & Direction & {kind: 'phone', phone: string}} PhoneHotspot
 * @typedef {HotspotBase & Direction & {kind: 'product', product: string}} ProductHotspot
 * @typedef {HotspotBase & {kind: 'area', points: Direction[]}} AreaHotspot
 * @typedef {LinkHotspot | CardHotspot | UrlHotspot | PhoneHotspot | ProductHotspot | AreaHotspot} Hotspot
 *
 * @typedef {object} Scene
 * @property {string} id
 * @property {Text} title
 * @property {Text | null} [description]
 * @property {TileSet} tiles
 * @property {Preview} preview
 * @property {{portrait: Picture, landscape: Picture}} [poster]
 * @property {Picture} [thumbnail]
 * @property {DocumentView} initial_view
 * @property {Limits} limits
 * @property {number | null} [north_deg]  compass bearing of yaw 0
 * @property {Hotspot[]} hotspots
 *
 * @typedef {{kind: 'shop' | 'trace' | 'map' | 'website', url: string, title?: Text | null}} ProductLink
 * @typedef {object} Product
 * @property {Text} name
 * @property {Text} summary
 * @property {number} stars
 * @property {string} decision
 * @property {Text} issuer
 * @property {string} issued_on  ISO date
 * @property {string} expires_on  ISO date, the last day of the recognition
 * @property {{name: Text, address?: Text | null, phone?: string | null}} maker
 * @property {ProductLink[]} links
 * @property {string[]} media
 * @property {boolean} sample
 *
 * @typedef {object} Medium
 * @property {'image' | 'audio' | 'video'} kind
 * @property {string} url
 * @property {number} [width_px]
 * @property {number} [height_px]
 * @property {Text | null} [alt]
 * @property {string | null} [credit]
 * @property {Text | null} [transcript]
 * @property {Record<string, string> | null} [captions]
 *
 * @typedef {object} TourDocument
 * @property {string} id
 * @property {string} default_language
 * @property {string[]} languages
 * @property {Text} title
 * @property {string} start
 * @property {Record<string, string>} [page]
 * @property {Scene[]} scenes
 * @property {Record<string, Product>} [products]
 * @property {Record<string, Medium>} [media]
 *
 * @typedef {object} Options
 * @property {{tour: TourDocument, scene_count: number} | null} [start]  what the page already knows of the tour
 * @property {string} [language]
 * @property {boolean} [history]  whether scene and view stand in the address bar; default yes
 *
 * @typedef {'first' | 'full' | 'idle' | 'scene' | 'view' | 'error'} EventName
 *   first: something of a scene is on screen · full: the view is as sharp as it gets · idle: nothing is left to do ·
 *   scene: another scene was opened (its id) · view: the view changed (a document's view) · error: what failed
 *
 * @typedef {object} Tour
 * @property {() => void} destroy
 * @property {(scene: string, view?: DocumentView | null) => Promise<boolean>} goTo  false where it could not be opened
 * @property {(view: DocumentView) => void} look
 * @property {DocumentView | null} view
 * @property {string | null} scene
 * @property {(event: EventName, listener: (detail: unknown) => void) => () => void} on  returns how to stop listening
 *
 * @typedef {{width: number, height: number}} Size  in CSS pixels
 * @typedef {{yaw: number, pitch: number, focal: number}} View
 *   radians (yaw to the right, pitch up) and the focal length in CSS pixels
 * @typedef {[number, number, number]} Vector  x right, y up, z forward
 * @typedef {{x: number, y: number}} Point  CSS pixels from the stage's top left corner
 */

export {};
