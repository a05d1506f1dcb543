// Imports as rows: state in words, file, when, and counts that lead to the rows behind them.

import type { ImportView } from '@api/imports.ts';
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { TextLink } from '../../parts/link.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { count, number } from '../../words/numbers.ts';
import { importTone, isLive, isMoving, sourceWords } from '../../words/states.ts';

type ImportTableProps = { slug: string; imports: ImportView[]; empty: ReactNode };

export function ImportTable({ slug, imports, empty }: ImportTableProps) {
  const columns: Column<ImportView>[] = [
    {
      title: 'File',
      cell: (item) => (
        <Stack gap={0}>
          <TextLink
            to="/i/$institution/imports/$importId"
            params={{ institution: slug, importId: item.id }}
            className={rowLink}
            fw={600}
            c="bright"
            underline="never"
          >
            {item.fileName}
          </TextLink>
          <Text size="xs" c="dimmed">
            {sourceWords[item.source]}
            {item.dryRun && ' · rehearsal'}
            {item.againOf !== null && ' · again'}
          </Text>
        </Stack>
      ),
    },
    { title: 'State', cell: (item) => <ImportState item={item} /> },
    { title: 'When', cell: (item) => <Time at={item.finishedAt ?? item.queuedAt} /> },
    {
      title: 'Rows',
      number: true,
      cell: (item) => <Amount item={item} value={isMoving(item.status) ? item.progressRows : item.counts.rows} />,
    },
    {
      title: 'Created',
      number: true,
      cell: (item) => <ChangeCount slug={slug} item={item} outcome="created" />,
    },
    {
      title: 'Updated',
      number: true,
      cell: (item) => <ChangeCount slug={slug} item={item} outcome="updated" />,
    },
    {
      title: 'Skipped',
      number: true,
      cell: (item) =>
        item.counts.skipped === 0 ? (
          <Amount item={item} value={0} />
        ) : (
          <TextLink
            to="/i/$institution/imports/$importId/issues"
            params={{ institution: slug, importId: item.id }}
            search={{ effect: 'row-skipped' }}
            aria-label={`${count(item.counts.skipped, 'row')} skipped of ${item.fileName}`}
          >
            {number(item.counts.skipped)}
          </TextLink>
        ),
    },
  ];
  return <DataTable label="Imports" columns={columns} rows={imports} rowKey={(item) => item.id} empty={empty} />;
}

export function ImportState({ item, large = false }: { item: ImportView; large?: boolean }) {
  const problems = Object.keys(item.issues).length;
  const waits = isMoving(item.status) && !isLive(item);
  const tone = waits ? 'quiet' : importTone(item.status, item.state === 'Imported' ? 0 : problems, item.counts.skipped);
  return (
    <State tone={tone} large={large}>
      {item.state}
    </State>
  );
}

function Amount({ item, value }: { item: ImportView; value: number }) {
  return item.dialect !== null || value > 0 ? <span>{number(value)}</span> : <span className="quiet">–</span>;
}

function ChangeCount({ slug, item, outcome }: { slug: string; item: ImportView; outcome: 'created' | 'updated' }) {
  const value = item.counts[outcome];
  if (value === 0) return <Amount item={item} value={0} />;
  return (
    <TextLink
      to="/i/$institution/imports/$importId/changes"
      params={{ institution: slug, importId: item.id }}
      search={{ outcome }}
      aria-label={`${count(value, 'contact')} ${outcome} by ${item.fileName}`}
    >
      {number(value)}
    </TextLink>
  );
}
