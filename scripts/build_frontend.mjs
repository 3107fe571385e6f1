/**
 * Builds the front end: sources in static/ → static/dist/, which the pages link and the wheel ships.
 *
 *     node scripts/build_frontend.mjs
 *
 * viewer.LANGUAGE.js   static/viewer/page.js and all it imports, with the words of static/viewer/words/LANGUAGE.js: one
 *                minified ES module; at most 25 kB in brotli
 * NAME.js        what the viewer imports only when it is asked for (`import('./NAME.js')`), each a bundle of its own:
 *                what such a module shares with the viewer it has twice, which for pure functions costs little and
 *                spares the first scene a second request. Its style sheet, where it has one, is NAME.css
 * viewer.css     static/viewer/viewer.css, for those who build on the viewer
 * site.css       static/site/*.css, in the order of their names, tokens.css first
 * tour.css       both, for the page of a tour, without fonts.css: fonts come after the picture
 * fonts.css      static/site/fonts.css
 * catalogue.js   static/site/catalogue.js
 * sw.js          static/worker/worker.js, the service worker; ispace/offline.py puts its settings before it
 * studio/        what the studio's pages link and no public store has: studio.css (tokens, base, fonts and static/studio/css/),
 *                page.js (every page), upload.js (the page that uploads, with Uppy), upload_one.js (the same for one file,
 *                loaded when it is chosen), texts.js (a tour's texts as a table), editor.LANGUAGE.js (the editor, with the
 *                viewer in it), icons.svg, door.webp
 * fonts/*.woff2  the subsets that the style sheets name as url(fonts/NAME.woff2)
 * stock/         fonts that iSpace cuts to the letters of a page and never publishes whole; index.json says what is in which
 * favicon.svg    static/site/favicon.svg
 * icons.svg      a sprite of the icons below, symbols named i-<name>
 * manifest.json  every file with its sizes in bytes
 *
 * Sources that do not exist yet are left out, so that parts of the front end can be built alone.
 */

import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DIST = join(ROOT, 'static/dist');

/** Brotli size of the script of the first scene that a tourist's line can bear; the build fails above it. */
const BUDGET_BYTES = 25_000;

/** lucide names; the viewer and the pages use them as <use href="#i-NAME">. */
const ICONS = [
  'accessibility', 'arrow-down', 'arrow-left', 'arrow-right', 'arrow-up', 'arrow-up-right', 'audio-lines',
  'badge-check', 'calendar', 'check', 'chevron-down', 'chevron-left', 'chevron-right', 'circle-help', 'clock', 'code',
  'compass', 'download', 'external-link', 'eye', 'film', 'footprints', 'globe', 'history', 'hourglass', 'house',
  'image', 'images', 'info', 'keyboard', 'landmark', 'languages', 'layers', 'link', 'list', 'map', 'map-pin',
  'maximize', 'menu', 'minimize', 'minus', 'mountain', 'move', 'navigation', 'pause', 'phone', 'play', 'plus',
  'printer', 'qr-code', 'rectangle-goggles', 'refresh-cw', 'rotate-3d', 'rotate-ccw', 'search', 'share-2',
  'shopping-basket', 'smartphone', 'spool', 'star', 'store', 'tree-palm', 'triangle-alert', 'utensils', 'volume-2',
  'volume-x', 'waves', 'x', 'zoom-in',
];

