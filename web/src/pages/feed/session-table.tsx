// The log of SFTP sessions in words: what happened and what to do.

import type { SessionEntry } from '@api/feeds.ts';
import { Stack, Text } from '@mantine/core';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { bytes, number } from '../../words/numbers.ts';
import type { Tone } from '../../words/states.ts';

const outcomes: Record<SessionEntry['outcome'], { word: string; tone: Tone }> = {
  open: { word: 'Open', tone: 'busy' },
  closed: { word: 'Ended', tone: 'good' },
  refused: { word: 'Refused', tone: 'bad' },
  dropped: { word: 'Broke off', tone: 'attention' },
};

const columns: Column<SessionEntry>[] = [
  {
    title: 'Session',
    cell: (session) => <State tone={outcomes[session.outcome].tone}>{outcomes[session.outcome].word}</State>,
  },
  { title: 'Began', cell: (session) => <Time at={session.startedAt} /> },
  {
    title: 'What happened',
    cell: (session) => (
      <Stack gap={0}>
        <Text size="sm">{session.message}</Text>
        <Text size="xs" c="dimmed" className="cut">
          {[session.address, session.client].filter((part) => part !== '').join(' · ')}
        </Text>
      </Stack>
    ),
  },
  { title: 'Files', number: true, cell: (session) => number(session.filesReceived) },
  { title: 'Received', number: true, cell: (session) => bytes(session.bytesIn) },
];

export function SessionTable({ sessions }: { sessions: SessionEntry[] }) {
  return (
    <DataTable
      label="Sessions"
      columns={columns}
      rows={sessions}
      rowKey={(session) => session.id}
      empty={
        <Empty title="Nobody has connected yet">
          Each login appears here, refused ones too, with the reason in words.
        </Empty>
      }
    />
  );
}
