/** Which files the tour has already, asked before their bytes are sent: POST /uploads/known, see docs/uploads.md. */

/**
 * Returns by fingerprint under which name the tour has a file. Where the server cannot be asked it has none: it tells them
 * apart when it has received them.
 *
 * @param {string} address @param {string} tour @param {string[]} fingerprints at most 1,000
 * @returns {Promise<Map<string, string>>}
 */
export async function askKnown(address, tour, fingerprints) {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      // A fingerprint begins with the file's length in bytes.
      body: JSON.stringify({ tour, files: fingerprints.map((one) => ({ fingerprint: one, size_bytes: parseInt(one, 10) })) }),
    });
    /** @type {{ files: { state: 'new' | 'same-size' | 'known', name: string }[] }} in the order of the question */
    const { files } = answer.ok ? await answer.json() : { files: [] };
    const named = files.map(({ state, name }, place) => /** @type {const} */ ([state === 'known' ? fingerprints[place] ?? '' : '', name]));
    return new Map(named.filter(([fingerprint]) => fingerprint));
  } catch {
    return new Map();
  }
}
