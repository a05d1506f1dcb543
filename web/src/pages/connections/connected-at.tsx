// When a student connected: a day as it is, a moment by its day in the institution's zone, with the full time on hover.

import { useZone } from '../../parts/time.tsx';
import { isDay } from '../../words/connections.ts';
import { calendarDay, fullTime } from '../../words/time.ts';

/** `full`: the time of a moment stands in the text, for places where there is room. */
export function ConnectedAt({ value, full = false }: { value: string; full?: boolean }) {
  const zone = useZone();
  if (isDay(value)) return <time dateTime={value}>{calendarDay(value, zone)}</time>;
  return (
    <time dateTime={value} title={fullTime(value, zone)}>
      {full ? fullTime(value, zone) : calendarDay(value, zone)}
    </time>
  );
}
