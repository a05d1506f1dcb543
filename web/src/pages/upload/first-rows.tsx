// The first ten rows of the file, with a drop-down of fields over each column.

import type { Preview } from '@api/feeds.ts';
import type { Field } from '@api/institutions.ts';
import { Select, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
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
  const choices = fields.map((field) => ({ value: field.name, label: field.title }));
  const troubles = new Map(
    preview.issues.flatMap((issue) =>
      issue.row === null ? [] : [[`${issue.row} ${issue.label ?? ''}`, issue.message]],
    ),
  );
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
              <Cell header trouble={troubles.get(`${row.row} `)}>
                {number(row.row)}
              </Cell>
              {columns.map(({ key, label, index }) => (
                <Cell key={key} trouble={troubles.get(`${row.row} ${label}`)}>
                  {row.cells[index]}
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type CellProps = { trouble: string | undefined; header?: boolean; children: ReactNode };

/** A cell with an issue is marked; its words are on hover and for assistive technology. */
function Cell({ trouble, header = false, children }: CellProps) {
  const content =
    trouble === undefined ? (
      children
    ) : (
      <mark className={classes.trouble}>
        {children}
        <VisuallyHidden> ({trouble})</VisuallyHidden>
      </mark>
    );
  if (!header) return <td title={trouble}>{content}</td>;
  return (
    <th scope="row" className={classes.row} title={trouble}>
      {content}
    </th>
  );
}
