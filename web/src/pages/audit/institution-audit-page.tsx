// The audit log of one institution.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { auditQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { AuditList } from './audit-list.tsx';

const route = getRouteApi('/shell/i/$institution/audit');

export function InstitutionAuditPage() {
  const { institution: slug } = route.useParams();
  const { cursor } = route.useSearch();
  const { data } = useSuspenseQuery(auditQuery(slug, cursor));
  return (
    <Page title="Audit log" lead="Who did what in this institution, newest first. Nothing can be taken out of it.">
      <AuditList page={data} cursor={cursor} />
    </Page>
  );
}
