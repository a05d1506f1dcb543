// The one error that a caller's mistake becomes. Everything else that is thrown is a bug.
// Invariant: title and detail never hold a secret or a contact's value.

/** What kind of mistake it was; `http/` and `cli/` map kinds to a status and an exit code, once. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'too-many'
  | 'not-available';

/** One wrong input, by the name that the caller used for it. */
export type FieldError = { name: string; message: string };

/**
 * A caller's mistake. `code` is stable and machine-readable (kebab-case); `title` says what happened and where,
 * `detail` what to do now.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fields: FieldError[];

  constructor(kind: ErrorKind, code: string, title: string, detail = '', fields: FieldError[] = []) {
    super(`${code}: ${title}`);
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.fields = fields;
  }
}
