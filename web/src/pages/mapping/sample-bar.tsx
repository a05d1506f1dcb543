// The sample file: dropped here, it stays in the browser; its beginning is looked at and nothing of it is stored.

import type { Preview } from '@api/feeds.ts';
import { Button, FileButton, Group, List, Loader, Paper, Stack, Text } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { DropFile } from '../../parts/drop-file.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { dialectWords } from '../../words/dialect.ts';
import { count } from '../../words/numbers.ts';

type SampleBarProps = {
  sample: File | null;
  preview: UseQueryResult<Preview>;
  onFile: (file: File | null) => void;
};

export function SampleBar({ sample, preview, onFile }: SampleBarProps) {
  if (sample === null)
    return (
      <DropFile
        compact
        title="Drop a sample file here, or choose one"
        hint="A CSV as the sending system writes it. Only its beginning is looked at, and nothing of it is kept."
        onFile={onFile}
      />
    );
  return (
    <Paper>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <Group gap="sm" flex="1 1 18rem" wrap="nowrap" miw={0}>
            <IconFileTypeCsv size={24} stroke={1.5} aria-hidden className="quiet" />
            <Stack gap={0} miw={0}>
              <Group gap="xs">
                <Text fw={600} className="cut">
                  {sample.name}
                </Text>
                {preview.isFetching && <Loader size={14} aria-label="The sample is being looked at" />}
              </Group>
              <Text size="sm" c="dimmed">
                {preview.data === undefined
                  ? 'Looking at the beginning of the file …'
                  : `${count(preview.data.rowsRead, 'row')} looked at · ${dialectWords(preview.data.dialect)}`}
              </Text>
            </Stack>
          </Group>
          <Group gap="xs">
            <FileButton onChange={(file) => file !== null && onFile(file)} accept=".csv,.txt,text/csv">
              {(props) => (
                <Button {...props} variant="default" size="sm">
                  Another file
                </Button>
              )}
            </FileButton>
            <Button variant="subtle" size="sm" onClick={() => onFile(null)}>
              Put it away
            </Button>
          </Group>
        </Group>
        {preview.isError && <ProblemAlert error={preview.error} />}
        {preview.data !== undefined && <FileIssues preview={preview.data} />}
      </Stack>
    </Paper>
  );
}

/** What the editor itself shows beside each column is not said again. */
const shownElsewhere = ['unmapped-column', 'missing-mapped-column'];

/** What is to be said about the file as a whole and its header. */
export function FileIssues({ preview }: { preview: Preview }) {
  const issues = preview.issues.filter(
    (issue) => (issue.scope === 'file' || issue.scope === 'header') && !shownElsewhere.includes(issue.code),
  );
  if (issues.length === 0) return null;
  return (
    <List size="sm" spacing={4}>
      {issues.map((issue) => (
        <List.Item key={issue.message} className={toneOf(issue.effect)}>
          {issue.message}
        </List.Item>
      ))}
    </List>
  );
}

function toneOf(effect: string): string | undefined {
  if (effect === 'file-rejected') return 'bad';
  return effect === 'file-held' ? 'attention' : undefined;
}
