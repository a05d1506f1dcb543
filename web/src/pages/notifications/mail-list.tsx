// Mails as rows, newest first.

import type { MailView } from '@api/notifications.ts';
import { Text } from '@mantine/core';
import type { ListPage } from '../../api/list.ts';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { happeningWords, mailState } from '../../words/notifications.ts';

type MailListProps = { slug: string; page: ListPage<MailView>; cursor: string | undefined };

export function MailList({ slug, page, cursor }: MailListProps) {
  const columns: Column<MailView>[] = [
    {
      title: 'Mail',
      cell: (mail) => (
        <>
          <TextLink
            to="/i/$institution/notifications/mails/$mailId"
            params={{ institution: slug, mailId: mail.id }}
            className={`${rowLink} cut`}
            fw={600}
            c="bright"
            underline="never"
          >
            {mail.subject}
          </TextLink>
          <Text size="xs" c="dimmed">
            {happeningWords(mail.event)}
          </Text>
        </>
      ),
    },
    { title: 'To', width: '26%', cell: (mail) => <span className="cut">{mail.recipient}</span> },
    { title: 'State', width: '12rem', cell: (mail) => <MailState mail={mail} /> },
    { title: 'When', width: '9rem', cell: (mail) => <Time at={mail.sentAt ?? mail.createdAt} /> },
  ];
  return (
    <Section title="Mails" flush>
      <DataTable
        label="Mails"
        columns={columns}
        rows={page.items}
        rowKey={(mail) => mail.id}
        empty={
          <Empty title="No mail yet">
            The first one comes when somebody sets up a destination under <em>SFTP data transfer</em>.
          </Empty>
        }
      />
      <Pager next={page.next} cursor={cursor} />
    </Section>
  );
}

export function MailState({ mail }: { mail: MailView }) {
  const { word, tone } = mailState(mail);
  return <State tone={tone}>{word}</State>;
}
