// The policies of a column that differ from the usual, in a few words for the closed row.

import { type Column, isRequiredField } from '../../words/mapping.ts';
import { count } from '../../words/numbers.ts';

export function policyWords(column: Column): string[] {
  const words: string[] = [];
  const say = (when: boolean, text: string) => {
    if (when) words.push(text);
  };
  say(column.required && !isRequiredField(column.field), 'required');
  say(!column.trim, 'spaces are kept');
  say(!column.required && column.onBlank === 'clear', 'a blank clears the field');
  say(!column.required && column.onBlank === 'default', `a blank becomes “${column.default ?? ''}”`);
  say(!column.required && column.onBad === 'skip-row', 'a bad value skips the row');
  say(!column.required && column.onBad === 'default', `a bad value becomes “${column.default ?? ''}”`);
  say(column.ignoreValues.length > 0, `blank: ${column.ignoreValues.join(', ')}`);
  say(Object.keys(column.valueMap).length > 0, `${count(Object.keys(column.valueMap).length, 'value')} translated`);
  say(column.dateFormat !== null, `dates as ${column.dateFormat ?? ''}`);
  return words;
}
