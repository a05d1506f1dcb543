// The committed pages are what the generator writes today.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { failureCauses, failureCodes } from '../src/domain/failures.ts';
import { issueDictionary } from '../src/domain/issues.ts';
import { failuresPage, issuesPage } from './generate-docs.ts';

test('docs/issues.md is up to date (else: node scripts/generate-docs.ts)', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../docs/issues.md'), 'utf8'), issuesPage());
});

test('docs/issues.md has every code once', () => {
  const page = issuesPage();
  for (const { code } of issueDictionary) assert.equal(page.split(`### \`${code}\`\n`).length, 2, code);
});

test('docs/failures.md is up to date (else: node scripts/generate-docs.ts)', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../docs/failures.md'), 'utf8'), failuresPage());
});

test('docs/failures.md has every code once, and a row for every cause', () => {
  const page = failuresPage();
  for (const code of failureCodes) assert.equal(page.split(`## \`${code}\`\n`).length, 2, code);
  assert.equal(page.match(/^\| .* \| (?:yes|no) \|$/gm)?.length, failureCauses.length);
});
