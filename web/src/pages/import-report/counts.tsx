// The counts of an import. Each leads to the rows behind it.

import type { ImportView } from '@api/imports.ts';
import { TextLink } from '../../parts/link.tsx';
import { number } from '../../words/numbers.ts';
import classes from './counts.module.css';

export function Counts({ slug, item }: { slug: string; item: ImportView }) {
  const params = { institution: slug, importId: item.id };
  const { rows, created, updated, unchanged, skipped } = item.counts;
  const planned = item.dryRun || item.status === 'held' || item.status === 'discarded';
  const issues = Object.values(item.issues).reduce((sum, one) => sum + one, 0);
  return (
    <ul className={classes.counts} aria-label="Counts">
      <li>
        <span className={classes.number}>{number(rows)}</span>
        <span className={classes.word}>rows in the file</span>
      </li>
      <li>
        {created > 0 ? (
          <TextLink to="/i/$institution/imports/$importId/changes" params={params} search={{ outcome: 'created' }}>
            <span className={classes.number}>{number(created)}</span>
            <span className={classes.word}>{planned ? 'would be created' : 'created'}</span>
          </TextLink>
        ) : (
          <Plain value={created} word={planned ? 'would be created' : 'created'} />
        )}
      </li>
      <li>
        {updated > 0 ? (
          <TextLink to="/i/$institution/imports/$importId/changes" params={params} search={{ outcome: 'updated' }}>
            <span className={classes.number}>{number(updated)}</span>
            <span className={classes.word}>{planned ? 'would be updated' : 'updated'}</span>
          </TextLink>
        ) : (
          <Plain value={updated} word={planned ? 'would be updated' : 'updated'} />
        )}
      </li>
      <li>
        <Plain value={unchanged} word="unchanged" />
      </li>
      <li>
        {skipped > 0 ? (
          <TextLink to="/i/$institution/imports/$importId/issues" params={params} search={{ effect: 'row-skipped' }}>
            <span className={`${classes.number} bad`}>{number(skipped)}</span>
            <span className={classes.word}>skipped</span>
          </TextLink>
        ) : (
          <Plain value={skipped} word="skipped" />
        )}
      </li>
      <li>
        {issues > 0 ? (
          <TextLink to="/i/$institution/imports/$importId/issues" params={params}>
            <span className={classes.number}>{number(issues)}</span>
            <span className={classes.word}>{issues === 1 ? 'issue' : 'issues'}</span>
          </TextLink>
        ) : (
          <Plain value={0} word="issues" />
        )}
      </li>
    </ul>
  );
}

function Plain({ value, word }: { value: number; word: string }) {
  return (
    <>
      <span className={classes.number}>{number(value)}</span>
      <span className={classes.word}>{word}</span>
    </>
  );
}
