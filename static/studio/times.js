/** Times as people say them, "3 phút trước", as long as that says more than the date; the date stays in the title. */

/** @type {[number, Intl.RelativeTimeFormatUnit][]} From which age in seconds on a unit is used. */
const UNITS = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute']];
const LONGEST_S = 7 * 86_400;
const JUST_NOW_S = 45;
const RENEWED_MS = 30_000;

/**
 * Returns a point in time as people say it, '' where its date says more.
 *
 * @param {number} atMs @param {number} nowMs @param {string} lang
 */
export function relative(atMs, nowMs, lang) {
  const ageS = (nowMs - atMs) / 1000;
  if (Math.abs(ageS) > LONGEST_S) return '';
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  if (Math.abs(ageS) < JUST_NOW_S) return lang.startsWith('vi') ? 'vừa xong' : words.format(0, 'second');
  const [unitS, unit] = UNITS.find(([least]) => Math.abs(ageS) >= least) ?? [60, /** @type {const} */ ('minute')];
  const text = words.format(-Math.max(1, Math.round(Math.abs(ageS) / unitS)) * Math.sign(ageS), unit);
  // Times stand within sentences; some browsers begin "Hôm qua" like one.
  return text.charAt(0).toLocaleLowerCase(lang) + text.slice(1);
}

/** Writes the times in `root`. */
export function showTimes(/** @type {ParentNode} */ root, nowMs = Date.now()) {
  for (const time of root.querySelectorAll('time[data-relative]')) {
    if (!(time instanceof HTMLTimeElement)) continue;
    if (!time.title) time.title = time.textContent ?? '';
    const text = relative(Date.parse(time.dateTime), nowMs, document.documentElement.lang) || time.title;
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Keeps the times of the page true while it stays open. */
export function keepTimes() {
  setInterval(() => {
    if (!document.hidden) showTimes(document);
  }, RENEWED_MS);
}
