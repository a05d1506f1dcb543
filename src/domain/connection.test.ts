// Rows of a load, one rule after the other: what is kept, what is dropped, what is refused.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CheckedConnection, type ConnectionContext, connectionChecker } from './connection.ts';
import { problemMessage } from './connection-problems.ts';
import { type ConnectionColumn, connectionColumns } from './dataset.ts';

type Given = Partial<Record<ConnectionColumn, unknown>>;

const us: ConnectionContext = { country: 'US', timeZone: 'America/New_York', offeredMajors: [] };
const good: Given = { externalId: 'C-1', connectedAt: '2026-03-01', email: 'ada@example.edu' };

function check(given: Given, context = us): CheckedConnection {
  return connectionChecker(context)(connectionColumns.map((name) => given[name]));
}

/** `code effect field` of each problem. */
function told({ problems }: CheckedConnection): string[] {
  return problems.map(({ code, effect, field }) => `${code} ${effect} ${field}`);
}

/** The value that a column gets in an otherwise good row, and what was told. */
function value(name: ConnectionColumn, cell: unknown, context = us): [unknown, ...string[]] {
  const checked = check({ ...good, [name]: cell }, context);
  if (!checked.values) return ['rejected', ...told(checked)];
  const { externalId, connectedAt, plain, majors } = checked.values;
  const values: Record<string, unknown> = { ...plain, externalId, connectedAt: connectedAt.text, majors };
  return [values[name], ...told(checked)];
}

describe('the id', () => {
  const cases: [what: string, cell: unknown, kept: string, problem?: string][] = [
    ['is kept as text', '007', '007'],
    ['is trimmed', '  C 7\t', 'C 7'],
    ['may be a number of JSON', 12, '12'],
    ['may have 200 characters', 'x'.repeat(200), 'x'.repeat(200)],
    ['may not be missing', undefined, 'rejected', 'blank-required-data-in-record'],
    ['may not be blank', ' ', 'rejected', 'blank-required-data-in-record'],
    ['may not have 201 characters', 'x'.repeat(201), 'rejected', 'value-too-long'],
    ['may not hold a line end', 'a\nb', 'rejected', 'control-character'],
    ['may not hold U+0000', 'a\0b', 'rejected', 'control-character'],
    ['may not hold half a character', 'a\ud800', 'rejected', 'control-character'],
    ['may not be a list', ['a'], 'rejected', 'unreadable-value'],
    ['may not be a number that a spreadsheet rounded', '1.2E+15', 'rejected', 'spreadsheet-damaged-value'],
  ];
  for (const [what, cell, kept, problem] of cases)
    test(what, () => {
      const expected = problem === undefined ? [kept] : [kept, `${problem} row-rejected externalId`];
      assert.deepEqual(value('externalId', cell), expected);
    });
});

describe('the contact method', () => {
  const bare: Given = { externalId: 'C-1', connectedAt: '2026-03-01' };
  const cases: [what: string, given: Given, isTaken: boolean][] = [
    ['a phone is enough', { phone: '212-555-0143' }, true],
    ['an e-mail address is enough', { email: 'a@example.edu' }, true],
    ['street and city are enough', { street: '1 Main St', city: 'Troy' }, true],
    ['street and postal code are enough', { street: '1 Main St', postalCode: '12180' }, true],
    ['a street alone is not', { street: '1 Main St', state: 'NY', country: 'US' }, false],
    ['a city and a postal code alone are not', { city: 'Troy', postalCode: '12180' }, false],
    ['a phone that is none is not', { phone: '555-0143' }, false],
    ['nothing is not', {}, false],
    ['a bad phone beside a good address is', { phone: '1', email: 'a@example.edu' }, true],
  ];
  for (const [what, given, isTaken] of cases)
    test(what, () => {
      const checked = check({ ...bare, ...given });
      assert.equal(checked.values !== null, isTaken);
      if (!isTaken) assert.deepEqual(told(checked), ['no-contact-method row-rejected null']);
    });
  test('the refusal names the cells that could not be used, and not what stood in them', () => {
    const [problem] = check({ ...bare, phone: '555-0143', email: 'ada(at)example.edu', gender: 'F' }).problems;
    assert.deepEqual(problem?.facts, { dropped: ['email', 'phone'] });
    const message = problem && problemMessage(problem, 'Row', 4);
    assert.match(String(message), /^Row 4: .*“email” and “phone” cannot be used; it was not loaded\.$/);
  });
});

