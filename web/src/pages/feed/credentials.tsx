// Host, port, user and password. The eye shows the password, the page icon copies it, the bin makes new credentials.
// Invariant: the password is asked for only when somebody wants it, and is kept by this component alone.

import type { Feed } from '@api/feeds.ts';
import { ActionIcon, Code, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconEye, IconEyeOff, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { type FeedPlace, revealFeed } from '../../api/feeds.ts';
import { CopyIcon } from '../../parts/copy.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { notifyProblem } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { ClockTime } from '../../parts/time.tsx';
import { RenewDialog } from './renew-dialog.tsx';

const mask = '•'.repeat(20);

export function Credentials({ feed, place }: { feed: Feed; place: FeedPlace }) {
  const canEdit = useCanEdit();
  const [password, setPassword] = useState<string | null>(null);
  const [renewing, setRenewing] = useState(false);
  const reveal = async (): Promise<string> => {
    if (password !== null) return password;
    return (await revealFeed(place)).password ?? '';
  };
  const toggle = async () => {
    if (password !== null) {
      setPassword(null);
      return;
    }
    try {
      setPassword(await reveal());
    } catch (error) {
      notifyProblem(error);
    }
  };
  const facts: Fact[] = [
    { name: 'Host', value: <Copyable label="host" value={feed.host} /> },
    { name: 'Port', value: <Copyable label="port" value={String(feed.port)} /> },
    { name: 'User name', value: <Copyable label="user name" value={feed.username} /> },
    {
      name: 'Password',
      value: canEdit ? (
        <Group gap={4} wrap="nowrap">
          {password === null ? (
            <>
              <Code fz="sm" aria-hidden>
                {mask}
              </Code>
              <VisuallyHidden>hidden</VisuallyHidden>
            </>
          ) : (
            <Code fz="sm" className="cut">
              {password}
            </Code>
          )}
          <Tooltip label={password === null ? 'Show (this is noted in the audit log)' : 'Hide'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              c="bright"
              aria-label={password === null ? 'Show the password' : 'Hide the password'}
              onClick={() => void toggle()}
            >
              {password === null ? <IconEye size={18} aria-hidden /> : <IconEyeOff size={18} aria-hidden />}
            </ActionIcon>
          </Tooltip>
          <CopyIcon label="password" value={reveal} />
          <Tooltip label="Make new credentials">
            <ActionIcon
              variant="subtle"
              color="gray"
              c="bright"
              aria-label="Make new credentials"
              onClick={() => setRenewing(true)}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          Only administrators can see it.
        </Text>
      ),
    },
  ];
  return (
    <Section
      title="Login"
      lead="What the sending system needs to log in. The protocol is SFTP (over SSH), not FTP or FTPS."
    >
      <Facts facts={facts} />
      {feed.previousPasswordUntil !== null && (
        <Text size="sm">
          The former password goes on working until <ClockTime at={feed.previousPasswordUntil} />.
        </Text>
      )}
      <RenewDialog
        feed={feed}
        place={place}
        opened={renewing}
        onClose={() => setRenewing(false)}
        onRenewed={() => {
          setPassword(null);
          revealFeed(place).then((fresh) => setPassword(fresh.password ?? null), notifyProblem);
        }}
      />
    </Section>
  );
}

function Copyable({ label, value }: { label: string; value: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Code fz="sm" className="cut">
        {value}
      </Code>
      <CopyIcon label={label} value={value} />
    </Group>
  );
}
