// The only reader of the environment: settings become one checked value, secrets a second one.
// Invariant: a bad value ends the start with a sentence that names the setting and says what it may be.

import { isIP, isIPv6 } from 'node:net';
import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import type { DatabaseConfig } from './db/connection.ts';

export type Role = 'sftp' | 'http' | 'worker';

export type Config = {
  dataDir: string;
  database: DatabaseConfig;
  files: { kind: 'disk'; dir: string };
  roles: ReadonlySet<Role>;
  http: { host: string; port: number };
  sftp: { host: string; port: number };
  /** How many processes serve SFTP; with 1 this one does. */
  sftpProcesses: number;
  /** What institutions are shown instead of the listening address. */
  publicUrl: string | null;
  publicSftp: { host: string; port: number } | null;
  /** Given by the environment; otherwise what the database says, 3 seconds at first. */
  settleSeconds: number | null;
  /** CIDR list of proxies whose forwarded headers count. */
  trustedProxies: string[];
  /** CIDR list of private networks that destinations and webhooks may reach all the same. */
  allowNetworks: string[];
  /** The addresses that destinations see, to be shown for allow-lists. */
  egressAddresses: string[];
  logLevel: string;
  /** What processes that we start may know of the environment: nothing that could be a secret. */
  childEnvironment: Record<string, string>;
};

/** Kept apart from `Config`, so that printing a configuration can never print a secret. */
export type Secrets = {
  masterKey: string | null;
  bootstrapToken: string | null;
  /** An address such as smtps://user:password@mail.example.edu:465; null keeps mails to be read in the pages. */
  smtpUrl: string | null;
};

/** A setting that cannot be used. The message is meant for the operator. */
export class ConfigError extends Error {
  constructor(setting: string, sentence: string) {
    super(`${setting}: ${sentence}`);
    this.name = 'ConfigError';
  }
}

/** Where certificates are, how times are written, and how PostgreSQL is reached beside its address. */
const handedDown = [
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'TZ', 'MALLOC_ARENA_MAX'],
  ...['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE', 'PGSSLMODE', 'PGSSLCERT', 'PGSSLKEY', 'PGSSLROOTCERT', 'PGPASSFILE'],
];

const allRoles: readonly Role[] = ['sftp', 'http', 'worker'];

/** Reads the settings of the contract from `env`. Relative paths begin at `cwd`. Throws ConfigError. */
export function readConfig(env: Record<string, string | undefined>, cwd: string): { config: Config; secrets: Secrets } {
  const text = (name: string) => (env[name] === '' ? undefined : env[name]);
  const dataDir = absolute(text('CAUSEWAY_DATA') ?? './data', cwd);
  const host = text('CAUSEWAY_HOST') ?? '127.0.0.1';
  const databaseUrl = text('CAUSEWAY_DATABASE_URL');
  const masterKey = text('CAUSEWAY_MASTER_KEY') ?? null;
  if (databaseUrl && !masterKey)
    throw new ConfigError(
      'CAUSEWAY_MASTER_KEY',
      'With a database of your own this must be set: at least 32 characters, the same on every node. Make one with: openssl rand -base64 32',
    );
  if (masterKey && masterKey.length < 32)
    throw new ConfigError(
      'CAUSEWAY_MASTER_KEY',
      'It must have at least 32 characters. Make one with: openssl rand -base64 32',
    );
  const bootstrapToken = text('CAUSEWAY_BOOTSTRAP_TOKEN') ?? null;
  if (bootstrapToken && bootstrapToken.length < 32)
    throw new ConfigError(
      'CAUSEWAY_BOOTSTRAP_TOKEN',
      'It must have at least 32 characters. Make one with: openssl rand -base64 32',
    );
  return {
    config: {
      dataDir,
      database: databaseUrl
        ? { kind: 'postgres', url: withPassword(checkedDatabaseUrl(databaseUrl), text('PGPASSWORD')) }
        : { kind: 'embedded', dir: dataDir },
      files: checkedFiles(text('CAUSEWAY_FILES') ?? 'disk:', dataDir, cwd),
      roles: checkedRoles(text('CAUSEWAY_ROLES') ?? allRoles.join(',')),
      http: {
        host: text('CAUSEWAY_HTTP_HOST') ?? host,
        port: checkedPort('CAUSEWAY_HTTP_PORT', text('CAUSEWAY_HTTP_PORT') ?? '8080'),
      },
      sftp: {
        host: text('CAUSEWAY_SFTP_HOST') ?? host,
        port: checkedPort('CAUSEWAY_SFTP_PORT', text('CAUSEWAY_SFTP_PORT') ?? '2022'),
      },
      sftpProcesses: checkedProcesses(text('CAUSEWAY_SFTP_PROCESSES')),
      publicUrl: checkedUrl(text('CAUSEWAY_PUBLIC_URL')),
      publicSftp: checkedHostPort(text('CAUSEWAY_PUBLIC_SFTP')),
      settleSeconds: checkedSeconds(text('CAUSEWAY_SETTLE_SECONDS')),
      trustedProxies: (text('CAUSEWAY_TRUSTED_PROXIES') ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
      allowNetworks: checkedNetworks('CAUSEWAY_ALLOW_NETWORKS', text('CAUSEWAY_ALLOW_NETWORKS')),
      egressAddresses: checkedNetworks('CAUSEWAY_EGRESS_ADDRESSES', text('CAUSEWAY_EGRESS_ADDRESSES')),
      logLevel: checkedLogLevel(text('CAUSEWAY_LOG_LEVEL') ?? 'info'),
      childEnvironment: Object.fromEntries(handedDown.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
    },
    secrets: { masterKey, bootstrapToken, smtpUrl: checkedSmtpUrl(text('CAUSEWAY_SMTP_URL')) },
  };
}

function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? path : resolve(cwd, path);
}

function checkedDatabaseUrl(text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text))
    throw new ConfigError(
      'CAUSEWAY_DATABASE_URL',
      'It must be an address such as postgres://user:password@host:5432/database.',
    );
  return text;
}

