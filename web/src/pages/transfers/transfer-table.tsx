// Transfers as rows: file, destination and how it was started, state in words, when, rows, size.

import type { TransferView } from '@api/transfers.ts';
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { TextLink } from '../../parts/link.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { bytes, number } from '../../words/numbers.ts';
import { transferName, transferTone, triggerWords } from '../../words/transfers.ts';

type TransferTableProps = { slug: string; transfers: TransferView[]; empty: ReactNode };

export function TransferTable({ slug, transfers, empty }: TransferTableProps) {
  const columns: Column<TransferView>[] = [
    {
      title: 'File',
      cell: (transfer) => (
        <Stack gap={0}>
          <TextLink
            to="/i/$institution/transfers/$transferId"
            params={{ institution: slug, transferId: transfer.id }}
            className={rowLink}
            fw={600}
            c="bright"
            underline="never"
          >
            {transferName(transfer)}
          </TextLink>
          <Text size="xs" c="dimmed">
            {transfer.destinationName} · {triggerWords[transfer.trigger]}
          </Text>
        </Stack>
      ),
    },
    { title: 'State', cell: (transfer) => <TransferState transfer={transfer} /> },
    { title: 'When', cell: (transfer) => <Time at={transfer.finishedAt ?? transfer.startedAt ?? transfer.queuedAt} /> },
    { title: 'Rows', number: true, cell: (transfer) => <Amount value={transfer.rows} words={number} /> },
    { title: 'Size', number: true, cell: (transfer) => <Amount value={transfer.bytes} words={bytes} /> },
  ];
  return <DataTable label="Transfers" columns={columns} rows={transfers} rowKey={(one) => one.id} empty={empty} />;
}

export function TransferState({ transfer, large = false }: { transfer: TransferView; large?: boolean }) {
  return (
    <State tone={transferTone(transfer)} large={large}>
      {transfer.state}
    </State>
  );
}

function Amount({ value, words }: { value: number | null; words: (value: number) => string }) {
  return value === null ? <span className="quiet">–</span> : <span>{words(value)}</span>;
}
