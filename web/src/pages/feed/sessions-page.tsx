// The whole session log of the feed.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { sessionsQuery } from '../../api/feeds.ts';
import { pageSize } from '../../api/list.ts';
import { useFeed } from '../../parts/feed.ts';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { SessionTable } from './session-table.tsx';

const route = getRouteApi('/shell/i/$institution/sftp/sessions');

export function SessionsPage() {
  const { institution: slug } = route.useParams();
  const { cursor } = route.useSearch();
  const { feed } = useFeed(slug);
  const { data } = useSuspenseQuery(sessionsQuery(slug, feed.id, cursor, pageSize));
  return (
    <Page
      title="Session log"
      lead="Every SFTP session of this login, refused ones too, newest first."
      back={
        <TextLink to="/i/$institution/sftp" params={{ institution: slug }}>
          SFTP inbound
        </TextLink>
      }
    >
      <Section title="Sessions" flush plain>
        <SessionTable sessions={data.items} />
        <Pager next={data.next} cursor={cursor} />
      </Section>
    </Page>
  );
}
