// The report of one import: what happened, what waits for a person, what is wrong and how to mend it, what changed.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { importQuery, issueGroupsQuery } from '../../api/imports.ts';
import { TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { ChangeSummary } from './change-summary.tsx';
import { Details } from './details.tsx';
import { Downloads } from './downloads.tsx';
import { Headline } from './headline.tsx';
import { IssueGroups } from './issue-groups.tsx';

const route = getRouteApi('/shell/i/$institution/imports/$importId/');

export function ReportPage() {
  const { institution: slug, importId } = route.useParams();
  const { data: item } = useSuspenseQuery(importQuery(importId));
  const { data: groups } = useSuspenseQuery(issueGroupsQuery(importId, item.status));
  return (
    <Page
      title={item.fileName}
      back={
        <TextLink to="/i/$institution/imports" params={{ institution: slug }}>
          Import history
        </TextLink>
      }
      actions={<Downloads item={item} />}
    >
      <Headline slug={slug} item={item} />
      <IssueGroups slug={slug} item={item} groups={groups.items} />
      <ChangeSummary slug={slug} item={item} />
      <Details slug={slug} item={item} />
    </Page>
  );
}
