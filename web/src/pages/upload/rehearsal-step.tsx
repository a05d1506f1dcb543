// The plan of the upload: what would be created, updated and skipped. From here it runs, or one starts over.

import { Group } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { importQuery, issueGroupsQuery } from '../../api/imports.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { isMoving } from '../../words/states.ts';
import { ChangeSummary } from '../import-report/change-summary.tsx';
import { Downloads } from '../import-report/downloads.tsx';
import { Headline } from '../import-report/headline.tsx';
import { IssueGroups } from '../import-report/issue-groups.tsx';

type RehearsalStepProps = { slug: string; importId: string; onAnother: () => void };

export function RehearsalStep({ slug, importId, onAnother }: RehearsalStepProps) {
  const { data: item } = useSuspenseQuery(importQuery(importId));
  const { data: groups } = useSuspenseQuery(issueGroupsQuery(importId, item.status));
  return (
    <>
      <Headline slug={slug} item={item} />
      {!isMoving(item.status) && (
        <Group gap="xs">
          <Downloads item={item} quiet />
          <ButtonLink
            variant="default"
            to="/i/$institution/upload"
            params={{ institution: slug }}
            search={{}}
            onClick={onAnother}
          >
            Upload another file instead
          </ButtonLink>
        </Group>
      )}
      <IssueGroups slug={slug} item={item} groups={groups.items} />
      <ChangeSummary slug={slug} item={item} />
    </>
  );
}
