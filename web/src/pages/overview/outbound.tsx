// What is sent: one line for each destination with its state, the next run and the last transfer.

import type { DestinationView } from '@api/destinations.ts';
import { Group, Stack, Text } from '@mantine/core';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { datasetWords, placeWords } from '../../words/destinations.ts';
import { DestinationState, LastTransfer } from '../destinations/destination-table.tsx';

export function Outbound({ slug, destinations }: { slug: string; destinations: DestinationView[] }) {
  const canEdit = useCanEdit();
  return (
    <Section title="Outbound">
      {destinations.length === 0 ? (
        <Empty
          title="Nothing is sent to you yet"
          actions={
            canEdit && (
              <ButtonLink variant="default" size="sm" to="/i/$institution/destinations" params={{ institution: slug }}>
                SFTP data transfer
              </ButtonLink>
            )
          }
        >
          Connections, or contacts that changed, can be delivered to an SFTP server that you run.
        </Empty>
      ) : (
        <Stack gap="lg">
          {destinations.map((destination) => (
            <Line key={destination.id} slug={slug} destination={destination} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Line({ slug, destination }: { slug: string; destination: DestinationView }) {
  return (
    <Group justify="space-between" gap="md">
      <Group gap="md" flex="1 1 20rem">
        <DestinationState destination={destination} />
        <Stack gap={0} flex="1 1 12rem" miw={0}>
          <TextLink
            to="/i/$institution/destinations/$destinationId"
            params={{ institution: slug, destinationId: destination.id }}
            fw={600}
            c="bright"
          >
            {destination.name}
          </TextLink>
          <Text size="sm" c="dimmed" className="cut">
            {datasetWords[destination.dataset]} to {placeWords(destination)}
          </Text>
        </Stack>
      </Group>
      <Group gap="xl">
        <Stack gap={0}>
          <Text size="sm" c="dimmed">
            Last transfer
          </Text>
          <Text size="sm">
            <LastTransfer slug={slug} destination={destination} />
          </Text>
        </Stack>
        <Stack gap={0}>
          <Text size="sm" c="dimmed">
            Next run
          </Text>
          <Text size="sm">
            <Time at={destination.nextRunAt} never="none" />
          </Text>
        </Stack>
      </Group>
    </Group>
  );
}
