// The public keys by which the sending system may log in.

import type { Feed, FeedKey } from '@api/feeds.ts';
import { ActionIcon, Button, Group, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { addKey, deleteKey, type FeedPlace } from '../../api/feeds.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useFeedChange } from '../../parts/feed.ts';
import { useCanEdit } from '../../parts/me.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { grouped, keyTypeWords } from '../../words/fingerprints.ts';
import { KeyInput } from './key-input.tsx';

export function PublicKeys({ feed, place }: { feed: Feed; place: FeedPlace }) {
  const canEdit = useCanEdit();
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<FeedKey | null>(null);
  const remove = useFeedChange(
    place,
    (key: FeedKey) => deleteKey(place, key.id),
    () => {
      setDeleting(null);
      notifyDone('The key was deleted.');
    },
  );
  const columns: Column<FeedKey>[] = [
    {
      title: 'Key',
      cell: (key) => (
        <Stack gap={0}>
          <Text size="sm" fw={600}>
            {key.comment === '' ? keyTypeWords(key.type) : key.comment}
          </Text>
          <Text size="xs" ff="monospace" className="cut">
            {grouped(key.fingerprint)}
          </Text>
        </Stack>
      ),
    },
    { title: 'Type', cell: (key) => keyTypeWords(key.type) },
    { title: 'Added', cell: (key) => <Time at={key.createdAt} /> },
    { title: 'Last used', cell: (key) => <Time at={key.lastUsedAt} /> },
    {
      title: 'Delete',
      hideTitle: true,
      width: '3rem',
      cell: (key) =>
        canEdit && (
          <Tooltip label="Delete this key">
            <ActionIcon
              variant="subtle"
              color="gray"
              c="bright"
              aria-label={`Delete the key ${key.comment === '' ? key.fingerprint : key.comment}`}
              onClick={() => setDeleting(key)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
  return (
    <Section
      title="Public keys"
      lead="With a key the sending system logs in without a password."
      flush
      actions={
        canEdit && (
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            Add a key
          </Button>
        )
      }
    >
      <DataTable
        label="Public keys"
        columns={columns}
        rows={feed.publicKeys}
        rowKey={(key) => key.id}
        empty={<Empty title="No public key">The login works with the password alone.</Empty>}
      />
      <AddKey place={place} opened={adding} onClose={() => setAdding(false)} />
      <Confirm
        opened={deleting !== null}
        onClose={() => setDeleting(null)}
        title="Delete this public key?"
        stops={
          <>
            <strong>Stops:</strong> logging in with {deleting?.comment === '' ? 'this key' : deleting?.comment}, at
            once.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the password{feed.publicKeys.length > 1 && ', the other keys'}, and all files that
            came with it.
          </>
        }
        action="Delete the key"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => {
          if (deleting !== null) remove.mutate(deleting);
        }}
      />
    </Section>
  );
}

function AddKey({ place, opened, onClose }: { place: FeedPlace; opened: boolean; onClose: () => void }) {
  const [key, setKey] = useState('');
  const add = useFeedChange(
    place,
    (text: string) => addKey(place, text),
    () => {
      setKey('');
      onClose();
      notifyDone('The key was added. It works from now on.');
    },
  );
  return (
    <Modal opened={opened} onClose={onClose} title="Add a public key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(key);
        }}
      >
        <Stack gap="md">
          <KeyInput value={key} onChange={setKey} autoFocus required />
          {add.isError && <ProblemAlert error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Add the key
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
