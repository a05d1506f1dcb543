// A table of rows from the server. On a phone each row becomes a block with the column's name before each value.

import { type ReactNode, useId } from 'react';
import classes from './data-table.module.css';

export type Column<Row> = {
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand on the right. */
  number?: boolean;
  /** The column's heading is for assistive technology only. */
  hideTitle?: boolean;
  width?: string;
};

type DataTableProps<Row> = {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  empty: ReactNode;
};

export function DataTable<Row>({ label, columns, rows, rowKey, empty }: DataTableProps<Row>) {
  const id = useId();
  if (rows.length === 0) return <div className={classes.empty}>{empty}</div>;
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.title}
              scope="col"
              id={`${id}${column.title}`}
              className={column.number ? classes.number : undefined}
              style={column.width === undefined ? undefined : { width: column.width }}
            >
              {column.hideTitle ? <span className={classes.hidden}>{column.title}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td
                key={column.title}
                data-label={column.hideTitle ? undefined : column.title}
                className={column.number ? classes.number : undefined}
              >
                <div className={classes.value}>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Give this class to the link that opens a row: all of the row then opens it. */
export const rowLink = classes.rowLink;
