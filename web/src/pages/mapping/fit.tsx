// What the sample says about a column: values as they came, how many fit, and where the label was looked for in vain.

import type { Preview } from '@api/feeds.ts';
import { Button, Code, Group, Stack, Text } from '@mantine/core';
import type { Column } from '../../words/mapping.ts';
import { number } from '../../words/numbers.ts';
import classes from './mapping.module.css';

type FitProps = {
  column: Column;
  preview: Preview | undefined;
  canEdit: boolean;
  onUse: (label: string) => void;
};

export function Fit({ column, preview, canEdit, onUse }: FitProps) {
  const found = preview?.columns.find((one) => one.field === column.field);
  if (preview === undefined || column.labels.every((label) => label === ''))
    return (
      <Text size="sm" c="dimmed">
        {preview === undefined ? '' : 'Not mapped'}
      </Text>
    );
  if (found === undefined) return null;
  if (found.found === 'missing')
    return (
      <Stack gap={4}>
        <Text size="sm" className="attention">
          The sample has no column with this label.
        </Text>
        {canEdit && found.nearest.length > 0 && (
          <Group gap={6}>
            {found.nearest.slice(0, 3).map((label) => (
              <Button key={label} size="compact-xs" variant="light" onClick={() => onUse(label)}>
                Use “{label}”
              </Button>
            ))}
          </Group>
        )}
      </Stack>
    );
  const bad = found.filled - found.good;
  return (
    <Stack gap={2}>
      {found.found === 'near' && (
        <Text size="sm" className="attention">
          Taken from “{found.nearest[0]}”, which is written a little differently.
        </Text>
      )}
      {found.samples.length > 0 && (
        <div className={classes.samples}>
          {[...new Set(found.samples)].slice(0, 3).map((value) => (
            <Code key={value} fz="xs" className="cut">
              {value.length > 40 ? `${value.slice(0, 40)}…` : value}
            </Code>
          ))}
        </div>
      )}
      <Text size="sm" className={bad > 0 ? 'attention' : 'quiet'}>
        {fitWords(found.filled, found.good, preview.rowsRead)}
      </Text>
      {bad > 0 && found.examples.length > 0 && (
        <Text size="xs" c="dimmed" className="cut">
          {found.examples
            .slice(0, 3)
            .map((example) => `row ${number(example.row)}: “${example.value}”`)
            .join(', ')}
        </Text>
      )}
    </Stack>
  );
}

function fitWords(filled: number, good: number, rows: number): string {
  if (filled === 0) return 'Blank in every row that was looked at.';
  const blank = rows - filled;
  if (filled === 1) return `The only value ${good === 1 ? 'fits' : 'does not fit'}; ${number(blank)} blank.`;
  const fits = good === filled ? `All ${number(filled)} values fit` : `${number(good)} of ${number(filled)} values fit`;
  return blank > 0 ? `${fits}; ${number(blank)} blank.` : `${fits}.`;
}
