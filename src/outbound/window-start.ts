// Where the next window of a dataset begins: after the last delivered one, at a date, or at the beginning.
// Invariant: a date counts for the first window only; the watermark, once there is one, decides alone.

import type { Queryable } from '../db/connection.ts';
import type { Dataset } from '../domain/dataset.ts';
import type { InstitutionId } from '../domain/ids.ts';
import { getOutboundSettings } from '../store/outbound-settings.ts';
import { getWatermark } from '../store/watermarks.ts';

/** `at`: the instant of the last delivery (ISO 8601) for `watermark`, else YYYY-MM-DD in the institution's zone, or null. */
export type WindowStart = { kind: 'watermark' | 'since' | 'last-exported' | 'beginning'; at: string | null };

/** The date of the destination, else that of the last export by hand, which is one of connections only (ruling 33). */
export async function startsFrom(
  db: Queryable,
  institution: { id: InstitutionId },
  destination: { dataset: Dataset; since: string | null },
): Promise<WindowStart> {
  const watermark = await getWatermark(db, institution.id, destination.dataset);
  if (watermark) return { kind: 'watermark', at: watermark.movedAt.toISOString() };
  if (destination.since !== null) return { kind: 'since', at: destination.since };
  const settings = destination.dataset === 'connections' ? await getOutboundSettings(db, institution.id) : null;
  const lastExported = settings?.connectionsLastExported ?? null;
  return lastExported === null ? { kind: 'beginning', at: null } : { kind: 'last-exported', at: lastExported };
}

/** The first instant of the day in the zone: not midnight where the clock is put forward then. */
export function startOfDay(day: string, timeZone: string): Date {
  const start = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone });
  return new Date(start.epochMilliseconds);
}

/** The day of an instant in the zone, YYYY-MM-DD. */
export function dayIn(timeZone: string, at: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}
