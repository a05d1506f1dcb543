// The key pairs by which Causeway logs in. The private halves never leave it; the public half is shown once.

import type { DestinationView } from '@api/destinations.ts';
import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { DestinationPlace } from '../../api/destinations.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { keyStateWords } from '../../words/destinations.ts';
import { grouped, keyTypeWords } from '../../words/fingerprints.ts';
import { RegenerateDialog } from './regenerate-dialog.tsx';

type Key = DestinationView['keys'][number];

const columns: Column<Key>[] = [
  {
    title: 'Public half',
    cell: (key) => (
      <Stack gap={0}>
        <Text size="xs" ff="monospace" className="cut">
          {grouped(key.fingerprint)}
        </Text>
        <Text size="xs" c="dimmed">
          {keyTypeWords(key.type)}
        </Text>
      </Stack>
    ),
  },
  {
    title: 'State',
    cell: (key) => (
      <Stack gap={2} align="flex-start">
        <State tone={keyStateWords[key.state].tone}>{keyStateWords[key.state].word}</State>
        {key.state === 'current' && key.servesUntil !== null && (
          <Text size="xs" c="dimmed">
            serves until the next one has worked, at most <Time at={key.servesUntil} />
          </Text>
        )}
      </Stack>
    ),
  },
  { title: 'Made', cell: (key) => <Time at={key.createdAt} /> },
  { title: 'Last used', cell: (key) => <Time at={key.lastUsedAt} /> },
];

export function Keys({ destination, place }: { destination: DestinationView; place: DestinationPlace }) {
  const canEdit = useCanEdit();
  const [making, setMaking] = useState(false);
  return (
    <Section
      title="Key pair"
      lead="By it Causeway logs in. Your IT department has its public half."
      flush
      actions={
        canEdit && (
          <Button variant="default" size="sm" onClick={() => setMaking(true)}>
            Delete & regenerate
          </Button>
        )
      }
    >
      <DataTable
        label="Key pairs"
        columns={columns}
        rows={destination.keys}
        rowKey={(key) => key.id}
        empty={<Empty title="No key pair">Make one with Delete & regenerate.</Empty>}
      />
      <RegenerateDialog
        destination={destination}
        place={place}
        opened={making}
        onClose={() => setMaking(false)}
        onDone={() => setMaking(false)}
      />
    </Section>
  );
}
