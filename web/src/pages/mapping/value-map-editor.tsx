// Values of the file that mean something else: Y → true. Compared without case.

import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowRight, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';

type Pair = { id: number; from: string; to: string };
type ValueMapEditorProps = {
  valueMap: Record<string, string>;
  canEdit: boolean;
  onChange: (valueMap: Record<string, string>) => void;
};

export function ValueMapEditor({ valueMap, canEdit, onChange }: ValueMapEditorProps) {
  const [pairs, setPairs] = useState<Pair[]>(() =>
    Object.entries(valueMap).map(([from, to], id) => ({ id, from, to })),
  );
  const change = (next: Pair[]) => {
    setPairs(next);
    onChange(Object.fromEntries(next.filter((pair) => pair.from !== '').map((pair) => [pair.from, pair.to])));
  };
  const set = (id: number, part: Partial<Pair>) =>
    change(pairs.map((pair) => (pair.id === id ? { ...pair, ...part } : pair)));
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        Values that mean something else
      </Text>
      {pairs.map((pair, index) => (
        <Group key={pair.id} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={`Value in the file, ${index + 1}`}
            placeholder="in the file"
            size="sm"
            value={pair.from}
            onChange={(event) => set(pair.id, { from: event.currentTarget.value })}
          />
          <IconArrowRight size={16} aria-label="becomes" className="quiet" style={{ flex: 'none' }} />
          <TextInput
            aria-label={`Value for the contact, ${index + 1}`}
            placeholder="for the contact"
            size="sm"
            value={pair.to}
            onChange={(event) => set(pair.id, { to: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            c="bright"
            aria-label={`Remove the value ${pair.from}`}
            onClick={() => change(pairs.filter((one) => one.id !== pair.id))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {canEdit && (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() =>
              setPairs([...pairs, { id: Math.max(-1, ...pairs.map((pair) => pair.id)) + 1, from: '', to: '' }])
            }
          >
            Add a value
          </Button>
        </div>
      )}
    </Stack>
  );
}
