// A block that opens on demand, with the browser's own element: it works by keyboard and is found by search in page.

import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './disclosure.module.css';

export function Disclosure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper p={0}>
      <details className={classes.details}>
        <summary>{title}</summary>
        <div className={classes.content}>{children}</div>
      </details>
    </Paper>
  );
}
