// The error that a piece of work ends with, for tests of what the database refuses.
import assert from 'node:assert/strict';
import { DatabaseError } from '../../src/db/database-error.ts';

/** Fails when the work succeeds, or ends with an error of another kind. */
export async function databaseErrorOf(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DatabaseError, `expected a DatabaseError, got ${String(error)}`);
  return error;
}
