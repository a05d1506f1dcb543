// The outbound settings of an institution: who may have majors, which ones, and from where the first transfer starts.
// Invariant: what is already there changes nothing and leaves no audit event; only operators give or take the entitlement.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { distinctMajors } from '../domain/connection-majors.ts';
import { AppError } from '../domain/errors.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import {
  lockOutboundSettings,
  type OutboundSettingsRecord,
  replaceOfferedMajors,
  setConnectionsLastExported,
  setMajorsEntitled,
} from '../store/outbound-settings.ts';

export type OutboundSettingsUpdate = {
  majorsEntitled?: boolean | undefined;
  offeredMajors?: readonly string[] | undefined;
  /** YYYY-MM-DD; null forgets it. */
  connectionsLastExported?: string | null | undefined;
};

/**
 * Absent members stay as they are. Throws AppError `operators-only`, `bad-major`, `bad-date` or `since-in-future`. `message`: what
 * the receiver must be told now, or null.
 */
export async function updateOutboundSettings(
  deps: Pick<Deps, 'db' | 'clock' | 'sealer' | 'notify'>,
  actor: Actor,
  institution: Pick<InstitutionRecord, 'id' | 'timeZone'>,
  update: OutboundSettingsUpdate,
): Promise<OutboundSettingsRecord & { message: string | null }> {
  const majors = update.offeredMajors && checkedMajors(update.offeredMajors);
  const day = update.connectionsLastExported;
  if (typeof day === 'string') checkDay(day, deps.clock.now(), institution.timeZone);
  return deps.db.transaction(async (tx) => {
    const before = await lockOutboundSettings(tx, institution.id);
    if (!before) throw new Error('the institution of a request is missing');
    const after: OutboundSettingsRecord = {
      majorsEntitled: update.majorsEntitled ?? before.majorsEntitled,
      offeredMajors: majors ?? before.offeredMajors,
      connectionsLastExported: day === undefined ? before.connectionsLastExported : day,
    };
    const facts: Record<string, unknown> = {};
    if (after.majorsEntitled !== before.majorsEntitled) {
      if (actor.role !== 'operator') throw operatorsOnly();
      await setMajorsEntitled(tx, institution.id, after.majorsEntitled);
      facts.majorsEntitled = { old: before.majorsEntitled, new: after.majorsEntitled };
    }
    if (JSON.stringify(after.offeredMajors) !== JSON.stringify(before.offeredMajors)) {
      await replaceOfferedMajors(tx, institution.id, after.offeredMajors);
      facts.offeredMajors = { old: before.offeredMajors.length, new: after.offeredMajors.length };
    }
    if (after.connectionsLastExported !== before.connectionsLastExported) {
      await setConnectionsLastExported(tx, institution.id, after.connectionsLastExported);
      facts.connectionsLastExported = { old: before.connectionsLastExported, new: after.connectionsLastExported };
    }
    const isNew = after.majorsEntitled && !before.majorsEntitled;
    if (isNew) await deps.notify(tx, institution.id, { kind: 'majors.entitled', actor: actor.name });
    if (Object.keys(facts).length > 0)
      await appendAudit(tx, institution.id, deps, actor, {
        action: 'outbound-settings.updated',
        subject: institution.id as InstitutionId,
        facts,
      });
    return { ...after, message: isNew ? majorsAreSent : null };
  });
}

/** For administrators, when the entitlement is switched on. */
const majorsAreSent =
  'Delivered files now hold majors in the column “majors”, which was blank before. Whoever receives them must extend the import mapping there by this column.';

function checkedMajors(given: readonly string[]): string[] {
  const at = given.findIndex((name) => name.includes(';'));
  if (at < 0) return distinctMajors(given);
  const message = 'Must not hold a semicolon: it separates majors in delivered files.';
  throw new AppError(
    'invalid',
    'bad-major',
    'One of the majors holds a semicolon.',
    'Nothing was changed. Write each major on a line of its own.',
    [{ name: `offeredMajors.${at}`, message }],
  );
}

function checkDay(day: string, now: Date, timeZone: string): void {
  const fields = (message: string) => [{ name: 'connectionsLastExported', message }];
  if (day < '1800-01-01')
    throw new AppError(
      'invalid',
      'bad-date',
      'This day lies too far back.',
      'Check the year.',
      fields('Check the year.'),
    );
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  if (day <= today.toString()) return;
  throw new AppError(
    'invalid',
    'since-in-future',
    'The day of the last export lies in the future.',
    `Nothing was changed. Today is ${today.toString()} in ${timeZone}; choose that day or an earlier one.`,
    fields('The day of the last export lies in the future.'),
  );
}

function operatorsOnly(): AppError {
  return new AppError(
    'forbidden',
    'operators-only',
    'Only an operator of this installation can switch the delivery of majors on or off.',
    'Ask the operator of this installation.',
    [{ name: 'majorsEntitled', message: 'Operators only.' }],
  );
}
