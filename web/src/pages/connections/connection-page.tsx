// One connection: all its columns, and whether it was delivered. It is changed by its sender only.

import type { ConnectionView } from '@api/connections.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { connectionQuery } from '../../api/connections.ts';
import { CopyIcon } from '../../parts/copy.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { connectionFields, connectionName, deliveryWords } from '../../words/connections.ts';
import { calendarDay } from '../../words/time.ts';
import { valueWords } from '../../words/values.ts';
import { ConnectedAt } from './connected-at.tsx';

const route = getRouteApi('/shell/i/$institution/connections/$connectionId');

export function ConnectionPage() {
  const { institution: slug, connectionId } = route.useParams();
  const { data: connection } = useSuspenseQuery(connectionQuery(slug, connectionId));
  return (
    <Page
      title={connectionName(connection)}
      lead={
        <>
          Id {connection.externalId} · connected <ConnectedAt value={connection.connectedAt} />
        </>
      }
      back={
        <TextLink to="/i/$institution/connections" params={{ institution: slug }}>
          Connections
        </TextLink>
      }
    >
      <Section
        title="Record"
        lead="As its sender gave it last. It changes when the sender sends this id again; then it is delivered again."
      >
        <Facts facts={factsOf(connection)} />
      </Section>
    </Page>
  );
}

function factsOf(connection: ConnectionView): Fact[] {
  return [
    {
      name: 'Delivery',
      value: <State tone={connection.delivered ? 'good' : 'quiet'}>{deliveryWords(connection)}</State>,
    },
    ...connectionFields.map(({ name, title }) => ({ key: name, name: title, value: shown(connection, name) })),
    { name: 'First loaded', value: <Time at={connection.createdAt} /> },
    { name: 'Last changed', value: <Time at={connection.updatedAt} /> },
    {
      name: 'Causeway ID',
      value: (
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
          {connection.id}
          <CopyIcon label="Causeway ID" value={connection.id} />
        </span>
      ),
    },
  ];
}

function shown(connection: ConnectionView, name: keyof ConnectionView) {
  if (name === 'connectedAt') return <ConnectedAt value={connection.connectedAt} full />;
  if (name === 'phone') return connection.phoneNational ?? connection.phone ?? <Blank />;
  if (name === 'dateOfBirth' && connection.dateOfBirth !== null) return calendarDay(connection.dateOfBirth, 'UTC');
  return valueWords(connection[name]) || <Blank />;
}

function Blank() {
  return <span className="quiet">–</span>;
}
