// The page of another viewer, as lean as such a page can be: what to show stands in it. `rival` is the alias under
// which the bundle finds one of tests/viewers/pages. The address's fragment is the number of the view.
import { open } from 'rival';

const { scenes, views } = JSON.parse(document.getElementById('plan').textContent);
const viewer = open(document.getElementById('stage'), scenes[0], views[Number(location.hash.slice(1))]);

window.rival = {
  look: (view) => viewer.look(view),
  change: (number, view) => viewer.change(scenes[number], view),
};
