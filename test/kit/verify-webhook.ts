// The check of a receiver, written from the specification of the Standard Webhooks (v1) and from nothing of this project.

import { subtle } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the clocks of sender and receiver may be apart, in seconds. */
const tolerance = 300;

/** Rejects when the signature is not that of `secret` over these very bytes, or is too old. */
export async function verifyWebhook(
  secret: string,
  headers: IncomingHttpHeaders,
  body: string,
  now: Date,
): Promise<void> {
  const one = (name: string) => {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') throw new Error(`the header ${name} is missing`);
    return value;
  };
  const [id, timestamp, signatures] = [one('webhook-id'), one('webhook-timestamp'), one('webhook-signature')];
  if (id.includes('.')) throw new Error('an id with a full stop could be taken for two parts');
  if (!/^\d+$/.test(timestamp)) throw new Error('the timestamp is no number of seconds');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > tolerance) throw new Error('the timestamp is too far off');
  if (!secret.startsWith('whsec_')) throw new Error('a secret that is none');
  const bytes = Uint8Array.fromBase64(secret.slice('whsec_'.length));
  if (bytes.length < 24 || bytes.length > 64) throw new Error('the secret has not 24 to 64 bytes');
  const key = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const part of signatures.split(' ')) {
    const [version, signature = ''] = part.split(',');
    if (version === 'v1' && (await subtle.verify('HMAC', key, Uint8Array.fromBase64(signature), signed))) return;
  }
  throw new Error('no signature is right');
}
