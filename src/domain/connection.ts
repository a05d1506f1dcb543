// One row of a load to a connection, or to the reason why it is none.
// Invariant: pure; the same row, country, zone and list of majors always give the same values. A rejected row has one problem.

import { cellText, hasControls, scalarText } from './connection-cells.ts';
import { type ConnectedAt, instantFinder, parseConnectedAt } from './connection-date.ts';
import { majorsChecker } from './connection-majors.ts';
import type { ConnectionProblem } from './connection-problems.ts';
import { type ConnectionColumn, connectionColumns } from './dataset.ts';
import { dateOrderOf } from './dates.ts';
import { type Field, standardFields } from './fields.ts';
import { type ValueParser, valueParser } from './values.ts';

/** What a row has in a column: text of a CSV file, or a value of JSON. Undefined and null are blank. */
export type ConnectionCells = readonly unknown[];

/** The columns that hold one text, a day or a number; the others are `externalId`, `connectedAt` and `majors`. */
type PlainColumn = Exclude<ConnectionColumn, 'externalId' | 'connectedAt' | 'majors'>;

export type ConnectionValues = {
  externalId: string;
  connectedAt: ConnectedAt;
  /** For comparisons, as ISO text in UTC. */
  connectedAtInstant: string;
  /** Canonical texts: phones as E.164, days as YYYY-MM-DD, numbers in decimal; null for blank. */
  plain: Record<PlainColumn, string | null>;
  majors: string[];
};

export type CheckedConnection =
  | { values: ConnectionValues; externalId: string; problems: readonly ConnectionProblem[] }
  | { values: null; externalId: string | null; problems: readonly [ConnectionProblem] };

export type ConnectionContext = {
  /** ISO 3166 alpha-2. */
  country: string;
  /** IANA zone. */
  timeZone: string;
  /** Empty when the institution has no list. */
  offeredMajors: readonly string[];
};

const longestId = 200;
const plainColumns = connectionColumns.filter(
  (name): name is PlainColumn => name !== 'externalId' && name !== 'connectedAt' && name !== 'majors',
);
const indexOf = Object.fromEntries(connectionColumns.map((name, at) => [name, at])) as Record<ConnectionColumn, number>;

/** Makes the check for an institution. It takes the cells in the order of `connectionColumns`. */
export function connectionChecker(context: ConnectionContext): (cells: ConnectionCells) => CheckedConnection {
  const parsers = plainColumns.map((name) => ({
    name,
    at: indexOf[name],
    parse: valueParser(fieldOf(name), context),
    // A number of JSON has a decimal point in every country.
    parseJson: valueParser(fieldOf(name), { country: 'US' }),
  }));
  const parseId = valueParser(fieldOf('externalId'), context);
  const instantOf = instantFinder(context.timeZone);
  const order = dateOrderOf(context.country);
  const checkMajors = majorsChecker(context.offeredMajors);

  return (cells) => {
    const id = idOf(cells[indexOf.externalId], parseId);
    if (typeof id !== 'string') return { values: null, externalId: null, problems: [id] };
    const rejected = (problem: ConnectionProblem): CheckedConnection => ({
      values: null,
      externalId: id,
      problems: [problem],
    });
    const when = cellText(cells[indexOf.connectedAt]);
    if (when === null) return rejected(rejection('connectedAt', 'blank-required-data-in-record'));
    const connectedAt = when === undefined ? null : parseConnectedAt(when, order, context.timeZone);
    if (connectedAt === null) return rejected(rejection('connectedAt', 'invalid-date', { order, zoned: true }));

    const problems: ConnectionProblem[] = [];
    const plain = {} as Record<PlainColumn, string | null>;
    for (const { name, at, parse, parseJson } of parsers) {
      const cell = cells[at];
      if (cell === undefined || cell === null || cell === '') plain[name] = null;
      else plain[name] = plainValue(name, cell, typeof cell === 'number' ? parseJson : parse, problems);
    }
    if (!hasContactMethod(plain)) {
      const dropped = problems.map((problem) => problem.field).filter((field) => contactColumns.has(field));
      return rejected(rejection(null, 'no-contact-method', { dropped: dropped.map(String) }));
    }
    const majors = checkMajors(cells[indexOf.majors], problems);
    return {
      values: { externalId: id, connectedAt, connectedAtInstant: instantOf(connectedAt), plain, majors },
      externalId: id,
      problems,
    };
  };
}

/** The field of contacts that says how long a text may be and what a value looks like. */
function fieldOf(name: PlainColumn | 'externalId'): Field {
  const isId = name === 'externalId' || name === 'studentId';
  const field = standardFields.find((one) => one.name === (isId ? 'crmId' : name));
  if (!field) throw new Error(`no field has the name ${name}`);
  return isId ? { ...field, maxLength: longestId } : field;
}

function idOf(cell: unknown, parse: ValueParser): string | ConnectionProblem {
  const raw = scalarText(cell);
  if (raw === undefined) return rejection('externalId', 'unreadable-value');
  const text = raw?.trim() ?? '';
  if (text === '') return rejection('externalId', 'blank-required-data-in-record');
  if (hasControls(text) || !text.isWellFormed()) return rejection('externalId', 'control-character');
  const parsed = parse(text);
  return typeof parsed === 'string' ? parsed : rejection('externalId', parsed.code, numericFacts(parsed.facts));
}

function plainValue(
  name: PlainColumn,
  cell: unknown,
  parse: ValueParser,
  problems: ConnectionProblem[],
): string | null {
  const text = cellText(cell);
  if (text === null) return null;
  const parsed = text === undefined ? { code: 'unreadable-value', facts: {} } : parse(text);
  if (typeof parsed === 'string') return parsed;
  problems.push({ field: name, code: parsed.code, effect: 'cell-dropped', facts: numericFacts(parsed.facts) });
  return null;
}

const contactColumns = new Set<string | null>(['phone', 'email', 'street', 'city', 'postalCode']);

function hasContactMethod({ phone, email, street, city, postalCode }: ConnectionValues['plain']): boolean {
  return phone !== null || email !== null || (street !== null && (city !== null || postalCode !== null));
}

function rejection(field: string | null, code: string, facts: ConnectionProblem['facts'] = {}): ConnectionProblem {
  return { field, code, effect: 'row-rejected', facts };
}

/** Facts of the parsers that are no text of the record. */
function numericFacts(facts: Record<string, unknown>): ConnectionProblem['facts'] {
  const kept = Object.entries(facts).filter(
    (entry): entry is [string, number | boolean] => typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
  );
  return Object.fromEntries(kept);
}
