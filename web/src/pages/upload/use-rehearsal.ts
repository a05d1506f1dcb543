// Sends the whole file as a rehearsal and goes to its plan. Nothing changes for contacts.

import type { MappingRequest } from '@api/feeds.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type FeedPlace, feedQuery, saveMapping } from '../../api/feeds.ts';
import { importQuery, uploadFile } from '../../api/imports.ts';

/** `forFeed`: the mapping becomes the feed's first. */
type Rehearsal = { file: File; mapping: MappingRequest; forFeed: boolean };

export function useRehearsal(slug: string, place: FeedPlace) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [sent, setSent] = useState(0);
  const rehearse = useMutation({
    mutationFn: async ({ file, mapping, forFeed }: Rehearsal) => {
      setSent(0);
      if (forFeed) queries.setQueryData(feedQuery(slug).queryKey, await saveMapping(place, mapping));
      return uploadFile(slug, { file, mapping, dryRun: true }, setSent);
    },
    meta: { shown: true },
    onSuccess: async (started) => {
      queries.setQueryData(importQuery(started.id).queryKey, started);
      void queries.invalidateQueries({ queryKey: ['imports', slug] });
      await navigate({
        to: '/i/$institution/upload',
        params: { institution: slug },
        search: { rehearsal: started.id },
      });
    },
  });
  return { rehearse, sent };
}
