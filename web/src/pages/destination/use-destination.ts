// The destination of the address, and changes to it. Every change answers with the destination as it is after it.
// Invariant: a public key in an answer is handed on once and never kept in the cache.

import type { DestinationView, ProbeView } from '@api/destinations.ts';
import {
  type QueryClient,
  type UseMutationResult,
  useMutation,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import {
  type DestinationPlace,
  destinationQuery,
  destinationsQuery,
  lastProbeQuery,
  startProbe,
} from '../../api/destinations.ts';

export type OwnDestination = { destination: DestinationView; place: DestinationPlace };

export function useDestination(slug: string, id: string): OwnDestination {
  const { data: destination } = useSuspenseQuery(destinationQuery(slug, id));
  const place = useMemo(() => ({ institution: slug, id }), [slug, id]);
  return { destination, place };
}

/** Puts a fresh destination in the cache, and has the lists that show it read again. */
export function keepDestination(queries: QueryClient, slug: string, fresh: DestinationView): void {
  const { publicKey: _publicKey, ...shown } = fresh;
  queries.setQueryData(destinationQuery(slug, fresh.id).queryKey, shown);
  void queries.invalidateQueries({ queryKey: destinationsQuery(slug).queryKey });
}

/** A change whose refusal the page shows where the change was tried. */
export function useDestinationChange<Input>(
  slug: string,
  change: (input: Input) => Promise<DestinationView>,
  onDone?: (fresh: DestinationView) => void,
): UseMutationResult<DestinationView, Error, Input> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    meta: { shown: true },
    onSuccess: (fresh) => {
      keepDestination(queries, slug, fresh);
      onDone?.(fresh);
    },
  });
}

/** The newest test, renewed while it runs, and a way to begin one. `onEnded`: one ended before one's eyes; all is read anew by then. */
export function useProbe(place: DestinationPlace, onEnded: (probe: ProbeView) => void) {
  const queries = useQueryClient();
  const query = lastProbeQuery(place.institution, place.id);
  const { data: probe } = useSuspenseQuery(query);
  const start = useMutation({
    mutationFn: (enable: boolean) => startProbe(place, enable),
    meta: { shown: true },
    onSuccess: (begun: ProbeView) => queries.setQueryData(query.queryKey, begun),
  });
  /** The test whose end is known already. */
  const known = useRef(probe !== null && probe.status !== 'running' ? probe.id : null);
  const ended = useRef(onEnded);
  ended.current = onEnded;
  useEffect(() => {
    if (probe === null || probe.status === 'running' || known.current === probe.id) return;
    known.current = probe.id;
    void renewDestination(queries, place).then(() => ended.current(probe));
  }, [probe, queries, place]);
  return { probe, start, running: probe?.status === 'running' || start.isPending };
}

/** Reads a destination, the lists that show it and its newest test anew. */
async function renewDestination(queries: QueryClient, { institution, id }: DestinationPlace): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: destinationQuery(institution, id).queryKey, exact: true }),
    queries.invalidateQueries({ queryKey: destinationsQuery(institution).queryKey }),
  ]);
}
