// One contact: all fields, edits by hand, and the history of changes.

import type { Contact, ContactChange } from '@api/contacts.ts';
import type { Field } from '@api/institutions.ts';
import { Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { contactChangesQuery, contactQuery } from '../../api/contacts.ts';
import { fieldsQuery } from '../../api/institutions.ts';
import { CopyIcon } from '../../parts/copy.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { TextLink } from '../../parts/link.tsx';
import { useCanEdit } from '../../parts/me.ts';
import { OldNew } from '../../parts/old-new.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { contactName, fieldValue } from '../../words/contacts.ts';
import { valueWords } from '../../words/values.ts';
import { ContactForm } from './contact-form.tsx';

const route = getRouteApi('/shell/i/$institution/contacts/$contactId');

export function ContactPage() {
  const { institution: slug, contactId } = route.useParams();
  const { cursor } = route.useSearch();
  const canEdit = useCanEdit();
  const [editing, setEditing] = useState(false);
  const { data: contact } = useSuspenseQuery(contactQuery(slug, contactId));
  const { data: changes } = useSuspenseQuery(contactChangesQuery(slug, contactId, cursor));
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  return (
    <Page
      title={contactName(contact)}
      lead={
        <>
          CRM ID {contact.crmId} · changed <Time at={contact.updatedAt} />
        </>
      }
      back={
        <TextLink to="/i/$institution/contacts" params={{ institution: slug }}>
          Contacts
        </TextLink>
      }
      actions={
        canEdit &&
        !editing && (
          <Button variant="default" leftSection={<IconPencil size={18} aria-hidden />} onClick={() => setEditing(true)}>
            Edit
          </Button>
        )
      }
    >
      <Section title="Fields">
        {editing ? (
          <ContactForm slug={slug} contact={contact} fields={fields.items} onClose={() => setEditing(false)} />
        ) : (
          <Facts facts={contactFacts(contact, fields.items)} />
        )}
      </Section>
      <Section title="History" flush>
        <DataTable
          label="History of changes"
          columns={historyColumns(slug)}
          rows={changes.items}
          rowKey={(change) => `${change.at} ${change.importId ?? ''} ${change.changes[0]?.field ?? ''}`}
          empty={<Empty title="No change is known">Since this contact was created, nothing about it changed.</Empty>}
        />
        <Pager next={changes.next} cursor={cursor} />
      </Section>
    </Page>
  );
}

function contactFacts(contact: Contact, fields: Field[]): Fact[] {
  const facts: Fact[] = fields
    .filter((field) => field.name !== 'causewayId')
    .flatMap((field) => {
      const value = field.name === 'phone' ? (contact.phoneNational ?? contact.phone) : fieldValue(contact, field.name);
      const fact: Fact = { key: field.name, name: field.title, value: valueWords(value) || <Blank /> };
      return field.name === 'phone' ? [fact, ...phoneFacts(contact)] : [fact];
    });
  return [
    ...facts,
    {
      name: 'Causeway ID',
      value: (
        <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
          {contact.id}
          <CopyIcon label="Causeway ID" value={contact.id} />
        </span>
      ),
    },
    { name: 'Created', value: <Time at={contact.createdAt} /> },
  ];
}

function phoneFacts(contact: Contact): Fact[] {
  if (contact.previousPhone === null) return [];
  return [
    {
      name: 'Previous phone',
      value: (
        <>
          {contact.previousPhone}{' '}
          <span className="quiet">
            An import that brings it back leaves the phone as it is. Setting it here by hand takes it back.
          </span>
        </>
      ),
    },
  ];
}

function Blank() {
  return <span className="quiet">–</span>;
}

function historyColumns(slug: string): Column<ContactChange>[] {
  return [
    { title: 'When', width: '9rem', cell: (change) => <Time at={change.at} /> },
    {
      title: 'By',
      width: '26%',
      cell: (change) =>
        change.importId === null ? (
          change.actor
        ) : (
          <>
            <TextLink to="/i/$institution/imports/$importId" params={{ institution: slug, importId: change.importId }}>
              {change.fileName ?? 'An import'}
            </TextLink>
            {change.row !== null && <span className="quiet"> row {change.row}</span>}
          </>
        ),
    },
    {
      title: 'Fields',
      cell: (change) => (change.changes.length === 0 ? 'Created' : <OldNew changes={change.changes} />),
    },
  ];
}
