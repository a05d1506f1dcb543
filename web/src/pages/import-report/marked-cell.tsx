// The place of an issue as a spreadsheet shows it: row number, column label, and the cell marked.

import type { IssueView } from '@api/imports.ts';
import { number } from '../../words/numbers.ts';
import classes from './issues.module.css';

export function MarkedCell({ issue }: { issue: Pick<IssueView, 'row' | 'label' | 'value' | 'scope'> }) {
  if (issue.row === null && issue.label === null) return null;
  return (
    <span className={classes.place}>
      {issue.row !== null && <span className={classes.row}>Row {number(issue.row)}</span>}
      {issue.label !== null && <span className={classes.label}>{issue.label}</span>}
      {issue.value !== null && (
        <mark className={classes.cell}>{issue.value === '' ? <em>blank</em> : shown(issue.value)}</mark>
      )}
    </span>
  );
}

/** Spaces at the ends are what is often wrong: they are made visible. */
function shown(value: string): string {
  const cut = value.length > 120 ? `${value.slice(0, 120)}…` : value;
  return cut.replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length));
}
