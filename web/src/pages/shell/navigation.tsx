// The navigation: which institution, its pages, the pages of the installation for operators, and who is signed in.

import { Box, Divider, Stack } from '@mantine/core';
import {
  IconAddressBook,
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowsSplit2,
  IconBell,
  IconBook2,
  IconBuilding,
  IconBuildingCommunity,
  IconClipboardList,
  IconFileUpload,
  IconHistory,
  IconHome,
  IconKey,
  IconListDetails,
  IconSchool,
  IconTransfer,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMe } from '../../parts/me.ts';
import { Brand } from './brand.tsx';
import { InstitutionSwitcher } from './institution-switcher.tsx';
import classes from './shell.module.css';
import { UserMenu } from './user-menu.tsx';

type OwnPath =
  | '/i/$institution'
  | `/i/$institution/${'sftp' | 'mapping' | 'upload' | 'imports' | 'destinations' | 'transfers' | 'contacts' | 'connections' | 'fields' | 'notifications' | 'settings' | 'users' | 'tokens' | 'audit'}`;
type Entry<Path> = { label: string; icon: TablerIcon; to: Path; exact?: boolean };

const everybody: Entry<OwnPath>[] = [
  { label: 'Overview', icon: IconHome, to: '/i/$institution', exact: true },
  { label: 'SFTP inbound', icon: IconArrowBarToDown, to: '/i/$institution/sftp' },
  { label: 'Mapping', icon: IconArrowsSplit2, to: '/i/$institution/mapping' },
  { label: 'Upload a file', icon: IconFileUpload, to: '/i/$institution/upload' },
  { label: 'Import history', icon: IconHistory, to: '/i/$institution/imports' },
  { label: 'Contacts', icon: IconAddressBook, to: '/i/$institution/contacts' },
  { label: 'Fields', icon: IconListDetails, to: '/i/$institution/fields' },
  { label: 'Connections', icon: IconSchool, to: '/i/$institution/connections' },
  { label: 'SFTP data transfer', icon: IconArrowBarToUp, to: '/i/$institution/destinations' },
  { label: 'Transfer history', icon: IconTransfer, to: '/i/$institution/transfers' },
];

const administration: Entry<OwnPath>[] = [
  { label: 'Notifications', icon: IconBell, to: '/i/$institution/notifications' },
  { label: 'Institution', icon: IconBuilding, to: '/i/$institution/settings' },
  { label: 'Users', icon: IconUsers, to: '/i/$institution/users' },
  { label: 'API tokens', icon: IconKey, to: '/i/$institution/tokens' },
  { label: 'Audit log', icon: IconClipboardList, to: '/i/$institution/audit' },
];

const installation: Entry<'/' | '/users' | '/tokens' | '/audit' | '/issues'>[] = [
  { label: 'All institutions', icon: IconBuildingCommunity, to: '/', exact: true },
  { label: 'All users', icon: IconUsers, to: '/users' },
  { label: 'All API tokens', icon: IconKey, to: '/tokens' },
  { label: 'Installation audit log', icon: IconClipboardList, to: '/audit' },
];

export function Navigation({ slug }: { slug: string | undefined }) {
  const me = useMe();
  const operator = me.role === 'operator';
  const institution = slug ?? me.institution?.slug;
  return (
    <Stack gap={0} h="100%" p="sm" component="nav" aria-label="Main">
      <Box visibleFrom="sm" px={6} py={6}>
        <Brand />
      </Box>
      <Box mt="sm">
        <InstitutionSwitcher slug={institution} operator={operator} />
      </Box>
      <div className={classes.scroll}>
        {institution !== undefined && (
          <>
            <Box mt="xs">
              <Entries
                entries={everybody.filter((entry) => me.role !== 'viewer' || entry.to !== '/i/$institution/upload')}
                institution={institution}
              />
            </Box>
            {me.role !== 'viewer' && (
              <>
                <div className={classes.group}>Administration</div>
                <Entries entries={administration} institution={institution} />
              </>
            )}
          </>
        )}
        {operator && (
          <>
            <div className={classes.group}>Installation</div>
            <SharedEntries entries={installation} />
          </>
        )}
        <div className={classes.group}>Reference</div>
        <SharedEntries entries={[{ label: 'Issue dictionary', icon: IconBook2, to: '/issues' }]} />
      </div>
      <Box pt="sm">
        <Divider mb="sm" />
        <UserMenu me={me} />
      </Box>
    </Stack>
  );
}

function Entries({ entries, institution }: { entries: Entry<OwnPath>[]; institution: string }) {
  return (
    <ul className={classes.list}>
      {entries.map(({ label, icon, to, exact = false }) => (
        <li key={label}>
          <Link
            to={to}
            params={{ institution }}
            activeOptions={{ exact, includeSearch: false }}
            className={classes.link}
          >
            <EntryWords label={label} icon={icon} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function SharedEntries({ entries }: { entries: typeof installation }) {
  return (
    <ul className={classes.list}>
      {entries.map(({ label, icon, to, exact = false }) => (
        <li key={label}>
          <Link to={to} activeOptions={{ exact, includeSearch: false }} className={classes.link}>
            <EntryWords label={label} icon={icon} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function EntryWords({ label, icon: Icon }: { label: string; icon: TablerIcon }) {
  return (
    <>
      <Icon size={18} stroke={1.75} aria-hidden />
      {label}
    </>
  );
}
