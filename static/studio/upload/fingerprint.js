/**
 * How a file is recognised before it is sent: its length, and the SHA-256 of its first and last mebibyte (docs/uploads.md).
 * A whole file WebCrypto would take only at once, in memory; two mebibytes of a film of 4 GB are read in some milliseconds.
 */

const END_BYTES = 1 << 20;

/** Returns `LENGTH-DIGEST`; '' where the file cannot be read, or the page is not served safely and has no WebCrypto. */
export async function fingerprint(/** @type {File} */ file) {
  const ends = file.size <= 2 * END_BYTES ? file : new Blob([file.slice(0, END_BYTES), file.slice(file.size - END_BYTES)]);
  try {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await ends.arrayBuffer()));
    return `${file.size}-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  } catch {
    return '';
  }
}
