// A state: an icon and words in the colour of its tone. The words alone are enough.

import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconLoader,
  IconMinus,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Tone } from '../words/states.ts';
import classes from './state.module.css';

const icons: Record<Tone, TablerIcon> = {
  good: IconCircleCheck,
  attention: IconAlertTriangle,
  bad: IconCircleX,
  busy: IconLoader,
  quiet: IconMinus,
};

/** `large` is for the headline of a page. */
export function State({ tone, children, large = false }: { tone: Tone; children: ReactNode; large?: boolean }) {
  const Icon = icons[tone];
  return (
    <span className={`${classes.state} ${tone} ${tone}-back ${large ? classes.large : ''}`}>
      <Icon size={large ? 20 : 16} stroke={2} aria-hidden className={tone === 'busy' ? classes.turning : undefined} />
      <span>{children}</span>
    </span>
  );
}
