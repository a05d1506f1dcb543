// Stages as a vertical list that fills as they happen: icon, word, time, and what was observed.

import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconLoader,
  IconMinus,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { type ShownStage, stageTime, stageWords } from '../../words/stages.ts';
import classes from './stage-list.module.css';

const icons: Record<ShownStage['status'], TablerIcon> = {
  ok: IconCircleCheck,
  limited: IconAlertTriangle,
  failed: IconCircleX,
  running: IconLoader,
  waiting: IconCircleDashed,
  'left-out': IconMinus,
  person: IconAlertTriangle,
};

/** `explanation` stands below the stage that failed or waits for a person. */
export function StageList({ stages, explanation }: { stages: ShownStage[]; explanation?: ReactNode }) {
  return (
    <ol className={classes.stages}>
      {stages.map((stage) => {
        const Icon = icons[stage.status];
        const { word, tone } = stageWords[stage.status];
        const stopped = stage.status === 'failed' || stage.status === 'person';
        return (
          <li key={stage.name} data-status={stage.status}>
            <Icon
              size={20}
              stroke={1.75}
              aria-hidden
              className={`${tone} ${stage.status === 'running' ? classes.turning : ''}`}
            />
            <div className={classes.words}>
              <span className={classes.title}>{stage.title}</span>
              {stage.detail !== '' && !(stopped && explanation !== undefined) && (
                <span className={`${classes.detail} cut`}>{stage.detail}</span>
              )}
            </div>
            <span className={`${classes.state} ${tone}`}>{word}</span>
            <span className={classes.time}>{stage.ms === null ? '' : stageTime(stage.ms)}</span>
            {stopped && explanation !== undefined && <div className={classes.explanation}>{explanation}</div>}
          </li>
        );
      })}
    </ol>
  );
}
