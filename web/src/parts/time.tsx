// Times: relative in the text, full on hover and for assistive technology, in the institution's zone.

import { createContext, use, useSyncExternalStore } from 'react';
import { browserZone, fullTime, relativeTime, shortTime } from '../words/time.ts';

/** The zone of the institution that the page belongs to. */
export const ZoneContext = createContext<string>(browserZone());

export function useZone(): string {
  return use(ZoneContext);
}

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** The present, renewed every 20 s for all times on the page at once. */
function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 20_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** `3 hours ago`, with the full time on hover; nothing known reads as `never` or the words given. */
export function Time({ at, never = 'never' }: { at: string | null; never?: string }) {
  const zone = useZone();
  const present = useNow();
  if (at === null) return <span className="quiet">{never}</span>;
  return (
    <time dateTime={at} title={fullTime(at, zone)}>
      {relativeTime(at, Math.max(present, Date.parse(at)) === present ? present : Date.now(), zone)}
    </time>
  );
}

/** The clock time, for pages where the moment itself matters; the full time on hover. */
export function ClockTime({ at }: { at: string }) {
  const zone = useZone();
  return (
    <time dateTime={at} title={fullTime(at, zone)}>
      {shortTime(at, zone)}
    </time>
  );
}
