// One webhook: its switch and events, a test, and what it was sent.

import { Button, Stack, Switch } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  deleteWebhook,
  deliveriesQuery,
  testWebhook,
  updateWebhook,
  type WebhookEvent,
  webhookOf,
  webhooksQuery,
} from '../../api/notifications.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { notifyDone, ProblemAlert } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { DeliveryList } from './delivery-list.tsx';
import { EventChoice } from './event-choice.tsx';

const route = getRouteApi('/shell/i/$institution/notifications/webhooks/$webhookId');

export function WebhookPage() {
  const { institution: slug, webhookId } = route.useParams();
  const { cursor } = route.useSearch();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const [noneLeft, setNoneLeft] = useState(false);
  const { data: webhooks } = useSuspenseQuery(webhooksQuery(slug));
  const { data: deliveries } = useSuspenseQuery(deliveriesQuery(slug, webhookId, cursor));
  const webhook = webhookOf(webhooks, webhookId);
  const reload = () => queries.invalidateQueries({ queryKey: webhooksQuery(slug).queryKey });
  const change = useMutation({
    mutationFn: (values: { active?: boolean; events?: WebhookEvent[] }) => updateWebhook(slug, webhookId, values),
    meta: { shown: true },
    onSuccess: reload,
  });
  const tryOut = useMutation({
    mutationFn: () => testWebhook(slug, webhookId),
    meta: { shown: true },
    onSuccess: () => {
      notifyDone('The test is on its way: see the deliveries.');
      void queries.invalidateQueries({ queryKey: ['webhook-deliveries', slug, webhookId] });
    },
  });
  const remove = useMutation({
    mutationFn: () => deleteWebhook(slug, webhookId),
    meta: { shown: true },
    onSuccess: async () => {
      await navigate({ to: '/i/$institution/notifications', params: { institution: slug } });
      void reload();
      notifyDone('The webhook is deleted.');
    },
  });
  return (
    <Page
      title={webhook.url}
      back={
        <TextLink to="/i/$institution/notifications" params={{ institution: slug }}>
          Notifications
        </TextLink>
      }
      actions={
        <>
          <Button loading={tryOut.isPending} onClick={() => tryOut.mutate()}>
            Send a test
          </Button>
          <Button variant="default" onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </>
      }
    >
      {tryOut.isError && <ProblemAlert error={tryOut.error} />}
      <Section title="What it is told of">
        <Stack gap="lg" maw={640}>
          <Switch
            label="Send to this webhook"
            description="Off: nothing more is sent, and what waits is given up. A receiver that answers 410 Gone switches it off too."
            checked={webhook.active}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ active: event.currentTarget.checked })}
          />
          <EventChoice
            value={webhook.events}
            disabled={change.isPending}
            error={noneLeft && 'It needs at least one. To be sent nothing, switch it off above.'}
            onChange={(events) => {
              setNoneLeft(events.length === 0);
              if (events.length > 0) change.mutate({ events });
            }}
          />
          {change.isError && <ProblemAlert error={change.error} />}
        </Stack>
      </Section>
      <DeliveryList page={deliveries} cursor={cursor} />
      <Confirm
        opened={deleting}
        onClose={() => setDeleting(false)}
        title="Delete this webhook?"
        stops={
          <>
            <strong>Stops:</strong> everything that is sent to it, at once. Its secret is gone; a new webhook has a new
            one.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> the audit log. The list of its deliveries is deleted with it.
          </>
        }
        action="Delete the webhook"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
      />
    </Page>
  );
}
