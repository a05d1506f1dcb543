// Fields that changed: old → new. Screen readers hear "from … to …".

import { VisuallyHidden } from '@mantine/core';
import { fieldTitle } from '../words/feeds.ts';
import { valueWords } from '../words/values.ts';
import classes from './old-new.module.css';

export type FieldChange = { field: string; old?: unknown; new?: unknown };

/** `created`: there was nothing before, so only the new values are shown. */
export function OldNew({ changes, created = false }: { changes: FieldChange[]; created?: boolean }) {
  return (
    <ul className={classes.changes}>
      {changes.map((change) => (
        <li key={change.field}>
          <span className={classes.field}>{fieldTitle(change.field)}</span>
          <span>
            {!created && (
              <>
                <VisuallyHidden>from </VisuallyHidden>
                <del className={classes.old}>{valueWords(change.old) || 'blank'}</del>
                <span aria-hidden> → </span>
                <VisuallyHidden> to </VisuallyHidden>
              </>
            )}
            <ins className={classes.fresh}>{valueWords(change.new) || 'blank'}</ins>
          </span>
        </li>
      ))}
    </ul>
  );
}
