// The switch of a feed: says what is missing before it can be on, and what stops when it goes off.

import type { Feed } from '@api/feeds.ts';
import type { Field } from '@api/institutions.ts';
import { Group, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { type FeedPlace, switchFeed } from '../../api/feeds.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useFeedChange } from '../../parts/feed.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { fieldTitle } from '../../words/feeds.ts';
import { listWords } from '../../words/numbers.ts';

type FeedSwitchProps = { slug: string; feed: Feed; place: FeedPlace; fields: Field[] };

export function FeedSwitch({ slug, feed, place, fields }: FeedSwitchProps) {
  const canEdit = useCanEdit();
  const [stopping, setStopping] = useState(false);
  const turn = useFeedChange(
    place,
    (on: boolean) => switchFeed(place, on),
    () => setStopping(false),
  );
  const missing = feed.missing.map((name) => fieldTitle(name, fields));
  const blocked = !feed.enabled && missing.length > 0;
  const why = feed.enabled
    ? 'Files are imported when they arrive.'
    : blocked
      ? `Before it can be switched on, map ${listWords(missing)}.`
      : 'Everything is ready. Until you switch it on, files that arrive are kept and listed, but not imported.';
  return (
    <Section title="Import">
      <Group justify="space-between" gap="md">
        <Group gap="md" flex="1 1 20rem">
          {canEdit ? (
            <Switch
              size="md"
              label="Import files from this feed"
              checked={feed.enabled}
              disabled={blocked || turn.isPending}
              onChange={(event) => {
                if (event.currentTarget.checked) turn.mutate(true);
                else setStopping(true);
              }}
            />
          ) : null}
          <State tone={feed.enabled ? 'good' : 'quiet'}>{feed.enabled ? 'On' : 'Off'}</State>
        </Group>
        <ButtonLink
          size="sm"
          variant={blocked && canEdit ? 'filled' : 'default'}
          to="/i/$institution/mapping"
          params={{ institution: slug }}
        >
          {blocked && canEdit ? 'Map the columns' : 'Mapping'}
        </ButtonLink>
      </Group>
      <Stack gap="xs">
        <Text size="sm" className={blocked ? 'attention' : 'quiet'}>
          {why}
        </Text>
        {turn.isError && !stopping && <ProblemAlert error={turn.error} />}
      </Stack>
      <Confirm
        opened={stopping}
        onClose={() => setStopping(false)}
        title="Switch this feed off?"
        stops={
          <>
            <strong>Stops:</strong> importing. Files that arrive from now on are kept and listed as not imported.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the login (the sender can still upload), the mapping, the contacts and the history.
            Files can be imported later with <em>Import again</em>.
          </>
        }
        action="Switch off"
        busy={turn.isPending}
        error={turn.error}
        onConfirm={() => turn.mutate(false)}
      />
    </Section>
  );
}
