// What this program makes of a row, as one short text: it changes whenever the code that reads, maps and validates does.
// Invariant: two programs with one version make the same of every row.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The folders whose code decides; all of it, because what one forgets to name would keep old outcomes alive. */
const folders = ['../csv', '../domain', '.'];

let version: string | undefined;

/** A hash of the sources and of the version of the phones' metadata, taken once. */
export function readingVersion(): string {
  version ??= computed();
  return version;
}

function computed(): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const path = join(import.meta.dirname, folder);
    const names = readdirSync(path).filter((name) => /\.[jt]s$/.test(name) && !/\.test\.[jt]s$/.test(name));
    for (const name of names.toSorted()) hash.update(`${folder}/${name}\0`).update(readFileSync(join(path, name)));
  }
  const { version: phones } = createRequire(import.meta.url)('libphonenumber-js/package.json') as { version: string };
  return hash.update(phones).digest('base64url').slice(0, 22);
}
