// The fingerprint dialog: what the server shows, how to see the same on the server itself, a field to compare what IT sent.
// Invariant: nothing here confirms by Enter or by default; what was sent and is not the same cannot be confirmed.

import type { DestinationHostKey, DestinationView } from '@api/destinations.ts';
import { Button, Code, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { confirmHostKey, type DestinationPlace } from '../../api/destinations.ts';
import { CopyButton, CopyIcon } from '../../parts/copy.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { grouped, keyTypeWords } from '../../words/fingerprints.ts';
import {
  type Comparison,
  compareFingerprint,
  fingerprintCommand,
  fingerprintQuestion,
} from '../../words/same-fingerprint.ts';
import classes from './fingerprint-dialog.module.css';
import { useDestinationChange } from './use-destination.ts';

type FingerprintDialogProps = {
  destination: DestinationView;
  place: DestinationPlace;
  opened: boolean;
  onClose: () => void;
  /** The test goes on by itself afterwards. */
  goesOn: boolean;
  onConfirmed: () => void;
};

export function FingerprintDialog({ opened, onClose, ...rest }: FingerprintDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Is this your server?" size="xl">
      <Content {...rest} onClose={onClose} />
    </Modal>
  );
}

function Content({ destination, place, goesOn, onClose, onConfirmed }: Omit<FingerprintDialogProps, 'opened'>) {
  const open = openKeys(destination);
  const confirmed = destination.hostKeys.filter((key) => key.confirmed);
  const [sent, setSent] = useState('');
  const [picked, setPicked] = useState<string | null>(null);
  const result = compareFingerprint(sent, open);
  const chosen = result.kind === 'same' ? result.key : (open.find((key) => key.sha256 === picked) ?? open[0]);
  const confirm = useDestinationChange(
    place.institution,
    (sha256: string) => confirmHostKey(place, { sha256 }),
    () => {
      onClose();
      onConfirmed();
    },
  );
  if (chosen === undefined)
    return (
      <Stack gap="md">
        <Text size="sm">There is no fingerprint that waits for you. Test the server: then it is shown here.</Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>Close</Button>
        </Group>
      </Stack>
    );
  const contradicts = result.kind === 'different' || result.kind === 'unreadable';
  return (
    <Stack gap="md">
      {confirmed.length > 0 ? (
        <Changed confirmed={confirmed} announced={chosen.state === 'offered'} />
      ) : (
        <Text size="sm">
          A server has a key that only it can have, and the fingerprint names this key. Compare it with what your IT
          department reads on the server itself. Until then Causeway sends neither the login nor a file.
        </Text>
      )}
      <Keys keys={open} chosen={chosen} onPick={setPicked} fixed={result.kind === 'same'} host={destination.host} />
      <Stack gap={6}>
        <Text size="sm" fw={600}>
          On the server itself, this command shows it
        </Text>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Code className={classes.command} block tabIndex={0}>
            {fingerprintCommand(chosen.type)}
          </Code>
          <CopyIcon label="the command" value={fingerprintCommand(chosen.type)} />
        </Group>
        <Group gap="xs">
          <CopyButton
            label="Copy a question to your IT department"
            value={fingerprintQuestion(destination, [...new Set(open.map((key) => key.type))])}
          />
        </Group>
      </Stack>
      <Stack gap={6}>
        <Textarea
          label="What your IT department sent"
          description="Paste the fingerprint, or the whole line that the command printed. It is compared here and goes nowhere."
          data-autofocus
          autosize
          minRows={2}
          maxRows={5}
          spellCheck={false}
          autoComplete="off"
          value={sent}
          onChange={(event) => setSent(event.currentTarget.value)}
          classNames={{ input: classes.sent }}
        />
        <Verdict result={result} several={open.length > 1} />
      </Stack>
      {confirm.isError && <ProblemAlert error={confirm.error} />}
      <Group justify="flex-end">
        <Button variant={result.kind === 'same' ? 'default' : 'filled'} onClick={onClose}>
          Not now
        </Button>
        <Button
          type="button"
          variant={result.kind === 'same' ? 'filled' : 'default'}
          disabled={contradicts}
          loading={confirm.isPending}
          onClick={() => confirm.mutate(chosen.sha256)}
        >
          {goesOn ? 'Confirm and go on' : 'Confirm this fingerprint'}
        </Button>
      </Group>
    </Stack>
  );
}

/**
 * Keys that wait for a person, the one seen last and of the best type first: those that the server shows; where there is none,
 * those that it announced.
 */
export function openKeys(destination: DestinationView): DestinationHostKey[] {
  const detected = destination.hostKeys.filter((key) => key.state === 'detected');
  const keys = detected.length > 0 ? detected : destination.hostKeys.filter((key) => key.state === 'offered');
  const minute = (key: DestinationHostKey) => Math.floor(Date.parse(key.lastSeenAt) / 60_000);
  return keys.toSorted((a, b) => minute(b) - minute(a) || typeOrder(a) - typeOrder(b));
}

