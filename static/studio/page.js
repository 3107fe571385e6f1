/** What every page of the studio is enhanced with. Each page works without: plain links, forms and disclosures. */

import { followBackground } from './background.js';
import { watchDialogs } from './dialogs.js';
import { readyFields, watchFields } from './fields.js';
import { readyForms, watchForms } from './forms.js';
import { announce, startLive } from './live.js';
import { watchMenus } from './menus.js';
import { watchQuietly } from './quiet.js';
import { keepTimes, showTimes } from './times.js';

/** Enhances what stands in `root`: at first the page, later each part that was exchanged. */
function ready(/** @type {ParentNode} */ root) {
  readyFields(root);
  readyForms(root);
  showTimes(root);
}

watchDialogs();
watchFields();
// First, so that what is sent quietly is not taken for a page that is being left.
if (document.querySelector('[data-upload]')) watchQuietly(ready, announce);
watchForms();
watchMenus();
ready(document);
keepTimes();
startLive(ready);
followBackground(ready);
