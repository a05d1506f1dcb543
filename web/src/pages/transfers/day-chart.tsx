// Rows delivered a day, as bars; failed transfers as marks below. The same numbers stand in a table for assistive technology.

import { Text, VisuallyHidden } from '@mantine/core';
import type { TransferDay } from '../../api/transfers.ts';
import { count, number } from '../../words/numbers.ts';
import { calendarDay } from '../../words/time.ts';
import classes from './day-chart.module.css';

export function DayChart({ days }: { days: TransferDay[] }) {
  const most = Math.max(...days.map((day) => day.rows), 1);
  const rows = days.reduce((sum, day) => sum + day.rows, 0);
  const delivered = days.reduce((sum, day) => sum + day.delivered, 0);
  const failed = days.reduce((sum, day) => sum + day.failed, 0);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined || delivered + failed === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent in these days.
      </Text>
    );
  return (
    <figure className={classes.figure}>
      <figcaption>
        <Text size="sm">
          <strong className="numeric">{count(rows, 'row')}</strong> in {count(delivered, 'delivered file')}
          {failed > 0 && (
            <>
              ; <span className="bad">{count(failed, 'transfer')} failed</span>
            </>
          )}
          .
        </Text>
      </figcaption>
      <div className={classes.plot} aria-hidden>
        <span className={classes.most}>{number(most)}</span>
        <div className={classes.bars}>
          {days.map((day) => (
            <div key={day.day} className={classes.day} title={dayWords(day)}>
              <span
                className={classes.bar}
                style={{ height: day.rows === 0 ? 0 : `${Math.max(2, (day.rows / most) * 100)}%` }}
              />
              <span className={day.failed > 0 ? classes.failed : classes.mark} />
            </div>
          ))}
        </div>
      </div>
      <div className={classes.axis} aria-hidden>
        <span>{shortDay(first.day)}</span>
        {failed > 0 && (
          <span className={classes.key}>
            <span className={classes.failed} /> a transfer failed
          </span>
        )}
        <span>{shortDay(last.day)}</span>
      </div>
      <VisuallyHidden>
        <table>
          <caption>Rows delivered and transfers a day</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Rows</th>
              <th scope="col">Delivered</th>
              <th scope="col">Failed</th>
            </tr>
          </thead>
          <tbody>
            {days
              .filter((day) => day.delivered + day.failed > 0)
              .map((day) => (
                <tr key={day.day}>
                  <th scope="row">{calendarDay(day.day, 'UTC')}</th>
                  <td>{number(day.rows)}</td>
                  <td>{number(day.delivered)}</td>
                  <td>{number(day.failed)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}

function dayWords(day: TransferDay): string {
  const failed = day.failed > 0 ? `, ${day.failed} failed` : '';
  return `${calendarDay(day.day, 'UTC')}: ${count(day.rows, 'row')} in ${count(day.delivered, 'delivered file')}${failed}`;
}

function shortDay(day: string): string {
  return calendarDay(day, 'UTC').replace(/, \d{4}$/, '');
}
