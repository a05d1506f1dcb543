// The frame of the pages before sign-in: one card in the middle.

import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import classes from './entry-frame.module.css';

export function EntryFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Causeway`;
  }, [title]);
  return (
    <main className={classes.middle}>
      <Stack gap="lg" w="100%" maw={440}>
        <Group gap="sm" justify="center">
          <img src="/causeway.svg" width={36} height={36} alt="" />
          <Text fz="1.375rem" fw={650}>
            Causeway
          </Text>
        </Group>
        <Paper p="xl" shadow="xs">
          <Stack gap="md">
            <div>
              <Title order={1} fz="1.375rem">
                {title}
              </Title>
              {lead !== undefined && (
                <Text c="dimmed" size="sm" mt={4} component="div">
                  {lead}
                </Text>
              )}
            </div>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </main>
  );
}
