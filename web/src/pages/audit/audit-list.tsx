// Events of an audit log as rows.

import type { AuditEvent } from '@api/accounts.ts';
import { Text } from '@mantine/core';
import type { ListPage } from '../../api/list.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { actionWords, factWords } from '../../words/audit.ts';
import { number } from '../../words/numbers.ts';

const columns: Column<AuditEvent>[] = [
  { title: 'Number', number: true, width: '5.5rem', cell: (event) => number(event.seq) },
  { title: 'When', width: '9rem', cell: (event) => <Time at={event.at} /> },
  {
    title: 'Who',
    width: '20%',
    cell: (event) => (
      <>
        {event.actor.name}
        {event.actor.kind !== 'user' && <span className="quiet"> ({event.actor.kind})</span>}
      </>
    ),
  },
  {
    title: 'What',
    width: '24%',
    cell: (event) => (
      <>
        {actionWords(event.action)}
        <Text size="xs" c="dimmed" ff="monospace" className="cut">
          {event.action} {event.subject}
        </Text>
      </>
    ),
  },
  { title: 'Facts', cell: (event) => <EventFacts facts={event.facts} /> },
];

export function AuditList({ page, cursor }: { page: ListPage<AuditEvent>; cursor: string | undefined }) {
  return (
    <Section title="Events" flush plain>
      <DataTable
        label="Audit log"
        columns={columns}
        rows={page.items}
        rowKey={(event) => String(event.seq)}
        empty={<Empty title="Nothing has been noted yet" />}
      />
      <Pager next={page.next} cursor={cursor} />
    </Section>
  );
}

function EventFacts({ facts }: { facts: Record<string, unknown> }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return <span className="quiet">–</span>;
  return (
    <Text size="sm" component="div">
      {entries.map(([name, value]) => (
        <div key={name}>
          <span className="quiet">{name}</span> {factWords(value)}
        </div>
      ))}
    </Text>
  );
}
