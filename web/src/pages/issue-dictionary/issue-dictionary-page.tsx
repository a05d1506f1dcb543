// Every issue code with its words, from the dictionary of the API. Each can be linked to: /issues#code.

import { Code, Group, Stack, Text, Title } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { type IssueEntry, issueDictionaryQuery } from '../../api/issue-dictionary.ts';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { effectTones, effectWords } from '../../words/states.ts';
import classes from './issue-dictionary.module.css';

const scopes = [
  { scope: 'file', title: 'The whole file' },
  { scope: 'header', title: 'The header row' },
  { scope: 'row', title: 'A row' },
  { scope: 'cell', title: 'A cell' },
];

export function IssueDictionaryPage() {
  const { data } = useSuspenseQuery(issueDictionaryQuery);
  return (
    <Page
      title="Issue dictionary"
      lead="Everything that a report can say about a file, and what to do about it. The codes never change."
      times={false}
    >
      {scopes.map(({ scope, title }) => {
        const entries = data.items.filter((entry) => entry.scope === scope);
        return entries.length === 0 ? null : (
          <Section key={scope} title={title} flush>
            <ul className={classes.entries}>
              {entries.map((entry) => (
                <li key={entry.code} id={entry.code}>
                  <Entry entry={entry} />
                </li>
              ))}
            </ul>
          </Section>
        );
      })}
    </Page>
  );
}

function Entry({ entry }: { entry: IssueEntry }) {
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="sm">
        <Title order={3}>{entry.title}</Title>
        <State tone={effectTones[entry.effect] ?? 'quiet'}>{effectWords[entry.effect] ?? entry.effect}</State>
      </Group>
      <Text size="sm" maw="52rem">
        {entry.explanation}
      </Text>
      <Text size="sm" maw="52rem">
        <strong>What to do:</strong> {entry.remedy}
      </Text>
      <div>
        <Code>{entry.code}</Code>
      </div>
    </Stack>
  );
}
