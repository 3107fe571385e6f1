// Checked by `npm run types`: what viewer.d.ts promises is what the code has, in both directions where it matters.
import * as code from '../../static/viewer/index.js';
import type * as said from '../../static/viewer/viewer';

export const createTour: typeof said.createTour = code.createTour;
export const parseLink: typeof said.parseLink = code.parseLink;
export const names: said.EventName = null as unknown as Parameters<ReturnType<typeof code.createTour>['on']>[0];
