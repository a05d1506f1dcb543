// One load: what became of its rows, and what was wrong with which of them.

import type { LoadProblem } from '@api/connections.ts';
import { Paper, Stack, Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { connectionLoadQuery } from '../../api/connections.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { loadAdvice, loadSentence, loadState, problemEffects, problemWords } from '../../words/connections.ts';
import { number } from '../../words/numbers.ts';

const route = getRouteApi('/shell/i/$institution/connections/loads/$loadId');

export function LoadPage() {
  const { institution: slug, loadId } = route.useParams();
  const canEdit = useCanEdit();
  const { data: load } = useSuspenseQuery(connectionLoadQuery(slug, loadId));
  const { tone, words } = loadState(load);
  const advice = loadAdvice(load);
  const total = load.problems.length + load.problemsLeftOut;
  return (
    <Page
      title="Load of connections"
      lead={
        <>
          {load.format === 'csv' ? 'CSV' : 'NDJSON'} by {load.by}, <Time at={load.at} />
        </>
      }
      back={
        <TextLink to="/i/$institution/connections/loads" params={{ institution: slug }}>
          Former loads
        </TextLink>
      }
      actions={
        canEdit && (
          <ButtonLink variant="default" to="/i/$institution/connections/load" params={{ institution: slug }}>
            Load another file
          </ButtonLink>
        )
      }
    >
      <Paper>
        <Stack gap="xs" align="flex-start">
          <State tone={tone} large>
            {words}
          </State>
          <Text>{loadSentence(load)}</Text>
          {advice !== null && (
            <Text size="sm" c="dimmed" maw="46rem">
              {advice}
            </Text>
          )}
        </Stack>
      </Paper>
      <Section
        title="What was wrong"
        flush
        lead={
          load.problemsLeftOut > 0
            ? `The first ${number(load.problems.length)} of ${number(total)}, rejected rows before others.`
            : undefined
        }
      >
        <DataTable
          label="Problems of the load"
          columns={columns(load.format === 'csv' ? 'Row' : 'Line')}
          rows={load.problems.map((problem, at) => ({ ...problem, at }))}
          rowKey={(problem) => String(problem.at)}
          empty={<Empty title="Nothing">Every row was read as it stood.</Empty>}
        />
      </Section>
    </Page>
  );
}

function columns(place: string): Column<LoadProblem & { at: number }>[] {
  return [
    { title: 'Where', width: '7rem', cell: (problem) => `${place} ${number(problem.row)}` },
    {
      title: 'Id of the sender',
      width: '22%',
      cell: (problem) => problem.externalId ?? <span className="quiet">–</span>,
    },
    {
      title: 'Effect',
      width: '10rem',
      cell: ({ effect }) => <State tone={problemEffects[effect].tone}>{problemEffects[effect].words}</State>,
    },
    {
      title: 'What happened',
      cell: (problem) => (
        <>
          {problemWords(problem)}{' '}
          <Text span size="xs" c="dimmed" ff="monospace">
            {problem.code}
          </Text>
        </>
      ),
    },
  ];
}
