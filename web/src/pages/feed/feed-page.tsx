// SFTP inbound: the login for the sender's system, its keys, our fingerprints, the switch, the rules, the last sessions.

import { Stack } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { fieldsQuery } from '../../api/institutions.ts';
import { useFeed } from '../../parts/feed.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { AccessRules } from './access-rules.tsx';
import { Configure } from './configure.tsx';
import { isConfigured } from './configured.ts';
import { Credentials } from './credentials.tsx';
import { FeedSwitch } from './feed-switch.tsx';
import { HostKeys } from './host-keys.tsx';
import { PublicKeys } from './public-keys.tsx';
import { RecentSessions } from './recent-sessions.tsx';

const route = getRouteApi('/shell/i/$institution/sftp/');

export function FeedPage() {
  const { institution: slug } = route.useParams();
  const { feed, place } = useFeed(slug);
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  const canEdit = useCanEdit();
  const [justConfigured, setJustConfigured] = useState(false);
  const configured = isConfigured(feed) || justConfigured;
  return (
    <Page
      title="SFTP inbound"
      lead="The login by which your CRM or student system drops CSV files here."
      actions={
        configured && (
          <ButtonLink
            variant="default"
            leftSection={<IconPrinter size={18} aria-hidden />}
            to="/i/$institution/sftp/guide"
            params={{ institution: slug }}
          >
            For your IT department
          </ButtonLink>
        )
      }
    >
      {configured || !canEdit ? (
        <Stack gap="lg">
          <FeedSwitch slug={slug} feed={feed} place={place} fields={fields.items} />
          <Credentials feed={feed} place={place} />
          <PublicKeys feed={feed} place={place} />
          <Section
            title="Fingerprints of this server"
            lead="The sender compares them at the first connection, so that files never go to somebody else."
          >
            <HostKeys keys={feed.hostKeys} />
          </Section>
          <AccessRules feed={feed} place={place} />
        </Stack>
      ) : (
        <Configure feed={feed} place={place} onDone={() => setJustConfigured(true)} />
      )}
      <RecentSessions slug={slug} feedId={feed.id} />
    </Page>
  );
}
