// The fingerprints of the server: confirmed, seen but not confirmed, announced for a planned change.

import type { DestinationHostKey, DestinationView } from '@api/destinations.ts';
import { ActionIcon, Button, Group, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { confirmHostKey, type DestinationPlace, forgetHostKey } from '../../api/destinations.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { hostKeyLines, hostKeyWords } from '../../words/destinations.ts';
import { grouped, keyTypeWords } from '../../words/fingerprints.ts';
import { KeyInput } from '../feed/key-input.tsx';
import { openKeys } from './fingerprint-dialog.tsx';
import { useDestinationChange } from './use-destination.ts';

type HostKeysProps = {
  destination: DestinationView;
  place: DestinationPlace;
  /** Opens the dialog; `testAfterwards`: the test goes on once it is confirmed. */
  onCompare: (testAfterwards: boolean) => void;
};

export function HostKeys({ destination, place, onCompare }: HostKeysProps) {
  const canEdit = useCanEdit();
  const [adding, setAdding] = useState(false);
  const [forgetting, setForgetting] = useState<DestinationHostKey | null>(null);
  const forget = useDestinationChange(
    place.institution,
    (key: DestinationHostKey) => forgetHostKey(place, key.sha256),
    () => {
      setForgetting(null);
      notifyDone('The fingerprint was forgotten.');
    },
  );
  const open = openKeys(destination);
  const columns: Column<DestinationHostKey>[] = [
    {
      title: 'Fingerprint',
      cell: (key) => (
        <Stack gap={0}>
          <Text size="xs" ff="monospace" className="cut">
            {grouped(key.sha256)}
          </Text>
          <Text size="xs" c="dimmed">
            {keyTypeWords(key.type)}
          </Text>
        </Stack>
      ),
    },
    {
      title: 'State',
      cell: (key) => <State tone={hostKeyWords[key.state].tone}>{hostKeyWords[key.state].word}</State>,
    },
    {
      title: 'Confirmed',
      cell: (key) =>
        key.confirmedAt === null ? (
          <span className="quiet">–</span>
        ) : (
          <>
            <Time at={key.confirmedAt} />
            {key.confirmedBy !== null && <span className="quiet"> by {key.confirmedBy}</span>}
          </>
        ),
    },
    { title: 'Last seen', cell: (key) => <Time at={key.lastSeenAt} /> },
    {
      title: 'Forget',
      hideTitle: true,
      width: '3rem',
      cell: (key) =>
        canEdit &&
        key.confirmed && (
          <Tooltip label="Forget this fingerprint">
            <ActionIcon
              variant="subtle"
              color="gray"
              c="bright"
              aria-label={`Forget the ${keyTypeWords(key.type)} fingerprint ${key.sha256}`}
              onClick={() => setForgetting(key)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ),
    },
  ];
  const last = forgetting !== null && destination.hostKeys.filter((key) => key.confirmed).length === 1;
  return (
    <Section
      title="Fingerprints of the server"
      lead={hostKeyLines[destination.hostKeyState]}
      flush
      actions={
        canEdit && (
          <>
            {open.length > 0 && (
              <Button
                size="sm"
                variant={destination.hostKeyState === 'verified' ? 'default' : 'filled'}
                onClick={() => onCompare(destination.hostKeyState !== 'verified')}
              >
                {open[0]?.state === 'offered' ? 'Compare the announced key' : 'Compare the fingerprint'}
              </Button>
            )}
            <Button variant="default" size="sm" onClick={() => setAdding(true)}>
              Add a planned key
            </Button>
          </>
        )
      }
    >
      <DataTable
        label="Fingerprints"
        columns={columns}
        rows={destination.hostKeys}
        rowKey={(key) => key.sha256}
        empty={<Empty title="None seen yet">A test shows what the server has, and stops there for you.</Empty>}
      />
      <PlannedKey place={place} opened={adding} onClose={() => setAdding(false)} />
      <Confirm
        opened={forgetting !== null}
        onClose={() => setForgetting(null)}
        title="Forget this fingerprint?"
        stops={
          <>
            <strong>Stops:</strong> trusting a server that shows this key
            {last ? '. It is the only confirmed one: nothing is sent until another one is confirmed.' : ', at once.'}
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the login, the schedule and the history
            {last ? '.' : ', and the other fingerprints.'}
          </>
        }
        action="Forget it"
        busy={forget.isPending}
        error={forget.error}
        onConfirm={() => {
          if (forgetting !== null) forget.mutate(forgetting);
        }}
      />
    </Section>
  );
}

type PlannedKeyProps = { place: DestinationPlace; opened: boolean; onClose: () => void };

/** A key that the server will have: from IT, before the change. */
function PlannedKey({ place, opened, onClose }: PlannedKeyProps) {
  const [key, setKey] = useState('');
  const add = useDestinationChange(
    place.institution,
    (publicKey: string) => confirmHostKey(place, { publicKey }),
    () => {
      setKey('');
      onClose();
      notifyDone('The key is confirmed. The change can come.');
    },
  );
  return (
    <Modal opened={opened} onClose={onClose} title="Add a planned key">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(key);
        }}
      >
        <Stack gap="md">
          <Text size="sm">
            When your IT department is going to change the key of the server, ask for the public half of the new one
            (the file <code>ssh_host_…_key.pub</code>). Both keys are trusted then, and no file is missed on the day of
            the change.
          </Text>
          <KeyInput value={key} onChange={setKey} autoFocus required />
          {add.isError && <ProblemAlert error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={add.isPending}>
              Confirm this key
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
