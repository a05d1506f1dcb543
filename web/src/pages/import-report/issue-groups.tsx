// The issues of an import by kind: how many, what to do, three examples with the cell marked.

import type { ImportView, IssueGroup, IssueView } from '@api/imports.ts';
import { Group, Stack, Text } from '@mantine/core';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { count } from '../../words/numbers.ts';
import { effectTones, effectWords, isMoving } from '../../words/states.ts';
import classes from './issues.module.css';
import { MarkedCell } from './marked-cell.tsx';

type IssueGroupsProps = { slug: string; item: ImportView; groups: IssueGroup[] };

const weight = ['file-rejected', 'file-held', 'row-skipped', 'cell-dropped', 'kept', 'notice'];

export function IssueGroups({ slug, item, groups }: IssueGroupsProps) {
  if (isMoving(item.status)) return null;
  const sorted = groups.toSorted((a, b) => weight.indexOf(a.effect) - weight.indexOf(b.effect) || b.count - a.count);
  return (
    <Section
      title="Issues"
      lead={sorted.length === 0 ? undefined : 'What was found in the file, the gravest first, and what to do about it.'}
      flush
    >
      {sorted.length === 0 ? (
        <div className={classes.none}>
          <Empty title={item.counts.rows > 0 ? 'Nothing was wrong with this file' : 'No issue was noted'} />
        </div>
      ) : (
        <ul className={classes.groups}>
          {sorted.map((group) => (
            <li key={`${group.code} ${group.effect}`}>
              <KindOfIssue slug={slug} item={item} group={group} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function KindOfIssue({ slug, item, group }: { slug: string; item: ImportView; group: IssueGroup }) {
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} flex="1 1 18rem" miw={0}>
          <Text fw={600}>{group.title}</Text>
          <Text size="sm" maw="46rem">
            {group.explanation} <strong>{group.remedy}</strong>
          </Text>
          <TextLink size="xs" c="dimmed" to="/issues" hash={group.code} ff="monospace">
            {group.code}
          </TextLink>
        </Stack>
        <Group gap="sm">
          <State tone={effectTones[group.effect] ?? 'quiet'}>{effectWords[group.effect] ?? group.effect}</State>
          <TextLink
            to="/i/$institution/imports/$importId/issues"
            params={{ institution: slug, importId: item.id }}
            search={{ code: group.code }}
            fw={600}
            aria-label={`${count(group.count, 'issue')}: ${group.title}`}
            className="numeric"
          >
            {count(group.count, 'issue')}
          </TextLink>
        </Group>
      </Group>
      {group.examples.length > 0 && (
        <ul className={classes.examples}>
          {group.examples.slice(0, 3).map((example) => (
            <li key={example.seq}>
              <Example slug={slug} issue={example} />
            </li>
          ))}
        </ul>
      )}
    </Stack>
  );
}

function Example({ slug, issue }: { slug: string; issue: IssueView }) {
  return (
    <div className={classes.example}>
      <MarkedCell issue={issue} />
      <Text size="sm" c="dimmed" className="cut">
        {issue.message}
      </Text>
      {issue.otherContact !== null && (
        <TextLink
          size="sm"
          to="/i/$institution/contacts/$contactId"
          params={{ institution: slug, contactId: issue.otherContact }}
        >
          Open the other contact
        </TextLink>
      )}
    </div>
  );
}
