// Users as rows; making them, switching them off and on, setting a new password.

import type { User } from '@api/accounts.ts';
import { ActionIcon, Button, Menu, Text } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { updateUser } from '../../api/people.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useMe } from '../../parts/me.ts';
import { notifyDone } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { count } from '../../words/numbers.ts';
import { roleWords } from '../../words/roles.ts';
import { NewUserDialog } from './new-user-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function UserList({ users, institution }: { users: User[]; institution?: string }) {
  const me = useMe();
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [stopping, setStopping] = useState<User | null>(null);
  const [renewing, setRenewing] = useState<User | null>(null);
  const change = useMutation({
    mutationFn: ({ user, active }: { user: User; active: boolean }) => updateUser(user.id, { active }),
    onSuccess: (user) => {
      setStopping(null);
      void queries.invalidateQueries({ queryKey: ['users'] });
      notifyDone(user.active ? `${user.name} can sign in again.` : `${user.name} can no longer sign in.`);
    },
  });
  const columns: Column<User>[] = [
    {
      title: 'Name',
      cell: (user) => (
        <>
          <Text size="sm" fw={600}>
            {user.name}
            {user.id === me.id && <span className="quiet"> (you)</span>}
          </Text>
          <Text size="xs" c="dimmed">
            {user.email}
          </Text>
        </>
      ),
    },
    { title: 'Role', cell: (user) => roleWords[user.role] },
    ...(institution === undefined ? [institutionColumn] : []),
    {
      title: 'State',
      cell: (user) => <State tone={user.active ? 'good' : 'quiet'}>{user.active ? 'Active' : 'Switched off'}</State>,
    },
    { title: 'Last sign-in', cell: (user) => <Time at={user.lastSignInAt} /> },
    {
      title: 'Actions',
      hideTitle: true,
      width: '3rem',
      cell: (user) =>
        user.id !== me.id && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" c="bright" aria-label={`Actions for ${user.name}`}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setRenewing(user)}>Set a new password</Menu.Item>
              {user.active ? (
                <Menu.Item onClick={() => setStopping(user)}>Switch off</Menu.Item>
              ) : (
                <Menu.Item onClick={() => change.mutate({ user, active: true })}>Switch on again</Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        ),
    },
  ];
  return (
    <Section
      title={users.length === 0 ? 'Users' : count(users.length, 'user')}
      flush
      actions={
        <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          Create a user
        </Button>
      }
    >
      <DataTable
        label="Users"
        columns={columns}
        rows={users}
        rowKey={(user) => user.id}
        empty={
          <Empty title="Nobody can sign in for this institution yet">
            Operators can look after it; an administrator of its own is better.
          </Empty>
        }
      />
      <NewUserDialog opened={adding} onClose={() => setAdding(false)} institution={institution} />
      <PasswordDialog user={renewing} onClose={() => setRenewing(null)} />
      <Confirm
        opened={stopping !== null}
        onClose={() => setStopping(null)}
        title={`Switch off ${stopping?.name ?? ''}?`}
        stops={
          <>
            <strong>Stops:</strong> signing in, and every session that is open now.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> all that this person did, in the audit log. You can switch the user on again.
          </>
        }
        action="Switch off"
        busy={change.isPending}
        error={null}
        onConfirm={() => {
          if (stopping !== null) change.mutate({ user: stopping, active: false });
        }}
      />
    </Section>
  );
}

const institutionColumn: Column<User> = {
  title: 'Institution',
  cell: (user) =>
    user.institution === null ? (
      <span className="quiet">the whole installation</span>
    ) : (
      <TextLink to="/i/$institution/users" params={{ institution: user.institution }}>
        {user.institution}
      </TextLink>
    ),
};
