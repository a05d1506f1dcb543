// The feed of the institution in the address, and changes to it. Every change answers with the feed as it is after it.

import type { Feed } from '@api/feeds.ts';
import { type UseMutationResult, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { type FeedPlace, feedQuery } from '../api/feeds.ts';

export type OwnFeed = { feed: Feed; place: FeedPlace };

export function useFeed(slug: string): OwnFeed {
  const { data: feed } = useSuspenseQuery(feedQuery(slug));
  return { feed, place: { institution: slug, id: feed.id } };
}

/** A change whose refusal the page shows where the change was tried. A password in the answer is never kept. */
export function useFeedChange<Input>(
  place: FeedPlace,
  change: (input: Input) => Promise<Feed>,
  onDone?: (feed: Feed) => void,
): UseMutationResult<Feed, Error, Input> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    meta: { shown: true },
    onSuccess: (feed) => {
      const { password: _password, ...shown } = feed;
      queries.setQueryData(feedQuery(place.institution).queryKey, shown);
      void queries.invalidateQueries({ queryKey: ['overview'] });
      onDone?.(feed);
    },
  });
}
