// The state of an import, what happened in words, its counts, and what a person may do with it now.

import type { ImportView } from '@api/imports.ts';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { Time } from '../../parts/time.tsx';
import { count } from '../../words/numbers.ts';
import { isMoving, waitsForWords } from '../../words/states.ts';
import { ImportState } from '../imports/import-table.tsx';
import { Counts } from './counts.tsx';
import { Decisions } from './decisions.tsx';

export function Headline({ slug, item }: { slug: string; item: ImportView }) {
  const moving = isMoving(item.status);
  return (
    <Paper component="section" aria-label="What happened">
      <Stack gap="lg">
        <Stack gap="sm" aria-live="polite">
          <Group gap="sm">
            <ImportState item={item} large />
            {item.dryRun && (
              <Text fw={600}>{moving ? 'Rehearsal' : 'This was a rehearsal: no contact was changed.'}</Text>
            )}
            <Text c="dimmed" size="sm">
              <Time at={item.finishedAt ?? item.startedAt ?? item.queuedAt} />
            </Text>
          </Group>
          <Text maw="48rem" className="cut">
            {item.message}
          </Text>
          {item.waitsFor !== null && (
            <Text size="sm" c="dimmed">
              {waitsForWords[item.waitsFor]}
            </Text>
          )}
        </Stack>
        {moving && <Running item={item} />}
        {!moving && item.counts.rows > 0 && <Counts slug={slug} item={item} />}
        <Decisions slug={slug} item={item} />
      </Stack>
    </Paper>
  );
}

function Running({ item }: { item: ImportView }) {
  return (
    <Text size="sm" c="dimmed" className="numeric">
      {item.progressRows > 0 ? `${count(item.progressRows, 'row')} read so far.` : 'Not begun yet.'} This page renews
      itself.
    </Text>
  );
}