/** lucide names of the studio, which links them as <use href="…/icons.svg#i-NAME">: a file of its own that browsers keep. */
const STUDIO_ICONS = [
  'activity',
  'align-center-horizontal',
  'align-center-vertical',
  'align-horizontal-distribute-center',
  'archive',
  'arrow-down',
  'arrow-left',
  'arrow-right',
  'arrow-up',
  'audio-lines',
  'ban',
  'camera',
  'check',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'circle-alert',
  'circle-check',
  'circle-dot',
  'circle-help',
  'clipboard-paste',
  'clock',
  'cloud-check',
  'cloud-upload',
  'compass',
  'copy',
  'corner-down-left',
  'crosshair',
  'database',
  'disc-2',
  'download',
  'ellipsis',
  'external-link',
  'eye',
  'eye-off',
  'file-warning',
  'file-x',
  'film',
  'flag',
  'folder-up',
  'footprints',
  'hard-drive',
  'heart-pulse',
  'history',
  'hourglass',
  'image',
  'images',
  'info',
  'key-round',
  'languages',
  'laptop',
  'layers',
  'layout-grid',
  'library',
  'link',
  'list',
  'list-checks',
  'loader',
  'locate',
  'lock',
  'log-in',
  'log-out',
  'mail',
  'map',
  'map-pin',
  'maximize',
  'menu',
  'minus',
  'mouse-pointer-2',
  'move',
  'navigation',
  'palette',
  'pause',
  'pencil',
  'pentagon',
  'phone',
  'play',
  'plus',
  'printer',
  'redo-2',
  'rotate-3d',
  'rotate-ccw',
  'ruler',
  'scroll-text',
  'search',
  'send',
  'settings',
  'shield-check',
  'shopping-basket',
  'smartphone',
  'split',
  'trash-2',
  'triangle-alert',
  'undo-2',
  'upload',
  'user',
  'user-plus',
  'users',
  'waypoints',
  'wifi-off',
  'x',
];

/** What only a stroke of lucide says about all of its icons; repeated on each symbol so that the sprite stands alone. */
const STROKE =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

const TEXT_FONT = '@fontsource/be-vietnam-pro/files/be-vietnam-pro';
const TITLE_FONT = '@fontsource-variable/lora/files/lora';
const SUBSETS = ['latin', 'latin-ext', 'vietnamese'];

/**
 * The viewer runs in browsers of late 2021. Older ones show the page without it, so its styles go back further: to the
 * first that know custom properties, modules or not.
 */
const TARGETS = {
  '.js': ['chrome94', 'firefox92', 'safari15'],
  '.css': ['chrome58', 'firefox55', 'safari10'],
};

/** By name in the stock: where the package's files are, and which of its subsets are taken; all numbered ones always are. */
const STOCK = {
  'noto-sans-khmer': ['khmer'],
  'noto-sans-sc': ['latin'],
};

/**
 * Chromium remembers a module that could not be had, and never asks for it again under the same address. Each time one
 * has failed, a question mark more makes it another address, which every host answers with the same file.
 */
const REPEATABLE = 'const gone={},load=e=>import(e+(gone[e]??="")).catch(t=>{throw gone[e]+="?",t});';

const exists = (/** @type {string} */ path) => access(path).then(() => true, () => false);

/**
 * Bundles one entry file and returns its text; `undefined` where the source does not exist. The names of modules that it
 * imports on demand are put into `asked`; they stay outside.
 */
