// What waits for a person: held imports, each with what happened, and files that were not imported.

import type { ImportView } from '@api/imports.ts';
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { count } from '../../words/numbers.ts';

type WaitingProps = { slug: string; held: ImportView[]; heldCount: number; failed: number };

export function Waiting({ slug, held, heldCount, failed }: WaitingProps) {
  if (heldCount === 0 && failed === 0) return null;
  return (
    <Paper component="section" aria-label="Waits for you" p={0} style={{ overflow: 'hidden' }}>
      <Stack gap={0} className="attention-back">
        <Title order={2} px="lg" pt="md" pb="xs">
          Waits for you
        </Title>
        {held.map((item) => (
          <Group key={item.id} px="lg" py="sm" justify="space-between" gap="md">
            <Stack gap={2} flex="1 1 18rem" miw={0}>
              <Group gap="xs">
                <Text fw={600} className="cut">
                  {item.fileName}
                </Text>
                <Text size="sm" c="dimmed">
                  <Time at={item.queuedAt} />
                </Text>
              </Group>
              <Text size="sm">{item.message}</Text>
            </Stack>
            <ButtonLink
              size="sm"
              to="/i/$institution/imports/$importId"
              params={{ institution: slug, importId: item.id }}
              aria-label={`Look at ${item.fileName} and decide`}
            >
              Look and decide
            </ButtonLink>
          </Group>
        ))}
        {heldCount > held.length && (
          <Text size="sm" px="lg" pb="sm">
            <TextLink to="/i/$institution/imports" params={{ institution: slug }} search={{ status: 'held' }}>
              All {count(heldCount, 'held import')}
            </TextLink>
          </Text>
        )}
        {failed > 0 && (
          <Group px="lg" py="sm" justify="space-between" gap="md">
            <Group gap="sm" flex="1 1 18rem">
              <State tone="bad">Failed</State>
              <Text size="sm">{count(failed, 'file')} could not be imported since the last one that was.</Text>
            </Group>
            <ButtonLink
              variant="default"
              size="sm"
              to="/i/$institution/imports"
              params={{ institution: slug }}
              search={{ status: 'failed' }}
            >
              See what to do
            </ButtonLink>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}
