// The dictionary of issue codes, from which the pages take their words.

import type { issueDictionaryEntry } from '@api/imports.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { getJson } from './client.ts';
import type { ListPage } from './list.ts';

export type IssueEntry = z.infer<typeof issueDictionaryEntry>;

export const issueDictionaryQuery = queryOptions({
  queryKey: ['issue-codes'],
  queryFn: ({ signal }) => getJson<ListPage<IssueEntry>>('/dictionaries/issues', {}, signal),
  staleTime: 300_000,
});
