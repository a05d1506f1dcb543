// A titled block of a page.

import { Group, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useId } from 'react';

type SectionProps = {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The content reaches the border, for tables. */
  flush?: boolean;
  /** The page's heading says it already: the title is for assistive technology only. */
  plain?: boolean;
};

export function Section({ title, lead, actions, children, flush = false, plain = false }: SectionProps) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} p={0}>
      {plain ? (
        <VisuallyHidden component="h2" id={id}>
          {title}
        </VisuallyHidden>
      ) : (
        <Group justify="space-between" align="flex-start" px="lg" pt="md" pb={flush ? 'sm' : 0} gap="sm">
          <Stack gap={2} flex="1 1 16rem" miw={0}>
            <Title order={2} id={id}>
              {title}
            </Title>
            {lead !== undefined && (
              <Text size="sm" c="dimmed" component="div">
                {lead}
              </Text>
            )}
          </Stack>
          {actions !== undefined && (
            <Group gap="xs" className="no-print">
              {actions}
            </Group>
          )}
        </Group>
      )}
      {flush ? (
        children
      ) : (
        <Stack gap="md" px="lg" pt="md" pb="lg">
          {children}
        </Stack>
      )}
    </Paper>
  );
}
