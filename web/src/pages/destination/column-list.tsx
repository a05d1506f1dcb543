// The columns of the file: which are sent, in which order, under which names. All by keyboard.

import { ActionIcon, Button, Checkbox, Group, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState } from 'react';
import { Disclosure } from '../../parts/disclosure.tsx';
import { columnDraft, type DraftColumn, moveColumn } from '../../words/file-options.ts';
import classes from './file-form.module.css';

type ColumnListProps = {
  columns: DraftColumn[];
  onChange: (columns: DraftColumn[]) => void;
  known: readonly string[];
  title: (field: string) => string;
  problem: string | null;
};

export function ColumnList({ columns, onChange, known, title, problem }: ColumnListProps) {
  const [said, setSaid] = useState('');
  const change = (index: number, part: Partial<DraftColumn>) =>
    onChange(columns.map((column, one) => (one === index ? { ...column, ...part } : column)));
  const move = (index: number, by: -1 | 1) => {
    onChange(moveColumn(columns, index, by));
    setSaid(`${title(columns[index]?.field ?? '')} is now column ${index + by + 1}.`);
  };
  const sent = columns.filter((column) => column.sent).length;
  return (
    <Disclosure title={`Columns (${sent} of ${columns.length})`}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Take a column out, change its place, or give it the name that the receiving system expects.
        </Text>
        {problem !== null && (
          <Text size="sm" className="bad" role="alert">
            {problem}
          </Text>
        )}
        <VisuallyHidden role="status">{said}</VisuallyHidden>
        <ol className={classes.columns}>
          {columns.map((column, index) => (
            <li key={column.field}>
              <Checkbox
                label={title(column.field)}
                checked={column.sent}
                onChange={(event) => change(index, { sent: event.currentTarget.checked })}
              />
              <TextInput
                aria-label={`Name of ${title(column.field)} in the file`}
                size="xs"
                disabled={!column.sent}
                value={column.header}
                spellCheck={false}
                autoComplete="off"
                maxLength={200}
                onChange={(event) => change(index, { header: event.currentTarget.value })}
              />
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  c="bright"
                  disabled={index === 0}
                  aria-label={`Move ${title(column.field)} up`}
                  onClick={() => move(index, -1)}
                >
                  <IconArrowUp size={16} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  c="bright"
                  disabled={index === columns.length - 1}
                  aria-label={`Move ${title(column.field)} down`}
                  onClick={() => move(index, 1)}
                >
                  <IconArrowDown size={16} aria-hidden />
                </ActionIcon>
              </Group>
            </li>
          ))}
        </ol>
        <Group>
          <Button variant="default" size="xs" onClick={() => onChange(columnDraft(null, known))}>
            All columns under their own names
          </Button>
        </Group>
      </Stack>
    </Disclosure>
  );
}
