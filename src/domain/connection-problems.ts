// What a load of connections can find wrong: every code with its words. Codes that imports have too are the same ones.
// Invariant: a code is never renamed or reused; facts and words hold no value of a record, but for majors that are not offered.

/** What is wrong with a row or a cell. `field` is a column of connections, or the name of one that is not known. */
export type ConnectionProblem = {
  field: string | null;
  code: string;
  effect: 'row-rejected' | 'cell-dropped' | 'notice';
  facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
};

/** A problem with its place: `row` as a spreadsheet shows it, or the line of NDJSON. */
export type PlacedProblem = ConnectionProblem & { row: number; externalId: string | null };

type Words = (problem: ConnectionProblem, column: string) => string;

const words: Readonly<Record<string, Words>> = {
  'blank-required-data-in-record': (_, column) => `${column} is required and blank`,
  'no-contact-method': ({ facts }) => {
    const dropped = Array.isArray(facts.dropped) ? facts.dropped.map(named) : [];
    const why = dropped.length === 0 ? '' : `; what stands in ${dropped.join(' and ')} cannot be used`;
    return `there is no phone, no e-mail address and no mailing address (a street with city or postal code)${why}`;
  },
  'invalid-phone': (_, column) =>
    `${column} is not a phone number in use, in the institution’s country or with + and a country code`,
  'invalid-email': (_, column) => `${column} is not one e-mail address`,
  'invalid-date': ({ facts }, column) => {
    const day = `a day as YYYY-MM-DD or ${facts.order === 'dmy' ? 'day/month/year' : 'month/day/year'}`;
    return facts.zoned === true
      ? `${column} is not ${day}, nor one with a time, such as 2026-03-01T15:00:00Z`
      : `${column} is not a day, such as 2008-05-31`;
  },
  'invalid-number': ({ facts: { min, max, whole } }, column) =>
    `${column} is not a ${whole === true ? 'whole ' : ''}number${min === undefined ? '' : ` from ${min} to ${max}`}`,
  'value-too-long': ({ facts }, column) =>
    `${column} has ${amount(facts.length)} characters; it can have ${amount(facts.limit)}`,
  'spreadsheet-damaged-value': (_, column) =>
    `${column} was damaged by a spreadsheet program: it holds a rounded number or an error message`,
  'bad-encoding': ({ effect }) =>
    effect === 'notice'
      ? 'text from here on is in another encoding than the rest; it was read as well as possible'
      : 'it holds bytes that are no text in UTF-8',
  'control-character': (_, column) => `${column} holds a character that cannot be seen or is no text`,
  'unreadable-value': (_, column) => `${column} holds a list or an object where a single value belongs`,
  'malformed-json': ({ facts }) =>
    facts.kind === 'array'
      ? 'the line is a JSON array; send one object on each line'
      : facts.kind === 'value'
        ? 'the line is JSON but not an object; send one object on each line'
        : 'the line is not valid JSON; send one whole object on each line',
  'row-too-large': ({ facts }) =>
    `it is larger than ${amount(facts.limit)} bytes; often a line end or a quotation mark is missing`,
  'row-broken-off': () => 'the file ends within it; the sender’s file was probably cut off',
  'malformed-quoting': () => 'quotation marks in it are broken, so it cannot be known where values begin and end',
  'column-count-mismatch': ({ facts, effect }) =>
    `it has ${amount(facts.found)} cells for ${amount(facts.expected)} columns` +
    (effect === 'notice' ? '; the missing ones count as blank' : ''),
  'too-many-majors': ({ facts }) =>
    `it has more than ${amount(facts.most)} majors; the first ${amount(facts.most)} were kept`,
  'major-not-offered': ({ facts }) => {
    const majors = Array.isArray(facts.majors) ? facts.majors.map(named) : [];
    const [verb, they, left] = majors.length > 1 ? ['are', 'they were', 'are'] : ['is', 'it was', 'is'];
    return `${listed(majors)} ${verb} not in the institution’s list of offered majors; ${they} kept in the record and ${left} left out of delivered files`;
  },
  'unknown-column': (_, column) => `the column ${column} is not known and was left out of all rows`,
  'delimiter-not-comma': () => 'columns are separated by another character than a comma; they were read all the same',
  'preamble-skipped': () => 'rows above the one with the column names were left out',
};

/** One sentence: where, what, and what was done. `place` is `Row` for CSV and `Line` for NDJSON. */
export function problemMessage(problem: ConnectionProblem, place: 'Row' | 'Line', row: number): string {
  const { code, effect, field } = problem;
  const what = words[code]?.(problem, named(field)) ?? `a problem with the code ${code}`;
  const ends = { 'row-rejected': '; it was not loaded', 'cell-dropped': '; the cell was left out', notice: '' };
  return `${place} ${row}: ${what}${ends[effect]}.`;
}

function named(field: unknown): string {
  return typeof field === 'string' && field !== '' ? `“${field}”` : 'a cell';
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return `the major ${names[0] ?? 'in it'}`;
  return `the majors ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function amount(fact: unknown): string {
  return typeof fact === 'number' ? fact.toLocaleString('en-US') : 'too many';
}
