// The weekly digest: on or off, and who gets it.

import { Button, Group, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Digest, digestQuery, updateDigest } from '../../api/notifications.ts';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { addressesIn } from '../../words/notifications.ts';
import { fullTime, zoneWords } from '../../words/time.ts';

export function DigestSection({ slug, digest }: { slug: string; digest: Digest }) {
  const queries = useQueryClient();
  const saved = digest.recipients.join('\n');
  const [enabled, setEnabled] = useState(digest.enabled);
  const [text, setText] = useState(saved);
  const recipients = addressesIn(text);
  const dirty = enabled !== digest.enabled || recipients.join('\n') !== saved;
  const save = useMutation({
    mutationFn: () => updateDigest(slug, { enabled, recipients }),
    meta: { shown: true },
    onSuccess: (fresh) => {
      queries.setQueryData(digestQuery(slug).queryKey, fresh);
      setEnabled(fresh.enabled);
      setText(fresh.recipients.join('\n'));
      notifyDone(fresh.enabled ? 'The digest is on.' : 'The digest is off.');
    },
  });
  return (
    <Section
      title="Weekly digest"
      lead="How many connections came in on each day of the week, as a mail. It names no student; a week without any is told too."
      actions={<State tone={digest.enabled ? 'good' : 'quiet'}>{digest.enabled ? 'On' : 'Off'}</State>}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md" maw={640}>
          <Switch
            label="Send the digest every Monday at 8:00 AM"
            description={`In ${zoneWords(digest.timeZone)}.`}
            checked={enabled}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
          <Textarea
            label="Recipients"
            description="One e-mail address a line. People need no account to get it, but one to open its link."
            autosize
            minRows={2}
            maxRows={10}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {digest.nextAt !== null && !dirty && (
            <Text size="sm">The next one comes on {fullTime(digest.nextAt, digest.timeZone)}.</Text>
          )}
          {save.isError && <ProblemAlert error={save.error} />}
          <Group justify="flex-end">
            <Button type="submit" size="sm" loading={save.isPending} disabled={!dirty}>
              Save the digest
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
