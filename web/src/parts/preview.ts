// A sample file of the sender and what the API says about it under a mapping. The file stays in the browser's memory.

import type { MappingRequest, Preview } from '@api/feeds.ts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type FeedPlace, previewSample } from '../api/feeds.ts';

const samples = new Map<string, File>();

/** The sample of an institution, kept while the pages stay open. */
export function useSample(slug: string): [File | null, (file: File | null) => void] {
  const [sample, setSample] = useState<File | null>(samples.get(slug) ?? null);
  return [
    sample,
    (file) => {
      if (file === null) samples.delete(slug);
      else samples.set(slug, file);
      setSample(file);
    },
  ];
}

/** Asked again a moment after the mapping changed; until then the former answer stands. */
export function usePreview(place: FeedPlace, sample: File | null, mapping: MappingRequest): UseQueryResult<Preview> {
  const [text] = useDebouncedValue(JSON.stringify(mapping), 350);
  return useQuery({
    queryKey: ['preview', place.id, sample?.name, sample?.size, sample?.lastModified, text],
    queryFn: () => {
      if (sample === null) throw new Error('There is no sample file.');
      return previewSample(place, sample, JSON.parse(text) as MappingRequest);
    },
    enabled: sample !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
