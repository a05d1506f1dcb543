// The set-up guide: the steps until files are imported, the next one as a button.

import type { Feed } from '@api/feeds.ts';
import { Group, Stack, Text } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionsQuery } from '../../api/feeds.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Section } from '../../parts/section.tsx';
import { fieldTitle } from '../../words/feeds.ts';
import { listWords } from '../../words/numbers.ts';
import { isConfigured } from '../feed/configured.ts';
import classes from './set-up-guide.module.css';

type Step = {
  title: string;
  text: string;
  done: boolean;
  button: string;
  to: `/i/$institution/${'sftp' | 'mapping' | 'sftp/guide' | 'upload'}`;
};

export function SetUpGuide({ slug, feed, imported }: { slug: string; feed: Feed; imported: boolean }) {
  const canEdit = useCanEdit();
  const { data: sessions } = useSuspenseQuery(sessionsQuery(slug, feed.id, undefined, 1));
  const connected = sessions.items.some((session) => session.outcome !== 'refused');
  const steps: Step[] = [
    {
      title: 'Take the SFTP login',
      text: 'Host, user, password or public key, for the system that sends the files.',
      done: connected || isConfigured(feed),
      button: 'Configure',
      to: '/i/$institution/sftp',
    },
    {
      title: 'Map the columns',
      text:
        feed.missing.length === 0
          ? 'The four required fields are mapped.'
          : `Drop a sample file and accept the suggestions. Not mapped yet: ${listWords(
              feed.missing.map((name) => fieldTitle(name)),
            )}.`,
      done: feed.missing.length === 0,
      button: 'Map the columns',
      to: '/i/$institution/mapping',
    },
    {
      title: 'Switch the feed on',
      text: 'From then on files are imported when they arrive.',
      done: feed.enabled,
      button: 'Go to the switch',
      to: '/i/$institution/sftp',
    },
    {
      title: 'Tell your IT department',
      text: 'One page with address, fingerprints, folder, file format and a sample file, to print or to send.',
      done: connected || imported,
      button: 'Open the page',
      to: '/i/$institution/sftp/guide',
    },
    {
      title: 'Receive the first file',
      text: 'By SFTP, or upload one here to see what would happen.',
      done: imported,
      button: 'Upload a file',
      to: '/i/$institution/upload',
    },
  ];
  const next = steps.findIndex((step) => !step.done);
  return (
    <Section title="Set-up" lead="Five steps from here to the first import.">
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          <li key={step.title}>
            <Group gap="sm" align="flex-start" wrap="nowrap">
              {step.done ? (
                <IconCircleCheckFilled size={22} className="good" aria-hidden />
              ) : (
                <IconCircle size={22} className="quiet" aria-hidden />
              )}
              <Stack gap={0} flex={1}>
                <Text fw={600}>
                  {step.title}
                  {step.done && <span className={classes.done}> (done)</span>}
                </Text>
                <Text size="sm" c="dimmed">
                  {step.text}
                </Text>
              </Stack>
            </Group>
            {canEdit && index === next && (
              <ButtonLink to={step.to} params={{ institution: slug }} size="sm">
                {step.button}
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
