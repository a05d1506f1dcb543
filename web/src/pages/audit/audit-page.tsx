// The audit log of the installation, for operators.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { auditQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { AuditList } from './audit-list.tsx';

const route = getRouteApi('/shell/audit');

export function AuditPage() {
  const { cursor } = route.useSearch();
  const { data } = useSuspenseQuery(auditQuery(undefined, cursor));
  return (
    <Page
      title="Installation audit log"
      lead="Who did what to this installation, newest first. Each institution has a log of its own."
    >
      <AuditList page={data} cursor={cursor} />
    </Page>
  );
}
