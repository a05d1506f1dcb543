// Makes a webhook with a secret of its own.
// Invariant: what is signed travels encrypted, unless it stays within a private network; the audit log has the host only,
// because the rest of an address may be a secret.

import { isIP } from 'node:net';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId, WebhookId } from '../domain/ids.ts';
import { refusedReason } from '../domain/network-rules.ts';
import { appendAudit } from '../store/audit.ts';
import { countWebhooks, getWebhook, insertWebhook, type WebhookRecord } from '../store/webhooks.ts';
import { newWebhookSecret, sealWebhookSecret } from './webhook-secret.ts';

/** Per institution. */
const mostWebhooks = 20;

/** The secret is in this answer and nowhere else. Throws AppError `bad-webhook-address` or `too-many-webhooks`. */
export async function createWebhook(
  deps: Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'>,
  actor: Actor,
  institutionId: InstitutionId,
  wanted: { url: string; events: readonly string[] },
): Promise<{ webhook: WebhookRecord; secret: string }> {
  const url = checkedAddress(wanted.url);
  const events = [...new Set(wanted.events)];
  const id = deps.newId<WebhookId>();
  const secret = newWebhookSecret();
  const secretSealed = sealWebhookSecret(deps.sealer, institutionId, id, secret);
  const webhook = await deps.db.transaction(async (tx) => {
    if ((await countWebhooks(tx, institutionId)) >= mostWebhooks) throw tooMany();
    await insertWebhook(tx, institutionId, { id, url: url.href, events, secretSealed, createdAt: deps.clock.now() });
    const made = await getWebhook(tx, institutionId, id);
    if (!made) throw new Error('the webhook just made is not there');
    await appendAudit(tx, institutionId, deps, actor, {
      action: 'webhook.created',
      subject: id,
      facts: { host: url.host, events },
    });
    return made;
  });
  return { webhook, secret };
}

/** http or https without credentials; plain http only to an address that is not public. Whether it may be reached is for each delivery to find. */
function checkedAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    throw badAddress('This is no web address.', 'Enter one such as https://example.edu/causeway.');
  if (url.username !== '' || url.password !== '')
    throw badAddress(
      'The address holds a user name or a password.',
      'Leave them out: deliveries are signed, and the receiver checks the signature.',
    );
  if (url.protocol === 'http:' && !isPrivate(url.hostname))
    throw badAddress(
      'This address is not encrypted.',
      'Use https. Plain http is for receivers at a private IP address or localhost.',
    );
  url.hash = '';
  return url;
}

function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0) return /^(?:[^.]+\.)*localhost\.?$/i.test(host);
  return refusedReason(host, []) !== null;
}

function badAddress(title: string, detail: string): AppError {
  return new AppError('invalid', 'bad-webhook-address', title, detail, [{ name: 'url', message: title }]);
}

function tooMany(): AppError {
  return new AppError(
    'conflict',
    'too-many-webhooks',
    `An institution can have ${mostWebhooks} webhooks, and this one has.`,
    'Delete one that is not needed any more.',
  );
}
