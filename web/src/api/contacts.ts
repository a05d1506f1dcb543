// Contacts and their history.

import type { Contact, ContactChange } from '@api/contacts.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, sendJson } from './client.ts';
import { at } from './institutions.ts';
import { type ListPage, pageSize, readSparingly } from './list.ts';

export type ContactFilters = { search?: string | undefined; cursor?: string | undefined };

export const contactsQuery = (slug: string, filters: ContactFilters) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['contacts', slug, filters],
    queryFn: ({ signal }) =>
      getJson<ListPage<Contact>>(`${at(slug)}/contacts`, { ...filters, limit: pageSize }, signal),
  });

export const contactQuery = (slug: string, id: string) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['contact', slug, id],
    queryFn: ({ signal }) => getJson<Contact>(`${at(slug)}/contacts/${id}`, {}, signal),
  });

export const contactChangesQuery = (slug: string, id: string, cursor?: string) =>
  queryOptions({
    ...readSparingly,
    queryKey: ['contact', slug, id, 'changes', cursor ?? ''],
    queryFn: ({ signal }) =>
      getJson<ListPage<ContactChange>>(`${at(slug)}/contacts/${id}/changes`, { cursor, limit: pageSize }, signal),
  });

/** Field → text, as a file would have it. */
export const setContact = (slug: string, id: string, values: Record<string, string>) =>
  sendJson<Contact>('PATCH', `${at(slug)}/contacts/${id}`, { values });
