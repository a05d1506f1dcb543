// Public keys as people paste them: OpenSSH, RFC 4716, PEM and PuTTY's forms become one normal form, or a sentence.
// Invariant: a private key is refused and never repeated; exactly one key comes out.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { AppError } from './errors.ts';
import {
  type BlobProblem,
  blobOf,
  blobType,
  checkBlob,
  md5Fingerprint,
  type PublicKeyType,
  sha256Fingerprint,
} from './public-key-blobs.ts';

/** `line` is the key in OpenSSH's one-line form with its comment; `sha256` is what feeds compare by. */
export type PublicKey = {
  type: PublicKeyType;
  line: string;
  comment: string;
  sha256: string;
  md5: string;
  blob: Buffer;
};

/**
 * Reads one public key from OpenSSH's line, RFC 4716 (also PuTTYgen's `.pub`), PEM (SPKI, PKCS#1 RSA), or the public part of a
 * PuTTY `.ppk` (version 2 or 3). Throws AppError `invalid` whose code and sentences say what is wrong with the text.
 */
export function parsePublicKey(text: string): PublicKey {
  const clean = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .trim();
  if (clean === '') throw refusal('no-public-key', 'There is no key in this text.', pasteOne);
  if (clean.length > 20_000) throw refusal('no-public-key', 'This text is too long for a public key.', pasteOne);
  if (/PRIVATE[ -]KEY|^Private-(Lines|MAC|Hash):/im.test(clean)) throw privateKey();
  if (/\0/.test(clean)) throw damaged();
  const { blob, comment } = findKey(clean);
  const checked = checkBlob(blob);
  if ('problem' in checked) throw problemRefusal(checked.problem);
  return normalForm(checked.type, blob, comment);
}

