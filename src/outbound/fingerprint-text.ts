// Fingerprints as people paste them: with or without `SHA256:`, from the output of ssh-keygen, with spaces, or in an address.
// Invariant: only a SHA-256 fingerprint comes out, in OpenSSH's form.

import { AppError } from '../domain/errors.ts';

/** `SHA256:` and 43 letters of base64. Throws AppError `md5-fingerprint` or `bad-fingerprint`. */
export function checkedFingerprint(text: string): string {
  const line = /SHA256:([A-Za-z0-9+/_-]{43})(?![A-Za-z0-9+/_-])/i.exec(text);
  const compact = text.replace(/\s/g, '');
  const bare = line?.[1] ?? /^(?:SHA256:)?([A-Za-z0-9+/_-]{43})=?$/i.exec(compact)?.[1];
  if (bare !== undefined) return `SHA256:${bare.replaceAll('-', '+').replaceAll('_', '/')}`;
  const isMd5 = /^(?:MD5:)?(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$|^MD5:|^[0-9a-f]{32}$/i.test(compact);
  if (isMd5 || /\bMD5:|(?:[0-9a-f]{2}:){15}/i.test(text))
    throw refused(
      'md5-fingerprint',
      'This is an MD5 fingerprint. It cannot be confirmed, because two keys can be made that have the same one.',
    );
  throw refused('bad-fingerprint', 'This is not a SHA-256 fingerprint.');
}

function refused(code: string, title: string): AppError {
  const detail =
    'Ask for the SHA256 fingerprint: ssh-keygen -lf KEYFILE shows it on the server; it begins with SHA256:.';
  return new AppError('invalid', code, title, detail, [{ name: 'sha256', message: title }]);
}
