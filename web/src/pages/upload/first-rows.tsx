// The first ten rows of the file, with a drop-down of fields over each column.

import type { Preview } from '@api/feeds.ts';
import type { Field } from '@api/institutions.ts';
import { Select, Text } from '@mantine/core';
import { type DraftRow, fieldOfLabel } from '../../words/mapping.ts';
import { number } from '../../words/numbers.ts';
import classes from './first-rows.module.css';

type FirstRowsProps = {
  preview: Preview;
  rows: DraftRow[];
  fields: Field[];
  onAssign: (label: string, field: string) => void;
};

export function FirstRows({ preview, rows, fields, onAssign }: FirstRowsProps) {
  const choices = fields.map((field) => ({
    value: field.name,
    label: field.required ? `${field.title} (required)` : field.title,
  }));
  const columns = preview.labels.map((label, index) => ({ label, index, key: `${index} ${label}` }));
  return (
    <section className={classes.scroll} aria-label="First rows of the file">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" className={classes.row}>
              Row
            </th>
            {columns.map(({ label, key }) => (
              <th key={key} scope="col">
                <Text size="sm" fw={600} mb={6} className={classes.label}>
                  {label.trim() === '' ? <span className="quiet">no label</span> : label}
                </Text>
                {label.trim() !== '' && (
                  <Select
                    aria-label={`Field for ${label}`}
                    placeholder="left alone"
                    size="xs"
                    searchable
                    clearable
                    clearButtonProps={{ 'aria-label': `Leave ${label} alone` }}
                    comboboxProps={{ width: 220, position: 'bottom-start', shadow: 'md' }}
                    data={choices}
                    value={fieldOfLabel(rows, preview, label) || null}
                    onChange={(field) => onAssign(label, field ?? '')}
                  />
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row) => (
            <tr key={row.row}>
              <th scope="row" className={classes.row}>
                {number(row.row)}
              </th>
              {columns.map(({ key, index }) => (
                <td key={key}>{row.cells[index]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
