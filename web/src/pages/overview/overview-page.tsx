// The overview of one institution: what waits for a person, then the feed and each destination in one line, then what came last.

import { Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { destinationsQuery } from '../../api/destinations.ts';
import { feedQuery } from '../../api/feeds.ts';
import { importsQuery } from '../../api/imports.ts';
import { institutionQuery, overviewQuery } from '../../api/institutions.ts';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { feedState, fieldTitle } from '../../words/feeds.ts';
import { count, listWords } from '../../words/numbers.ts';
import { ImportTable } from '../imports/import-table.tsx';
import { Outbound } from './outbound.tsx';
import { SetUpGuide } from './set-up-guide.tsx';
import { missedSinceSuccess, Waiting } from './waiting.tsx';

const route = getRouteApi('/shell/i/$institution/');

export function OverviewPage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { data: overview } = useSuspenseQuery(overviewQuery);
  const { data: feed } = useSuspenseQuery(feedQuery(slug));
  const { data: recent } = useSuspenseQuery(importsQuery(slug, {}, 20));
  const { data: held } = useSuspenseQuery(importsQuery(slug, { status: 'held' }, 5));
  const { data: destinations } = useSuspenseQuery(destinationsQuery(slug));
  const needy = destinations.items.filter((destination) => destination.state === 'Needs you');
  const own = overview.items.find((item) => item.institution.slug === institution.slug);
  const last = recent.items.find((item) => !item.dryRun);
  const missed = missedSinceSuccess(recent.items);
  const failed = Math.max(own?.failedSinceLastSuccess ?? 0, missed.length);
  const heldCount = Math.max(own?.held ?? 0, held.items.length);
  const state = feedState({ enabled: feed.enabled, missing: feed.missing, held: heldCount, failed }, (name) =>
    fieldTitle(name),
  );
  const beginning = !feed.enabled || recent.items.length === 0;
  return (
    <Page
      title={institution.name}
      lead={waitingWords(heldCount, failed, needy.length, beginning)}
      actions={
        canEdit && (
          <ButtonLink variant="default" to="/i/$institution/upload" params={{ institution: slug }}>
            Upload a file
          </ButtonLink>
        )
      }
    >
      <Waiting
        slug={slug}
        held={held.items}
        heldCount={heldCount}
        missed={missed}
        failedCount={own?.failedSinceLastSuccess ?? 0}
        destinations={needy}
      />
      {beginning && <SetUpGuide slug={slug} feed={feed} imported={recent.items.length > 0} />}
      <Section title="Inbound">
        <Group justify="space-between" gap="md">
          <Group gap="md" flex="1 1 20rem">
            <State tone={state.tone}>{state.word}</State>
            <Stack gap={0} flex="1 1 12rem" miw={0}>
              <TextLink to="/i/$institution/sftp" params={{ institution: slug }} fw={600} c="bright">
                {feed.name}
              </TextLink>
              <Text size="sm" c="dimmed">
                {state.why}
              </Text>
            </Stack>
          </Group>
          <Group gap="xl">
            <Stack gap={0}>
              <Text size="sm" c="dimmed">
                Last file
              </Text>
              <Text size="sm">
                {last === undefined ? (
                  'none yet'
                ) : (
                  <TextLink to="/i/$institution/imports/$importId" params={{ institution: slug, importId: last.id }}>
                    <VisuallyHidden>{last.fileName}, </VisuallyHidden>
                    <Time at={last.queuedAt} />
                  </TextLink>
                )}
              </Text>
            </Stack>
            <Stack gap={0}>
              <Text size="sm" c="dimmed">
                Records
              </Text>
              <TextLink size="sm" to="/i/$institution/contacts" params={{ institution: slug }}>
                {count(own?.contacts ?? 0, 'contact')}
              </TextLink>
            </Stack>
          </Group>
        </Group>
      </Section>
      <Outbound slug={slug} destinations={destinations.items} />
      <Section
        title="Last imports"
        flush
        actions={
          recent.items.length > 0 && (
            <TextLink size="sm" to="/i/$institution/imports" params={{ institution: slug }}>
              Import history
            </TextLink>
          )
        }
      >
        <ImportTable
          slug={slug}
          imports={recent.items.slice(0, 5)}
          empty={
            <Empty title="No file has come yet">
              Files appear here a few seconds after they arrive, with what happened to every row.
            </Empty>
          }
        />
      </Section>
    </Page>
  );
}

function waitingWords(held: number, failed: number, needy: number, beginning: boolean): string {
  const waiting = [...(held > 0 ? [count(held, 'import')] : []), ...(needy > 0 ? [count(needy, 'destination')] : [])];
  if (waiting.length > 0) return `${listWords(waiting)} ${held + needy === 1 ? 'waits' : 'wait'} for you.`;
  if (failed > 0) return `${count(failed, 'file')} could not be imported.`;
  return beginning ? 'A few steps are left until files are imported.' : 'Everything is fine. Nothing waits for you.';
}