/** PostgreSQL's own variable counts where the address has none; processes of ours get the address, and no environment. */
function withPassword(address: string, password: string | undefined): string {
  const url = new URL(address);
  if (password === undefined || url.password !== '' || url.searchParams.has('password')) return address;
  url.password = encodeURIComponent(password);
  return url.href;
}

function checkedFiles(text: string, dataDir: string, cwd: string): Config['files'] {
  if (text === 'disk:') return { kind: 'disk', dir: resolve(dataDir, 'files') };
  if (text.startsWith('disk:')) return { kind: 'disk', dir: absolute(text.slice('disk:'.length), cwd) };
  if (text.startsWith('s3:'))
    throw new ConfigError(
      'CAUSEWAY_FILES',
      'Object storage is not available in this version. Use disk: or disk:/a/folder.',
    );
  throw new ConfigError('CAUSEWAY_FILES', 'It must be disk: or disk:/a/folder.');
}

function checkedRoles(text: string): ReadonlySet<Role> {
  const roles = text.split(',').map((part) => part.trim());
  const unknown = roles.filter((role) => !(allRoles as readonly string[]).includes(role));
  if (unknown.length > 0)
    throw new ConfigError(
      'CAUSEWAY_ROLES',
      `“${unknown.join(', ')}” is no role. Use a list of ${allRoles.join(', ')}.`,
    );
  return new Set(roles as Role[]);
}

function checkedPort(setting: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new ConfigError(setting, `“${text}” is no port. Use a number from 0 to 65535; 0 takes a free one.`);
  return port;
}

/** Two cores are shared with PostgreSQL and the imports; from four on half of them, up to four, may serve SFTP. */
export function usualSftpProcesses(cores: number): number {
  return cores <= 2 || process.platform === 'win32' ? 1 : Math.min(4, Math.floor(cores / 2));
}

function checkedProcesses(text: string | undefined): number {
  if (text === undefined) return usualSftpProcesses(availableParallelism());
  const processes = Number(text);
  if (!/^\d+$/.test(text) || processes < 1 || processes > 64)
    throw new ConfigError('CAUSEWAY_SFTP_PROCESSES', `“${text}” is no number of processes. Use a number from 1 to 64.`);
  return processes;
}

function checkedUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigError('CAUSEWAY_PUBLIC_URL', 'It must be an address such as https://causeway.example.edu.');
  return text.replace(/\/+$/, '');
}

function checkedHostPort(text: string | undefined): { host: string; port: number } | null {
  if (text === undefined) return null;
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (!match?.[1] || !match[2])
    throw new ConfigError('CAUSEWAY_PUBLIC_SFTP', 'It must be host:port, such as sftp.example.edu:22.');
  return { host: match[1].replace(/^\[(.*)\]$/, '$1'), port: checkedPort('CAUSEWAY_PUBLIC_SFTP', match[2]) };
}

function checkedSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 3600)
    throw new ConfigError('CAUSEWAY_SETTLE_SECONDS', 'It must be a number of seconds from 0 to 3600.');
  return seconds;
}

function checkedLogLevel(text: string): string {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
  if (!levels.includes(text)) throw new ConfigError('CAUSEWAY_LOG_LEVEL', `Use one of ${levels.join(', ')}.`);
  return text;
}

/** Where the commands that are clients of the API find it, and how they sign in: `CAUSEWAY_URL`, `CAUSEWAY_TOKEN`. */
export function readClientConfig(env: Record<string, string | undefined>): { url: string; token: string | null } {
  const url = env.CAUSEWAY_URL || `http://127.0.0.1:${env.CAUSEWAY_HTTP_PORT || '8080'}`;
  if (!URL.canParse(url)) throw new ConfigError('CAUSEWAY_URL', 'It must be an address such as http://127.0.0.1:8080.');
  return { url: url.replace(/\/+$/, ''), token: env.CAUSEWAY_TOKEN || null };
}

/** A list of addresses and networks, comma separated; as they were written. */
function checkedNetworks(setting: string, text: string | undefined): string[] {
  const parts = (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const wrong = parts.find((part) => !isNetwork(part));
  if (wrong !== undefined)
    throw new ConfigError(
      setting,
      `“${wrong}” is no address or network. Write a list such as 203.0.113.7, 10.20.0.0/16, 2001:db8::/32.`,
    );
  return parts;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0 || address.includes('%')) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32));
}

function checkedSmtpUrl(text: string | undefined): string | null {
  if (text === undefined) return null;
  // The value may hold a password, so that it is never repeated.
  if (!URL.canParse(text) || !/^smtps?:$/.test(new URL(text).protocol) || new URL(text).hostname === '')
    throw new ConfigError(
      'CAUSEWAY_SMTP_URL',
      'It must be an address such as smtp://mail.example.edu:587 or smtps://user:password@mail.example.edu:465.',
    );
  const url = new URL(text);
  if (!isEncoded(url.username) || !isEncoded(url.password))
    throw new ConfigError('CAUSEWAY_SMTP_URL', 'Write a % in the user name or the password as %25.');
  const from = url.searchParams.get('from');
  if (from !== null && !/^(?:[^<>]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/.test(from.trim()))
    throw new ConfigError(
      'CAUSEWAY_SMTP_URL',
      'Behind ?from= there must be the address that mails come from, such as causeway@example.edu.',
    );
  return text;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
