// The state of a transfer in words, its numbers, and for a failed one what happened and what to do.

import type { TransferView } from '@api/transfers.ts';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { destinationsQuery } from '../../api/destinations.ts';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Time } from '../../parts/time.tsx';
import { datasetWords, remedyOf } from '../../words/destinations.ts';
import { bytes, number } from '../../words/numbers.ts';
import { stageTime } from '../../words/stages.ts';
import { isTransferMoving, triggerWords } from '../../words/transfers.ts';
import { FailureWords } from '../destination/failure-facts.tsx';
import { RemedyLink } from '../destinations/issues.tsx';
import counts from '../import-report/counts.module.css';
import { TransferState } from '../transfers/transfer-table.tsx';

export function Headline({ slug, transfer }: { slug: string; transfer: TransferView }) {
  const moving = isTransferMoving(transfer);
  return (
    <Paper component="section" aria-label="What happened">
      <Stack gap="lg">
        <Stack gap="sm" aria-live="polite">
          <Group gap="sm">
            <TransferState transfer={transfer} large />
            <Text c="dimmed" size="sm">
              <Time at={transfer.finishedAt ?? transfer.startedAt ?? transfer.queuedAt} />
            </Text>
          </Group>
          <Text maw="48rem">
            {triggerWords[transfer.trigger]}, to{' '}
            <TextLink
              underline="always"
              to="/i/$institution/destinations/$destinationId"
              params={{ institution: slug, destinationId: transfer.destinationId }}
            >
              {transfer.destinationName}
            </TextLink>
            {transfer.destinationName !== datasetWords[transfer.dataset] &&
              ` (${datasetWords[transfer.dataset].toLowerCase()})`}
            .{moving && ' This page renews itself.'}
          </Text>
          {transfer.inDoubt && (
            <Text maw="48rem" size="sm">
              The link was lost at the very moment of the rename: nobody can know from here whether the file is in
              place. Exactly this file is sent first next time.
            </Text>
          )}
        </Stack>
        {transfer.failure !== null && <Failed slug={slug} transfer={transfer} failure={transfer.failure} />}
        {transfer.rows !== null && (
          <ul className={counts.counts} aria-label="Numbers">
            <Count value={number(transfer.rows)} word={transfer.rows === 1 ? 'row' : 'rows'} />
            {transfer.bytes !== null && <Count value={bytes(transfer.bytes)} word="size of the file" />}
            {transfer.duration !== null && <Count value={stageTime(transfer.duration)} word="from start to end" />}
            {transfer.windowNumber !== null && (
              <Count value={number(transfer.windowNumber)} word="window, counted from the first" />
            )}
          </ul>
        )}
      </Stack>
    </Paper>
  );
}

function Count({ value, word }: { value: ReactNode; word: string }) {
  return (
    <li>
      <span className={counts.number}>{value}</span>
      <span className={counts.word}>{word}</span>
    </li>
  );
}

type FailedProps = { slug: string; transfer: TransferView; failure: NonNullable<TransferView['failure']> };

/** The remedy is offered while the destination is there. */
function Failed({ slug, transfer, failure }: FailedProps) {
  const canEdit = useCanEdit();
  const { data } = useQuery(destinationsQuery(slug));
  const destination = data?.items.find((one) => one.id === transfer.destinationId);
  return (
    <FailureWords
      failure={failure}
      actions={
        canEdit && destination !== undefined ? (
          <RemedyLink slug={slug} destination={destination} remedy={remedyOf(failure)} />
        ) : undefined
      }
    />
  );
}
