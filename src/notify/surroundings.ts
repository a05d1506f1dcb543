// What words and payloads need besides the event: the institution, the time, and the addresses of pages.
// Invariant: a link opens a page and does nothing else.

import type { DestinationId, ImportId, TransferId } from '../domain/ids.ts';
import type { InstitutionRecord } from '../store/institutions.ts';

export type Surroundings = {
  institution: Pick<InstitutionRecord, 'id' | 'slug' | 'name' | 'timeZone'>;
  /** When it happened. */
  at: Date;
  publicUrl: string;
};

/** `Saturday, November 21, 2026 at 2:03 AM EST (America/New_York)`. */
export function timeWords(at: Date, zone: string): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  // Newer language data puts a narrow no-break space before AM and PM.
  return `${format.format(at).replaceAll('\u202f', ' ')} (${zone})`;
}

/** The addresses of pages; the parts are slugs and ids of ours. */
export function pageLinks({ institution, publicUrl }: Pick<Surroundings, 'institution' | 'publicUrl'>) {
  const root = `${publicUrl.replace(/\/+$/, '')}/i/${encodeURIComponent(institution.slug)}`;
  return {
    destinations: `${root}/destinations`,
    destination: (id: DestinationId) => `${root}/destinations/${id}`,
    transfer: (id: TransferId) => `${root}/transfers/${id}`,
    import: (id: ImportId) => `${root}/imports/${id}`,
    connections: `${root}/connections`,
    outboundSettings: `${root}/connections/settings`,
    notifications: `${root}/notifications`,
  };
}
