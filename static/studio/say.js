/** Says something to those who do not see it: a region that stands there from the beginning is heard when it changes. */
export function say(/** @type {string} */ text) {
  const place = document.getElementById('noi');
  if (!place) return;
  // The same words once more are a change only after others.
  place.textContent = '';
  setTimeout(() => (place.textContent = text), 50);
}