describe('cells', () => {
  const cases: [what: string, name: ConnectionColumn, cell: unknown, ...expected: [unknown, string?]][] = [
    ['a phone becomes E.164', 'phone', '(212) 555-0143', '+12125550143'],
    ['a number without an area in use is no phone', 'phone', '+15551234567', null, 'invalid-phone'],
    ['a phone may be a number of JSON', 'phone', 2125550143, '+12125550143'],
    ['the domain of an e-mail address is in small letters', 'email', 'Ada@Example.EDU', 'Ada@example.edu'],
    ['a list is no text', 'lastName', ['Lee'], null, 'unreadable-value'],
    ['an object is no text', 'lastName', { last: 'Lee' }, null, 'unreadable-value'],
    ['blanks around a text vanish', 'lastName', '  Lee ', 'Lee'],
    ['a blank text is nothing', 'lastName', ' \t ', null],
    ['null is nothing', 'lastName', null, null],
    ['line ends within a text become a space', 'street', '1 Main St\r\nApt 4', '1 Main St Apt 4'],
    ['half a character is replaced', 'lastName', 'Lee\ud800', 'Lee\ufffd'],
    ['a backslash stays', 'lastName', 'a\\b', 'a\\b'],
    ['true is text', 'gender', true, 'true'],
    ['too long a text is dropped whole', 'lastName', 'x'.repeat(201), null, 'value-too-long'],
    ['a postal code keeps its zeros', 'postalCode', '01234', '01234'],
    ['an ISO day of birth', 'dateOfBirth', '2008-03-04', '2008-03-04'],
    ['a day of birth as the country writes it', 'dateOfBirth', '3/4/2008', '2008-03-04'],
    ['the 30th of February is no day', 'dateOfBirth', '2008-02-30', null, 'invalid-date'],
    ['a year as a number', 'graduationYear', 2027, '2027'],
    ['a year as text', 'graduationYear', '2027', '2027'],
    ['1899 is no year of graduation', 'graduationYear', 1899, null, 'invalid-number'],
    ['half a year is none', 'graduationYear', 2027.5, null, 'invalid-number'],
    ['a GPA as a number', 'gpa', 3.85, '3.85'],
    ['a GPA as text', 'gpa', '3.850', '3.85'],
    ['a GPA of 100 is', 'gpa', 100, '100'],
    ['a GPA of 101 is none', 'gpa', '101', null, 'invalid-number'],
    ['a GPA below 0 is none', 'gpa', -1, null, 'invalid-number'],
    ['a text is no GPA', 'gpa', 'pending', null, 'invalid-number'],
    ['an error of a spreadsheet', 'school', '#REF!', null, 'spreadsheet-damaged-value'],
  ];
  for (const [what, name, cell, kept, problem] of cases)
    test(what, () => {
      assert.deepEqual(value(name, cell), problem ? [kept, `${problem} cell-dropped ${name}`] : [kept]);
    });
  test('outside the US days come first, and a number of JSON still has a decimal point', () => {
    const germany: ConnectionContext = { country: 'DE', timeZone: 'Europe/Berlin', offeredMajors: [] };
    assert.deepEqual(value('dateOfBirth', '3/4/2008', germany), ['2008-04-03']);
    assert.deepEqual(value('gpa', '3,125', germany), [null, 'invalid-number cell-dropped gpa']);
    assert.deepEqual(value('gpa', 3.125, germany), ['3.125']);
    assert.deepEqual(value('phone', '030 901820', germany), ['+4930901820']);
  });
});

describe('when they connected', () => {
  test('may not be missing', () => {
    assert.deepEqual(told(check({ ...good, connectedAt: '' })), [
      'blank-required-data-in-record row-rejected connectedAt',
    ]);
  });
  test('may not be a list, or no day', () => {
    for (const cell of [['2026-03-01'], '2026-13-01', 'soon'])
      assert.deepEqual(told(check({ ...good, connectedAt: cell })), ['invalid-date row-rejected connectedAt']);
  });
  test('a day is compared by its beginning in the zone of the institution', () => {
    const { values } = check({ ...good, connectedAt: '3/1/2026' });
    assert.deepEqual([values?.connectedAt.text, values?.connectedAtInstant], ['2026-03-01', '2026-03-01T05:00:00Z']);
  });
});

