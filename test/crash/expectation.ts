// What the contacts, the counts and the issues must be: the rules of an import written down once more, without any thought of faults.
// Invariant: it knows the rows and their order of arrival only, and asks Causeway for nothing.

import { asE164, type Cells, type FieldName, fieldNames } from './people.ts';
import type { Flaw, Roster, Row } from './rosters.ts';

export type Counts = { rows: number; created: number; updated: number; unchanged: number; skipped: number };
export type Outcome = { counts: Counts; issues: Record<string, number> };
export type ExpectedContact = Record<FieldName, string | null>;

const codes: Partial<Record<Flaw, string>> = {
  'no last name': 'blank-required-data-in-record',
  'bad phone': 'invalid-phone',
  'bad email': 'invalid-email',
  'bad date': 'invalid-date',
  repeated: 'duplicate-unique-id-crmId',
};
const skipping: readonly Flaw[] = ['no last name', 'bad phone', 'repeated'];

/** The contacts of one institution, file by file. */
export class Expectation {
  readonly contacts = new Map<string, ExpectedContact>();
  #last: Buffer | null = null;

  /** One whole import of this file. */
  import({ rows, bytes }: Roster): Outcome {
    const counts = { rows: rows.length, created: 0, updated: 0, unchanged: 0, skipped: 0 };
    const issues: Record<string, number> = {};
    const tell = (code: string | undefined) => {
      if (code !== undefined) issues[code] = (issues[code] ?? 0) + 1;
    };
    for (const row of rows) {
      tell(codes[row.flaw]);
      counts[skipping.includes(row.flaw) ? 'skipped' : this.#merge(row)] += 1;
    }
    if (this.#last?.equals(bytes)) tell('same-content-as-last-file');
    this.#last = bytes;
    return { counts, issues };
  }

  /** What is blank or bad in an optional column keeps what the contact has. */
  #merge({ cells, flaw }: Row): 'created' | 'updated' | 'unchanged' {
    const is = this.contacts.get(cells.crmId);
    const given: Partial<Cells> = { ...cells, phone: asE164(cells.phone) };
    if (flaw === 'bad email' || flaw === 'no email') delete given.email;
    if (flaw === 'bad date') delete given.dateOfBirth;
    const before = is ?? (Object.fromEntries(fieldNames.map((field) => [field, null])) as ExpectedContact);
    const after: ExpectedContact = { ...before, ...given };
    this.contacts.set(cells.crmId, after);
    if (is === undefined) return 'created';
    return fieldNames.some((field) => before[field] !== after[field]) ? 'updated' : 'unchanged';
  }
}
