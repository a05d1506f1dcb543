// What must be true of an institution whose imports have come to rest, compared with the rules written down once more.
// Invariant: every finding is a sentence that names the file; an empty list is the only good answer.

import { isDeepStrictEqual } from 'node:util';
import type { Contact } from '../../src/api/contacts.ts';
import type { ImportView } from '../../src/api/imports.ts';
import type { College } from './college.ts';
import { Expectation, type ExpectedContact } from './expectation.ts';
import type { Installation } from './installation.ts';
import { fieldNames } from './people.ts';
import type { Sent } from './upload.ts';

/** Rows and imports that were compared, and what was wrong. */
export type Findings = { imports: number; rows: number; violations: string[] };

export async function checkCollege({ client }: Installation, { base, sent }: College): Promise<Findings> {
  const views = (await client.list<ImportView>(`${base}/imports`)).reverse();
  const violations = [...checkHistory(views, sent), ...checkOrder(views, sent), ...checkAnswers(sent)];
  const expectation = new Expectation();
  const done = views.filter(({ status }) => status === 'succeeded');
  let rows = 0;
  for (const view of done) {
    const upload = sent.find(({ path }) => path === view.path);
    if (upload === undefined) {
      violations.push(`${view.path} was imported and never sent`);
      continue;
    }
    const must = expectation.import(upload.roster);
    const is = { counts: view.counts, issues: view.issues };
    if (!isDeepStrictEqual(is, must))
      violations.push(`${says(upload)}: ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`);
    rows += must.counts.rows;
  }
  violations.push(...checkContacts(await client.list<Contact>(`${base}/contacts`), expectation.contacts));
  return { imports: done.length, rows, violations };
}

function says({ path, round, reached, roster }: Sent): string {
  return `round ${round}, ${path} (${roster.rows.length} rows, ${reached})`;
}

/** Acknowledged: imported exactly once. Otherwise at most once. In both cases nothing else than that, or “broken off”. */
function checkHistory(views: readonly ImportView[], sent: readonly Sent[]): string[] {
  return sent.flatMap((upload) => {
    const mine = views.filter(({ path }) => path === upload.path);
    const ends = mine.map(({ status, reason }) => (status === 'ignored' ? `${status} ${reason}` : status));
    const imported = ends.filter((end) => end === 'succeeded').length;
    const brokenOff = ends.filter((end) => end === 'ignored incomplete-upload').length;
    const isRight =
      ends.length === imported + brokenOff &&
      (upload.reached === 'acknowledged' ? imported === 1 && brokenOff === 0 : ends.length <= 1);
    return isRight ? [] : [`${says(upload)}: its history is ${ends.join(', ') || 'empty'}`];
  });
}

/** Whatever happens behind the server, its clients hear of it or lose their line. */
function checkAnswers(sent: readonly Sent[]): string[] {
  return sent
    .filter(({ silent }) => silent)
    .map((upload) => `${says(upload)}: its client waited in vain for an answer`);
}

/** What was acknowledged before another upload began stands before it in the queue. */
function checkOrder(views: readonly ImportView[], sent: readonly Sent[]): string[] {
  const rounds = views.flatMap(({ path, status }) => {
    const upload = sent.find((one) => one.path === path);
    return upload?.reached === 'acknowledged' && status === 'succeeded' ? [upload.round] : [];
  });
  const late = rounds.find((round, index) => round < (rounds[index - 1] ?? 0));
  return late === undefined ? [] : [`the files of round ${late} were imported after later ones`];
}

function checkContacts(contacts: readonly Contact[], expected: ReadonlyMap<string, ExpectedContact>): string[] {
  const found = contacts.flatMap((contact) => {
    const is = Object.fromEntries(fieldNames.map((field) => [field, contact[field]]));
    const must = expected.get(contact.crmId);
    return isDeepStrictEqual(is, must)
      ? []
      : [`the contact is ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`];
  });
  if (contacts.length !== expected.size) found.push(`${contacts.length} contacts instead of ${expected.size}`);
  return found.slice(0, 5);
}
