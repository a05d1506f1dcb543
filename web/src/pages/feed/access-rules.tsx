// How strict the feed is, how a client may log in, and from which addresses.

import type { Feed } from '@api/feeds.ts';
import { Button, Group, Select, Stack, Switch, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type FeedChange, type FeedPlace, updateFeed } from '../../api/feeds.ts';
import { useFeedChange } from '../../parts/feed.ts';
import { useCanEdit } from '../../parts/me.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { loginMethodWords } from '../../words/states.ts';

const methods = (['any', 'password', 'public-key', 'password+key'] as const).map((value) => ({
  value,
  label: loginMethodWords[value] ?? value,
}));

export function AccessRules({ feed, place }: { feed: Feed; place: FeedPlace }) {
  const canEdit = useCanEdit();
  const saved = feed.allowedAddresses.join('\n');
  const [addresses, setAddresses] = useState(saved);
  const change = useFeedChange(
    place,
    (values: FeedChange) => updateFeed(place, values),
    (fresh) => {
      setAddresses(fresh.allowedAddresses.join('\n'));
      notifyDone('Saved.');
    },
  );
  const list = addresses.split(/[\s,;]+/).filter((address) => address !== '');
  return (
    <Section title="Rules">
      <Stack gap="lg" maw={640}>
        <Select
          label="The client logs in with"
          data={methods}
          value={feed.loginMethods}
          allowDeselect={false}
          readOnly={!canEdit}
          disabled={change.isPending}
          onChange={(value) => {
            const method = methods.find((one) => one.value === value);
            if (method !== undefined && method.value !== feed.loginMethods)
              change.mutate({ loginMethods: method.value });
          }}
        />
        <Switch
          label="Strict"
          description="On: a file whose labels or delimiter differ from what was agreed is not imported. Off: small differences (case, spaces, a semicolon for a comma) are repaired, and the report says so."
          checked={feed.strict}
          disabled={!canEdit || change.isPending}
          onChange={(event) => change.mutate({ strict: event.currentTarget.checked })}
        />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ allowedAddresses: list });
          }}
        >
          <Stack gap="xs">
            <Textarea
              label="Accepted addresses"
              description="One IP address or network a line, such as 203.0.113.7 or 203.0.113.0/24. Leave it empty to accept logins from everywhere."
              placeholder="203.0.113.0/24"
              autosize
              minRows={2}
              maxRows={10}
              spellCheck={false}
              readOnly={!canEdit}
              value={addresses}
              onChange={(event) => setAddresses(event.currentTarget.value)}
            />
            {canEdit && addresses !== saved && (
              <Group justify="flex-end">
                <Button variant="default" size="sm" onClick={() => setAddresses(saved)}>
                  Take back
                </Button>
                <Button type="submit" size="sm" loading={change.isPending}>
                  Save the addresses
                </Button>
              </Group>
            )}
          </Stack>
        </form>
        {change.isError && <ProblemAlert error={change.error} />}
      </Stack>
    </Section>
  );
}
