/**
 * Serves a folder as a good host would: HTTPS and HTTP/2, brotli for text, pictures kept for a year. It counts what it
 * sends, because a browser does not tell of requests that it gave up.
 *
 *     node host.mjs FOLDER KEY.pem CERTIFICATE.pem
 *
 * Prints its address. `GET /_sent` answers with what was sent since the last time, `[{path, bytes}]`.
 */

import { readFile, readdir } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { extname, join, normalize } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { readFileSync } from 'node:fs';

const [folder = '.', key = '', certificate = ''] = process.argv.slice(2);
const YEAR = 'public, max-age=31536000, immutable';
const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.svg': 'image/svg+xml', '.jpg': 'image/jpeg', '.webp': 'image/webp',
  '.woff2': 'font/woff2', '.mp3': 'audio/mpeg', '.mp4': 'video/mp4', '.vtt': 'text/vtt', '.webmanifest': 'application/json',
});
const TEXT = new Set(['.html', '.js', '.css', '.json', '.svg', '.vtt', '.webmanifest']);

/** Packed as a build would pack it, before anybody asks. @type {Map<string, Buffer>} */
const packed = new Map();

/** @type {{path: string, bytes: number}[]} */
let sent = [];

for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && TEXT.has(extname(path))) packed.set(path, brotliCompressSync(await readFile(path)));
}

const server = createSecureServer(
  { key: readFileSync(key), cert: readFileSync(certificate), allowHTTP1: true },
  async (request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    if (path === '/_sent') {
      response.end(JSON.stringify(sent));
      sent = [];
      return;
    }
    const file = join(folder, normalize(path), path.endsWith('/') ? 'index.html' : '');
    const kind = extname(file);
    /** @type {Record<string, string>} */
    const headers = { 'content-type': TYPES[kind] ?? 'application/octet-stream', 'access-control-allow-origin': '*' };
    headers['cache-control'] = kind === '.html' || path.endsWith('/tour.json') ? 'no-cache' : YEAR;
    try {
      const small = packed.get(file);
      const body = small ?? (await readFile(file));
      if (small) headers['content-encoding'] = 'br';
      headers['content-length'] = String(body.length);
      sent.push({ path, bytes: body.length });
      response.writeHead(200, headers);
      response.end(body);
    } catch {
      sent.push({ path, bytes: 0 });
      response.writeHead(404);
      response.end();
    }
  },
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
});
// Whoever started it holds its input: when that ends, however it ends, nobody asks any more.
process.stdin.resume().on('end', () => process.exit());
