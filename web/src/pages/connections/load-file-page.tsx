// Loading connections from a file: drop it, see it go, and land on what became of it.

import { Code, List, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { connectionLoadQuery, loadConnections } from '../../api/connections.ts';
import { DropFile } from '../../parts/drop-file.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { connectionFields } from '../../words/connections.ts';

const route = getRouteApi('/shell/i/$institution/connections/load');

export function LoadFilePage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [sent, setSent] = useState(0);
  const load = useMutation({
    mutationFn: (file: File) => {
      setSent(0);
      return loadConnections(slug, file, setSent);
    },
    meta: { shown: true },
    onSuccess: async (done) => {
      queries.setQueryData(connectionLoadQuery(slug, done.id).queryKey, done);
      for (const key of ['connections', 'connection', 'connection-loads'])
        void queries.invalidateQueries({ queryKey: [key, slug] });
      await navigate({
        to: '/i/$institution/connections/loads/$loadId',
        params: { institution: slug, loadId: done.id },
      });
    },
  });
  return (
    <Page
      title="Load connections"
      lead="From a CSV file, or NDJSON with one object a line. Loading the same file twice changes nothing."
      times={false}
      back={
        <TextLink to="/i/$institution/connections" params={{ institution: slug }}>
          Connections
        </TextLink>
      }
    >
      {canEdit ? (
        <>
          <DropFile
            title="Drop a file of connections here, or choose one"
            hint="Rows that can be taken are loaded at once; the others are listed with the reason."
            onFile={(file) => load.mutate(file)}
            busy={load.isPending}
          />
          {load.isPending && (
            <Stack gap={6} role="status">
              <Progress value={sent * 100} aria-label="Upload" />
              <Text size="sm" c="dimmed">
                {sent < 1 ? `${Math.floor(sent * 100)} % sent` : 'Sent. The rows are being stored.'}
              </Text>
            </Stack>
          )}
          {load.isError && <ProblemAlert error={load.error} />}
          <Format />
        </>
      ) : (
        <Empty title="Viewers cannot load connections">Ask an administrator of your institution.</Empty>
      )}
    </Page>
  );
}

function Format() {
  return (
    <Section title="What the file looks like">
      <Text size="sm">
        The first row of a CSV file holds the names of the columns, in any order; capitals, spaces and underscores in
        them do not matter. Columns that you do not have may be missing.
      </Text>
      <Text size="sm">
        {connectionFields.map(({ name }, at) => (
          <span key={name}>
            {at > 0 && ', '}
            <Code>{name}</Code>
          </span>
        ))}
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>
          <Code>externalId</Code> is the id that the sender gave the connection. A row with an id that is there already
          changes that connection.
        </List.Item>
        <List.Item>
          <Code>connectedAt</Code> is a day such as 2026-03-01, or a time such as 2026-03-01T15:00:00Z; without a zone
          it is one of your institution’s zone.
        </List.Item>
        <List.Item>Each row needs a phone, an e-mail address, or a street with a city or postal code.</List.Item>
        <List.Item>
          <Code>majors</Code> are separated by semicolons; three are kept.
        </List.Item>
      </List>
    </Section>
  );
}
