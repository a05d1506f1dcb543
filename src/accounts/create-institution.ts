// Makes an institution together with its first feed, and changes its name, zone and country.
// Invariant: an institution always has a feed; zone and country are ones that the rest of Causeway can work with.

import { getCountries } from 'libphonenumber-js/max';
import type { Tx } from '../db/connection.ts';
import { isUniqueViolation } from '../db/database-error.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/actor.ts';
import { AppError, type FieldError } from '../domain/errors.ts';
import { type InstitutionId, isUuid } from '../domain/ids.ts';
import { appendAudit } from '../store/audit.ts';
import { forgetNextRuns } from '../store/due-destinations.ts';
import {
  getInstitution,
  type InstitutionRecord,
  insertInstitution,
  updateInstitutionRow,
} from '../store/institutions.ts';
import { noSuchInstitution } from './membership.ts';

type InstitutionDeps = Pick<Deps, 'db' | 'clock' | 'newId' | 'sealer'>;

/** Makes the first feed in the same transaction: `inbound/create-feed`. */
export type MakeFirstFeed = (tx: Tx, institution: InstitutionRecord) => Promise<unknown>;

/** Throws AppError `slug-taken`, `bad-slug`, `unknown-time-zone` or `unknown-country`. */
export async function createInstitution(
  deps: InstitutionDeps,
  actor: Actor,
  wanted: { name: string; slug: string; timeZone: string; country: string },
  makeFirstFeed: MakeFirstFeed,
): Promise<InstitutionRecord> {
  if (isUuid(wanted.slug))
    throw invalid('bad-slug', 'slug', 'A slug must not look like an id.', 'Choose a short name, such as westfield.');
  const institution: InstitutionRecord = {
    id: deps.newId<InstitutionId>(),
    slug: wanted.slug,
    name: wanted.name,
    timeZone: checkedTimeZone(wanted.timeZone),
    country: checkedCountry(wanted.country),
    createdAt: deps.clock.now(),
  };
  await deps.db.transaction(async (tx) => {
    try {
      await insertInstitution(tx, institution);
    } catch (error) {
      if (!isUniqueViolation(error, 'institutions_slug_key')) throw error;
      throw new AppError(
        'conflict',
        'slug-taken',
        `There is an institution with the slug ${wanted.slug} already.`,
        'Choose another slug: it is part of addresses and of the SFTP user name.',
        [{ name: 'slug', message: 'This slug is taken.' }],
      );
    }
    await makeFirstFeed(tx, institution);
    const { name, slug, timeZone, country } = institution;
    await appendAudit(tx, institution.id, deps, actor, {
      action: 'institution.created',
      subject: institution.id,
      facts: { name, slug, timeZone, country },
    });
  });
  return institution;
}

/** Absent members stay as they are. Throws AppError `unknown-time-zone` or `unknown-country`. */
export async function updateInstitution(
  deps: InstitutionDeps,
  actor: Actor,
  institutionId: InstitutionId,
  update: { name?: string | undefined; timeZone?: string | undefined; country?: string | undefined },
): Promise<InstitutionRecord> {
  const timeZone = update.timeZone === undefined ? undefined : checkedTimeZone(update.timeZone);
  const country = update.country === undefined ? undefined : checkedCountry(update.country);
  return deps.db.transaction(async (tx) => {
    const before = await getInstitution(tx, institutionId);
    if (!before) throw noSuchInstitution();
    const after = {
      ...before,
      name: update.name ?? before.name,
      timeZone: timeZone ?? before.timeZone,
      country: country ?? before.country,
    };
    const names = ['name', 'timeZone', 'country'] as const;
    const changed = names.filter((name) => before[name] !== after[name]);
    if (changed.length === 0) return before;
    await updateInstitutionRow(tx, institutionId, after);
    if (changed.includes('timeZone')) await forgetNextRuns(tx, institutionId);
    const facts = Object.fromEntries(changed.map((name) => [name, { old: before[name], new: after[name] }]));
    await appendAudit(tx, institutionId, deps, actor, { action: 'institution.updated', subject: institutionId, facts });
    return after;
  });
}

/** The zone by its canonical name. Offsets such as +05:00 are no zones: they know no summer time. */
function checkedTimeZone(zone: string): string {
  if (/^[A-Za-z]/.test(zone) && zone.length <= 100)
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    } catch {
      // A RangeError says that there is no such zone; it is answered below.
    }
  throw invalid(
    'unknown-time-zone',
    'timeZone',
    'This is no time zone of the IANA list.',
    'Use a name such as America/New_York or Europe/London.',
  );
}

/** Countries whose phone numbers can be read. */
function checkedCountry(country: string): string {
  if ((getCountries() as string[]).includes(country)) return country;
  throw invalid(
    'unknown-country',
    'country',
    'This is no country code.',
    'Use the two capital letters of ISO 3166, such as US or GB.',
  );
}

function invalid(code: string, name: string, title: string, detail: string): AppError {
  const fields: FieldError[] = [{ name, message: `${title} ${detail}` }];
  return new AppError('invalid', code, title, detail, fields);
}
