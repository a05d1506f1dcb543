// Where one is in the upload.

import classes from './steps.module.css';

const steps = ['Choose the file', 'Check the columns', 'Rehearse', 'Import'];

/** `now` counts from 1. */
export function Steps({ now }: { now: number }) {
  return (
    <ol className={classes.steps} aria-label="Steps of the upload">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={index + 1 === now ? 'step' : undefined}
          data-done={index + 1 < now ? 'yes' : undefined}
        >
          <span className={classes.number} aria-hidden>
            {index + 1}
          </span>
          {step}
        </li>
      ))}
    </ol>
  );
}
