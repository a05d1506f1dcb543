// Imports: history, report, uploads and what a person can do with one.

import type { MappingRequest } from '@api/feeds.ts';
import type { ImportChange, ImportView, IssueGroup, IssueView } from '@api/imports.ts';
import { queryOptions } from '@tanstack/react-query';
import { isLive } from '../words/states.ts';
import { apiUrl, getJson, sendFile, sendJson } from './client.ts';
import { at } from './institutions.ts';
import { type ListPage, pageSize, readSparingly } from './list.ts';

/** The filters of the history, as the address and the API name them. `from` and `to` are instants. */
export type ImportFilters = {
  source?: string | undefined;
  status?: string | undefined;
  file?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
};

const busy = 1_000;
const calm = 15_000;

export const importsQuery = (slug: string, filters: ImportFilters, limit = pageSize) =>
  queryOptions({
    queryKey: ['imports', slug, filters, limit],
    queryFn: ({ signal }) => getJson<ListPage<ImportView>>(`${at(slug)}/imports`, { ...filters, limit }, signal),
    refetchInterval: (query) => (query.state.data?.items.some(isLive) ? busy : calm),
  });

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: ({ signal }) => getJson<ImportView>(`/imports/${id}`, {}, signal),
    refetchInterval: (query) => (query.state.data && isLive(query.state.data) ? busy : calm),
  });

/** The status stands in the key: when the import ends, the groups are read anew. */
export const issueGroupsQuery = (id: string, status: string) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['import', id, 'issue-groups', status],
    queryFn: ({ signal }) => getJson<ListPage<IssueGroup>>(`/imports/${id}/issue-groups`, {}, signal),
  });

export type IssueFilters = {
  code?: string | undefined;
  effect?: string | undefined;
  row?: number | undefined;
  cursor?: string | undefined;
};

export const issuesQuery = (id: string, filters: IssueFilters) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['import', id, 'issues', filters],
    queryFn: ({ signal }) =>
      getJson<ListPage<IssueView>>(`/imports/${id}/issues`, { ...filters, limit: pageSize }, signal),
  });

export type ChangeFilters = { outcome?: string | undefined; cursor?: string | undefined };

export const changesQuery = (id: string, filters: ChangeFilters, status: string, limit = pageSize) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['import', id, 'changes', filters, status, limit],
    queryFn: ({ signal }) => getJson<ListPage<ImportChange>>(`/imports/${id}/changes`, { ...filters, limit }, signal),
  });

export const approveImport = (id: string) => sendJson<ImportView>('POST', `/imports/${id}/approve`);
export const discardImport = (id: string) => sendJson<ImportView>('POST', `/imports/${id}/discard`);
export const importAgain = (id: string, options: { dryRun?: boolean; sameMapping?: boolean } = {}) =>
  sendJson<ImportView>('POST', `/imports/${id}/again`, options);

/** Sends a whole file, with a mapping for this import only. A rehearsal writes nothing to contacts. */
export const uploadFile = (
  slug: string,
  upload: { file: File; mapping: MappingRequest; dryRun: boolean },
  onProgress: (part: number) => void,
) =>
  sendFile<ImportView>(
    `${at(slug)}/imports`,
    { fileName: upload.file.name, dryRun: upload.dryRun },
    { mapping: upload.mapping, file: upload.file, fileName: upload.file.name },
    onProgress,
  );

/** Where the browser downloads what belongs to an import. */
export const downloads = {
  file: (id: string) => apiUrl(`/imports/${id}/file`),
  errors: (id: string) => apiUrl(`/imports/${id}/errors.csv`),
  issues: (id: string) => apiUrl(`/imports/${id}/issues.csv`),
  receipt: (id: string) => apiUrl(`/imports/${id}/receipt`),
};