function typeOrder({ type }: DestinationHostKey): number {
  const known = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'];
  return known.includes(type) ? known.indexOf(type) : known.length;
}

function Changed({ confirmed, announced }: { confirmed: DestinationHostKey[]; announced: boolean }) {
  return (
    <Stack gap={6} p="md" className="attention-back" style={{ borderRadius: 'var(--mantine-radius-md)' }}>
      <Text fw={600} className={`${classes.warning} attention`}>
        <IconAlertTriangle size={18} aria-hidden />{' '}
        {announced ? 'The server announced another key' : 'The server shows a key that nobody has confirmed'}
      </Text>
      <Text size="sm">
        {announced
          ? 'It did so over a link whose key is confirmed, so a change is probably planned. Compare it all the same.'
          : 'Ask your IT department whether the server was changed or moved. If it was, compare and confirm the new fingerprint. If it was not, do not confirm it: somebody may stand between us and your server.'}
      </Text>
      <Text size="sm">Confirmed before, and trusted until you forget it on the page of the destination:</Text>
      {confirmed.map((key) => (
        <Text key={key.sha256} size="xs" ff="monospace" className="cut">
          {keyTypeWords(key.type)} · {grouped(key.sha256)}
        </Text>
      ))}
    </Stack>
  );
}

type KeysProps = {
  keys: DestinationHostKey[];
  chosen: DestinationHostKey;
  onPick: (sha256: string) => void;
  fixed: boolean;
  host: string;
};

function Keys({ keys, chosen, onPick, fixed, host }: KeysProps) {
  if (keys.length === 1)
    return (
      <Stack gap={6}>
        <Text size="sm" fw={600}>
          {host} shows
        </Text>
        <Fingerprint hostKey={chosen} />
      </Stack>
    );
  return (
    <Radio.Group
      label={`${host} shows ${keys.length} keys. Confirm the one that your IT department sent.`}
      value={chosen.sha256}
      onChange={onPick}
    >
      <Stack gap="xs" mt="xs">
        {keys.map((key) => (
          <Radio.Card
            key={key.sha256}
            value={key.sha256}
            p="sm"
            disabled={fixed && key.sha256 !== chosen.sha256}
            aria-label={`${keyTypeWords(key.type)} ${key.sha256}`}
          >
            <Group wrap="nowrap" align="flex-start">
              <Radio.Indicator />
              <Fingerprint hostKey={key} bare />
            </Group>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Fingerprint({ hostKey, bare = false }: { hostKey: DestinationHostKey; bare?: boolean }) {
  return (
    <div className={bare ? undefined : classes.fingerprint}>
      <Text size="sm">
        {keyTypeWords(hostKey.type)}{' '}
        <Text span size="xs" c="dimmed">
          {hostKey.type}
          {hostKey.state === 'offered' && ', announced'}
        </Text>
      </Text>
      <Text ff="monospace" className={`${classes.sha256} cut`}>
        {grouped(hostKey.sha256)}
      </Text>
      <Text size="xs" ff="monospace" c="dimmed" className="cut">
        {grouped(hostKey.md5)}
      </Text>
    </div>
  );
}

const unreadable = {
  'private-key': 'This is a private key. Take it away from here, and tell your IT department: it must be replaced.',
  'public-key': 'This is a whole public key, not its fingerprint. Ask for the line that the command above prints.',
  part: 'This is only a part of a fingerprint. Paste all of it.',
  none: 'There is no fingerprint in this text. It begins with SHA256: and has 43 characters more.',
};

/** In words first; icon and colour only support them. */
function Verdict({ result, several }: { result: Comparison<DestinationHostKey>; several: boolean }) {
  return (
    <div role="status" className={classes.verdict}>
      {result.kind === 'empty' && (
        <Text size="sm" className="quiet">
          <IconInfoCircle size={18} aria-hidden /> Nothing pasted yet. You can also compare it on the telephone, group
          by group.
        </Text>
      )}
      {result.kind === 'same' && (
        <Text size="sm" fw={600} className="good">
          <IconCircleCheck size={18} aria-hidden /> The same{several ? ` (${keyTypeWords(result.key.type)})` : ''}.
          {result.by === 'md5' && ' It was compared by MD5, which is weak: ask for the SHA256 form if you can.'}
        </Text>
      )}
      {result.kind === 'different' && (
        <Text size="sm" fw={600} className="bad">
          <IconCircleX size={18} aria-hidden /> Not the same. Do not confirm it. Ask whether it was read on this very
          server, and for this key type.
        </Text>
      )}
      {result.kind === 'unreadable' && (
        <Text size="sm" className="attention">
          <IconAlertTriangle size={18} aria-hidden /> {unreadable[result.as]}
        </Text>
      )}
    </div>
  );
}
