// The filters of the history: days in the address, instants for the API.

import type { ImportView } from '@api/imports.ts';
import type { ImportFilters } from '../../api/imports.ts';
import { nextDay, startOfDay } from '../../words/time.ts';

/** `from` and `to` are calendar days in the institution's zone, both inclusive. */
export type HistorySearch = {
  source?: ImportView['source'] | undefined;
  status?: ImportView['status'] | undefined;
  file?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
};

export function historyFilters(search: HistorySearch, zone: string): ImportFilters {
  return {
    ...search,
    from: search.from === undefined ? undefined : startOfDay(search.from, zone),
    to: search.to === undefined ? undefined : startOfDay(nextDay(search.to), zone),
  };
}

export function isFiltered(search: HistorySearch): boolean {
  return [search.source, search.status, search.file, search.from, search.to].some((value) => value !== undefined);
}
