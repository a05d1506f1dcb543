// The first step: offers to add a public key before the credentials are shown. Blank is fine.

import type { Feed } from '@api/feeds.ts';
import { Button, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { addKey, type FeedPlace } from '../../api/feeds.ts';
import { Empty } from '../../parts/empty.tsx';
import { useFeedChange } from '../../parts/feed.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { rememberConfigured } from './configured.ts';
import { KeyInput } from './key-input.tsx';

type ConfigureProps = { feed: Feed; place: FeedPlace; onDone: () => void };

export function Configure({ feed, place, onDone }: ConfigureProps) {
  const [opened, setOpened] = useState(false);
  const [key, setKey] = useState('');
  const finish = () => {
    rememberConfigured(feed.id);
    onDone();
  };
  const add = useFeedChange(place, (text: string) => addKey(place, text), finish);
  return (
    <Section title="Login">
      <Empty
        title="The SFTP login is ready to be taken"
        actions={<Button onClick={() => setOpened(true)}>Configure</Button>}
      >
        It has a user name and a password of its own. If the sending system has a key pair, you can add its public key,
        and the password need never leave this page.
      </Empty>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Configure SFTP inbound">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (key.trim() === '') finish();
            else add.mutate(key);
          }}
        >
          <Stack gap="md">
            <Text size="sm">
              Does the sending system log in with a key pair? Then paste its public key, or choose its file. Leave this
              blank if you have none: the password works without it, and keys can be added later.
            </Text>
            <KeyInput value={key} onChange={setKey} autoFocus />
            {add.isError && <ProblemAlert error={add.error} />}
            <Button type="submit" loading={add.isPending} style={{ alignSelf: 'flex-end' }}>
              {key.trim() === '' ? 'Go on without a key' : 'Add the key and go on'}
            </Button>
          </Stack>
        </form>
      </Modal>
    </Section>
  );
}
