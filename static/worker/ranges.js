/** Parts of what is kept whole: sound and film are asked for in parts, and Safari plays nothing else. */

/**
 * The bytes that a `Range` header asks for, the end excluded; null where it means the whole (RFC 9110, 14.2: what
 * cannot be understood, or asks for several parts), an empty range where there is no such part.
 * @param {string} header @param {number} size @returns {[number, number] | null}
 */
export function rangeOf(header, size) {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!found || (!found[1] && !found[2])) return null;
  if (!found[1]) return [Math.max(0, size - Number(found[2])), size];
  const first = Number(found[1]);
  const last = found[2] ? Number(found[2]) : size - 1;
  if (last < first && found[2]) return null;
  return first >= size ? [size, size] : [first, Math.min(last + 1, size)];
}

/**
 * The answer to a request for a part of a whole answer.
 * @param {Response} whole @param {string} header
 */
export async function partOf(whole, header) {
  const body = await whole.blob();
  const range = rangeOf(header, body.size);
  const headers = new Headers(whole.headers);
  headers.delete('Content-Encoding'); // the body is what was decoded
  headers.set('Accept-Ranges', 'bytes');
  if (!range) return new Response(body, { headers });
  const [start, end] = range;
  if (start >= end) {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${body.size}` } });
  }
  headers.set('Content-Range', `bytes ${start}-${end - 1}/${body.size}`);
  headers.set('Content-Length', String(end - start));
  return new Response(body.slice(start, end), { status: 206, statusText: 'Partial Content', headers });
}
