// Checks what came in against the route's shapes.
// Invariant: a message names the wrong member and never repeats its value; U+0000 and broken text go no further.

import type { z } from 'zod';
import { AppError, type FieldError } from '../domain/errors.ts';
import { inputWords } from './input-words.ts';

/** The value as the shape makes it. Throws AppError `invalid-request`, naming every wrong member. */
export function checkedInput(shape: z.ZodType, value: unknown): unknown {
  const result = shape.safeParse(value, { error: inputWords });
  if (!result.success) throw invalidRequest(result.error.issues.slice(0, 20).flatMap(fieldErrors));
  const bad = unstorable(value, []);
  if (bad) throw invalidRequest([{ name: bad.join('.'), message: 'Holds a character that is no text.' }]);
  return result.data;
}

export function invalidRequest(fields: FieldError[]): AppError {
  const [first] = fields;
  const where = first?.name ? `“${first.name}”: ` : '';
  return new AppError(
    'invalid',
    'invalid-request',
    fields.length === 1 ? 'One value of the request is not valid.' : 'Some values of the request are not valid.',
    first ? `${where}${first.message}` : '',
    fields,
  );
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      name: [...issue.path, key].map(String).join('.'),
      message: 'Is not known here.',
    }));
  return [{ name, message: issue.message }];
}

/** The path of the first text or name that PostgreSQL could not store, or null. */
function unstorable(value: unknown, path: string[]): string[] | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null;
  if (value === null || typeof value !== 'object') return null;
  for (const [key, member] of Object.entries(value)) {
    const at = [...path, key];
    if (key.includes('\0') || !key.isWellFormed()) return path;
    const found = unstorable(member, at);
    if (found) return found;
  }
  return null;
}
