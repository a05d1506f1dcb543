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

/** A roster; so many of its rows have another first name. */
function roster(changed: number): string {
  const lines = ['CRM,First,Last,Phone'];
  for (let n = 0; n < contacts; n++) lines.push(`C${n},${n < changed ? 'Ana' : 'Ann'},Lee,212${2_000_000 + n}`);
  return `${lines.join('\r\n')}\r\n`;
}

/** Few enough to be found one by one, and too many for that. */
for (const changed of [40_000, 60_000])
  test(`${changed} of ${contacts} contacts of a new institution are changed in time although statistics are old`, {
    timeout: 90_000,
  }, async () => {
    const { db } = shared.deps;
    const known = await addInstitution(shared, `known-${changed}`);
    await importFile(known, roster(0));
    // From now on an institution that is not this one has no contact, for all that PostgreSQL knows.
    await db.execute('analyze contacts');
    const fresh = await addInstitution(shared, `new-${changed}`);
    assert.equal((await importFile(fresh, roster(0))).counts.created, contacts);
    const { counts } = await importFile(fresh, roster(changed));
    const unchanged = contacts - changed;
    assert.deepEqual(counts, { rows: contacts, created: 0, updated: changed, unchanged, skipped: 0 });
  });
