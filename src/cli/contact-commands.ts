// causeway contacts list | set.

import type { Command } from 'commander';
import type { Contact } from '../api/contacts.ts';
import { type RunAction, sheet, table, wholeNumberOption, wrongUse } from './command.ts';

export function addContactCommands(program: Command, run: RunAction): void {
  const contacts = program.command('contacts').description('the contacts of an institution');
  contacts
    .command('list')
    .argument('<institution>')
    .option('--crm-id <id>', 'the one with this CRM ID')
    .option('--phone <phone>', 'the one with this phone, in any usual writing')
    .option('--limit <n>', 'at most so many', wholeNumberOption)
    .action((slug: string, options, command) =>
      run(command, async (client) => {
        const path = `/institutions/${encodeURIComponent(slug)}/contacts`;
        const items = await client.list<Contact>(path, { crmId: options.crmId, phone: options.phone }, options.limit);
        const rows = items.map((item) => [item.crmId, item.firstName, item.lastName, item.phone, item.email]);
        return { exit: 0, json: items, text: table(['CRM ID', 'first name', 'last name', 'phone', 'e-mail'], rows) };
      }),
    );
  contacts
    .command('set')
    .description('change a contact by hand: field=value …; an empty value clears')
    .argument('<institution>')
    .argument('<crm-id>')
    .argument('<field=value...>')
    .action(async (slug: string, crmId: string, pairs: string[], _options, command) => {
      const values = Object.fromEntries(pairs.map(fieldAndValue));
      await run(command, async (client) => {
        const path = `/institutions/${encodeURIComponent(slug)}/contacts/${encodeURIComponent(crmId)}`;
        const contact = await client.send<Contact>('PATCH', path, { values });
        const text = sheet([
          ['CRM ID', contact.crmId],
          ['phone', contact.phone],
          ['previous phone', contact.previousPhone],
        ]);
        return { exit: 0, json: contact, text };
      });
    });
}

function fieldAndValue(pair: string): [string, string] {
  const cut = pair.indexOf('=');
  if (cut <= 0) throw wrongUse(`“${pair}” is not field=value. Write it as in phone=212-555-0143.`);
  return [pair.slice(0, cut), pair.slice(cut + 1)];
}