function normalForm(type: PublicKeyType, blob: Buffer, rawComment: string): PublicKey {
  const comment = rawComment
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200);
  const line = `${type} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
  return { type, line, comment, sha256: sha256Fingerprint(blob), md5: md5Fingerprint(blob), blob };
}

type Found = { blob: Buffer; comment: string };

function findKey(text: string): Found {
  if (/^PuTTY-User-Key-File-/m.test(text)) return fromPpk(text);
  if (/^---- BEGIN SSH2 PUBLIC KEY ----/m.test(text)) return fromRfc4716(text);
  if (/^-----BEGIN /m.test(text)) return fromPem(text);
  return fromOpenSsh(text);
}

function fromOpenSsh(text: string): Found {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const startsKey = /^(ssh-|ecdsa-|sk-)[\w@.-]+(\s|$)/;
  if (lines.filter((line) => startsKey.test(line)).length > 1) throw several();
  const [first = '', ...rest] = lines;
  // Mail programs break long lines: what follows the first line belongs to its base64.
  const joined = rest.reduce((line, more) => (line.includes(' ') ? line + more : `${line} ${more}`), first);
  const match = /^(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s+(.*))?$/.exec(joined);
  if (!match || !startsKey.test(joined)) {
    if (/\s(ssh-|ecdsa-|sk-)[\w@.-]+\sAAAA/.test(joined))
      throw refusal(
        'key-options',
        'This line has options before the key.',
        'Options of an authorized_keys file have no effect here. Paste the line without them, beginning at the key type.',
      );
    throw refusal('no-public-key', 'This is not a public key in a form that is known here.', pasteOne);
  }
  const [, type, base64, comment] = match;
  const blob = decodeBase64(base64 ?? '');
  const inner = blobType(blob);
  if (inner === null || inner !== type) throw damaged();
  return { blob, comment: comment ?? '' };
}

// RFC 4716 section 3: headers may go on over a `\` at the end of a line; the comment may be quoted.
function fromRfc4716(text: string): Found {
  if ((text.match(/---- BEGIN SSH2 PUBLIC KEY ----/g) ?? []).length > 1) throw several();
  const body = /---- BEGIN SSH2 PUBLIC KEY ----\n([\s\S]*?)\n---- END SSH2 PUBLIC KEY ----/.exec(text)?.[1];
  if (body === undefined) throw damaged();
  const lines = body.replace(/\\\n/g, '').split('\n');
  const headers = lines.filter((line) => line.includes(':'));
  const comment = headers.find((line) => /^comment:/i.test(line))?.replace(/^comment:\s*/i, '') ?? '';
  const base64 = lines.filter((line) => !line.includes(':')).join('');
  return { blob: decodeBase64(base64), comment: comment.replace(/^"(.*)"$/, '$1') };
}

function fromPem(text: string): Found {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\n[\s\S]*?\n-----END \1-----/g)];
  const [block] = blocks;
  if (!block) throw damaged();
  if (blocks.length > 1) throw several();
  if (block[1] !== 'PUBLIC KEY' && block[1] !== 'RSA PUBLIC KEY')
    throw refusal('no-public-key', `This is a PEM block of another kind (${block[1]}), not a public key.`, pasteOne);
  const key = readPem(block[0]);
  if (key.asymmetricKeyType === 'dsa') throw problemRefusal('dsa');
  const blob = blobOf(key);
  if (!blob) throw problemRefusal('unknown-type');
  return { blob, comment: '' };
}

function readPem(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw damaged();
  }
}

function fromPpk(text: string): Found {
  if ((text.match(/^PuTTY-User-Key-File-/gm) ?? []).length > 1) throw several();
  if (!/^PuTTY-User-Key-File-[23]: /m.test(text))
    throw refusal('no-public-key', 'This version of PuTTY key file is not known.', pasteOne);
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('Public-Lines:'));
  const count = Number(lines[start]?.slice('Public-Lines:'.length));
  if (start < 0 || !Number.isInteger(count) || count < 1 || lines.length < start + 1 + count) throw damaged();
  const comment = lines.find((line) => line.startsWith('Comment:'))?.slice('Comment:'.length) ?? '';
  return { blob: decodeBase64(lines.slice(start + 1, start + 1 + count).join('')), comment };
}

function decodeBase64(text: string): Buffer {
  const compact = text.replace(/\s/g, '');
  if (compact === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw damaged();
  return Buffer.from(compact, 'base64');
}

const pasteOne =
  'Paste one public key: a line that begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa, or a block “BEGIN PUBLIC KEY” or “BEGIN SSH2 PUBLIC KEY”.';

function refusal(code: string, title: string, detail: string): AppError {
  return new AppError('invalid', code, title, detail, [{ name: 'key', message: `${title} ${detail}` }]);
}

function privateKey(): AppError {
  return refusal(
    'private-key',
    'This is a private key. It was not stored.',
    'A private key must stay with its owner: treat this one as exposed, make a new pair, and paste only the public half here (for OpenSSH the file that ends in .pub; in PuTTYgen “Save public key”).',
  );
}

function several(): AppError {
  return refusal('several-keys', 'This text holds more than one key.', 'Add the keys one after the other.');
}

function damaged(): AppError {
  return refusal(
    'damaged-key',
    'This key is cut off or damaged.',
    'Copy the whole public key again, from its first to its last character.',
  );
}

const makeNew = 'Make a new pair, for example with: ssh-keygen -t ed25519';

const problems: Record<BlobProblem, [code: string, title: string, detail: string]> = {
  damaged: [
    'damaged-key',
    'This key is cut off or damaged.',
    'Copy the whole public key again, from its first to its last character.',
  ],
  dsa: ['dsa-key', 'This is a DSA key. DSA is no longer safe and is not accepted.', makeNew],
  certificate: [
    'certificate',
    'This is an SSH certificate, not a plain public key.',
    'Paste the public key that the certificate was made for.',
  ],
  'security-key': ['security-key', 'Keys of hardware tokens (sk-…) are not supported for uploads.', makeNew],
  'rsa-too-short': ['rsa-too-short', 'This RSA key has fewer than 2048 bits.', `${makeNew}, or RSA with 3072 bits.`],
  'rsa-too-long': ['rsa-too-long', 'This RSA key has more than 16384 bits.', makeNew],
  'unknown-type': [
    'unknown-key-type',
    'This kind of key is not supported.',
    'Use Ed25519, ECDSA (nistp256, nistp384, nistp521) or RSA from 2048 bits.',
  ],
};

function problemRefusal(problem: BlobProblem): AppError {
  return refusal(...problems[problem]);
}
