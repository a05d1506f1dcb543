// What waits for a person: held imports, destinations, then files that could not be imported, each with what happened.

import type { DestinationView } from '@api/destinations.ts';
import type { ImportView } from '@api/imports.ts';
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';
import { count } from '../../words/numbers.ts';
import { DestinationIssue } from '../destinations/issues.tsx';
import { ImportState } from '../imports/import-table.tsx';

type WaitingProps = {
  slug: string;
  held: ImportView[];
  heldCount: number;
  missed: ImportView[];
  failedCount: number;
  /** Destinations that need a person. */
  destinations: DestinationView[];
};

/** Reasons that need nobody: the sender replaced the file or took it away. */
const settled = ['superseded', 'removed-before-import'];

/** Files that were not imported since the last one that was; `recent` is newest first. */
export function missedSinceSuccess(recent: ImportView[]): ImportView[] {
  const real = recent.filter((item) => !item.dryRun);
  const success = real.findIndex((item) => item.status === 'succeeded');
  return real
    .slice(0, success === -1 ? undefined : success)
    .filter((item) => (item.status === 'failed' || item.status === 'ignored') && !settled.includes(item.reason ?? ''));
}

export function Waiting({ slug, held, heldCount, missed, failedCount, destinations }: WaitingProps) {
  if (heldCount === 0 && missed.length === 0 && failedCount === 0 && destinations.length === 0) return null;
  const shown = missed.slice(0, 3);
  return (
    <Paper component="section" aria-label="Waits for you" p={0} style={{ overflow: 'hidden' }}>
      <Stack gap={0} className="attention-back" pb="xs">
        <Title order={2} px="lg" pt="md" pb="xs">
          Waits for you
        </Title>
        {held.map((item) => (
          <WaitingImport key={item.id} slug={slug} item={item} action="Look and decide" primary />
        ))}
        {heldCount > held.length && (
          <Text size="sm" px="lg" pb="sm">
            <TextLink to="/i/$institution/imports" params={{ institution: slug }} search={{ status: 'held' }}>
              All {count(heldCount, 'held import')}
            </TextLink>
          </Text>
        )}
        {destinations.map((destination) => (
          <DestinationIssue key={destination.id} slug={slug} destination={destination} />
        ))}
        {shown.map((item) => (
          <WaitingImport key={item.id} slug={slug} item={item} action="See what to do" />
        ))}
        {(failedCount > 0 || missed.length > shown.length) && (
          <Text size="sm" px="lg" pb="sm">
            <TextLink to="/i/$institution/imports" params={{ institution: slug }} search={{ status: 'failed' }}>
              All failed imports
            </TextLink>
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

type WaitingImportProps = { slug: string; item: ImportView; action: string; primary?: boolean };

function WaitingImport({ slug, item, action, primary = false }: WaitingImportProps) {
  return (
    <Group px="lg" py="sm" justify="space-between" gap="md">
      <Stack gap={4} flex="1 1 18rem" miw={0}>
        <Group gap="xs">
          <Text fw={600} className="cut">
            {item.fileName}
          </Text>
          <ImportState item={item} />
          <Text size="sm" c="dimmed">
            <Time at={item.finishedAt ?? item.queuedAt} />
          </Text>
        </Group>
        <Text size="sm">{item.message}</Text>
      </Stack>
      <ButtonLink
        size="sm"
        variant={primary ? 'filled' : 'default'}
        to="/i/$institution/imports/$importId"
        params={{ institution: slug, importId: item.id }}
        aria-label={`${action}: ${item.fileName}`}
      >
        {action}
      </ButtonLink>
    </Group>
  );
}