async function bundled(/** @type {string} */ source, language = '', /** @type {Set<string>} */ asked = new Set()) {
  const entry = join(ROOT, source);
  if (!(await exists(entry))) return undefined;
  /** @type {import('esbuild').Plugin} */
  const house = {
    name: 'house',
    setup(on) {
      on.onResolve({ filter: /^#words$/ }, () => {
        // A module on demand serves all languages; who imports it hands the words over.
        if (!language) return { errors: [{ text: `${source} is loaded on demand and may not import #words.` }] };
        return { path: join(ROOT, `static/viewer/words/${language}.js`) };
      });
      on.onResolve({ filter: /^\.\/[a-z_-]+\.js$/ }, ({ kind, path }) => {
        if (kind !== 'dynamic-import') return undefined;
        asked.add(path.slice(2));
        return { path, external: true };
      });
    },
  };
  const result = await build({
    plugins: [house],
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: TARGETS[/** @type {'.js' | '.css'} */ (extname(source))],
    external: ['*.woff2'],
    legalComments: 'none',
    charset: 'utf8',
    absWorkingDir: ROOT,
    logLevel: 'warning',
  });
  const text = result.outputFiles[0]?.text ?? '';
  return asked.size ? REPEATABLE + text.replaceAll(/\bimport\((?="\.\/)/g, 'load(') : text;
}

/** Returns the style sheet of all pages: tokens first, because the rest refers to them. */
async function siteStyles(/** @type {string[]} */ without = []) {
  const folder = join(ROOT, 'static/site');
  if (!(await exists(folder))) return undefined;
  const names = (await readdir(folder)).filter((name) => name.endsWith('.css') && !without.includes(name)).sort();
  const ordered = [...names.filter((n) => n === 'tokens.css'), ...names.filter((n) => n !== 'tokens.css')];
  if (ordered.length === 0) return undefined;
  const parts = await Promise.all(ordered.map((name) => bundled(`static/site/${name}`)));
  return parts.join('');
}

/** Returns a sprite of lucide icons, symbols named i-<name>. */
async function sprite(/** @type {string[]} */ names) {
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(ROOT, `node_modules/lucide-static/icons/${name}.svg`), 'utf8');
      const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
      return `<symbol id="i-${name}" ${STROKE}>${body.replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>')}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}

/** Returns the studio's style sheet: the house's, without what only published pages have, then its own by name. */
async function studioStyles() {
  const house = ['tokens', 'base', 'fonts', 'fallbacks'].map((name) => `static/site/${name}.css`);
  const own = (await readdir(join(ROOT, 'static/studio/css'))).sort().map((name) => `static/studio/css/${name}`);
  return (await Promise.all([...house, ...own].map((source) => bundled(source)))).join('');
}

async function fonts() {
  /** @type {Record<string, Buffer>} */
  const files = {};
  for (const subset of SUBSETS) {
    for (const weight of ['400', '600']) {
      const name = `be-vietnam-pro-${subset}-${weight}.woff2`;
      files[name] = await readFile(join(ROOT, `node_modules/${TEXT_FONT}-${subset}-${weight}-normal.woff2`));
    }
    files[`lora-${subset}.woff2`] = await readFile(join(ROOT, `node_modules/${TITLE_FONT}-${subset}-wght-normal.woff2`));
  }
  return files;
}

/** Returns the fonts for cutting, and `stock/index.json`: by typeface, each file with its letters and its digest. */
async function stock() {
  /** @type {Record<string, Buffer>} */
  const files = {};
  /** @type {Record<string, {file: string, ranges: string, sha256: string}[]>} */
  const index = {};
  for (const [name, named] of Object.entries(STOCK)) {
    const folder = join(ROOT, 'node_modules/@fontsource-variable', name);
    /** @type {Record<string, string>} */
    const ranges = JSON.parse(await readFile(join(folder, 'unicode.json'), 'utf8'));
    const subsets = Object.keys(ranges).filter((subset) => subset.startsWith('[') || named.includes(subset));
    index[name] = [];
    for (const subset of subsets) {
      const file = `${name}-${subset.replace(/[[\]]/g, '')}`;
      const data = await readFile(join(folder, `files/${file}-wght-normal.woff2`));
      files[`${file}.woff2`] = data;
      const sha256 = createHash('sha256').update(data).digest('hex');
      index[name].push({ file: `${file}.woff2`, ranges: ranges[subset] ?? '', sha256 });
    }
  }
  files['index.json'] = Buffer.from(JSON.stringify(index, null, 1) + '\n');
  return files;
}

const brotliBytes = (/** @type {Buffer} */ data) =>
  brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

async function main() {
  /** @type {Record<string, Buffer>} */
  const files = {};
  const put = (/** @type {string} */ name, /** @type {string | Buffer | undefined} */ data) => {
    if (data !== undefined) files[name] = Buffer.from(data);
  };
  /** @type {Set<string>} */
  const asked = new Set();
  const languages = (await readdir(join(ROOT, 'static/viewer/words'))).map((name) => name.replace('.js', ''));
  for (const language of languages) {
    put(`viewer.${language}.js`, await bundled('static/viewer/page.js', language, asked));
  }
  // A set that grows while it is walked: modules on demand may ask for others.
  for (const name of asked) {
    put(name, await bundled(`static/viewer/${name}`, '', asked));
    const style = name.replace('.js', '.css');
    put(style, await bundled(`static/viewer/${style}`));
  }
  put('viewer.css', await bundled('static/viewer/viewer.css'));
  put('site.css', await siteStyles());
  // A tour's page has both; one request is quicker than two.
  put('tour.css', [await siteStyles(['fonts.css']), files['viewer.css']].filter(Boolean).join(''));
  put('fonts.css', await bundled('static/site/fonts.css'));
  put('catalogue.js', await bundled('static/site/catalogue.js'));
  put('sw.js', await bundled('static/worker/worker.js'));
  put('icons.svg', await sprite(ICONS));
  put('favicon.svg', await readFile(join(ROOT, 'static/site/favicon.svg')));
  put('studio/studio.css', await studioStyles());
  put('studio/page.js', await bundled('static/studio/page.js'));
  put('studio/upload.js', await bundled('static/studio/upload/page.js'));
  put('studio/upload_one.js', await bundled('static/studio/upload/one.js'));
  put('studio/texts.js', await bundled('static/studio/texts.js'));
  // It holds the viewer, whose words are those of one language.
  for (const language of languages) put(`studio/editor.${language}.js`, await bundled('static/studio/editor/page.js', language));
  put('studio/icons.svg', await sprite(STUDIO_ICONS));
  put('studio/door.webp', await readFile(join(ROOT, 'static/studio/door.webp')));
  for (const [name, data] of Object.entries(await fonts())) put(`fonts/${name}`, data);
  for (const [name, data] of Object.entries(await stock())) put(`stock/${name}`, data);

  for (const [style, data] of Object.entries(files)) {
    if (!style.endsWith('.css')) continue;
    for (const [, font] of data.toString().matchAll(/url\(["']?(fonts\/[^)"']+)["']?\)/g)) {
      if (font !== undefined && !(font in files)) throw new Error(`${style} names ${font}, which is not built.`);
    }
  }
  /** @type {Record<string, {bytes: number, brotli_bytes: number, sha256: string}>} */
  const manifest = {};
  for (const [name, data] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const packed = name.endsWith('.woff2') ? data.length : brotliBytes(data);
    manifest[name] = { bytes: data.length, brotli_bytes: packed, sha256: createHash('sha256').update(data).digest('hex') };
  }
  for (const [name, { brotli_bytes: size }] of Object.entries(manifest)) {
    if (/^viewer\..*\.js$/.test(name) && size > BUDGET_BYTES) {
      throw new Error(`${name} has ${size} bytes in brotli; its budget is ${BUDGET_BYTES}.`);
    }
  }
  put('manifest.json', JSON.stringify(manifest, null, 1) + '\n');

  const building = await mkdtemp(join(ROOT, 'static/.building-'));
  for (const [name, data] of Object.entries(files)) {
    const path = join(DIST, name);
    await mkdir(dirname(path), { recursive: true });
    // Whoever serves the folder meanwhile sees the old file or the new one, never half of it; two builds may meet.
    const made = join(building, name.replaceAll('/', '-'));
    await writeFile(made, data);
    await rename(made, path);
  }
  await rm(building, { recursive: true });
  await sweep(DIST, new Set(Object.keys(files).map((name) => join(DIST, name))));
  for (const [name, { bytes, brotli_bytes }] of Object.entries(manifest)) {
    if (!name.endsWith('.woff2') && !name.startsWith('stock/')) console.log(`${name.padEnd(14)} ${bytes} bytes, ${brotli_bytes} in brotli`);
  }
}

/** Removes what an earlier build left in `folder` and this one did not make. */
async function sweep(/** @type {string} */ folder, /** @type {Set<string>} */ kept) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await sweep(path, kept);
    else if (!kept.has(path)) await rm(path, { force: true });
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
