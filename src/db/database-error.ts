// What goes wrong in the database, as errors that may be logged and shown: code, table and constraint, never values.
// Invariant: no text of the server that can hold a value (detail, where, hint, most messages) gets into them.
import pg from 'pg';

interface ErrorFacts {
  code: string;
  constraint?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  statement?: string | undefined;
}

/** A statement failed. `code` is the SQLSTATE, or a system code such as `ECONNREFUSED`. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  readonly code: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  /** The beginning of the SQL text; values are parameters and so are not in it. */
  readonly statement: string | undefined;
  /** True when the same work may succeed if done again: deadlock, lost connection, restart. */
  readonly transient: boolean;

  constructor(message: string, facts: ErrorFacts) {
    super(message);
    this.code = facts.code;
    this.constraint = facts.constraint;
    this.table = facts.table;
    this.column = facts.column;
    this.statement = facts.statement;
    this.transient = isTransient(facts.code);
  }
}

/** The database cannot be opened or migrated. `message` is a sentence for the operator. */
export class DatabaseStartError extends Error {
  override name = 'DatabaseStartError';
}

/** Is this the violation of a unique constraint (of the one named, when given)? */
export function isUniqueViolation(error: unknown, constraint?: string): error is DatabaseError {
  if (!(error instanceof DatabaseError) || error.code !== '23505') return false;
  return constraint === undefined || error.constraint === constraint;
}

/** Was the link to the server lost or never made (so that the connection must not be used again)? */
export function isLostConnection(error: unknown): boolean {
  return error instanceof DatabaseError && LOST.test(error.code);
}

/** The code of a connection that broke off; system codes beginning with E are its other spelling. */
const CONNECTION_LOST = '08006';
/** COMMIT was sent and its answer never came: nobody knows whether it took place. */
export const OUTCOME_UNKNOWN = '08007';

const LOST = /^(08|57P0[1-5]|E[A-Z]+$)/;
// Deadlock and serialisation (40), link (08), resources (53), restart (57P), lock not available (55P03), system codes.
const TRANSIENT = /^(40|08(?!P01)|53|57P0[1-5]|55P03|E[A-Z]+$)/;
// Classes whose messages name things of the schema or of the server, never data: missing feature, link, login, SQL text,
// resources, states, system.
const MESSAGE_IS_SAFE = /^(0A|08|25|28|3[DF]|40|42|53|54|55|57|58)/;

/** Words for codes whose own message or detail can hold a value. */
const NAMES: Record<string, string> = {
  '22001': 'a text is too long for its column',
  '22003': 'a number is out of range',
  '22007': 'a date or time is not valid',
  '22008': 'a date or time is out of range',
  '22012': 'division by zero',
  '22021': 'a text holds a character that the database cannot store',
  '22P02': 'a value is not valid for its type',
  '22P04': 'the rows of a COPY do not fit the table',
  '23502': 'a required value is missing',
  '23503': 'a row refers to one that is not there',
  '23505': 'a value that must be unique is there already',
  '23514': 'a value breaks a rule of its table',
};

function isTransient(code: string): boolean {
  return TRANSIENT.test(code) && code !== OUTCOME_UNKNOWN;
}

/** Turns whatever the driver threw into a `DatabaseError`; the original is dropped on purpose, it can hold values. */
export function toDatabaseError(error: unknown, sql?: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const statement = sql?.replace(/\s+/g, ' ').trim().slice(0, 160);
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? 'XX000';
    const facts = { code, constraint: error.constraint, table: error.table, column: error.column, statement };
    return new DatabaseError(describe(facts, error.message, error.where), facts);
  }
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : driverCode(error);
    return new DatabaseError(`Database error ${code}: ${error.message}`, { code, statement });
  }
  return new DatabaseError('Database error XX000', { code: 'XX000', statement });
}

function describe(facts: ErrorFacts, message: string, where: string | undefined): string {
  const on = [
    facts.constraint && `constraint ${facts.constraint}`,
    facts.table && `table ${facts.table}`,
    facts.column && `column ${facts.column}`,
    copyPosition(where),
  ].filter(Boolean);
  const known = MESSAGE_IS_SAFE.test(facts.code) ? message : NAMES[facts.code];
  const text = known === undefined ? '' : `: ${known}`;
  return `Database error ${facts.code}${text}${on.length > 0 ? ` (${on.join(', ')})` : ''}`;
}

/** `COPY staging, line 7, column phone: "…"` → `COPY line 7, column phone`; the value stays out. */
function copyPosition(where: string | undefined): string | undefined {
  const found = /^COPY \w+, line (\d+)(?:, column (\w+))?/.exec(where ?? '');
  return found ? `COPY line ${found[1]}${found[2] ? `, column ${found[2]}` : ''}` : undefined;
}

/** The driver reports a broken link by its words only. */
function driverCode(error: Error): string {
  if (/timeout exceeded when trying to connect/.test(error.message)) return '53300';
  return /terminated|not queryable|connection error|Connection ended/i.test(error.message) ? CONNECTION_LOST : 'XX000';
}
