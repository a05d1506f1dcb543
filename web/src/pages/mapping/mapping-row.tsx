// One column of the mapping: its field, its label, what the sample says, and its policies behind a button.

import type { Preview } from '@api/feeds.ts';
import type { Field } from '@api/institutions.ts';
import { ActionIcon, Autocomplete, Button, Collapse, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconAdjustments, IconTrash } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { fieldTitle, fieldTypeWords } from '../../words/feeds.ts';
import { type Column, type DraftRow, isRequiredField, type Suggestion } from '../../words/mapping.ts';
import { FieldChoice } from './field-choice.tsx';
import { Fit } from './fit.tsx';
import classes from './mapping.module.css';
import { Policies } from './policies.tsx';
import { policyWords } from './policy-words.ts';

type MappingRowProps = {
  slug: string;
  row: DraftRow;
  fields: Field[];
  taken: Set<string>;
  preview: Preview | undefined;
  suggestion: Suggestion | undefined;
  canEdit: boolean;
  onChange: (change: Partial<Column>) => void;
  onRemove: () => void;
};

export function MappingRow(props: MappingRowProps) {
  const { slug, row, fields, taken, preview, suggestion, canEdit, onChange, onRemove } = props;
  const { column } = row;
  const [opened, setOpened] = useState(false);
  const panel = useId();
  const field = fields.find((one) => one.name === column.field);
  const title = column.field === '' ? 'the new column' : fieldTitle(column.field, fields);
  const words = policyWords(column);
  const labels = [...new Set(preview?.labels.filter((label) => label.trim() !== '') ?? [])];
  return (
    <li className={classes.row}>
      <div className={classes.cells}>
        <div className={classes.field}>
          {column.field === '' ? (
            <FieldChoice slug={slug} fields={fields} taken={taken} onChoose={(name) => onChange({ field: name })} />
          ) : (
            <Stack gap={0}>
              <Text fw={600} size="sm">
                {title}
                {isRequiredField(column.field) && <span className={classes.required}> required</span>}
              </Text>
              <Text size="xs" c="dimmed">
                {field === undefined ? column.field : fieldTypeWords[field.type]}
              </Text>
            </Stack>
          )}
        </div>
        <div className={classes.label}>
          <Autocomplete
            aria-label={`Label in the file for ${title}`}
            placeholder="Label in the file"
            data={labels}
            value={column.labels[0] ?? ''}
            onChange={(label) => onChange({ labels: [label, ...column.labels.slice(1)] })}
            readOnly={!canEdit}
            spellCheck={false}
            limit={200}
          />
          {column.labels.length > 1 && (
            <Text size="xs" c="dimmed" mt={4} className="cut">
              {column.combine === 'join' ? 'joined with' : 'or, when blank,'} {column.labels.slice(1).join(', ')}
            </Text>
          )}
          {suggestion !== undefined && canEdit && (
            <Group gap={6} mt={6}>
              <Button
                size="compact-xs"
                variant="light"
                onClick={() => onChange({ labels: [suggestion.label, ...column.labels.slice(1)] })}
              >
                Use “{suggestion.label}”
              </Button>
              <Text size="xs" c="dimmed">
                {suggestion.reason}
              </Text>
            </Group>
          )}
        </div>
        <div className={classes.fit}>
          <Fit
            column={column}
            preview={preview}
            canEdit={canEdit}
            onUse={(label) => onChange({ labels: [label, ...column.labels.slice(1)] })}
          />
        </div>
        <Group gap={2} wrap="nowrap" justify="flex-end">
          <Tooltip label="What happens to its values">
            <ActionIcon
              variant={opened ? 'light' : 'subtle'}
              color="gray"
              c="bright"
              aria-label={`Rules for ${title}`}
              aria-expanded={opened}
              aria-controls={panel}
              onClick={() => setOpened((now) => !now)}
            >
              <IconAdjustments size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          {canEdit && (
            <Tooltip label={isRequiredField(column.field) ? 'Clear this row' : 'Remove this row'}>
              <ActionIcon
                variant="subtle"
                color="gray"
                c="bright"
                aria-label={`${isRequiredField(column.field) ? 'Clear' : 'Remove'} the mapping of ${title}`}
                onClick={onRemove}
              >
                <IconTrash size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </div>
      {words.length > 0 && !opened && (
        <Text size="xs" c="dimmed" className={classes.words}>
          {words.join(' · ')}
        </Text>
      )}
      <Collapse expanded={opened} id={panel}>
        <Policies column={column} field={field} labels={labels} canEdit={canEdit} onChange={onChange} />
      </Collapse>
    </li>
  );
}
