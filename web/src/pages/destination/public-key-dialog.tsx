// The public half of a new key pair. It is shown this once; the dialog closes after it was copied, or after a person says so.

import { Button, Checkbox, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../../words/copy-text.ts';
import { publicKeyText } from '../../words/destinations.ts';
import classes from './fingerprint-dialog.module.css';

type PublicKeyDialogProps = {
  destination: Parameters<typeof publicKeyText>[0];
  publicKey: string;
  /** What is said above, such as that the old key still serves. */
  note?: string;
  action: string;
  onClose: () => void;
};

export function PublicKeyDialog({ destination, publicKey, note, action, onClose }: PublicKeyDialogProps) {
  const [copied, setCopied] = useState<'no' | 'key' | 'text' | 'refused'>('no');
  const [kept, setKept] = useState(false);
  const copy = async (what: 'key' | 'text') => {
    const text = what === 'key' ? publicKey.trim() : publicKeyText(destination, publicKey);
    setCopied((await copyText(text)) ? what : 'refused');
  };
  const done = copied === 'key' || copied === 'text' || kept;
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Pass this public key on"
      size="lg"
    >
      <Stack gap="md">
        <Text size="sm">
          <strong>It is shown only now.</strong> It is not secret: its private half stays here, sealed.
          {note !== undefined && ` ${note}`}
        </Text>
        <List size="sm" type="ordered" spacing={2}>
          <List.Item>Copy it and send it to your IT department.</List.Item>
          <List.Item>
            They add it to <code>.ssh/authorized_keys</code> of the user <strong>{destination.username}</strong>, or
            paste it where their server keeps public keys.
          </List.Item>
          <List.Item>Then test: the login works once the key is in place.</List.Item>
        </List>
        <Textarea
          label="Public key"
          readOnly
          autosize
          minRows={2}
          maxRows={8}
          value={publicKey.trim()}
          classNames={{ input: classes.sent }}
          onFocus={(event) => event.currentTarget.select()}
        />
        {copied === 'refused' && (
          <Checkbox
            checked={kept}
            onChange={(event) => setKept(event.currentTarget.checked)}
            label="The browser does not allow copying. I have copied the key by hand."
          />
        )}
        <Group gap="xs">
          <CopyPart
            label="Copy for your IT department"
            primary={!done}
            copied={copied === 'text'}
            onClick={() => void copy('text')}
            focused
          />
          <CopyPart label="Copy the key alone" copied={copied === 'key'} onClick={() => void copy('key')} />
        </Group>
        <Group justify="flex-end">
          <Button variant={done ? 'filled' : 'default'} disabled={!done} onClick={onClose}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type CopyPartProps = { label: string; copied: boolean; onClick: () => void; primary?: boolean; focused?: boolean };

function CopyPart({ label, copied, onClick, primary = false, focused = false }: CopyPartProps) {
  return (
    <Button
      variant={primary ? 'filled' : 'default'}
      leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
      data-autofocus={focused || undefined}
      onClick={onClick}
    >
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  );
}
