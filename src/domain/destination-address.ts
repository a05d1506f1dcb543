// Host, folder and user name of a destination as people type them: one normal form, or a sentence that says what to write.
// Invariant: nothing that stands where a password may be (`user:password@`) is ever repeated.

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { AppError } from './errors.ts';

/**
 * A host name in lower case (international names in their ASCII form), an IPv4 or an IPv6 address (without brackets).
 * Throws AppError `bad-host`; for a pasted `sftp://user@host:port/path` it says which part belongs where.
 */
export function checkedHost(text: string): string {
  const host = text.trim();
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIPv4(host) || (isIPv6(address) && !address.includes('%'))) return address.toLowerCase();
  const name = hostName(host);
  if (name !== null) return name;
  const parts = partsOf(host);
  throw parts ? severalParts(parts) : badHost('It is neither a host name nor an address.', justTheName);
}

const justTheName =
  'Write the name of the server alone, such as sftp.example.edu, or its address, without sftp:// and without a path.';

/** RFC 1123 labels, underscores besides; a last label of digits only would be read as a number by some resolvers. */
function hostName(text: string): string | null {
  const ascii = /^[\x21-\x7e]+$/.test(text) ? text : /[\s/:@?#[\]\\%]/.test(text) ? '' : domainToASCII(text);
  const name = ascii.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  const good = labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
  if (!good || name.length > 253 || /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return null;
  return name;
}

type Parts = { host: string; port: string | null; user: string | null; path: string | null };

/** The parts of something like a URL or `user@host:port`, or null when it is nothing of the kind. */
function partsOf(text: string): Parts | null {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:([^/]*)@)?(\[[^\]/]+\]|[^/:@]+)(?::(\d{1,5}))?(\/.*)?$/i.exec(text);
  if (!match?.[2]) return null;
  const [, login, host, port, path] = match;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const known = isIPv4(bare) || isIPv6(bare) ? bare : hostName(bare);
  if (known === null) return null;
  const user = login?.split(':')[0] ?? '';
  return {
    host: known,
    port: port ?? null,
    user: /^[\x21-\x7e]{1,64}$/.test(user) && !user.includes('@') ? user : null,
    path: path && path !== '/' && isPlain(path) ? path.slice(0, 100) : null,
  };
}

function severalParts(parts: Parts): AppError {
  const pieces = [
    `Write ${parts.host} as the host`,
    ...(parts.port === null ? [] : [`${parts.port} as the port`]),
    ...(parts.user === null ? [] : [`${parts.user} as the user name`]),
    ...(parts.path === null ? [] : [`${parts.path} as the folder`]),
  ];
  const last = pieces.length > 1 ? ` and ${pieces.pop()}` : '';
  return badHost('It holds more than the name of the server.', `${pieces.join(', ')}${last}.`);
}

function badHost(what: string, remedy: string): AppError {
  return new AppError('invalid', 'bad-host', `The host cannot be used as it is written. ${what}`, remedy, [
    { name: 'host', message: remedy },
  ]);
}

/**
 * A folder on the server, as it is sent there. It may be relative: then it begins in the folder in which a login starts.
 * `..` is let through, because what a login may reach is for the server to say. Throws AppError `bad-path`.
 */
export function checkedPath(text: string): string {
  const path = text.trim();
  if (path === '') throw badPath('It is empty.', 'Write / for the folder in which a login starts.');
  if (!isPlain(path)) throw badPath('It holds a line break or another character that is no text.', 'Type it again.');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path))
    throw badPath('It is an address, not a folder.', 'Write the folder alone, such as /incoming.');
  if (path === '~' || path.startsWith('~/'))
    throw badPath(
      'SFTP does not know “~”.',
      path.length > 2
        ? 'Leave “~/” out: a path without a “/” before it begins in the folder in which a login starts.'
        : 'Write “.” for the folder in which a login starts.',
    );
  return path;
}

function badPath(what: string, remedy: string): AppError {
  return new AppError('invalid', 'bad-path', `The folder cannot be used as it is written. ${what}`, remedy, [
    { name: 'path', message: `${what} ${remedy}` },
  ]);
}

/** Throws AppError `bad-username`. */
export function checkedUsername(text: string): string {
  const username = text.trim();
  if (username !== '' && isPlain(username)) return username;
  const remedy = 'Write the user name as your server knows it, on one line.';
  throw new AppError('invalid', 'bad-username', 'The user name cannot be used as it is written.', remedy, [
    { name: 'username', message: remedy },
  ]);
}

/** No control characters, line and paragraph separators, or marks that turn the direction of text. */
function isPlain(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);
}
