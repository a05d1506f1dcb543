// Which institution: a choice for operators, a name for everyone else.

import { Select, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { institutionsQuery } from '../../api/institutions.ts';
import { ButtonLink } from '../../parts/link.tsx';
import { useMe } from '../../parts/me.ts';

export function InstitutionSwitcher({ slug, operator }: { slug: string | undefined; operator: boolean }) {
  const me = useMe();
  const navigate = useNavigate();
  const { data } = useQuery({ ...institutionsQuery, enabled: operator });
  if (!operator)
    return (
      <Text fw={600} px={6} className="cut">
        {me.institution?.name}
      </Text>
    );
  const known = data?.items.map((item) => ({ value: item.slug, label: item.name })) ?? [];
  return (
    <>
      <Select
        aria-label="Institution"
        placeholder="Choose an institution"
        searchable
        nothingFoundMessage="No institution has this name"
        data={known.toSorted((a, b) => a.label.localeCompare(b.label))}
        value={slug ?? null}
        allowDeselect={false}
        onChange={(value) => {
          if (value !== null) void navigate({ to: '/i/$institution', params: { institution: value } });
        }}
      />
      <ButtonLink
        to="/institutions/new"
        variant="subtle"
        size="compact-sm"
        mt={6}
        leftSection={<IconPlus size={16} aria-hidden />}
      >
        Create institution
      </ButtonLink>
    </>
  );
}
