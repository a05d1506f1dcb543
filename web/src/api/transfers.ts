// Transfers: history, one transfer, what would be sent, downloads, and what a person can start.

import type { manifestKey, TransferPreview, TransferView, transferDays } from '@api/transfers.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { isTransferMoving } from '../words/transfers.ts';
import { apiUrl, getJson, postForFile, sendJson } from './client.ts';
import type { DestinationPlace } from './destinations.ts';
import { at } from './institutions.ts';
import { type ListPage, pageSize, readSparingly } from './list.ts';

/** The filters of the history, as the address and the API name them. */
export type TransferFilters = {
  destination?: string | undefined;
  dataset?: string | undefined;
  status?: string | undefined;
  trigger?: string | undefined;
  cursor?: string | undefined;
};

const busy = 1_000;
const calm = 15_000;

export const transfersQuery = (slug: string, filters: TransferFilters, limit = pageSize) =>
  queryOptions({
    queryKey: ['transfers', slug, filters, limit],
    queryFn: ({ signal }) => getJson<ListPage<TransferView>>(`${at(slug)}/transfers`, { ...filters, limit }, signal),
    refetchInterval: (query) => (query.state.data?.items.some(isTransferMoving) ? busy : calm),
  });

export const transferQuery = (id: string) =>
  queryOptions({
    queryKey: ['transfer', id],
    queryFn: ({ signal }) => getJson<TransferView>(`/transfers/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: (query) => (query.state.data && isTransferMoving(query.state.data) ? busy : calm),
  });

export type TransferDay = z.infer<typeof transferDays>['days'][number];

export const transferDaysQuery = (slug: string) =>
  queryOptions({
    queryKey: ['transfer-days', slug],
    queryFn: ({ signal }) => getJson<{ days: TransferDay[] }>(`${at(slug)}/transfer-days`, {}, signal),
    refetchInterval: 60_000,
  });

/** The same for all destinations of an institution; it does not change. */
export const manifestKeyQuery = (slug: string) =>
  queryOptions({
    queryKey: ['manifest-key', slug],
    queryFn: ({ signal }) => getJson<z.infer<typeof manifestKey>>(`${at(slug)}/manifest-key`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the next transfer would send, with values of people: read only when somebody wants it. */
export const previewQuery = (slug: string, dataset: string, version: string) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['transfer-preview', slug, dataset, version],
    queryFn: ({ signal }) => getJson<TransferPreview>(`${at(slug)}/preview`, { dataset }, signal),
  });

export const runTransfer = (place: DestinationPlace) =>
  sendJson<TransferView>('POST', `${at(place.institution)}/destinations/${encodeURIComponent(place.id)}/run`, {
    wait: false,
  });
export const resendTransfer = (id: string) =>
  sendJson<TransferView>('POST', `/transfers/${encodeURIComponent(id)}/resend`, { wait: false });

/** The file as it was sent. */
export const sentFileUrl = (id: string) => apiUrl(`/transfers/${encodeURIComponent(id)}/file`);
/** The file that the next transfer would send. */
export const downloadNowUrl = (slug: string, dataset: string) => apiUrl(`${at(slug)}/download`, { dataset });
/** The same file; the date of “connections last exported” becomes today. */
export const exportAndMark = (slug: string, dataset: string) => postForFile(`${at(slug)}/export`, { dataset });
