// Sends the weekly digests that are due.
// Invariant: mails and the next time are one transaction, so that a digest is written once, whichever node is first.

import type { Deps } from '../deps.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { claimDigest, countNewConnections, listDueDigestsAllInstitutions, moveDigest } from '../store/digests.ts';
import { getInstitution } from '../store/institutions.ts';
import { digestPeriod } from './digest-period.ts';
import { digestWords } from './digest-words.ts';
import { writeMails } from './write-mails.ts';

type DigestDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'queue' | 'mail' | 'installation' | 'log'>;

/** What lists of mails call it. */
const digestEvent = 'digest.weekly';

/** How many digests one look writes: other things that are due must not wait for all of a Monday morning. */
const atOnce = 20;

/** How many digests were written. One that fails is logged and stays due; it does not hold up the others. */
export async function dueDigests(deps: DigestDeps): Promise<number> {
  const now = deps.clock.now();
  let written = 0;
  for (const due of await listDueDigestsAllInstitutions(deps.db, now, atOnce))
    try {
      if (await writeDigest(deps, due, now)) written += 1;
    } catch (error) {
      deps.log.error({ err: error, institutionId: due.institutionId }, 'a weekly digest was not written');
    }
  return written;
}

async function writeDigest(
  deps: DigestDeps,
  { institutionId, nextAt }: { institutionId: InstitutionId; nextAt: Date },
  now: Date,
): Promise<boolean> {
  const institution = await getInstitution(deps.db, institutionId);
  if (!institution) return false;
  const period = digestPeriod(institution.timeZone, nextAt, now);
  // Before the transaction: counting may take seconds, and nobody may wait for it.
  const counts = await countNewConnections(deps.db, institutionId, period.starts, period.to);
  const words = digestWords({ institution, publicUrl: deps.installation.publicUrl() }, period, counts);
  return deps.db.transaction(async (tx) => {
    const digest = await claimDigest(tx, institutionId, nextAt);
    if (!digest) return false;
    await writeMails(deps, tx, institutionId, { event: digestEvent, recipients: digest.recipients, at: now, words });
    await moveDigest(tx, institutionId, period.next);
    return true;
  });
}
