// The last sessions on the page of the feed, renewed every few seconds.

import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionsQuery } from '../../api/feeds.ts';
import { TextLink } from '../../parts/link.tsx';
import { Section } from '../../parts/section.tsx';
import { SessionTable } from './session-table.tsx';

export function RecentSessions({ slug, feedId }: { slug: string; feedId: string }) {
  const { data } = useSuspenseQuery(sessionsQuery(slug, feedId, undefined, 10));
  return (
    <Section
      title="Recent sessions"
      flush
      actions={
        data.next !== null && (
          <TextLink size="sm" to="/i/$institution/sftp/sessions" params={{ institution: slug }}>
            Session log
          </TextLink>
        )
      }
    >
      <SessionTable sessions={data.items} />
    </Section>
  );
}
