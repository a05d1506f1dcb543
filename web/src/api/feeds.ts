// The feed of an institution: credentials, keys, switch, mapping, preview and session log.
// Today an institution has one feed, made with it; the pages show the first of the list.

import type { Feed, MappingRequest, Preview, SessionEntry } from '@api/feeds.ts';
import { queryOptions } from '@tanstack/react-query';
import { ApiProblem, apiUrl, getJson, sendFile, sendJson } from './client.ts';
import { at } from './institutions.ts';
import type { ListPage } from './list.ts';

export const feedQuery = (slug: string) =>
  queryOptions({
    queryKey: ['feed', slug],
    queryFn: async ({ signal }): Promise<Feed> => {
      const feed = (await getJson<ListPage<Feed>>(`${at(slug)}/feeds`, {}, signal)).items[0];
      if (feed !== undefined) return feed;
      throw new ApiProblem({
        type: 'about:blank',
        title: 'This institution has no feed.',
        status: 404,
        code: 'no-feed',
        detail: 'A feed is made together with the institution. Tell the operator of this installation.',
      });
    },
  });

/** The session log grows while clients work: it is read again every few seconds. */
export const sessionsQuery = (slug: string, feedId: string, cursor: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ['sessions', slug, feedId, cursor ?? '', limit],
    queryFn: ({ signal }) =>
      getJson<ListPage<SessionEntry>>(`${feedPath(slug, feedId)}/sessions`, { cursor, limit }, signal),
    refetchInterval: 10_000,
  });

export type FeedChange = Partial<Pick<Feed, 'name' | 'strict' | 'loginMethods' | 'allowedAddresses'>>;

/** Where a feed is: the institution's slug and the feed's id. */
export type FeedPlace = { institution: string; id: string };

const path = (feed: FeedPlace) => feedPath(feed.institution, feed.id);

export const updateFeed = (feed: FeedPlace, change: FeedChange) => sendJson<Feed>('PATCH', path(feed), change);
/** The feed with its password. Audited. */
export const revealFeed = (feed: FeedPlace) => sendJson<Feed>('POST', `${path(feed)}/reveal`);
/** Makes a new password. The answer does not hold it. */
export const renewFeed = (feed: FeedPlace, overlapHours: number) =>
  sendJson<Feed>('POST', `${path(feed)}/renew`, { overlapHours });
export const switchFeed = (feed: FeedPlace, on: boolean) =>
  sendJson<Feed>('POST', `${path(feed)}/${on ? 'enable' : 'disable'}`);
export const addKey = (feed: FeedPlace, key: string) => sendJson<Feed>('POST', `${path(feed)}/keys`, { key });
export const deleteKey = (feed: FeedPlace, keyId: string) => sendJson<Feed>('DELETE', `${path(feed)}/keys/${keyId}`);
export const saveMapping = (feed: FeedPlace, mapping: MappingRequest) =>
  sendJson<Feed>('PUT', `${path(feed)}/mapping`, mapping);

/** A sample file for the sender: the labels of the mapping and invented rows. */
export const sampleUrl = (feed: FeedPlace) => apiUrl(`${path(feed)}/sample.csv`);

/** How much of a sample file is sent for a preview, in bytes. */
const sampleBytes = 1_048_576;

/** What the beginning of a file looks like under a mapping; nothing is stored. */
export const previewSample = (feed: FeedPlace, file: File, mapping: MappingRequest) =>
  sendFile<Preview>(
    `${path(feed)}/preview`,
    {},
    {
      mapping,
      file: file.slice(0, sampleBytes),
      fileName: file.name,
    },
  );

function feedPath(slug: string, id: string): string {
  return `${at(slug)}/feeds/${encodeURIComponent(id)}`;
}
