// Changes of contacts as rows: field, old → new.

import type { ImportChange } from '@api/imports.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextLink } from '../../parts/link.tsx';
import { OldNew } from '../../parts/old-new.tsx';
import { number } from '../../words/numbers.ts';

type ChangeListProps = { slug: string; changes: ImportChange[]; linked: boolean };

/** `linked`: the contacts exist and can be opened; after a rehearsal they may not. */
export function ChangeList({ slug, changes, linked }: ChangeListProps) {
  const columns: Column<ImportChange>[] = [
    {
      title: 'Contact',
      width: '26%',
      cell: (change) => (
        <>
          {linked || change.outcome === 'updated' ? (
            <TextLink
              to="/i/$institution/contacts/$contactId"
              params={{ institution: slug, contactId: change.contactId }}
              fw={600}
            >
              {change.name === '' ? change.crmId : change.name}
            </TextLink>
          ) : (
            <strong>{change.name === '' ? change.crmId : change.name}</strong>
          )}
          {change.name !== '' && <div className="quiet">{change.crmId}</div>}
        </>
      ),
    },
    { title: 'Row', number: true, width: '5rem', cell: (change) => (change.row === null ? '–' : number(change.row)) },
    {
      title: 'Outcome',
      width: '7rem',
      cell: (change) => (change.outcome === 'created' ? 'Created' : 'Updated'),
    },
    {
      title: 'Fields',
      cell: (change) =>
        change.changes.length === 0 ? (
          <span className="quiet">a new contact, with all its fields</span>
        ) : (
          <OldNew changes={change.changes} created={change.outcome === 'created'} />
        ),
    },
  ];
  return (
    <DataTable
      label="Changes"
      columns={columns}
      rows={changes}
      rowKey={(change) => `${change.contactId} ${change.row ?? ''}`}
      empty={<Empty title="No contact was changed" />}
    />
  );
}
