// The settings of a destination as people give them, checked: address, folder, schedule, start, file.
// Invariant: what comes out can be saved as it is; a member that was not given stays as it was.

import type { Deps } from '../deps.ts';
import type { DestinationRecord } from '../domain/destination.ts';
import { checkedHost, checkedPath, checkedUsername } from '../domain/destination-address.ts';
import { AppError } from '../domain/errors.ts';
import { checkedFileOptions, type FileOptions } from '../domain/file-options.ts';
import { nextSlot, parseFrequency } from '../domain/schedule.ts';
import { listCustomFields } from '../store/custom-fields.ts';
import type { InstitutionRecord } from '../store/institutions.ts';

export type SettingName =
  | 'name'
  | 'host'
  | 'port'
  | 'path'
  | 'username'
  | 'frequency'
  | 'at'
  | 'since'
  | 'checkFingerprint'
  | 'file';

type Settings = Pick<DestinationRecord, SettingName>;

/** Any of the settings; `file` may hold any of its options. */
export type SettingsChange = {
  readonly [Name in Exclude<SettingName, 'file'>]?: Settings[Name] | undefined;
} & { readonly file?: { readonly [Option in keyof FileOptions]?: FileOptions[Option] | undefined } | undefined };

/**
 * Gives a function that puts the change on top of settings. Whatever can be wrong with the change alone is an AppError here;
 * what depends on the other settings is one of the function: `bad-host`, `bad-path`, `bad-username`, `bad-frequency`,
 * `since-in-future`, and those of `checkedFileOptions` and of the PGP key.
 */
export async function settingsChange(
  deps: Pick<Deps, 'db' | 'clock' | 'encrypter'>,
  institution: InstitutionRecord,
  change: SettingsChange,
): Promise<<Base extends Settings & Pick<DestinationRecord, 'dataset'>>(base: Base) => Base> {
  const now = deps.clock.now();
  const given: Partial<Settings> = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.host === undefined ? {} : { host: checkedHost(change.host) }),
    ...(change.port === undefined ? {} : { port: change.port }),
    ...(change.path === undefined ? {} : { path: checkedPath(change.path) }),
    ...(change.username === undefined ? {} : { username: checkedUsername(change.username) }),
    ...(change.frequency === undefined ? {} : { frequency: checkedFrequency(change.frequency) }),
    ...(change.at === undefined ? {} : { at: change.at }),
    ...(change.since === undefined ? {} : { since: checkedSince(change.since, institution.timeZone, now) }),
    ...(change.checkFingerprint === undefined ? {} : { checkFingerprint: change.checkFingerprint }),
  };
  const { file } = change;
  if (file === undefined) return (base) => ({ ...base, ...given });
  if (typeof file.pgpKey === 'string') await deps.encrypter.check(file.pgpKey, now);
  const customFields = await listCustomFields(deps.db, institution.id);
  const about = { institution: institution.slug, customFields };
  return (base) => ({
    ...base,
    ...given,
    file: checkedFileOptions(base.file, file, { ...about, dataset: base.dataset }),
  });
}

function checkedFrequency(text: string): string {
  parseFrequency(text);
  return text.trim().toLowerCase();
}

/** Days are compared in the institution's zone. */
function checkedSince(since: string | null, timeZone: string, now: Date): string | null {
  if (since === null) return null;
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
  if (Temporal.PlainDate.compare(Temporal.PlainDate.from(since), today) <= 0) return since;
  throw new AppError(
    'invalid',
    'since-in-future',
    `The first file cannot start on ${since}: that day has not come yet.`,
    `Choose today (${today.toString()}) or a day before, or no date at all.`,
    [{ name: 'since', message: 'Lies in the future.' }],
  );
}

/** The names of settings that differ, in the order of the API. */
export function changedSettings(before: Settings, after: Settings): SettingName[] {
  return settingNames.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

const settingNames: readonly SettingName[] = [
  'name',
  'host',
  'port',
  'path',
  'username',
  'frequency',
  'at',
  'since',
  'checkFingerprint',
  'file',
];

/** The first slot of a destination after `now`. */
export function nextRun(destination: DestinationRecord, timeZone: string, now: Date): Date {
  return nextSlot(parseFrequency(destination.frequency), destination.at, timeZone, now);
}
