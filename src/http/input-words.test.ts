// What a caller reads when a member of a request is not valid.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { checkedInput } from './checked-input.ts';

const cases: [what: string, member: z.ZodType, value: unknown, words: string][] = [
  ['nothing where text is needed', z.string(), undefined, 'Is missing.'],
  ['a number for text', z.string(), 5, 'Must be text.'],
  ['text for a number', z.number(), 'x', 'Must be a number.'],
  ['a fraction for a whole number', z.int(), 1.5, 'Must be a whole number.'],
  ['empty text', z.string().min(1), '', 'Must not be empty.'],
  ['short text', z.string().min(12), 'short', 'Must have at least 12 characters.'],
  ['long text', z.string().max(3), 'four', 'Must have at most 3 characters.'],
  ['a port that is too large', z.number().max(65_535), 99_999, 'Must be 65535 or less.'],
  ['a limit of 0', z.number().min(1), 0, 'Must be 1 or more.'],
  ['a list that is too long', z.array(z.string()).max(1), ['a', 'b'], 'Must have at most 1 entry.'],
  ['an empty list', z.array(z.string()).min(1), [], 'Must not be empty.'],
  ['an unknown word', z.enum(['connections', 'contacts']), 'pupils', 'Must be one of connections, contacts.'],
  ['what is no id', z.uuid(), 'nope', 'Is not an id. Take it from the list.'],
  ['what is no day', z.iso.date(), 'tomorrow', 'Is not a day. Write it as in 2026-03-01.'],
  [
    'what is no day, where none is allowed too',
    z.iso.date().nullable(),
    '1',
    'Is not a day. Write it as in 2026-03-01.',
  ],
  ['words of the shape itself', z.string().regex(/^a/, 'Begin with a.'), 'b', 'Begin with a.'],
];

for (const [what, member, value, words] of cases)
  test(`${what}: ${words}`, () => {
    assert.throws(
      () => checkedInput(z.object({ value: member }), { value }),
      (error) => {
        assert.ok(error instanceof AppError);
        assert.deepEqual(error.fields, [{ name: 'value', message: words }]);
        assert.equal(error.detail, `“value”: ${words}`);
        return true;
      },
    );
  });
