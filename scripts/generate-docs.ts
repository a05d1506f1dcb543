// Writes the pages of docs/ that come from dictionaries in code: `node scripts/generate-docs.ts`.
// Invariant: a page that is committed is what this writes (a test compares).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureWords, filled } from '../src/domain/failure-words.ts';
import { failureCauses, failureCodes, failureDictionary } from '../src/domain/failures.ts';
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

/** What the words of docs/failures.md are filled with. */
const exampleContext = {
  host: 'sftp.example.edu',
  port: 22,
  username: 'causeway',
  path: '/incoming',
  auth: 'password',
  egressAddresses: ['203.0.113.10'],
  hostKeyTypes: ['ssh-ed25519'],
} as const;

/** The page docs/failures.md. */
export function failuresPage(): string {
  const lines = [
    '# Failures of destinations',
    '',
    'Why a test of a destination or a transfer failed, by code. Codes never change their meaning.',
    'This page is written by `node scripts/generate-docs.ts` from the dictionary that the product uses; host, user, folder and address',
    'are examples. A failed scheduled transfer is tried again by itself within its slot where the table says so, and in any case at its',
    'next time; until it has succeeded, its records stay due.',
    '',
    ...failureCodes.flatMap(failureSection),
  ];
  return lines.join('\n');
}

function failureSection(code: (typeof failureCodes)[number]): string[] {
  const { title, headline, explanation, remedy } = failureDictionary[code];
  const seen = { stage: 'connect', kind: 'refused', facts: {} } as const;
  const words = failureWords(seen, exampleContext);
  const rows = failureCauses
    .filter((cause) => cause.code === code)
    .map(({ detail, nextStep, mayPass }) => [filled(detail, words), filled(nextStep, words), mayPass ? 'yes' : 'no'])
    .map((cells) => `| ${cells.join(' | ')} |`);
  return [
    `## \`${code}\``,
    '',
    `**${title}** · ${headline.replace('{cause}', '(the cause)')}`,
    '',
    explanation,
    '',
    `*What to do:* ${remedy}`,
    '',
    '| what was observed | what to do | tried again by itself |',
    '|---|---|---|',
    ...rows,
    '',
  ];
}

if (import.meta.main) {
  const pages = { issues: issuesPage(), failures: failuresPage() };
  for (const [name, page] of Object.entries(pages)) {
    const path = join(import.meta.dirname, `../docs/${name}.md`);
    writeFileSync(path, page);
    console.log(`wrote ${path}`);
  }
}
