// One mail, as text.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { digestQuery, mailQuery } from '../../api/notifications.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { happeningWords } from '../../words/notifications.ts';
import { count } from '../../words/numbers.ts';
import { MailState } from './mail-list.tsx';
import classes from './mail-page.module.css';

const route = getRouteApi('/shell/i/$institution/notifications/mails/$mailId');

export function MailPage() {
  const { institution: slug, mailId } = route.useParams();
  const { data: mail } = useSuspenseQuery(mailQuery(slug, mailId));
  const { data: digest } = useSuspenseQuery(digestQuery(slug));
  const facts: Fact[] = [
    { name: 'State', value: <MailState mail={mail} /> },
    { name: 'To', value: <span className="cut">{mail.recipient}</span> },
    { name: 'About', value: happeningWords(mail.event) },
    { name: 'Written', value: <Time at={mail.createdAt} /> },
  ];
  if (mail.sentAt !== null) facts.push({ name: 'Sent', value: <Time at={mail.sentAt} /> });
  if (mail.status === 'kept')
    facts.push({
      name: 'Why it was not sent',
      value: mail.lastError ?? `No mail server was set${digest.mailIsSent ? ' at that time' : ''}.`,
    });
  else if (mail.lastError !== null)
    facts.push({
      name: mail.status === 'failed' ? 'Why it was not sent' : 'Last try',
      value: `${mail.lastError}${mail.attempts > 0 ? ` (${count(mail.attempts, 'try', 'tries')})` : ''}`,
    });
  return (
    <Page
      title={mail.subject}
      back={
        <TextLink to="/i/$institution/notifications" params={{ institution: slug }}>
          Notifications
        </TextLink>
      }
    >
      <Section title="About this mail" plain>
        <Facts facts={facts} />
      </Section>
      <Section title="Text" actions={<CopyButton label="Copy the text" value={mail.text} />}>
        <pre className={classes.text}>{mail.text}</pre>
      </Section>
    </Page>
  );
}
