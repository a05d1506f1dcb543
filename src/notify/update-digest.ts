// Switches the weekly digest on or off, and chooses who gets it.
// Invariant: a digest that is on has a recipient and a next time.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { lockDigest, saveDigest } from '../store/digests.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { nextDigest } from './digest-period.ts';

/** Absent members stay as they are. Throws AppError `no-recipients`. */
export async function updateDigest(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer'>,
  actor: Actor,
  institution: InstitutionRecord & { id: InstitutionId },
  update: { enabled?: boolean | undefined; recipients?: readonly string[] | undefined },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const digest = await lockDigest(tx, institution.id);
    if (!digest) throw new Error('the digest of an institution that is not there');
    const enabled = update.enabled ?? digest.enabled;
    const recipients = update.recipients ? withoutDoubles(update.recipients) : digest.recipients;
    if (enabled && recipients.length === 0) throw noRecipients();
    const recipientsChanged = recipients.join('\n') !== digest.recipients.join('\n');
    if (enabled === digest.enabled && !recipientsChanged) return;
    const next = () => nextDigest(institution.timeZone, deps.clock.now());
    await saveDigest(tx, institution.id, { enabled, recipients, nextAt: enabled ? (digest.nextAt ?? next()) : null });
    await appendAudit(tx, institution.id, deps, actor, {
      action: 'digest.updated',
      subject: institution.id,
      facts: {
        ...(enabled === digest.enabled ? {} : { enabled }),
        ...(recipientsChanged ? { recipients: { old: digest.recipients, new: recipients } } : {}),
      },
    });
  });
}

function withoutDoubles(addresses: readonly string[]): string[] {
  return [...new Map(addresses.map((address) => [address.toLowerCase(), address])).values()];
}

function noRecipients(): AppError {
  return new AppError(
    'invalid',
    'no-recipients',
    'The digest is on, but nobody gets it.',
    'Enter at least one address, or switch the digest off.',
    [{ name: 'recipients', message: 'Needs at least one address.' }],
  );
}
