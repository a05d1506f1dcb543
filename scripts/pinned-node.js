// Finds the Node that this project is pinned to: the one of the platform package in package.json.
// Plain JavaScript for Node 20 and later. Invariant: only a Node of the pinned major version, not older than it, is taken.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, 'package.json'));
const packages = /^node-(bin-)?(linux|darwin|win)-(x64|arm64)$/;

/** The version that package.json pins, such as `26.10.0`. */
export function pinnedVersion() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.entries(optionalDependencies).find(([name]) => packages.test(name))[1];
}

/** Is this version (without `v`) good enough: same major version as the pinned one, and not older? */
export function isPinned(version, pinned = pinnedVersion()) {
  const [major, minor, patch] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor, wantedPatch] = pinned.split('.').map(Number);
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}

/** The path of a good Node: the running one, else the platform package's; undefined when that is not installed. */
export function pinnedNode() {
  if (isPinned(process.versions.node)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
    try {
      const manifest = require.resolve(`${name}/package.json`);
      const { bin, version } = require(manifest);
      const path = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node);
      if (existsSync(path) && isPinned(version)) return path;
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  const linked = join(root, 'node_modules', '.bin', 'node');
  return existsSync(linked) && process.platform !== 'win32' ? realpathSync(linked) : undefined;
}
