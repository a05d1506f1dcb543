// Destinations as rows: state in words, what is sent where, the next run, the last transfer.

import type { DestinationView } from '@api/destinations.ts';
import { Stack, Text } from '@mantine/core';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { TextLink } from '../../parts/link.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { datasetWords, destinationTone, placeWords } from '../../words/destinations.ts';
import { transferTone } from '../../words/transfers.ts';

export function DestinationTable({ slug, destinations }: { slug: string; destinations: DestinationView[] }) {
  const columns: Column<DestinationView>[] = [
    {
      title: 'Destination',
      cell: (destination) => (
        <Stack gap={0}>
          <TextLink
            to="/i/$institution/destinations/$destinationId"
            params={{ institution: slug, destinationId: destination.id }}
            className={rowLink}
            fw={600}
            c="bright"
            underline="never"
          >
            {destination.name}
          </TextLink>
          <Text size="xs" c="dimmed">
            {datasetWords[destination.dataset]}
          </Text>
        </Stack>
      ),
    },
    {
      title: 'State',
      cell: (destination) => (
        <Stack gap={4} align="flex-start">
          <DestinationState destination={destination} />
          {destination.state === 'Needs you' && destination.lastFailure === null && (
            <Text size="xs" c="dimmed" maw={260}>
              {destination.message}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      title: 'Server',
      cell: (destination) => (
        <Stack gap={0}>
          <span className="cut">{placeWords(destination)}</span>
          <Text size="xs" c="dimmed" className="cut">
            {destination.path}
          </Text>
        </Stack>
      ),
    },
    { title: 'Next run', cell: (destination) => <Time at={destination.nextRunAt} never="none while it is not on" /> },
    { title: 'Last transfer', cell: (destination) => <LastTransfer slug={slug} destination={destination} /> },
  ];
  return (
    <DataTable
      label="Destinations"
      columns={columns}
      rows={destinations}
      rowKey={(destination) => destination.id}
      empty={null}
    />
  );
}

export function DestinationState({ destination, large = false }: { destination: DestinationView; large?: boolean }) {
  return (
    <State tone={destinationTone(destination.state)} large={large}>
      {destination.state}
    </State>
  );
}

export function LastTransfer({ slug, destination }: { slug: string; destination: DestinationView }) {
  const last = destination.lastTransfer;
  if (last === null) return <span className="quiet">none yet</span>;
  return (
    <>
      <TextLink
        to="/i/$institution/transfers/$transferId"
        params={{ institution: slug, transferId: last.id }}
        className={transferTone(last) === 'bad' ? 'bad' : undefined}
      >
        {last.state}
      </TextLink>{' '}
      {last.finishedAt !== null && <Time at={last.finishedAt} />}
    </>
  );
}
