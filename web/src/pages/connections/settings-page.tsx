// Majors of delivered connections, and the day up to which they were exported before Causeway.

import type { OutboundSettings } from '@api/connections.ts';
import { Alert, Button, Group, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { type OutboundSettingsChange, outboundSettingsQuery, updateOutboundSettings } from '../../api/connections.ts';
import { institutionQuery } from '../../api/institutions.ts';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit, useMe } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { majorLines } from '../../words/connections.ts';
import { zoneWords } from '../../words/time.ts';

const route = getRouteApi('/shell/i/$institution/connections/settings');

export function ConnectionSettingsPage() {
  const { institution: slug } = route.useParams();
  const { data: settings } = useSuspenseQuery(outboundSettingsQuery(slug));
  return (
    <Page
      title="Majors and last export"
      lead="What delivered files say of majors, and where the first delivery of connections starts."
      times={false}
      back={
        <TextLink to="/i/$institution/connections" params={{ institution: slug }}>
          Connections
        </TextLink>
      }
    >
      <Majors slug={slug} settings={settings} />
      <LastExport slug={slug} settings={settings} />
    </Page>
  );
}

type PartProps = { slug: string; settings: OutboundSettings };

function useChange(slug: string, onDone: (fresh: OutboundSettings) => void = () => undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: OutboundSettingsChange) => updateOutboundSettings(slug, change),
    meta: { shown: true },
    onSuccess: (fresh) => {
      queries.setQueryData(outboundSettingsQuery(slug).queryKey, fresh);
      onDone(fresh);
      notifyDone('Saved.');
    },
  });
}

function Majors({ slug, settings }: PartProps) {
  const canEdit = useCanEdit();
  const isOperator = useMe().role === 'operator';
  const saved = settings.offeredMajors.join('\n');
  const [text, setText] = useState(saved);
  const change = useChange(slug, (fresh) => setText(fresh.offeredMajors.join('\n')));
  return (
    <Section title="Majors">
      <Stack gap="lg" maw={640}>
        <Switch
          label="Deliver majors"
          description={
            isOperator
              ? 'Off: the column is there and blank. On: it holds up to three majors of each connection.'
              : 'Off: the column is there and blank. On: it holds up to three majors of each connection. The operator of this installation switches it.'
          }
          checked={settings.majorsEntitled}
          disabled={!isOperator || change.isPending}
          onChange={(event) => change.mutate({ majorsEntitled: event.currentTarget.checked })}
        />
        {settings.majorsEntitled && (
          <Alert icon={<IconInfoCircle aria-hidden />} title="The receiver must know of it" variant="light">
            <Text size="sm">
              Delivered files hold majors in the column “majors”, separated by semicolons. Whoever receives them must
              extend the import mapping there by this column.
            </Text>
          </Alert>
        )}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ offeredMajors: majorLines(text) });
          }}
        >
          <Stack gap="xs">
            <Textarea
              label="Majors that you offer"
              description="One a line. Others stay in the record and are left out of delivered files. Leave it empty to deliver all."
              placeholder="Biology"
              autosize
              minRows={4}
              maxRows={16}
              readOnly={!canEdit}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            {canEdit && text !== saved && (
              <Group justify="flex-end">
                <Button variant="default" size="sm" onClick={() => setText(saved)}>
                  Take back
                </Button>
                <Button type="submit" size="sm" loading={change.isPending}>
                  Save the majors
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

function LastExport({ slug, settings }: PartProps) {
  const canEdit = useCanEdit();
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const saved = settings.connectionsLastExported ?? '';
  const [day, setDay] = useState(saved);
  const change = useChange(slug);
  return (
    <Section
      title="Connections last exported"
      lead="The first delivery starts with this day; without one it holds everything. Once something has been delivered, each delivery goes on where the last one ended, and this day no longer counts."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate({ connectionsLastExported: day === '' ? null : day });
        }}
      >
        <Stack gap="md" maw={640}>
          <TextInput
            label="Day of the last export"
            type="date"
            description={`A day in ${zoneWords(institution.timeZone)}`}
            w={{ base: '100%', sm: 320 }}
            readOnly={!canEdit}
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
          />
          {canEdit && day !== saved && (
            <Group>
              <Button variant="default" size="sm" onClick={() => setDay(saved)}>
                Take back
              </Button>
              <Button type="submit" size="sm" loading={change.isPending}>
                Save the day
              </Button>
            </Group>
          )}
          {change.isError && <ProblemAlert error={change.error} />}
        </Stack>
      </form>
    </Section>
  );
}
