// Checks what came in against the route's shapes.
// Invariant: a message names the wrong member and never repeats its value; U+0000 and broken text go no further.

import type { z } from 'zod';
import { AppError, type FieldError } from '../domain/errors.ts';
import { inputWords } from './input-words.ts';
import { unknownMembers } from './unknown-members.ts';
import { type InputSource, memberPath, refuseUnknown } from './unknown-words.ts';

const mostNamed = 20;

/**
 * The value as the shape makes it. Throws AppError `invalid-request`, naming every wrong member; `unknown-member`,
 * `unknown-parameter` or `cannot-be-set-here` when it has members that the shape does not.
 */
export function checkedInput(shape: z.ZodType, value: unknown, source: InputSource = { part: 'body' }): unknown {
  const result = shape.safeParse(value, { error: inputWords });
  const wrong = (result.error?.issues ?? []).slice(0, mostNamed).map(fieldError);
  const unknown = unknownMembers(shape, value, mostNamed);
  if (unknown.length > 0) throw refuseUnknown(unknown, source, wrong.slice(0, mostNamed - unknown.length));
  if (!result.success) throw invalidRequest(wrong);
  const bad = unstorable(value, []);
  if (bad) throw invalidRequest([{ name: memberPath(bad), message: 'Holds a character that is no text.' }]);
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

function fieldError({ path, message }: z.core.$ZodIssue): FieldError {
  return { name: memberPath(path), message };
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
