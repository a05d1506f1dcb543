// A place to drop or choose one file. What is not a CSV is taken too: the API says what is wrong with it, in words.

import { Group, Stack, Text } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconFileTypeCsv, IconUpload } from '@tabler/icons-react';

type DropFileProps = {
  title: string;
  hint: string;
  onFile: (file: File) => void;
  busy?: boolean;
  compact?: boolean;
};

export function DropFile({ title, hint, onFile, busy = false, compact = false }: DropFileProps) {
  return (
    <Dropzone
      onDrop={(files) => {
        const file = files[0];
        if (file !== undefined) onFile(file);
      }}
      multiple={false}
      loading={busy}
      p={compact ? 'md' : 'xl'}
      inputProps={{ 'aria-label': title }}
      aria-label={`${title}. ${hint}`}
    >
      <Group justify="center" gap="md" style={{ pointerEvents: 'none' }} wrap="nowrap" mih={compact ? 44 : 140}>
        <Dropzone.Accept>
          <IconUpload size={compact ? 28 : 40} stroke={1.5} aria-hidden className="busy" style={{ flex: 'none' }} />
        </Dropzone.Accept>
        <Dropzone.Idle>
          <IconFileTypeCsv
            size={compact ? 28 : 40}
            stroke={1.5}
            aria-hidden
            className="quiet"
            style={{ flex: 'none' }}
          />
        </Dropzone.Idle>
        <Stack gap={2}>
          <Text fw={600}>{title}</Text>
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        </Stack>
      </Group>
    </Dropzone>
  );
}
