// A public key, pasted or read from a file.

import { FileButton, Group, Stack, Text, Textarea, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import classes from './key-input.module.css';

type KeyInputProps = { value: string; onChange: (key: string) => void; autoFocus?: boolean; required?: boolean };

export function KeyInput({ value, onChange, autoFocus = false, required = false }: KeyInputProps) {
  const [note, setNote] = useState('');
  const read = async (file: File | null) => {
    if (file === null) return;
    if (file.size > 20_000) {
      setNote(`${file.name} is too large for a public key.`);
      return;
    }
    onChange((await file.text()).trim());
    setNote(`Read from ${file.name}.`);
  };
  return (
    <Stack gap={6}>
      <Textarea
        label="Public key"
        description="As OpenSSH, RFC 4716, PEM or PuTTY write it. Never paste a private key."
        placeholder="ssh-ed25519 AAAA… name"
        autosize
        minRows={4}
        maxRows={10}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        required={required}
        data-autofocus={autoFocus || undefined}
        classNames={{ input: classes.key }}
      />
      <Group gap="xs">
        <FileButton onChange={(file) => void read(file)} accept=".pub,.pem,.ppk,.txt,.key,text/plain">
          {(props) => (
            <UnstyledButton {...props} className={classes.choose}>
              Choose a file
            </UnstyledButton>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" role="status">
          {note}
        </Text>
      </Group>
    </Stack>
  );
}
