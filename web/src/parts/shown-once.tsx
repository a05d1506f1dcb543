// A secret that is shown this once. The dialog closes by copying it, or after a person says that it is kept.

import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { copyText } from '../words/copy-text.ts';

type ShownOnceProps = { title: string; name: string; value: string; use: string; onClose: () => void };

export function ShownOnce({ title, name, value, use, onClose }: ShownOnceProps) {
  const [refused, setRefused] = useState(false);
  const [kept, setKept] = useState(false);
  const copy = async () => {
    if (await copyText(value)) onClose();
    else setRefused(true);
  };
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={title}
      size="md"
    >
      <Stack gap="md">
        <Text size="sm">
          <strong>This {name} is shown only now.</strong> Afterwards nobody can see it again; a lost one is replaced by
          a new one. {use}
        </Text>
        <TextInput
          label={`The ${name}`}
          value={value}
          readOnly
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          onFocus={(event) => event.currentTarget.select()}
        />
        {refused && (
          <Checkbox
            checked={kept}
            onChange={(event) => setKept(event.currentTarget.checked)}
            label={`The browser does not allow copying. I have copied the ${name} by hand.`}
          />
        )}
        <Group justify="flex-end">
          {refused && (
            <Button variant="default" disabled={!kept} onClick={onClose}>
              Close
            </Button>
          )}
          <Button data-autofocus onClick={() => void copy()}>
            Copy and close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
