// The users of one institution.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { usersQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { UserList } from './user-list.tsx';

const route = getRouteApi('/shell/i/$institution/users');

export function InstitutionUsersPage() {
  const { institution: slug } = route.useParams();
  const { data } = useSuspenseQuery(usersQuery(slug));
  return (
    <Page title="Users" lead="Who can sign in for this institution.">
      <UserList users={data.items} institution={slug} />
    </Page>
  );
}
