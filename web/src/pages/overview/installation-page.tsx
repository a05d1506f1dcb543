// The overview of an operator: one line per institution, those that need a person first.

import type { InstitutionOverview } from '@api/institutions.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/institutions.ts';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { feedState, fieldTitle } from '../../words/feeds.ts';
import { count, number } from '../../words/numbers.ts';
import { importStateWords } from '../../words/states.ts';

function stateOf({ feed, held, failedSinceLastSuccess }: InstitutionOverview) {
  return feedState({ enabled: feed.enabled, missing: feed.missing, held, failed: failedSinceLastSuccess }, (name) =>
    fieldTitle(name),
  );
}

const columns: Column<InstitutionOverview>[] = [
  {
    title: 'Institution',
    cell: ({ institution }) => (
      <TextLink
        to="/i/$institution"
        params={{ institution: institution.slug }}
        className={rowLink}
        fw={600}
        c="bright"
        underline="never"
      >
        {institution.name}
      </TextLink>
    ),
  },
  { title: 'State', cell: (overview) => <State tone={stateOf(overview).tone}>{stateOf(overview).word}</State> },
  { title: 'What to know', cell: (overview) => <span className="quiet">{stateOf(overview).why}</span> },
  {
    title: 'Last file',
    cell: ({ institution, lastImport }) =>
      lastImport === null ? (
        <span className="quiet">none yet</span>
      ) : (
        <>
          <TextLink
            to="/i/$institution/imports/$importId"
            params={{ institution: institution.slug, importId: lastImport.id }}
          >
            {importStateWords(lastImport.status)}
          </TextLink>{' '}
          <Time at={lastImport.at} />
        </>
      ),
  },
  {
    title: 'Contacts',
    number: true,
    cell: ({ institution, contacts }) => (
      <TextLink to="/i/$institution/contacts" params={{ institution: institution.slug }}>
        {number(contacts)}
      </TextLink>
    ),
  },
];

const order = { 'Needs you': 0, Off: 1, On: 2 };

export function InstallationPage() {
  const { data } = useSuspenseQuery(overviewQuery);
  const rows = data.items.toSorted(
    (a, b) => order[stateOf(a).word] - order[stateOf(b).word] || a.institution.name.localeCompare(b.institution.name),
  );
  const waiting = rows.filter((row) => stateOf(row).word === 'Needs you').length;
  return (
    <Page
      title="All institutions"
      lead={
        rows.length === 0
          ? undefined
          : waiting === 0
            ? 'Nothing waits for a person.'
            : `${count(waiting, 'institution')} ${waiting === 1 ? 'needs' : 'need'} somebody.`
      }
      actions={<ButtonLink to="/institutions/new">Create institution</ButtonLink>}
    >
      <Section title={rows.length === 0 ? 'Institutions' : count(rows.length, 'institution')} flush>
        <DataTable
          label="Institutions"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.institution.id}
          empty={
            <Empty
              title="Begin with an institution"
              actions={<ButtonLink to="/institutions/new">Create institution</ButtonLink>}
            >
              An institution is a college or a school: it has contacts, users and an SFTP login of its own. After it is
              made, its overview leads through the next steps.
            </Empty>
          }
        />
      </Section>
    </Page>
  );
}
