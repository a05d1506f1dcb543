// The field of a new row: one that is not mapped yet, or a custom field made on the spot.

import type { Field } from '@api/institutions.ts';
import { Button, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { NewFieldDialog } from '../../parts/new-field-dialog.tsx';

type FieldChoiceProps = {
  slug: string;
  fields: Field[];
  taken: Set<string>;
  onChoose: (name: string) => void;
};

export function FieldChoice({ slug, fields, taken, onChoose }: FieldChoiceProps) {
  const [creating, setCreating] = useState(false);
  const open = fields.filter((field) => !taken.has(field.name));
  const choices = (custom: boolean) =>
    open.filter((field) => field.custom === custom).map((field) => ({ value: field.name, label: field.title }));
  return (
    <Stack gap={4} align="flex-start">
      <Select
        aria-label="Field"
        placeholder="Choose a field"
        searchable
        autoFocus
        w="100%"
        data={[
          { group: 'Standard', items: choices(false) },
          { group: 'Your own', items: choices(true) },
        ].filter((group) => group.items.length > 0)}
        value={null}
        onChange={(name) => name !== null && onChoose(name)}
      />
      <Button size="compact-xs" variant="subtle" onClick={() => setCreating(true)}>
        Create a field
      </Button>
      <NewFieldDialog
        slug={slug}
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(field) => onChoose(field.name)}
      />
    </Stack>
  );
}
