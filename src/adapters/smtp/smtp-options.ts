// From CAUSEWAY_SMTP_URL to what the SMTP client is told.
// Invariant: a password goes to another machine only over TLS with a certificate that was checked.

import { BlockList, isIP, isIPv6 } from 'node:net';
import type { SMTPPoolOptions } from 'nodemailer';

/** The sender as a header has it. */
export type Sender = { name: string; address: string };

const second = 1000;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * `smtps:` is TLS from the start. With `smtp:` and a password STARTTLS is required; without one it is taken where it is
 * offered, and then the certificate is not checked: whoever could show a false one could also hide the offer.
 */
export function smtpOptions(text: string): SMTPPoolOptions & { pool: true } {
  const url = new URL(text);
  const host = hostOf(url);
  const secure = url.protocol === 'smtps:';
  const hasPassword = url.username !== '' || url.password !== '';
  const local = isLoopback(host);
  return {
    pool: true,
    host,
    port: url.port === '' ? (secure ? 465 : hasPassword ? 587 : 25) : Number(url.port),
    secure,
    ...(hasPassword
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }, forceAuth: true }
      : {}),
    requireTLS: !secure && hasPassword && !local,
    // A server that offers STARTTLS and then cannot do it gets the mail in the clear, as between mail servers everywhere.
    opportunisticTLS: !secure && (!hasPassword || local),
    tls: { rejectUnauthorized: !local && (secure || hasPassword) },
    maxConnections: 2,
    maxMessages: 100,
    // For an idle link that the server has closed meanwhile; the rest is for the queue, which is more patient.
    maxRequeues: 1,
    idleTimeout: 30 * second,
    dnsTimeout: 15 * second,
    connectionTimeout: 20 * second,
    greetingTimeout: 20 * second,
    socketTimeout: 60 * second,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** `?from=` of the address, as `a@b` or `Name <a@b>`; else causeway at the name by which this installation is reached. */
export function senderOf(text: string, publicUrl: string): Sender {
  const given = new URL(text).searchParams.get('from')?.trim();
  if (given) {
    const [, name, address] = /^(.*?)\s*<([^<>]+)>$/.exec(given) ?? [null, 'Causeway', given];
    return { name: (name ?? '').replace(/^"(.*)"$/, '$1'), address: address ?? given };
  }
  const host = hostOf(new URL(publicUrl));
  return { name: 'Causeway', address: `causeway@${isIP(host) === 0 ? host : 'localhost'}` };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return /^(?:.+\.)?localhost$/i.test(host);
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
