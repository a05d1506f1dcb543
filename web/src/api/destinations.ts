// Destinations: where files go, their keys, host keys and tests.

import type {
  CreateDestinationRequest,
  DestinationView,
  ProbeView,
  UpdateDestinationRequest,
} from '@api/destinations.ts';
import { queryOptions } from '@tanstack/react-query';
import { getJson, sendJson } from './client.ts';
import { at } from './institutions.ts';
import type { ListPage } from './list.ts';

const soon = 700;
const calm = 15_000;

export const destinationsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['destinations', slug],
    queryFn: ({ signal }) => getJson<ListPage<DestinationView>>(list(slug), { limit: 1000 }, signal),
    refetchInterval: calm,
  });

export const destinationQuery = (slug: string, id: string) =>
  queryOptions({
    queryKey: ['destination', slug, id],
    queryFn: ({ signal }) => getJson<DestinationView>(one(slug, id), {}, signal),
    refetchInterval: calm,
  });

/** The newest test of a destination, read often while it runs; null when there was none. */
export const lastProbeQuery = (slug: string, id: string) =>
  queryOptions({
    queryKey: ['destination', slug, id, 'last-probe'],
    queryFn: async ({ signal }): Promise<ProbeView | null> =>
      (await getJson<ListPage<ProbeView>>(`${one(slug, id)}/probes`, { limit: 1 }, signal)).items[0] ?? null,
    refetchInterval: (query) => (query.state.data?.status === 'running' ? soon : false),
  });

/** Where a destination is: the institution's slug and the destination's id. */
export type DestinationPlace = { institution: string; id: string };

const path = (place: DestinationPlace) => one(place.institution, place.id);

export const createDestination = (slug: string, request: CreateDestinationRequest) =>
  sendJson<DestinationView>('POST', list(slug), request);
export const updateDestination = (place: DestinationPlace, change: UpdateDestinationRequest) =>
  sendJson<DestinationView>('PATCH', path(place), change);
export const deleteDestination = (place: DestinationPlace) => sendJson<unknown>('DELETE', path(place));
export const switchDestination = (place: DestinationPlace, on: boolean) =>
  sendJson<DestinationView>('POST', `${path(place)}/${on ? 'enable' : 'disable'}`);
/** Begins a test and answers at once. `enable`: it is on when the test passes. */
export const startProbe = (place: DestinationPlace, enable: boolean) =>
  sendJson<ProbeView>('POST', `${path(place)}/probe`, { enable, wait: false });
export const confirmHostKey = (place: DestinationPlace, key: { sha256: string } | { publicKey: string }) =>
  sendJson<DestinationView>('POST', `${path(place)}/host-keys`, key);
export const forgetHostKey = (place: DestinationPlace, sha256: string) =>
  sendJson<DestinationView>('DELETE', `${path(place)}/host-keys/${encodeURIComponent(sha256)}`);
/** The answer is the only one that holds the public half of the new pair. */
export const regenerateKey = (place: DestinationPlace, request: { type: KeyType; atOnce: boolean }) =>
  sendJson<DestinationView>('POST', `${path(place)}/regenerate-key`, request);

export type KeyType = DestinationView['keys'][number]['type'];

function list(slug: string): string {
  return `${at(slug)}/destinations`;
}

function one(slug: string, id: string): string {
  return `${list(slug)}/${encodeURIComponent(id)}`;
}
