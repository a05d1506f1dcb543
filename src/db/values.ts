// How values of PostgreSQL become values of JavaScript.
// Invariant: nothing is rounded or shifted on the way: what does not fit a number throws, dates and decimals stay text.
import type { CustomTypesConfig } from 'pg';
import pg from 'pg';
import { DatabaseError } from './database-error.ts';

const { builtins } = pg.types;
// Types of arrays have no names in the driver: oids of pg_type.
const INT8_ARRAY = 1016;
const DATE_ARRAY = 1182;
const NUMERIC_ARRAY = 1231;
const TEXT_ARRAY: number = 1009;

const asText = (text: string): string => text;
const textArray: (text: string) => (string | null)[] = pg.types.getTypeParser(TEXT_ARRAY, 'text');

/** A 64-bit integer as a number; beyond 2^53 it throws (SQLSTATE 22003), because a rounded id is a wrong id. */
export function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new DatabaseError('Database error 22003: a bigint beyond 2^53 cannot be read as a number', { code: '22003' });
  }
  return value;
}

const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseBigint],
  [builtins.DATE, asText],
  [builtins.TIMESTAMP, asText],
  [builtins.NUMERIC, asText],
  [INT8_ARRAY, (text) => textArray(text).map((item) => (item === null ? null : parseBigint(item)))],
  [DATE_ARRAY, textArray],
  [NUMERIC_ARRAY, textArray],
]);

/** The `types` of every connection; the driver's global table is left alone. */
export const valueTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? pg.types.getTypeParser(oid, format),
};
