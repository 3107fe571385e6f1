/**
 * The public interface of the viewer for TypeScript; docs/viewer.md explains it. A test holds it to the code.
 */

/** Degrees: yaw to the right, pitch upwards; `hfov_deg` spans the longer side of the stage. */
export interface View {
  yaw_deg: number;
  pitch_deg: number;
  hfov_deg: number;
}

/** Degrees. */
export interface Direction {
  yaw_deg: number;
  pitch_deg: number;
}

/** CSS pixels from the upper left corner of the stage. */
export interface Point {
  x: number;
  y: number;
}

export type EventName = 'first' | 'full' | 'idle' | 'scene' | 'view' | 'hotspot' | 'error';

export interface Options {
  /** In which language the tour's texts are said where they are; that of the page without it. */
  language?: string;
  /** Whether scene and view stand in the address bar; yes without it. */
  history?: boolean;
}

export interface Tour {
  /** Opens a scene, in a view or as it opens; false where it could not be had. */
  goTo(scene: string, view?: View | null): Promise<boolean>;
  /** Looks somewhere, as far as the scene's limits allow. */
  look(view: View): void;
  /** What is seen at a point; null before a scene is open. */
  directionAt(point: Point): Direction | null;
  /** Where a direction is seen; null behind the viewer. */
  pointOf(direction: Direction): Point | null;
  /** What is looked at; null before a scene is open. */
  readonly view: View | null;
  /** The name of the open scene. */
  readonly scene: string | null;
  /** Listens; returns how to stop. */
  on(event: EventName, listener: (detail: unknown) => void): () => void;
  /** Takes the viewer out of its element and frees all it held. */
  destroy(): void;
}

/** Shows the published tour whose `tour.json` is at `url` in an element of the class `stage`. */
export function createTour(element: HTMLElement, url: string, options?: Options): Tour;

/** Reads a deep link (`#scene/yaw/pitch/hfov`); null where it names no scene. */
export function parseLink(hash: string): { scene: string; view: View | null } | null;