describe('majors', () => {
  const offered = { ...us, offeredMajors: ['Biology', 'Computer Science'] };
  const cases: [what: string, cell: unknown, context: ConnectionContext, ...expected: [string[], ...string[]]][] = [
    ['a text separated by semicolons', 'Biology; Art ;', us, ['Biology', 'Art']],
    ['a list of JSON', ['Biology', 'Art'], us, ['Biology', 'Art']],
    ['a list whose items hold semicolons', ['Biology;Art', 'Law'], us, ['Biology', 'Art', 'Law']],
    ['the same twice is once', 'Art;art;ART', us, ['Art']],
    ['the first three of four', 'A;B;C;D', us, ['A', 'B', 'C'], 'too-many-majors notice'],
    ['nothing', '', us, []],
    ['an object is none', [{ name: 'Art' }, 'Law'], us, ['Law'], 'unreadable-value cell-dropped'],
    ['a name of 201 characters', ['x'.repeat(201), 'Law'], us, ['Law'], 'value-too-long cell-dropped'],
    ['an offered one, in the spelling of the list', 'computer science', offered, ['Computer Science']],
    [
      'one that is not offered stays, and is told',
      'Art;biology',
      offered,
      ['Art', 'Biology'],
      'major-not-offered notice',
    ],
    ['two that are not offered are told in one notice', 'Art;Law', offered, ['Art', 'Law'], 'major-not-offered notice'],
  ];
  for (const [what, cell, context, kept, ...problems] of cases)
    test(what, () => {
      assert.deepEqual(value('majors', cell, context), [kept, ...problems.map((problem) => `${problem} majors`)]);
    });
});

describe('majors that are not offered are named', () => {
  const offered = { ...us, offeredMajors: ['Biology'] };
  const sentencesOf = (majors: unknown) =>
    check({ ...good, majors }, offered).problems.map((problem) => problemMessage(problem, 'Row', 12));
  const end = 'kept in the record and is left out of delivered files.';
  const cases: [what: string, majors: unknown, ...sentences: string[]][] = [
    ['one', 'Art', `Row 12: the major “Art” is not in the institution’s list of offered majors; it was ${end}`],
    [
      'three in one sentence',
      'Art;Law;Music',
      'Row 12: the majors “Art”, “Law” and “Music” are not in the institution’s list of offered majors; they were kept in the record and are left out of delivered files.',
    ],
    [
      'a long one with its first 59 characters',
      `${'🎓'.repeat(100)}`,
      `Row 12: the major “${'🎓'.repeat(59)}…” is not in the institution’s list of offered majors; it was ${end}`,
    ],
    [
      'one of 60 characters whole',
      'x'.repeat(60),
      `Row 12: the major “${'x'.repeat(60)}” is not in the institution’s list of offered majors; it was ${end}`,
    ],
    [
      'one with characters that turn the text around, without them',
      'A\u202ert\u0007\u200b B',
      `Row 12: the major “A rt   B” is not in the institution’s list of offered majors; it was ${end}`,
    ],
  ];
  for (const [what, majors, ...sentences] of cases) test(what, () => assert.deepEqual(sentencesOf(majors), sentences));
});

test('every problem has words, and none of them holds what stood in the cell, but for a major that is not offered', () => {
  const canary = 'Cnry77\u{1F985}';
  const rows: Given[] = connectionColumns.map((name) => ({ ...good, [name]: name === 'gpa' ? canary : [canary] }));
  rows.push({ ...good, phone: canary, email: `${canary}@`, dateOfBirth: canary, graduationYear: canary });
  rows.push({ ...good, lastName: canary.repeat(100), studentId: canary.repeat(100), majors: `${canary};b;c;d` });
  rows.push({ ...good, connectedAt: canary }, { ...good, externalId: `${canary}\n1` }, { ...good, email: canary });
  let count = 0;
  for (const row of rows)
    for (const problem of check(row, { ...us, offeredMajors: ['Law'] }).problems) {
      count += 1;
      const message = problemMessage(problem, 'Line', 7);
      assert.match(message, /^Line 7: .+\.$/);
      assert.doesNotMatch(message, /a problem with the code|undefined|NaN/);
      if (problem.code !== 'major-not-offered') assert.doesNotMatch(JSON.stringify(problem) + message, /Cnry/);
    }
  assert.ok(count > 25);
});
