// Where one is in the set-up of a destination. Steps of one that is saved are links.

import { Link } from '@tanstack/react-router';
import classes from '../upload/steps.module.css';
import own from './steps.module.css';

export type SetUpStep = 'what' | 'server' | 'schedule' | 'file' | 'test';

const steps: { step: SetUpStep; title: string }[] = [
  { step: 'what', title: 'What to send' },
  { step: 'server', title: 'Server' },
  { step: 'schedule', title: 'When' },
  { step: 'file', title: 'File' },
  { step: 'test', title: 'Test' },
];

/** `destinationId`: null before it is saved for the first time. */
export function SetUpSteps({
  slug,
  destinationId,
  now,
}: {
  slug: string;
  destinationId: string | null;
  now: SetUpStep;
}) {
  const present = steps.findIndex(({ step }) => step === now);
  return (
    <ol className={classes.steps} aria-label="Steps of the set-up">
      {steps.map(({ step, title }, index) => (
        <li
          key={step}
          aria-current={index === present ? 'step' : undefined}
          data-done={index < present ? 'yes' : undefined}
        >
          <span className={classes.number} aria-hidden>
            {index + 1}
          </span>
          {destinationId === null || index === present ? (
            title
          ) : step === 'test' ? (
            <Link
              to="/i/$institution/destinations/$destinationId/test"
              params={{ institution: slug, destinationId }}
              className={own.link}
            >
              {title}
            </Link>
          ) : (
            <Link
              to="/i/$institution/destinations/$destinationId/edit"
              params={{ institution: slug, destinationId }}
              search={{ part: step }}
              className={own.link}
            >
              {title}
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}
