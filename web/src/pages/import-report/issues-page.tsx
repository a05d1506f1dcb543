// The list of all issues of an import, in the order of the file, filtered by kind, effect and row.

import type { IssueView } from '@api/imports.ts';
import { Button, Group, NumberInput, Select, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { downloads, importQuery, issuesQuery } from '../../api/imports.ts';
import { issueDictionaryQuery } from '../../api/issue-dictionary.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { positive } from '../../routes/search.ts';
import { effectTones, effectWords } from '../../words/states.ts';
import { MarkedCell } from './marked-cell.tsx';

const route = getRouteApi('/shell/i/$institution/imports/$importId/issues');

export function IssuesPage() {
  const { institution: slug, importId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const { data: item } = useSuspenseQuery(importQuery(importId));
  const { data } = useSuspenseQuery(issuesQuery(importId, search));
  const { data: dictionary } = useSuspenseQuery(issueDictionaryQuery);
  const title = (code: string) => dictionary.items.find((entry) => entry.code === code)?.title ?? code;
  const filter = (change: Partial<typeof search>) =>
    void navigate({ to: '.', search: { ...search, ...change, cursor: undefined } });
  const filtered = search.code !== undefined || search.effect !== undefined || search.row !== undefined;
  const columns: Column<IssueView>[] = [
    { title: 'Where', width: '34%', cell: (issue) => <Where issue={issue} /> },
    {
      title: 'What',
      cell: (issue) => (
        <>
          <div>{issue.message}</div>
          <Text size="sm" c="dimmed">
            {issue.remedy}
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
        </>
      ),
    },
    {
      title: 'Effect',
      width: '11rem',
      cell: (issue) => <State tone={effectTones[issue.effect] ?? 'quiet'}>{effectWords[issue.effect]}</State>,
    },
  ];
  return (
    <Page
      title="Issues"
      lead={`Everything that was found in ${item.fileName}, in the order of the file.`}
      times={false}
      back={
        <TextLink to="/i/$institution/imports/$importId" params={{ institution: slug, importId }}>
          Report of {item.fileName}
        </TextLink>
      }
      actions={
        <Button
          component="a"
          href={downloads.issues(importId)}
          download
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          All issues (CSV)
        </Button>
      }
    >
      <Section title="Issues in the file" flush plain>
        <Group gap="sm" px="lg" py="md" align="flex-end">
          <Select
            label="Kind"
            size="sm"
            w={280}
            placeholder="Any"
            clearable
            searchable
            clearButtonProps={{ 'aria-label': 'Any kind' }}
            data={Object.entries(item.issues).map(([code, many]) => ({
              value: code,
              label: `${title(code)} (${many})`,
            }))}
            value={search.code ?? null}
            onChange={(code) => filter({ code: code ?? undefined })}
          />
          <Select
            label="Effect"
            size="sm"
            w={180}
            placeholder="Any"
            clearable
            clearButtonProps={{ 'aria-label': 'Any effect' }}
            data={Object.entries(effectWords).map(([value, label]) => ({ value, label }))}
            value={search.effect ?? null}
            onChange={(effect) => filter({ effect: effect ?? undefined })}
          />
          <NumberInput
            label="Row"
            size="sm"
            w={110}
            placeholder="Any"
            min={1}
            allowDecimal={false}
            hideControls
            key={search.row ?? ''}
            defaultValue={search.row ?? ''}
            onBlur={(event) => filter({ row: positive(event.currentTarget.value.replaceAll(',', '')) })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') filter({ row: positive(event.currentTarget.value) });
            }}
          />
          {filtered && (
            <ButtonLink variant="subtle" size="sm" px="xs" to="." search={{}}>
              Take all away
            </ButtonLink>
          )}
        </Group>
        <DataTable
          label="Issues"
          columns={columns}
          rows={data.items}
          rowKey={(issue) => String(issue.seq)}
          empty={<Empty title={filtered ? 'No issue fits these filters' : 'Nothing was wrong with this file'} />}
        />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

function Where({ issue }: { issue: IssueView }) {
  if (issue.row === null && issue.label === null)
    return <Text size="sm">{issue.scope === 'header' ? 'The header row' : 'The file'}</Text>;
  return <MarkedCell issue={issue} />;
}
