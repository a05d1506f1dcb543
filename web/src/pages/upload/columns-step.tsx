// The columns of the file: its first rows, a field for each column, how it is written, what is wrong with it.

import type { Feed, Preview } from '@api/feeds.ts';
import type { Field } from '@api/institutions.ts';
import { Button, Checkbox, Group, Paper, Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { FeedPlace } from '../../api/feeds.ts';
import { usePreview } from '../../parts/preview.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { dialectWords } from '../../words/dialect.ts';
import { fieldTitle } from '../../words/feeds.ts';
import {
  assignLabel,
  type DraftRow,
  mapLabel,
  mappingOf,
  missingInFile,
  openSuggestions,
  sameMapping,
  startDraft,
} from '../../words/mapping.ts';
import { bytes, count, listWords, number } from '../../words/numbers.ts';
import { FileIssues } from '../mapping/sample-bar.tsx';
import { FirstRows } from './first-rows.tsx';
import { useRehearsal } from './use-rehearsal.ts';

type ColumnsStepProps = {
  slug: string;
  feed: Feed;
  place: FeedPlace;
  fields: Field[];
  file: File;
  onFile: (file: File | null) => void;
};

export function ColumnsStep({ slug, feed, place, fields, file, onFile }: ColumnsStepProps) {
  const [rows, setRows] = useState<DraftRow[]>(() => startDraft(feed.columns));
  const [forFeed, setForFeed] = useState(feed.columns.length === 0);
  const mapping = mappingOf(rows);
  const preview = usePreview(place, file, mapping);
  const { rehearse, sent } = useRehearsal(slug, place);
  const data = preview.data;
  const missing = data === undefined ? [] : missingInFile(rows, data);
  const suggestions = openSuggestions(rows, data);
  const differs = !sameMapping(mapping, { columns: feed.columns });
  const ready = data !== undefined && missing.length === 0 && data.labels.length > 0;
  return (
    <Stack gap="lg">
      <Paper>
        <Stack gap="sm">
          <Group justify="space-between" gap="sm">
            <Stack gap={0} miw={0}>
              <Text fw={600} className="cut">
                {file.name}
              </Text>
              <Text size="sm" c="dimmed">
                {bytes(file.size)}
                {data !== undefined && ` · ${dialectWords(data.dialect)}`}
              </Text>
            </Stack>
            <Button variant="default" size="sm" onClick={() => onFile(null)} disabled={rehearse.isPending}>
              Another file
            </Button>
          </Group>
          {data !== undefined && <FileIssues preview={data} />}
          {preview.isError && <ProblemAlert error={preview.error} />}
        </Stack>
      </Paper>
      {data === undefined && !preview.isError && <Skeleton height={320} aria-label="The file is being looked at" />}
      {data !== undefined && data.labels.length > 0 && (
        <Section
          title="Columns"
          lead={
            missing.length === 0
              ? 'Choose the field that each column fills. Columns without a field are left alone.'
              : `Choose the column for ${listWords(missing.map((name) => fieldTitle(name, fields)))}.`
          }
          flush
          actions={
            suggestions.length > 0 && (
              <Button
                size="sm"
                variant={missing.length > 0 ? 'filled' : 'default'}
                onClick={() =>
                  setRows((now) => suggestions.reduce((all, one) => mapLabel(all, one.field, one.label), now))
                }
              >
                Accept {count(suggestions.length, 'suggestion')}
              </Button>
            )
          }
        >
          <RowTroubles preview={data} />
          <FirstRows
            preview={data}
            rows={rows}
            fields={fields}
            onAssign={(label, field) => setRows((now) => assignLabel(now, data, label, field))}
          />
        </Section>
      )}
      {rehearse.isPending && (
        <Stack gap={6} role="status">
          <Progress value={sent * 100} aria-label="Upload" />
          <Text size="sm" c="dimmed">
            {sent < 1 ? `${Math.floor(sent * 100)} % sent` : 'Sent. It is being stored.'}
          </Text>
        </Stack>
      )}
      {rehearse.isError && <ProblemAlert error={rehearse.error} />}
      <Group justify="space-between" gap="md">
        {differs && data !== undefined ? (
          <Checkbox
            checked={forFeed}
            onChange={(event) => setForFeed(event.currentTarget.checked)}
            label="Save these columns as the mapping of the SFTP feed, too"
          />
        ) : (
          <span />
        )}
        <Button
          disabled={!ready}
          loading={rehearse.isPending}
          onClick={() => rehearse.mutate({ file, mapping, forFeed: forFeed && differs })}
        >
          Rehearse: show what would change
        </Button>
      </Group>
    </Stack>
  );
}

function RowTroubles({ preview }: { preview: Preview }) {
  const rows = new Set(
    preview.issues.flatMap((issue) => (issue.row === null || issue.effect === 'notice' ? [] : [issue.row])),
  );
  if (rows.size === 0) return null;
  return (
    <Text size="sm" px="lg" pb="sm" className="attention">
      {count(rows.size, 'row')} of the {number(preview.rowsRead)} looked at {rows.size === 1 ? 'has' : 'have'} values
      that do not fit; those among the first ten are marked. The rehearsal lists them all.
    </Text>
  );
}
