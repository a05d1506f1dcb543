// The policies of a column: what happens to blanks, bad values, spaces, and values that mean something else.

import type { Field } from '@api/institutions.ts';
import { Select, SimpleGrid, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { oneOf } from '../../routes/search.ts';
import { type Column, isRequiredField } from '../../words/mapping.ts';
import { JoinEditor } from './join-editor.tsx';
import classes from './mapping.module.css';
import { ValueMapEditor } from './value-map-editor.tsx';

type PoliciesProps = {
  column: Column;
  field: Field | undefined;
  labels: string[];
  canEdit: boolean;
  onChange: (change: Partial<Column>) => void;
};

const blanks = [
  { value: 'keep', label: 'keep what the contact has' },
  { value: 'default', label: 'take the default' },
  { value: 'clear', label: 'clear the field' },
];
const bads = [
  { value: 'drop', label: 'leave the cell out, import the row' },
  { value: 'default', label: 'take the default' },
  { value: 'skip-row', label: 'skip the row' },
];

export function Policies({ column, field, labels, canEdit, onChange }: PoliciesProps) {
  const always = isRequiredField(column.field);
  const usesDefault = !column.required && (column.onBlank === 'default' || column.onBad === 'default');
  return (
    <fieldset className={classes.policies} disabled={!canEdit} style={{ border: 0, margin: 0, marginTop: '0.75rem' }}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
          <Switch
            label="Required"
            description={
              always ? 'Always, for this field: a row without it is skipped.' : 'A row in which it is blank is skipped.'
            }
            checked={column.required}
            disabled={always || !canEdit}
            onChange={(event) => onChange({ required: event.currentTarget.checked })}
          />
          <Switch
            label="Trim spaces"
            description="Spaces before and after a value are taken away."
            checked={column.trim}
            disabled={!canEdit}
            onChange={(event) => onChange({ trim: event.currentTarget.checked })}
          />
          {!column.required && (
            <Select
              label="When it is blank"
              data={blanks}
              value={column.onBlank}
              allowDeselect={false}
              onChange={(value) => onChange({ onBlank: oneOf(value, ['keep', 'default', 'clear']) ?? 'keep' })}
            />
          )}
          {!column.required && (
            <Select
              label="When a value cannot be used"
              data={bads}
              value={column.onBad}
              allowDeselect={false}
              onChange={(value) => onChange({ onBad: oneOf(value, ['drop', 'default', 'skip-row']) ?? 'drop' })}
            />
          )}
          {usesDefault && (
            <TextInput
              label="Default"
              value={column.default ?? ''}
              onChange={(event) => onChange({ default: event.currentTarget.value || null })}
            />
          )}
          <TagsInput
            label="Values that count as blank"
            description="Such as: Decline to state. Press Enter after each."
            value={column.ignoreValues}
            onChange={(ignoreValues) => onChange({ ignoreValues })}
            splitChars={[]}
            acceptValueOnBlur
          />
          {field?.type === 'date' && (
            <TextInput
              label="Date format"
              description="Such as MM/DD/YYYY or DD.MM.YY. Empty: YYYY-MM-DD, or as the country writes it."
              spellCheck={false}
              value={column.dateFormat ?? ''}
              onChange={(event) => onChange({ dateFormat: event.currentTarget.value || null })}
            />
          )}
        </SimpleGrid>
        <ValueMapEditor valueMap={column.valueMap} canEdit={canEdit} onChange={(valueMap) => onChange({ valueMap })} />
        <JoinEditor column={column} labels={labels} canEdit={canEdit} onChange={onChange} />
      </Stack>
    </fieldset>
  );
}
