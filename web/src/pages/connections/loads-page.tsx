// Former loads of connections, by the API and from files, newest first.

import type { ConnectionLoadSummary } from '@api/connections.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { connectionLoadsQuery } from '../../api/connections.ts';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { loadState } from '../../words/connections.ts';
import { number } from '../../words/numbers.ts';

const route = getRouteApi('/shell/i/$institution/connections/loads');

export function LoadsPage() {
  const { institution: slug } = route.useParams();
  const { cursor } = route.useSearch();
  const canEdit = useCanEdit();
  const { data } = useSuspenseQuery(connectionLoadsQuery(slug, cursor));
  const button = canEdit && (
    <ButtonLink to="/i/$institution/connections/load" params={{ institution: slug }}>
      Load connections
    </ButtonLink>
  );
  return (
    <Page
      title="Former loads"
      lead="Every time connections came in, what became of the rows, and what was wrong."
      back={
        <TextLink to="/i/$institution/connections" params={{ institution: slug }}>
          Connections
        </TextLink>
      }
      actions={button}
    >
      <Section title="Loads of connections" flush plain>
        <DataTable
          label="Loads of connections"
          columns={columns(slug)}
          rows={data.items}
          rowKey={(load) => load.id}
          empty={
            <Empty title="Nothing has been loaded yet">
              Loads appear here as soon as your recruiting system sends connections, or somebody loads a file.
            </Empty>
          }
        />
        <Pager next={data.next} cursor={cursor} />
      </Section>
    </Page>
  );
}

function columns(slug: string): Column<ConnectionLoadSummary>[] {
  const amount = (title: string, value: (load: ConnectionLoadSummary) => number): Column<ConnectionLoadSummary> => ({
    title,
    number: true,
    cell: (load) => number(value(load)),
  });
  return [
    {
      title: 'When',
      cell: (load) => (
        <TextLink
          to="/i/$institution/connections/loads/$loadId"
          params={{ institution: slug, loadId: load.id }}
          className={rowLink}
          fw={600}
          c="bright"
          underline="never"
        >
          <Time at={load.at} />
        </TextLink>
      ),
    },
    { title: 'By', cell: (load) => load.by },
    { title: 'State', cell: (load) => <State tone={loadState(load).tone}>{loadState(load).words}</State> },
    amount('Created', (load) => load.created),
    amount('Updated', (load) => load.updated),
    amount('Unchanged', (load) => load.unchanged),
    amount('Rejected', (load) => load.rejected),
  ];
}
