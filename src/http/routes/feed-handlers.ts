// Handlers of feeds.
// Invariant: a change answers with the feed as it is in the database after it.

import type { Deps } from '../../deps.ts';
import { allFields } from '../../domain/fields.ts';
import type { FeedId, FeedKeyId, InstitutionId } from '../../domain/ids.ts';
import { addFeedKey } from '../../inbound/add-feed-key.ts';
import { noSuchFeed } from '../../inbound/change-feed.ts';
import { checkedMapping } from '../../inbound/checked-mapping.ts';
import { disableFeed } from '../../inbound/disable-feed.ts';
import { enableFeed } from '../../inbound/enable-feed.ts';
import { previewSample, sampleBytes } from '../../inbound/preview-sample.ts';
import { removeFeedKey } from '../../inbound/remove-feed-key.ts';
import { renewCredential } from '../../inbound/renew-credential.ts';
import { revealPassword } from '../../inbound/reveal-password.ts';
import { sampleFile } from '../../inbound/sample-file.ts';
import { changeMapping, saveMapping } from '../../inbound/save-mapping.ts';
import { updateFeed } from '../../inbound/update-feed.ts';
import { listCustomFields } from '../../store/custom-fields.ts';
import { type FeedSettings, getFeedSettings, listFeedSettings } from '../../store/feed-settings.ts';
import { listSessions } from '../../store/session-log.ts';
import type { Handlers } from '../call.ts';
import { fetchLimit, idCursor, pageOf, shortList } from '../pages.ts';
import { bufferedSample, receivedFile } from '../received-file.ts';
import { feedRoutes } from '../table/feed-routes.ts';
import { feedSurroundings, feedView, sessionView } from '../views/feed-view.ts';

export function feedHandlers(deps: Deps): Handlers<typeof feedRoutes> {
  const settings = async (institutionId: InstitutionId, id: string): Promise<FeedSettings> => {
    const feed = await getFeedSettings(deps.db, institutionId, id as FeedId);
    if (!feed) throw noSuchFeed();
    return feed;
  };
  const show = async (institutionId: InstitutionId, id: string, password?: string) =>
    feedView(await settings(institutionId, id), await feedSurroundings(deps, institutionId), password);

  return {
    'feeds.list': async ({ institution, query }) => {
      const around = await feedSurroundings(deps, institution.id);
      const feeds = await listFeedSettings(deps.db, institution.id);
      const views = feeds.map((feed) => feedView(feed, around));
      return shortList(views, query);
    },
    'feeds.show': ({ institution, params }) => show(institution.id, params.id),
    'feeds.update': async ({ institution, params, body, identity }) => {
      await updateFeed(deps, identity.actor, institution.id, params.id as FeedId, body);
      return show(institution.id, params.id);
    },
    'feeds.enable': async ({ institution, params, identity }) => {
      await enableFeed(deps, identity.actor, institution.id, params.id as FeedId);
      return show(institution.id, params.id);
    },
    'feeds.disable': async ({ institution, params, identity }) => {
      await disableFeed(deps, identity.actor, institution.id, params.id as FeedId);
      return show(institution.id, params.id);
    },
    'feeds.renew': async ({ institution, params, body, identity }) => {
      await renewCredential(deps, identity.actor, institution.id, params.id as FeedId, body.overlapHours);
      return show(institution.id, params.id);
    },
    'feeds.reveal': async ({ institution, params, identity }) => {
      const password = await revealPassword(deps, identity.actor, institution.id, params.id as FeedId);
      return show(institution.id, params.id, password);
    },
    'feeds.add-key': async ({ institution, params, body, identity }) => {
      await addFeedKey(deps, identity.actor, institution.id, params.id as FeedId, body.key);
      return show(institution.id, params.id);
    },
    'feeds.remove-key': async ({ institution, params, identity }) => {
      const { id, keyId } = params;
      await removeFeedKey(deps, identity.actor, institution.id, id as FeedId, keyId as FeedKeyId);
      return show(institution.id, id);
    },
    'feeds.save-mapping': async ({ institution, params, body, identity }) => {
      await saveMapping(deps, identity.actor, institution, params.id as FeedId, body.columns);
      return show(institution.id, params.id);
    },
    'feeds.change-mapping': async ({ institution, params, body, identity }) => {
      await changeMapping(deps, identity.actor, institution, params.id as FeedId, body);
      return show(institution.id, params.id);
    },
    'feeds.preview': async ({ institution, params, request }) => {
      const feed = await settings(institution.id, params.id);
      const received = await receivedFile(request, feedRoutes['feeds.preview'].body.mapping);
      const sample = await bufferedSample(received.bytes, sampleBytes);
      const fields = allFields(await listCustomFields(deps.db, institution.id));
      const { country } = institution;
      const saved = feed.mapping.columns.length > 0 ? feed.mapping : null;
      const mapping = received.mapping ? checkedMapping(received.mapping.columns, fields, country) : saved;
      const fileName = received.fileName ?? 'sample.csv';
      return previewSample(sample, { fileName, mapping, fields, country, strict: feed.strict });
    },
    'feeds.sessions': async ({ institution, params, query }) => {
      const { id } = await settings(institution.id, params.id);
      const page = { before: idCursor(query), limit: fetchLimit(query) };
      const sessions = await listSessions(deps.db, institution.id, id, page);
      return pageOf(sessions, query, (session) => session.id, sessionView);
    },
    'feeds.sample': async ({ institution, params }) => {
      const feed = await settings(institution.id, params.id);
      const fields = allFields(await listCustomFields(deps.db, institution.id));
      const bytes = sampleFile(feed.mapping, fields, institution.country);
      return { name: `${institution.slug}-sample.csv`, bytes: once(bytes), size: bytes.length };
    },
  };
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
