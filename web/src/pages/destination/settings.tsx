// What a destination is set to: server, login, schedule, file; each part with the way to change it.

import type { DestinationView } from '@api/destinations.ts';
import { Code, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { Section } from '../../parts/section.tsx';
import { datasetWords, loginWords } from '../../words/destinations.ts';
import { emptyFileChoices, extrasWords, formatWords, sameNameChoices } from '../../words/file-options.ts';
import { count } from '../../words/numbers.ts';
import { calendarDay } from '../../words/time.ts';
import { EgressAddresses } from '../destinations/prepare.tsx';
import type { EditPart } from './edit-page.tsx';
import { ManifestKey } from './manifest-key.tsx';
import classes from './settings.module.css';

export function Settings({ slug, destination }: { slug: string; destination: DestinationView }) {
  const { file, host, port, path, username, auth, hasSecret, since } = destination;
  return (
    <Section title="Settings">
      <Part slug={slug} destination={destination} part="what" title="What">
        <Facts
          facts={[
            { name: 'Sends', value: datasetWords[destination.dataset] },
            ...(since === null ? [] : [{ name: 'First file from', value: calendarDay(since, destination.timeZone) }]),
          ]}
        />
      </Part>
      <Part slug={slug} destination={destination} part="server" title="Server">
        <Facts
          facts={[
            { name: 'Host and port', value: <Code fz="sm" className="cut">{`${host}, ${port}`}</Code> },
            {
              name: 'Folder',
              value: (
                <Code fz="sm" className="cut">
                  {path}
                </Code>
              ),
            },
            {
              name: 'User name',
              value: (
                <Code fz="sm" className="cut">
                  {username}
                </Code>
              ),
            },
            {
              name: 'Login',
              value: hasSecret ? (
                `${loginWords[auth]}${auth === 'password' ? ', sealed: nobody can see it' : ''}`
              ) : (
                <span className="attention">{loginWords[auth]}: it has to be given again</span>
              ),
            },
            { name: 'We connect from', value: <EgressAddresses addresses={destination.egressAddresses} /> },
          ]}
        />
      </Part>
      <Part slug={slug} destination={destination} part="schedule" title="When">
        <Text size="sm">It sends {destination.schedule}.</Text>
      </Part>
      <Part slug={slug} destination={destination} part="file" title="File">
        <Facts facts={fileFacts(slug, file)} />
      </Part>
    </Section>
  );
}

function fileFacts(slug: string, file: DestinationView['file']): Fact[] {
  const extras = extrasWords(file);
  return [
    {
      name: 'Name',
      value: (
        <Code fz="sm" className="cut">
          {file.nameTemplate}
        </Code>
      ),
    },
    { name: 'Format', value: formatWords(file) },
    {
      name: 'Columns',
      value:
        file.columns === null ? 'All, under their own names' : `${count(file.columns.length, 'column')}, as chosen`,
    },
    {
      name: 'Nothing to send',
      value: emptyFileChoices.find((choice) => choice.value === file.emptyFile)?.label,
    },
    { name: 'Same name there', value: sameNameChoices.find((choice) => choice.value === file.sameName)?.label },
    ...(extras.length === 0 ? [] : [{ name: 'Besides', value: `${extras.join('. ')}.` }]),
    ...(file.manifest ? [{ name: 'Key of manifests', value: <ManifestKey slug={slug} /> }] : []),
  ];
}

type PartProps = { slug: string; destination: DestinationView; part: EditPart; title: string; children: ReactNode };

function Part({ slug, destination, part, title, children }: PartProps) {
  const canEdit = useCanEdit();
  return (
    <div className={classes.part}>
      <Stack gap={2} className={classes.side}>
        <Title order={3}>{title}</Title>
        {canEdit && (
          <TextLink
            size="sm"
            to="/i/$institution/destinations/$destinationId/edit"
            params={{ institution: slug, destinationId: destination.id }}
            search={{ part }}
            aria-label={`Change: ${title}`}
          >
            Change
          </TextLink>
        )}
      </Stack>
      <div className={classes.content}>{children}</div>
    </div>
  );
}
