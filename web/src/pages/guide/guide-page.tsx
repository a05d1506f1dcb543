// For your IT department: all that the sender needs, to print, to copy as text, or to send as a link. No password.

import { Button, Code, List, Paper, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { serverQuery } from '../../api/account.ts';
import { sampleUrl } from '../../api/feeds.ts';
import { fieldsQuery, institutionQuery } from '../../api/institutions.ts';
import { CopyButton } from '../../parts/copy.tsx';
import { Facts } from '../../parts/facts.tsx';
import { useFeed } from '../../parts/feed.ts';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { grouped } from '../../words/fingerprints.ts';
import { type GuideBlock, guide, guideText } from '../../words/guide.ts';
import classes from './guide.module.css';

const route = getRouteApi('/shell/i/$institution/sftp/guide');

export function GuidePage() {
  const { institution: slug } = route.useParams();
  const { feed, place } = useFeed(slug);
  const { data: institution } = useSuspenseQuery(institutionQuery(slug));
  const { data: server } = useSuspenseQuery(serverQuery);
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  const sections = guide({ institution, feed, server, fields: fields.items });
  const title = `Sending files to ${institution.name} by SFTP`;
  return (
    <Page
      title="For your IT department"
      heading={title}
      lead={
        <span className="no-print">For your IT department: print this page, or copy it into a mail or a ticket.</span>
      }
      back={
        <TextLink to="/i/$institution/sftp" params={{ institution: slug }}>
          SFTP inbound
        </TextLink>
      }
      times={false}
      actions={
        <>
          <CopyButton label="Copy all as text" value={guideText(title, sections)} primary />
          <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
            Print
          </Button>
          <Button
            component="a"
            href={sampleUrl(place)}
            download
            variant="default"
            leftSection={<IconDownload size={18} aria-hidden />}
          >
            Sample file
          </Button>
        </>
      }
    >
      <Paper p={{ base: 'lg', sm: 'xl' }} className={classes.sheet}>
        <Stack gap="xl">
          {sections.map((section) => (
            <section key={section.title}>
              <Stack gap="sm">
                <Title order={2}>{section.title}</Title>
                {section.blocks.map((block) => (
                  <Block key={JSON.stringify(block)} block={block} />
                ))}
              </Stack>
            </section>
          ))}
        </Stack>
      </Paper>
    </Page>
  );
}

function Block({ block }: { block: GuideBlock }) {
  switch (block.kind) {
    case 'text':
      return <Text>{block.text}</Text>;
    case 'facts':
      return (
        <Facts
          facts={block.facts.map((fact) => ({
            name: fact.name,
            value:
              fact.as === undefined ? (
                fact.value
              ) : (
                <Code fz="sm">{fact.as === 'fingerprint' ? grouped(fact.value) : fact.value}</Code>
              ),
          }))}
        />
      );
    case 'list':
      return (
        <List spacing={6}>
          {block.items.map((item) => (
            <List.Item key={item}>{item}</List.Item>
          ))}
        </List>
      );
    case 'code':
      return (
        <Code block tabIndex={0} className={classes.code}>
          {block.lines.join('\n')}
        </Code>
      );
  }
}
