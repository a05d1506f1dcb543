// The contacts of an institution, searched on the server.

import type { Contact } from '@api/contacts.ts';
import { Button, Group, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { contactsQuery } from '../../api/contacts.ts';
import { type Column, DataTable, rowLink } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ButtonLink, TextLink } from '../../parts/link.tsx';
import { Page } from '../../parts/page.tsx';
import { Pager } from '../../parts/pager.tsx';
import { Section } from '../../parts/section.tsx';
import { Time } from '../../parts/time.tsx';
import { contactName } from '../../words/contacts.ts';

const route = getRouteApi('/shell/i/$institution/contacts');

export function ContactsPage() {
  const { institution: slug } = route.useParams();
  const search = route.useSearch();
  const { data } = useSuspenseQuery(contactsQuery(slug, search));
  const columns: Column<Contact>[] = [
    {
      title: 'Name',
      cell: (contact) => (
        <TextLink
          to="/i/$institution/contacts/$contactId"
          params={{ institution: slug, contactId: contact.id }}
          className={rowLink}
          fw={600}
          c="bright"
          underline="never"
        >
          {contactName(contact)}
        </TextLink>
      ),
    },
    { title: 'CRM ID', cell: (contact) => contact.crmId },
    { title: 'Phone', cell: (contact) => contact.phoneNational ?? contact.phone ?? <None /> },
    { title: 'E-mail', cell: (contact) => contact.email ?? <None /> },
    { title: 'Changed', cell: (contact) => <Time at={contact.updatedAt} /> },
  ];
  return (
    <Page title="Contacts" lead="The records that imports create and update.">
      <Section title="Contacts of this institution" flush plain>
        <SearchBox value={search.search} />
        <DataTable
          label="Contacts"
          columns={columns}
          rows={data.items}
          rowKey={(contact) => contact.id}
          empty={
            search.search === undefined ? (
              <Empty
                title="There are no contacts yet"
                actions={
                  <ButtonLink size="sm" to="/i/$institution/upload" params={{ institution: slug }}>
                    Upload a file
                  </ButtonLink>
                }
              >
                They come with the first import, by SFTP or from a file that is uploaded here.
              </Empty>
            ) : (
              <Empty
                title={`Nobody is found by “${search.search}”`}
                actions={
                  <ButtonLink variant="default" size="sm" to="." search={{}}>
                    Show everybody
                  </ButtonLink>
                }
              />
            )
          }
        />
        <Pager next={data.next} cursor={search.cursor} />
      </Section>
    </Page>
  );
}

function SearchBox({ value }: { value: string | undefined }) {
  const navigate = useNavigate();
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  return (
    <form
      aria-label="Search in contacts"
      onSubmit={(event) => {
        event.preventDefault();
        void navigate({ to: '.', search: text.trim() === '' ? {} : { search: text.trim() } });
      }}
    >
      <Group gap="sm" px="lg" py="md" align="flex-end">
        <TextInput
          label="Search"
          description="Part of a name, e-mail address or CRM ID"
          type="search"
          flex="1 1 14rem"
          maw={380}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" leftSection={<IconSearch size={16} aria-hidden />}>
          Search
        </Button>
        {value !== undefined && (
          <ButtonLink variant="subtle" to="." search={{}}>
            Show everybody
          </ButtonLink>
        )}
      </Group>
    </form>
  );
}

function None() {
  return (
    <Text span size="sm" c="dimmed">
      –
    </Text>
  );
}
