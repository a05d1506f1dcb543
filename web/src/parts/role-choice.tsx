// Role and institution of a user or a token. An admin gives roles of the own institution only.

import type { Role } from '@api/accounts.ts';
import { Radio, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { institutionsQuery } from '../api/institutions.ts';
import { oneOf } from '../routes/search.ts';
import { roleLines, roleWords } from '../words/roles.ts';
import { useMe } from './me.ts';

export type RoleValues = { role: Role; institution: string | null };

/** `fixed`: the institution is known from the page. */
export function useRoleChoice(fixed: string | undefined) {
  const operator = useMe().role === 'operator';
  const { data } = useQuery({ ...institutionsQuery, enabled: operator && fixed === undefined });
  const roles: Role[] = operator && fixed === undefined ? ['operator', 'admin', 'viewer'] : ['admin', 'viewer'];
  return {
    roles,
    fixed,
    institutions: data?.items.map((item) => ({ value: item.slug, label: item.name })) ?? [],
    institutionRule: (value: string | null, values: RoleValues) =>
      values.role !== 'operator' && value === null ? 'Choose the institution.' : null,
  };
}

/** What the API wants: no institution for an operator. */
export function roleRequest({ role, institution }: RoleValues): { role: Role; institution?: string } {
  return role === 'operator' || institution === null ? { role } : { role, institution };
}

type RoleChoiceProps = {
  choice: ReturnType<typeof useRoleChoice>;
  values: RoleValues;
  set: {
    (name: 'role', value: Role): void;
    (name: 'institution', value: string | null): void;
  };
  error: ReactNode;
};

export function RoleChoice({ choice, values, set, error }: RoleChoiceProps) {
  return (
    <>
      <Radio.Group
        label="Role"
        required
        value={values.role}
        onChange={(value) => set('role', oneOf(value, choice.roles) ?? 'viewer')}
      >
        <Stack gap="xs" mt={6}>
          {choice.roles.map((role) => (
            <Radio key={role} value={role} label={roleWords[role]} description={roleLines[role]} />
          ))}
        </Stack>
      </Radio.Group>
      {choice.fixed === undefined && values.role !== 'operator' && (
        <Select
          label="Institution"
          required
          searchable
          data={choice.institutions}
          value={values.institution}
          onChange={(value) => set('institution', value)}
          error={error}
          allowDeselect={false}
        />
      )}
    </>
  );
}
