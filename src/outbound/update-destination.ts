// Changes the settings of a destination, its password included.
// Invariant: after another host, port or user nothing of the old server is trusted, and nothing is sent before a new test.

import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import type { DestinationId } from '../domain/ids.ts';
import { dropHostKeys, hostKeysOfDestination } from '../store/destination-host-keys.ts';
import { retireKeys } from '../store/destination-keys.ts';
import { setSealedPassword } from '../store/destinations.ts';
import type { InstitutionRecord } from '../store/institutions.ts';
import { changeDestination, type DestinationDeps } from './change-destination.ts';
import { checkedPassword, sealPassword } from './destination-secrets.ts';
import {
  changedSettings,
  nextRun,
  type SettingName,
  type SettingsChange,
  settingsChange,
} from './destination-settings.ts';

export type DestinationUpdate = SettingsChange & { password?: string | undefined };

/**
 * Absent members stay as they are. Another host, port or user drops every host key that was seen or confirmed and the
 * password, which has to be given again (ruling 29). A key pair stays: it was made here for this destination, only
 * its public half was ever given away, and a signature with it is made only after the new server's key was confirmed.
 * A password for a destination with a key pair replaces the pair. Whatever changes the way there makes it a draft until a
 * test has passed. Throws AppError `no-such-destination`, `private-key`, or what `settingsChange` throws.
 */
export async function updateDestination(
  deps: DestinationDeps & Pick<Deps, 'encrypter'>,
  actor: Actor,
  institution: InstitutionRecord,
  id: DestinationId,
  update: DestinationUpdate,
): Promise<void> {
  const password = update.password === undefined ? null : checkedPassword(update.password);
  const change = await settingsChange(deps, institution, update);
  await changeDestination(deps, actor, institution.id, id, async (before, tx) => {
    const wanted = change(before);
    const changed = changedSettings(before, wanted);
    if (changed.length === 0 && password === null) return null;
    const moved = changed.some((name) => name === 'host' || name === 'port' || name === 'username');
    if (moved) await dropHostKeys(tx, institution.id, id);
    if (password !== null) {
      await setSealedPassword(tx, institution.id, id, sealPassword(deps.sealer, before, password));
      await retireKeys(tx, institution.id, id, ['current', 'next']);
    } else if (moved) await setSealedPassword(tx, institution.id, id, null);
    const checks = changed.includes('checkFingerprint') && wanted.checkFingerprint;
    const confirmed = await isConfirmed();
    const untested = moved || password !== null || changed.includes('path') || (checks && !confirmed);
    return {
      destination: {
        ...wanted,
        auth: password === null ? before.auth : 'password',
        mismatchSince: moved ? null : before.mismatchSince,
        ...stateAfter(before, wanted, untested),
      },
      fences: untested || checks,
      changed: [...changed, ...(password === null ? [] : ['password'])],
      audit: { action: 'destination.updated', facts: changeFacts(before, wanted, changed, password !== null) },
    };

    async function isConfirmed(): Promise<boolean> {
      const keys = await hostKeysOfDestination(tx, institution.id, id);
      return keys.some((key) => key.state === 'confirmed');
    }
  });

  function stateAfter(
    before: DestinationRecord,
    wanted: DestinationRecord,
    untested: boolean,
  ): Pick<DestinationRecord, 'status' | 'nextRunAt'> {
    if (untested) return { status: 'draft', nextRunAt: null };
    const { status, nextRunAt } = before;
    if (status !== 'on' || (wanted.frequency === before.frequency && wanted.at === before.at))
      return { status, nextRunAt };
    return { status, nextRunAt: nextRun(wanted, institution.timeZone, deps.clock.now()) };
  }
}

/** Old and new of each setting; of the file only which options changed, because a key of the receiver is long. */
function changeFacts(
  before: DestinationRecord,
  after: DestinationRecord,
  changed: readonly SettingName[],
  password: boolean,
): Record<string, unknown> {
  const facts = changed.map((name): [string, unknown] => {
    if (name !== 'file') return [name, { old: before[name], new: after[name] }];
    const options = Object.keys(after.file) as (keyof typeof after.file)[];
    return [
      name,
      options.filter((option) => JSON.stringify(before.file[option]) !== JSON.stringify(after.file[option])),
    ];
  });
  return { ...Object.fromEntries(facts), ...(password ? { password: 'changed' } : {}) };
}
