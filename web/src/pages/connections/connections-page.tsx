// The connections of an institution: found by name or id, and by whether they were delivered.

import type { ConnectionView } from '@api/connections.ts';
import { Button, Group, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { connectionsQuery } from '../../api/connections.ts';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import type { ConnectionSearch } from '../../routes/connections.ts';
import { oneOf } from '../../routes/search.ts';
import { connectionName, deliveryWords } from '../../words/connections.ts';
import { ConnectedAt } from './connected-at.tsx';

const route = getRouteApi('/shell/i/$institution/connections/');

export function ConnectionsPage() {
  const { institution: slug } = route.useParams();
  const search = route.useSearch();
  const canEdit = useCanEdit();
  const { data } = useSuspenseQuery(connectionsQuery(slug, search));
  const isFiltered = search.search !== undefined || search.delivered !== undefined;
  return (
    <Page
      title="Connections"
      lead="Students who connected with this institution. SFTP data transfer delivers them to your own server."
      actions={
        <>
          <ButtonLink variant="default" to="/i/$institution/connections/settings" params={{ institution: slug }}>
            Majors and last export
          </ButtonLink>
          <ButtonLink variant="default" to="/i/$institution/connections/loads" params={{ institution: slug }}>
            Former loads
          </ButtonLink>
          {canEdit && (
            <ButtonLink to="/i/$institution/connections/load" params={{ institution: slug }}>
              Load connections
            </ButtonLink>
          )}
        </>
      }
    >
      <Section title="Connections of this institution" flush plain>
        <Filters search={search} />
        <DataTable
          label="Connections"
          columns={columns(slug)}
          rows={data.items}
          rowKey={(connection) => connection.id}
          empty={isFiltered ? <NothingFound /> : <NoneYet slug={slug} canEdit={canEdit} />}
        />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

function columns(slug: string): Column<ConnectionView>[] {
  return [
    {
      title: 'Name',
      cell: (connection) => (
        <TextLink
          to="/i/$institution/connections/$connectionId"
          params={{ institution: slug, connectionId: connection.id }}
          className={rowLink}
          fw={600}
          c="bright"
          underline="never"
        >
          {connectionName(connection)}
        </TextLink>
      ),
    },
    { title: 'Connected', cell: (connection) => <ConnectedAt value={connection.connectedAt} /> },
    { title: 'Phone', cell: (connection) => connection.phoneNational ?? connection.phone ?? <None /> },
    { title: 'E-mail', cell: (connection) => connection.email ?? <None /> },
    {
      title: 'Delivery',
      cell: (one) => <State tone={one.delivered ? 'good' : 'quiet'}>{deliveryWords(one)}</State>,
    },
  ];
}

function NothingFound() {
  return (
    <Empty
      title="No connection fits these filters"
      actions={
        <ButtonLink variant="default" size="sm" to="." search={{}}>
          Show all
        </ButtonLink>
      }
    />
  );
}

function NoneYet({ slug, canEdit }: { slug: string; canEdit: boolean }) {
  return (
    <Empty
      title="There are no connections yet"
      actions={
        canEdit && (
          <ButtonLink size="sm" to="/i/$institution/connections/load" params={{ institution: slug }}>
            Load connections
          </ButtonLink>
        )
      }
    >
      A connection is one student who connected with your institution: a name, when it was, and how to reach them. Your
      recruiting system sends them through the API, or somebody loads a CSV file here. From then on SFTP data transfer
      delivers new and changed ones to your own server.
    </Empty>
  );
}

const deliveryChoices: { value: 'true' | 'false'; label: string }[] = [
  { value: 'false', label: 'Not delivered' },
  { value: 'true', label: 'Delivered' },
];

function Filters({ search }: { search: ConnectionSearch }) {
  const navigate = useNavigate();
  const [text, setText] = useState(search.search ?? '');
  useEffect(() => setText(search.search ?? ''), [search.search]);
  const filter = (change: ConnectionSearch) =>
    void navigate({ to: '.', search: { ...search, ...change, cursor: undefined } });
  return (
    <form
      aria-label="Search in connections"
      onSubmit={(event) => {
        event.preventDefault();
        filter({ search: text.trim() === '' ? undefined : text.trim() });
      }}
    >
      <Group gap="sm" px="lg" py="md" align="flex-end">
        <TextInput
          label="Search"
          description="Part of a name, e-mail address or id"
          type="search"
          flex="1 1 14rem"
          maw={380}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label="Delivery"
          w={190}
          placeholder="Any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any delivery' }}
          data={deliveryChoices}
          value={search.delivered ?? null}
          onChange={(value) => filter({ delivered: oneOf(value, ['true', 'false']) })}
        />
        <Button type="submit" variant="default" leftSection={<IconSearch size={16} aria-hidden />}>
          Search
        </Button>
        {(search.search !== undefined || search.delivered !== undefined) && (
          <ButtonLink variant="subtle" to="." search={{}}>
            Show all
          </ButtonLink>
        )}
      </Group>
    </form>
  );
}

function None() {
  return <span className="quiet">–</span>;
}
