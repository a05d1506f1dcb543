// API tokens as rows; making one (shown once), ending one.

import type { Token } from '@api/accounts.ts';
import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { revokeToken } from '../../api/people.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { notifyDone } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { State } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { count } from '../../words/numbers.ts';
import { roleWords } from '../../words/roles.ts';
import { NewTokenDialog } from './new-token-dialog.tsx';

export function TokenList({ tokens, institution }: { tokens: Token[]; institution?: string }) {
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Token | null>(null);
  const end = useMutation({
    mutationFn: (token: Token) => revokeToken(token.id),
    meta: { shown: true },
    onSuccess: () => {
      setEnding(null);
      void queries.invalidateQueries({ queryKey: ['tokens'] });
      notifyDone('The token no longer works.');
    },
  });
  const columns: Column<Token>[] = [
    {
      title: 'Token',
      cell: (token) => (
        <>
          <Text size="sm" fw={600}>
            {token.name}
          </Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {token.hint}
          </Text>
        </>
      ),
    },
    {
      title: 'Role',
      cell: (token) => (
        <>
          {roleWords[token.role]}
          {institution === undefined && token.institution !== null && (
            <span className="quiet"> of {token.institution}</span>
          )}
        </>
      ),
    },
    { title: 'State', cell: (token) => <TokenState token={token} /> },
    {
      title: 'Created',
      cell: (token) => (
        <>
          <Time at={token.createdAt} />
          <div className="quiet">by {token.createdBy}</div>
        </>
      ),
    },
    { title: 'Last used', cell: (token) => <Time at={token.lastUsedAt} /> },
    {
      title: 'Actions',
      hideTitle: true,
      width: '6rem',
      cell: (token) =>
        token.revokedAt === null && (
          <Button
            size="xs"
            variant="default"
            aria-label={`End the token ${token.name}`}
            onClick={() => setEnding(token)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <Section
      title={tokens.length === 0 ? 'API tokens' : count(tokens.length, 'API token')}
      flush
      actions={
        <Button size="sm" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
          Create a token
        </Button>
      }
    >
      <DataTable
        label="API tokens"
        columns={columns}
        rows={tokens}
        rowKey={(token) => token.id}
        empty={
          <Empty title="No API token">
            Make one for a program that uploads files or reads reports, or for the command line.
          </Empty>
        }
      />
      <NewTokenDialog opened={adding} onClose={() => setAdding(false)} institution={institution} />
      <Confirm
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={`End the token ${ending?.name ?? ''}?`}
        stops={
          <>
            <strong>Stops:</strong> every program that uses it, at once. It cannot be switched on again.
          </>
        }
        stays={
          <>
            <strong>Stays:</strong> all that was done with it, in the audit log.
          </>
        }
        action="End the token"
        busy={end.isPending}
        error={end.error}
        onConfirm={() => {
          if (ending !== null) end.mutate(ending);
        }}
      />
    </Section>
  );
}

function TokenState({ token }: { token: Token }) {
  if (token.revokedAt !== null)
    return (
      <State tone="quiet">
        Ended <Time at={token.revokedAt} />
      </State>
    );
  if (token.expiresAt === null) return <State tone="good">Works</State>;
  const expired = Date.parse(token.expiresAt) <= Date.now();
  return (
    <State tone={expired ? 'quiet' : 'good'}>
      {expired ? 'Expired' : 'Works, expires'} <Time at={token.expiresAt} />
    </State>
  );
}
