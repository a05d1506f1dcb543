// All users of the installation, for operators.

import { useSuspenseQuery } from '@tanstack/react-query';
import { usersQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { UserList } from './user-list.tsx';

export function UsersPage() {
  const { data } = useSuspenseQuery(usersQuery(undefined));
  return (
    <Page title="All users" lead="Everybody who can sign in to this installation.">
      <UserList users={data.items} />
    </Page>
  );
}
