// What a webhook was sent, newest first.

import { Text } from '@mantine/core';
import type { ListPage } from '../../api/list.ts';
import type { Delivery } from '../../api/notifications.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { deliveryState, happeningWords } from '../../words/notifications.ts';
import { number } from '../../words/numbers.ts';

const columns: Column<Delivery>[] = [
  {
    title: 'Event',
    cell: (delivery) => (
      <>
        {happeningWords(delivery.event)}
        <Text size="xs" c="dimmed" ff="monospace" className="cut">
          {delivery.id}
        </Text>
      </>
    ),
  },
  {
    title: 'State',
    width: '26%',
    cell: (delivery) => (
      <>
        <DeliveryState delivery={delivery} />
        {delivery.lastError !== null && <div className="quiet">{delivery.lastError}</div>}
      </>
    ),
  },
  {
    title: 'Answer',
    number: true,
    width: '6rem',
    cell: (delivery) => delivery.responseStatus ?? <span className="quiet">–</span>,
  },
  { title: 'Tries', number: true, width: '5rem', cell: (delivery) => number(delivery.attempts) },
  { title: 'Queued', width: '9rem', cell: (delivery) => <Time at={delivery.createdAt} /> },
];

export function DeliveryList({ page, cursor }: { page: ListPage<Delivery>; cursor: string | undefined }) {
  return (
    <Section title="Deliveries" flush lead="A receiver that fails is tried again for about a day, a test only once.">
      <DataTable
        label="Deliveries"
        columns={columns}
        rows={page.items}
        rowKey={(delivery) => delivery.id}
        empty={<Empty title="Nothing has been sent yet">Send a test to see whether the receiver takes it.</Empty>}
      />
      <Pager next={page.next} cursor={cursor} />
    </Section>
  );
}

function DeliveryState({ delivery }: { delivery: Delivery }) {
  const { word, tone } = deliveryState(delivery);
  return <State tone={tone}>{word}</State>;
}
