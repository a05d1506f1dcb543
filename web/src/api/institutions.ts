// Institutions, their overview and their fields.

import type { Field, FieldType, Institution, InstitutionOverview } from '@api/institutions.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, sendJson } from './client.ts';
import type { ListPage } from './list.ts';

export const institutionsQuery = queryOptions({
  queryKey: ['institutions'],
  queryFn: ({ signal }) => getJson<ListPage<Institution>>('/institutions', { limit: 1000 }, signal),
  staleTime: 60_000,
});

export const institutionQuery = (slug: string) =>
  queryOptions({
    queryKey: ['institution', slug],
    queryFn: ({ signal }) => getJson<Institution>(at(slug), {}, signal),
    staleTime: 300_000,
  });

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => getJson<ListPage<InstitutionOverview>>('/overview', { limit: 1000 }, signal),
  refetchInterval: 15_000,
});

export const fieldsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['fields', slug],
    queryFn: ({ signal }) => getJson<ListPage<Field>>(`${at(slug)}/fields`, {}, signal),
    staleTime: 60_000,
  });

export type NewInstitution = { name: string; slug: string; timeZone: string; country: string };
export const createInstitution = (request: NewInstitution) => sendJson<Institution>('POST', '/institutions', request);

export type NewField = { name: string; type: FieldType; options: string[] };
export const createField = (slug: string, request: NewField) => sendJson<Field>('POST', `${at(slug)}/fields`, request);

export const updateInstitution = (slug: string, change: Partial<Omit<NewInstitution, 'slug'>>) =>
  sendJson<Institution>('PATCH', at(slug), change);

/** The API's path of an institution. */
export function at(slug: string): string {
  return `/institutions/${encodeURIComponent(slug)}`;
}
