// Several columns of the file for one field: joined (area code and number), or the first that is not blank.

import { ActionIcon, Autocomplete, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Column } from '../../words/mapping.ts';

type Further = { id: number; label: string };
type JoinEditorProps = {
  column: Column;
  labels: string[];
  canEdit: boolean;
  onChange: (change: Partial<Column>) => void;
};

export function JoinEditor({ column, labels, canEdit, onChange }: JoinEditorProps) {
  const first = column.labels[0] ?? '';
  const [more, setMore] = useState<Further[]>(() => column.labels.slice(1).map((label, id) => ({ id, label })));
  const set = (next: Further[], change: Partial<Column> = {}) => {
    setMore(next);
    onChange({ labels: [first, ...next.map((one) => one.label)], ...change });
  };
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        Further columns for this field
      </Text>
      {more.map(({ id, label }, index) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <Autocomplete
            aria-label={`Further label ${index + 1}`}
            placeholder="Label in the file"
            size="sm"
            data={labels}
            value={label}
            onChange={(value) => set(more.map((one) => (one.id === id ? { id, label: value } : one)))}
            flex={1}
            maw={320}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            c="bright"
            aria-label={`Remove the further label ${index + 1}`}
            onClick={() => set(more.filter((one) => one.id !== id))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {more.length > 0 && (
        <Group gap="sm" align="flex-end">
          <Select
            label="How they make one value"
            size="sm"
            w={260}
            data={[
              { value: 'join', label: 'joined, one after the other' },
              { value: 'first', label: 'the first that is not blank' },
            ]}
            value={column.combine}
            allowDeselect={false}
            onChange={(value) => onChange({ combine: value === 'join' ? 'join' : 'first' })}
          />
          {column.combine === 'join' && (
            <TextInput
              label="With this between them"
              size="sm"
              w={180}
              maxLength={10}
              value={column.separator}
              onChange={(event) => onChange({ separator: event.currentTarget.value })}
            />
          )}
        </Group>
      )}
      {canEdit && column.labels.length < 10 && (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() =>
              set(
                [...more, { id: Math.max(-1, ...more.map((one) => one.id)) + 1, label: '' }],
                more.length === 0 ? { combine: 'join' } : {},
              )
            }
          >
            Add a column
          </Button>
        </div>
      )}
    </Stack>
  );
}
