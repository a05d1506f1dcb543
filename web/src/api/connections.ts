// Connections, their loads, and what outbound knows of an institution.

import type { ConnectionLoadSummary, ConnectionLoadView, ConnectionView, OutboundSettings } from '@api/connections.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, sendFile, sendJson } from './client.ts';
import { at } from './institutions.ts';
import { type ListPage, pageSize, readSparingly } from './list.ts';

/** As the address and the API name them. */
export type ConnectionFilters = {
  search?: string | undefined;
  delivered?: 'true' | 'false' | undefined;
  cursor?: string | undefined;
};

export const connectionsQuery = (slug: string, filters: ConnectionFilters) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['connections', slug, filters],
    queryFn: ({ signal }) =>
      getJson<ListPage<ConnectionView>>(`${at(slug)}/connections`, { ...filters, limit: pageSize }, signal),
  });

export const connectionQuery = (slug: string, id: string) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['connection', slug, id],
    queryFn: ({ signal }) => getJson<ConnectionView>(`${at(slug)}/connections/${id}`, {}, signal),
  });

export const connectionLoadsQuery = (slug: string, cursor?: string) =>
  queryOptions({
    queryKey: ['connection-loads', slug, cursor ?? ''],
    queryFn: ({ signal }) =>
      getJson<ListPage<ConnectionLoadSummary>>(`${at(slug)}/connection-loads`, { cursor, limit: pageSize }, signal),
  });

/** A load never changes once it is done. */
export const connectionLoadQuery = (slug: string, id: string) =>
  queryOptions({
    queryKey: ['connection-load', slug, id],
    queryFn: ({ signal }) => getJson<ConnectionLoadView>(`${at(slug)}/connection-loads/${id}`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const outboundSettingsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['outbound-settings', slug],
    queryFn: ({ signal }) => getJson<OutboundSettings>(`${at(slug)}/outbound-settings`, {}, signal),
  });

/** Loads a file. Answered when all of it is stored. */
export const loadConnections = (slug: string, file: File, onProgress: (part: number) => void) =>
  sendFile<ConnectionLoadView>(`${at(slug)}/connections`, {}, { file, fileName: file.name }, onProgress);

export type OutboundSettingsChange = Partial<Omit<OutboundSettings, 'message'>>;

export const updateOutboundSettings = (slug: string, change: OutboundSettingsChange) =>
  sendJson<OutboundSettings>('PATCH', `${at(slug)}/outbound-settings`, change);
