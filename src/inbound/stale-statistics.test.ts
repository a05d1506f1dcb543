// An institution that PostgreSQL's statistics do not know yet: its imports must not be planned as if it had one contact.
// Invariant: with a plan that looks through all staged rows for each contact this takes many minutes, and the test runs out of time.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addInstitution, type ImportKit, importFile, openImportKit } from '../../test/kit/imports.ts';

let shared: ImportKit & AsyncDisposable;
before(async () => {
  shared = await openImportKit();
});
after(() => shared[Symbol.asyncDispose]());

const contacts = 60_000;

/** A roster; every other row has another first name when `changed`. */
function roster(changed: boolean): string {
  const lines = ['CRM,First,Last,Phone'];
  for (let n = 0; n < contacts; n++)
    lines.push(`C${n},${changed && n % 2 === 0 ? 'Ana' : 'Ann'},Lee,212${2_000_000 + n}`);
  return `${lines.join('\r\n')}\r\n`;
}

test('a file that changes half of the contacts of a new institution is imported in time although statistics are old', {
  timeout: 90_000,
}, async () => {
  const { db } = shared.deps;
  await importFile(shared, roster(false));
  // From now on an institution that is not this one has no contact, for all that PostgreSQL knows.
  await db.execute('analyze contacts');
  const fresh = await addInstitution(shared, 'new-college');
  assert.equal((await importFile(fresh, roster(false))).counts.created, contacts);
  const { counts } = await importFile(fresh, roster(true));
  assert.deepEqual(counts, { rows: contacts, created: 0, updated: contacts / 2, unchanged: contacts / 2, skipped: 0 });
});
