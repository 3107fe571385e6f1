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
 *   target?: string | null, arrival?: DocumentView | null, medium?: string}} HotspotBase
 * @typedef {HotspotBase & Direction & {kind: 'link', target: string}} LinkHotspot
 * @typedef {HotspotBase & Direction & {kind: 'card', icon?: string}} CardHotspot
 * @typedef {HotspotBase & Direction & {kind: 'url', url: string}} UrlHotspot
 * @typedef {HotspotBase & Direction & {kind: 'directions', url: string}} DirectionsHotspot
 * @typedef {HotspotBase & Direction & {kind: 'phone', phone: string}} PhoneHotspot
 * @typedef {HotspotBase & Direction & {kind: 'product', product: string}} ProductHotspot
 * @typedef {HotspotBase & {kind: 'area', points: Direction[]}} AreaHotspot
 * @typedef {HotspotBase & {kind: 'layer', corners: Direction[], medium: string}} LayerHotspot
 *   corners: clockwise from the medium's upper left one
 * @typedef {HotspotBase & Direction & {kind: 'sound', medium: string, reach_deg: number, volume: number,
 *   repeat: boolean}} SoundHotspot
 * @typedef {LinkHotspot | CardHotspot | UrlHotspot | DirectionsHotspot | PhoneHotspot | ProductHotspot | SoundHotspot |
 *   LayerHotspot | AreaHotspot} Hotspot
 *
 * @typedef {object} Scene
 * @property {string} id
 * @property {Text} title
 * @property {Text | null} [description]
 * @property {TileSet} tiles
 * @property {Preview} preview
 * @property {{portrait: Picture, landscape: Picture}} [poster]
 * @property {Picture} [thumbnail]
 * @property {Picture} [share]
 * @property {DocumentView} initial_view
 * @property {Limits} limits
 * @property {number | null} [north_deg]  compass bearing of yaw 0
 * @property {{lat: number, lon: number} | null} [position]
 * @property {string | null} [floor]
 * @property {{x: number, y: number} | null} [plan_position]  parts of the plan's width and height
 * @property {Record<string, string> | null} [narration]  media by language
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
 * @property {string | null} [poster]  picture of a film
 *
 * @typedef {{tiles: string, attribution: string, min_zoom: number, max_zoom: number}} MapTiles  with {z}, {x} and {y}
 *
 * @typedef {object} TourDocument
 * @property {string} id
 * @property {string} default_language
 * @property {string[]} languages
 * @property {Text} title
 * @property {string} start
 * @property {{id: string, title: Text, plan?: Picture & {alt: Text | null, north_deg: number}}[]} [floors]
 * @property {{scenes: string[], seconds_per_scene: number} | null} [guide]
 * @property {{preset: string, accent: string, theme?: string, logo?: string, controls?: string[] | null,
 *   auto_turn?: boolean}} [skin]
 * @property {Record<string, string>} [page]
 * @property {MapTiles | null} [map]
 * @property {Scene[]} scenes
 * @property {Record<string, Product>} [products]
 * @property {Record<string, Medium>} [media]
 *
 * @typedef {object} Options
 * @property {{tour: TourDocument, scene_count: number} | null} [start]  what the page already knows of the tour
 * @property {string} [language]
 * @property {boolean} [history]  whether scene and view stand in the address bar; default yes
 * @property {(inside: Inside) => ReturnType<typeof import('./features.js').createFeatures>} [features]  what stands in for
 *   the parts that are loaded on demand; the studio's editor shows the picture and its hotspots alone
 *
 * @typedef {'first' | 'full' | 'idle' | 'scene' | 'view' | 'hotspot' | 'error'} EventName
 *   first: something of a scene is on screen · full: the view is as sharp as it gets · idle: nothing is left to do ·
 *   scene: another scene was opened (its id) · view: the view changed (a document's view) ·
 *   hotspot: one was chosen (its id) · error: what failed
 *
 * @typedef {object} Tour
 * @property {() => void} destroy
 * @property {(scene: string, view?: DocumentView | null) => Promise<boolean>} goTo  false where it could not be opened
 * @property {(view: DocumentView) => void} look
 * @property {(point: Point) => Direction | null} directionAt  what is seen at a point of the stage
 * @property {(at: Direction) => Point | null} pointOf  where a direction is seen; null behind the viewer
 * @property {DocumentView | null} view
 * @property {string | null} scene
 * @property {(event: EventName, listener: (detail: unknown) => void) => () => void} on  returns how to stop listening
 *
 * @typedef {object} Inside  what parts that are loaded on demand may use of the viewer; see features.js
 * @property {HTMLElement} stage    the whole
 * @property {HTMLElement} surface  the picture and what lies on it
 * @property {import('./words/vi.js').Words} words
 * @property {string} language
 * @property {ReturnType<typeof import('./source.js').createSource>} source
 * @property {ReturnType<typeof import('./camera.js').createCamera>} camera
 * @property {ReturnType<typeof import('./picture.js').createPicture>} picture
 * @property {ReturnType<typeof import('./hotspots.js').createHotspots>} hotspots
 * @property {ReturnType<typeof import('./sheet.js').createSheet>} sheet
 * @property {ReturnType<typeof import('./chrome.js').createChrome>} chrome
 * @property {AbortSignal} signal   aborted when the viewer is destroyed
 * @property {Set<(now: number) => boolean>} movers  called before each frame; true while something moves
 * @property {Set<() => void>} followers             called after each frame
 * @property {() => Scene | null} scene
 * @property {(id: string, arrival: DocumentView | null | undefined, how?: {walked?: boolean, silent?: boolean, led?: boolean}) => Promise<boolean>} goTo
 * @property {() => Promise<void>} needTour  fetches all scenes; throws where they cannot be had
 * @property {(to: View) => void} glideTo
 * @property {(at: Vector) => void} reveal  turns until a direction is well in view
 * @property {() => void} wake        asks for a frame
 * @property {() => void} measure     labels or heading have another size
 * @property {() => number | null} north  compass bearing of the scene's yaw 0
 * @property {Tour['on']} on
 * @property {(event: EventName, detail?: unknown) => void} emit
 * @property {(next: TourDocument, complete: boolean) => void} adopt  takes up a document; the scene stays as it is drawn
 * @property {(next: Scene, strip: {strip: Pixels, sharp: boolean} | null) => void} show  takes up a scene at its initial view
 * @property {() => void} place  moves what lies on the picture to where it belongs
 * @property {<T>(load: () => Promise<T>) => Promise<T | null>} part  fetches a module, says so where it cannot be had
 *
 * @typedef {{width: number, height: number}} Size  in CSS pixels
 * @typedef {ImageBitmap | HTMLImageElement & {close: () => void}} Pixels  a decoded picture, to be closed after use
 * @typedef {{yaw: number, pitch: number, focal: number}} View
 *   radians (yaw to the right, pitch up) and the focal length in CSS pixels
 * @typedef {[number, number, number]} Vector  x right, y up, z forward
 * @typedef {{x: number, y: number}} Point  CSS pixels from the stage's top left corner
 */

export {};
