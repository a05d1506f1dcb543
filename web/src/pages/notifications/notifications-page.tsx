// Who is told of what: mails, the weekly digest, webhooks.

import { Alert, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { digestQuery, mailsQuery, webhooksQuery } from '../../api/notifications.ts';
import { Page } from '../../parts/page.tsx';
import { DigestSection } from './digest-section.tsx';
import { MailList } from './mail-list.tsx';
import { WebhookList } from './webhook-list.tsx';

const route = getRouteApi('/shell/i/$institution/notifications/');

export function NotificationsPage() {
  const { institution: slug } = route.useParams();
  const { cursor } = route.useSearch();
  const { data: mails } = useSuspenseQuery(mailsQuery(slug, cursor));
  const { data: digest } = useSuspenseQuery(digestQuery(slug));
  const { data: webhooks } = useSuspenseQuery(webhooksQuery(slug));
  return (
    <Page
      title="Notifications"
      lead="Every active administrator is mailed when a destination is created, changed or deleted, when its server shows a new fingerprint, and when a scheduled transfer fails."
    >
      {!digest.mailIsSent && <KeptHere />}
      <MailList slug={slug} page={mails} cursor={cursor} />
      <DigestSection slug={slug} digest={digest} />
      <WebhookList slug={slug} webhooks={webhooks} />
    </Page>
  );
}

function KeptHere() {
  return (
    <Alert variant="light" icon={<IconInfoCircle aria-hidden />} title="Mail is kept here">
      <Text size="sm">
        No mail server is set, so mails are not sent: they can be read on this page. To have them sent, the operator of
        this installation sets CAUSEWAY_SMTP_URL. What is kept by then stays here.
      </Text>
    </Alert>
  );
}
