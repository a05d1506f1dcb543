// The fields of an institution's contacts: standard ones, and its own.

import type { Field } from '@api/institutions.ts';
import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { fieldsQuery } from '../../api/institutions.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { NewFieldDialog } from '../../parts/new-field-dialog.tsx';
import { Page } from '../../parts/page.tsx';
import { notifyDone } from '../../parts/problem.tsx';
import { Section } from '../../parts/section.tsx';
import { fieldTypeWords } from '../../words/feeds.ts';

const route = getRouteApi('/shell/i/$institution/fields');

const columns: Column<Field>[] = [
  {
    title: 'Field',
    width: '30%',
    cell: (field) => (
      <>
        <Text size="sm" fw={600}>
          {field.title}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {field.name}
        </Text>
      </>
    ),
  },
  { title: 'Type', width: '22%', cell: (field) => fieldTypeWords[field.type] },
  {
    title: 'What it holds',
    cell: (field) => (
      <>
        {field.required && <strong>Required. </strong>}
        {field.description}
        {field.options.length > 0 && <span className="quiet"> {field.options.join(', ')}</span>}
      </>
    ),
  },
];

export function FieldsPage() {
  const { institution: slug } = route.useParams();
  const canEdit = useCanEdit();
  const [adding, setAdding] = useState(false);
  const { data } = useSuspenseQuery(fieldsQuery(slug));
  const button = canEdit && (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      Create a field
    </Button>
  );
  return (
    <Page
      title="Fields"
      lead="What a contact can hold. Columns of a file are mapped to these."
      times={false}
      actions={button}
    >
      <Section title="Fields of this institution" flush>
        <DataTable
          label="Custom fields"
          columns={columns}
          rows={data.items.filter((field) => field.custom)}
          rowKey={(field) => field.name}
          empty={
            <Empty title="No field of your own yet">
              When a column of your file fits none of the standard fields, create one for it. Its type never changes.
            </Empty>
          }
        />
      </Section>
      <Section title="Standard fields" flush>
        <DataTable
          label="Standard fields"
          columns={columns}
          rows={data.items.filter((field) => !field.custom)}
          rowKey={(field) => field.name}
          empty={null}
        />
      </Section>
      <NewFieldDialog
        slug={slug}
        opened={adding}
        onClose={() => setAdding(false)}
        onCreated={(field) => notifyDone(`${field.title} was created. It can be mapped now.`)}
      />
    </Page>
  );
}
