// One transfer: what became of it, what to do when it failed, how it went stage by stage, and its file.

import type { TransferView } from '@api/transfers.ts';
import { Button, Code, List, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { sentFileUrl, transferQuery } from '../../api/transfers.ts';
import { CopyIcon } from '../../parts/copy.tsx';
import { Disclosure } from '../../parts/disclosure.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { ClockTime } from '../../parts/time.tsx';
import { number } from '../../words/numbers.ts';
import { stagesOfTransfer } from '../../words/stages.ts';
import { transferName, triggerWords } from '../../words/transfers.ts';
import { StageList } from '../destination/stage-list.tsx';
import { Headline } from './headline.tsx';
import { Resend } from './resend.tsx';

const route = getRouteApi('/shell/i/$institution/transfers/$transferId');

export function TransferPage() {
  const { institution: slug, transferId } = route.useParams();
  const canEdit = useCanEdit();
  const { data: transfer } = useSuspenseQuery(transferQuery(transferId));
  const stages = stagesOfTransfer(transfer.stages, transfer.failure);
  return (
    <Page
      title={transferName(transfer)}
      back={
        <TextLink to="/i/$institution/transfers" params={{ institution: slug }}>
          Transfer history
        </TextLink>
      }
      actions={
        <>
          {canEdit && transfer.canResend && <Resend slug={slug} transfer={transfer} />}
          {transfer.sha256 !== null && (
            <Button
              component="a"
              href={sentFileUrl(transfer.id)}
              download
              variant="default"
              leftSection={<IconDownload size={18} aria-hidden />}
            >
              Download the file
            </Button>
          )}
        </>
      }
    >
      <Headline slug={slug} transfer={transfer} />
      {transfer.notes.length > 0 && (
        <Section title="Worth knowing">
          <List size="sm" spacing={4}>
            {transfer.notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Section>
      )}
      {stages.length > 0 && (
        <Section title="How it went">
          <StageList stages={stages} />
        </Section>
      )}
      <Disclosure title="Details for engineers">
        <Facts facts={facts(slug, transfer)} />
      </Disclosure>
    </Page>
  );
}

function facts(slug: string, transfer: TransferView): Fact[] {
  return [
    { name: 'Transfer', value: <Copied text={transfer.id} label="transfer id" /> },
    { name: 'Status', value: <Code>{[transfer.status, transfer.failure?.code].filter(Boolean).join(' · ')}</Code> },
    { name: 'Started', value: `${triggerWords[transfer.trigger]}, by ${transfer.startedBy}` },
    ...time('In line since', transfer.queuedAt),
    ...time('Belongs to the run of', transfer.slotAt),
    ...time('Began', transfer.startedAt),
    ...time('Ended', transfer.finishedAt),
    ...(transfer.window === null
      ? []
      : [
          {
            name: 'Window',
            value: (
              <>
                after <Code>{transfer.window.from}</Code> up to <Code>{transfer.window.to}</Code>
                {transfer.windowNumber !== null && `, number ${transfer.windowNumber}`}
              </>
            ),
          },
        ]),
    ...(transfer.windowOf === null
      ? []
      : [
          {
            name: 'Carries again',
            value: (
              <TextLink
                to="/i/$institution/transfers/$transferId"
                params={{ institution: slug, transferId: transfer.windowOf }}
              >
                the window of an earlier transfer
              </TextLink>
            ),
          },
        ]),
    ...(transfer.sha256 === null
      ? []
      : [{ name: 'SHA-256', value: <Copied text={transfer.sha256} label="SHA-256" /> }]),
    ...(transfer.bytes === null
      ? []
      : [{ name: 'Bytes', value: <span className="numeric">{number(transfer.bytes)}</span> }]),
  ];
}

function time(name: string, at: string | null): Fact[] {
  return at === null ? [] : [{ name, value: <ClockTime at={at} /> }];
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <Text span size="sm" style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
      <Code className="cut">{text}</Code>
      <CopyIcon label={label} value={text} />
    </Text>
  );
}
