// An empty place that says what the next step is.

import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <Stack gap="xs" py="md" align="flex-start">
      <Text fw={600}>{title}</Text>
      {children !== undefined && (
        <Text size="sm" c="dimmed" maw="40rem" component="div">
          {children}
        </Text>
      )}
      {actions !== undefined && (
        <Group gap="xs" mt={4}>
          {actions}
        </Group>
      )}
    </Stack>
  );
}
