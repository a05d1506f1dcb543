// Says that there are changes that are not saved yet. Stays in sight while there are.

import { Button, Group, Paper, Text } from '@mantine/core';
import classes from './mapping.module.css';

type SaveBarProps = { dirty: boolean; busy: boolean; onSave: () => void; onTakeBack: () => void };

export function SaveBar({ dirty, busy, onSave, onTakeBack }: SaveBarProps) {
  if (!dirty) return null;
  return (
    <Paper className={classes.bar} shadow="md" py="sm" px="lg" role="region" aria-label="Changes that are not saved">
      <Group justify="space-between" gap="sm">
        <Text size="sm" fw={600}>
          There are changes that are not saved yet.
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onTakeBack} disabled={busy}>
            Take back
          </Button>
          <Button onClick={onSave} loading={busy}>
            Save the mapping
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
