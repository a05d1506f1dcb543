// Webhooks as rows, and adding one.

import type { WebhookView } from '@api/notifications.ts';
import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { deliveryState, happeningWords } from '../../words/notifications.ts';
import { NewWebhookDialog } from './new-webhook-dialog.tsx';

export function WebhookList({ slug, webhooks }: { slug: string; webhooks: WebhookView[] }) {
  const [adding, setAdding] = useState(false);
  const columns: Column<WebhookView>[] = [
    {
      title: 'Address',
      cell: (webhook) => (
        <>
          <TextLink
            to="/i/$institution/notifications/webhooks/$webhookId"
            params={{ institution: slug, webhookId: webhook.id }}
            className={`${rowLink} cut`}
            fw={600}
            c="bright"
            underline="never"
          >
            {webhook.url}
          </TextLink>
          <Text size="xs" c="dimmed">
            {webhook.events.map(happeningWords).join(', ')}
          </Text>
        </>
      ),
    },
    {
      title: 'State',
      width: '6rem',
      cell: (webhook) => <State tone={webhook.active ? 'good' : 'quiet'}>{webhook.active ? 'On' : 'Off'}</State>,
    },
    { title: 'Last delivery', width: '16rem', cell: (webhook) => <LastDelivery webhook={webhook} /> },
  ];
  return (
    <Section
      title="Webhooks"
      lead="A program of yours is told by an HTTP POST, signed by the Standard Webhooks scheme."
      flush
      actions={
        <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          Add a webhook
        </Button>
      }
    >
      <DataTable
        label="Webhooks"
        columns={columns}
        rows={webhooks}
        rowKey={(webhook) => webhook.id}
        empty={
          <Empty title="No webhook">
            Add one when a program should know of transfers and imports as they happen, without asking.
          </Empty>
        }
      />
      <NewWebhookDialog slug={slug} opened={adding} onClose={() => setAdding(false)} />
    </Section>
  );
}

function LastDelivery({ webhook }: { webhook: WebhookView }) {
  const last = webhook.lastDelivery;
  if (last === null) return <span className="quiet">none yet</span>;
  const { word, tone } = deliveryState(last);
  return (
    <>
      <State tone={tone}>{word}</State> <Time at={last.at} />
    </>
  );
}
