// Writes the pages of docs/ that come from dictionaries in code: `node scripts/generate-docs.ts`.
// Invariant: a page that is committed is what this writes (a test compares).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { holdEntries, importReasons, type ReasonEntry } from '../src/domain/import-reasons.ts';
import { type IssueEffect, type IssueScope, issueScopes } from '../src/domain/issue.ts';
import { type IssueEntry, issueDictionary } from '../src/domain/issues.ts';

const scopeTitles: Record<IssueScope, string> = {
  file: 'Files',
  header: 'Headers',
  row: 'Rows',
  cell: 'Cells',
};

const effectWords: Record<IssueEffect, string> = {
  'file-rejected': 'nothing of the file is imported',
  'file-held': 'the import waits for a person',
  'row-skipped': 'the row is not imported',
  'cell-dropped': 'the cell is left out, the rest of its row imported',
  kept: 'what the contact has is kept, the rest of the row imported',
  notice: 'nothing is left out that is mapped, or it was repaired',
};

/** The page docs/issues.md. */
export function issuesPage(): string {
  const effects = Object.entries(effectWords).map(([effect, words]) => `- \`${effect}\`: ${words}`);
  const sections = issueScopes.flatMap((scope) => {
    const entries = issueDictionary.filter((entry) => entry.scope === scope);
    return [`## ${scopeTitles[scope]}`, '', ...entries.flatMap(issueSection)];
  });
  const lines = [
    '# Issues',
    '',
    'Everything that Causeway says about files and their rows, by code. Codes never change their meaning.',
    'This page is written by `node scripts/generate-docs.ts` from the dictionary that the product uses.',
    '',
    'The effect given here is the usual one; each issue carries what really happened to its file, row or cell:',
    '',
    ...effects,
    '',
    ...sections,
    '## Why an import was held',
    '',
    ...reasonTable(holdEntries),
    '',
    '## Why an import was not tried, or ended without an issue',
    '',
    ...reasonTable(importReasons),
    '',
  ];
  return lines.join('\n');
}

function issueSection({ code, title, effect, explanation, remedy }: IssueEntry): string[] {
  return [`### \`${code}\``, '', `**${title}** · ${effect}`, '', explanation, '', `*What to do:* ${remedy}`, ''];
}

function reasonTable(entries: Readonly<Record<string, ReasonEntry>>): string[] {
  const rows = Object.entries(entries).map(([code, { because, remedy }]) => `| \`${code}\` | ${because} | ${remedy} |`);
  return ['| reason | what happened | what to do |', '|---|---|---|', ...rows];
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../docs/issues.md');
  writeFileSync(path, issuesPage());
  console.log(`wrote ${path}`);
}
