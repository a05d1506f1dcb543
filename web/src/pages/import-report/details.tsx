// What an engineer asks: how the file came, how it was read, its hash, its mapping. Closed until wanted.

import type { ImportView } from '@api/imports.ts';
import { Code, Text } from '@mantine/core';
import { CopyIcon } from '../../parts/copy.tsx';
import { Disclosure } from '../../parts/disclosure.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { ClockTime } from '../../parts/time.tsx';
import { dialectWords } from '../../words/dialect.ts';
import { fieldTitle } from '../../words/feeds.ts';
import { bytes } from '../../words/numbers.ts';
import { howWords, loginMethodWords, sourceWords } from '../../words/states.ts';
import { duration } from '../../words/time.ts';

export function Details({ slug, item }: { slug: string; item: ImportView }) {
  const { arrival } = item;
  const facts: Fact[] = [
    { name: 'Import', value: <Copied text={item.id} label="import id" /> },
    { name: 'Status', value: <Code>{[item.status, item.reason, item.hold].filter(Boolean).join(' · ')}</Code> },
    { name: 'Came by', value: `${sourceWords[item.source]}. ${howWords[arrival.how] ?? arrival.how}.` },
    { name: 'Arrived', value: <ClockTime at={arrival.at} /> },
    ...optional('Login', arrival.loginMethod && (loginMethodWords[arrival.loginMethod] ?? arrival.loginMethod)),
    ...optional('Client', arrival.client),
    ...optional('Address', arrival.address),
    ...optional('Started by', item.startedBy),
    { name: 'Path', value: <Code className="cut">{item.path}</Code> },
    { name: 'Size', value: bytes(item.size) },
    { name: 'SHA-256', value: <Copied text={item.sha256} label="SHA-256" /> },
    ...optional('File format', item.dialect && dialectWords(item.dialect)),
    ...optional(
      'Took',
      item.startedAt !== null && item.finishedAt !== null ? duration(item.startedAt, item.finishedAt) : null,
    ),
    ...(item.againOf === null
      ? []
      : [
          {
            name: 'Again of',
            value: (
              <TextLink to="/i/$institution/imports/$importId" params={{ institution: slug, importId: item.againOf }}>
                the earlier import of this file
              </TextLink>
            ),
          },
        ]),
  ];
  const mapping = Object.entries(item.mapping);
  return (
    <Disclosure title="Details for engineers">
      <Facts facts={facts} />
      {mapping.length > 0 && (
        <>
          <Text fw={600} mt="md" mb={4}>
            Mapping of this import
          </Text>
          <Facts
            facts={mapping.map(([label, field]) => ({
              name: fieldTitle(field),
              key: label,
              value: <Code>{label}</Code>,
            }))}
          />
        </>
      )}
    </Disclosure>
  );
}

function optional(name: string, value: string | null): Fact[] {
  return value === null || value === '' ? [] : [{ name, value }];
}

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
      <Code className="cut">{text}</Code>
      <CopyIcon label={label} value={text} />
    </span>
  );
}
