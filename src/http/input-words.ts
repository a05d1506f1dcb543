// What is wrong with a member of a request, in words for the person who filled in a form or wrote a program.
// Invariant: a sentence that names what is expected and never repeats what came.

import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'Must be text.',
  number: 'Must be a number.',
  int: 'Must be a whole number.',
  boolean: 'Must be true or false.',
  array: 'Must be a list.',
  object: 'Must be an object.',
  record: 'Must be an object.',
};

const formats: Readonly<Record<string, string>> = {
  uuid: 'Is not an id. Take it from the list.',
  date: 'Is not a day. Write it as in 2026-03-01.',
  datetime: 'Is not a time with its zone. Write it as in 2026-03-01T15:00:00Z.',
  email: 'Is not an e-mail address.',
  url: 'Is not a web address. Write it as in https://example.edu/hook.',
};

/** For shapes that have no words of their own. */
export function inputWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Is missing.' : (kinds[issue.expected] ?? 'Is of a kind that cannot be used.');
    case 'invalid_value':
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
    case 'invalid_format':
      return formats[issue.format] ?? 'Is not written in the way that is expected.';
    case 'too_small':
      return least(issue.origin, Number(issue.minimum), issue.inclusive !== false);
    case 'too_big':
      return most(issue.origin, Number(issue.maximum), issue.inclusive !== false);
    default:
      return 'Is not what is expected here.';
  }
}

function least(origin: string, limit: number, inclusive: boolean): string {
  if (!isSized(origin)) return inclusive ? `Must be ${limit} or more.` : `Must be more than ${limit}.`;
  const count = inclusive ? limit : limit + 1;
  return count === 1 ? 'Must not be empty.' : `Must have at least ${count} ${parts(origin, count)}.`;
}

function most(origin: string, limit: number, inclusive: boolean): string {
  if (!isSized(origin)) return inclusive ? `Must be ${limit} or less.` : `Must be less than ${limit}.`;
  const count = inclusive ? limit : limit - 1;
  return `Must have at most ${count} ${parts(origin, count)}.`;
}

function isSized(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function parts(origin: string, count: number): string {
  if (origin === 'string') return count === 1 ? 'character' : 'characters';
  return count === 1 ? 'entry' : 'entries';
}
