// The frame of all pages for people who are signed in: navigation at the left, the page at most 1200 px wide.

import { AppShell, Burger, Container, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { institutionQuery } from '../../api/institutions.ts';
import { ZoneContext } from '../../parts/time.tsx';
import { browserZone } from '../../words/time.ts';
import { Brand } from './brand.tsx';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';

export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { institution: slug } = useParams({ strict: false });
  const { data: institution } = useQuery({ ...institutionQuery(slug ?? ''), enabled: slug !== undefined });
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    if (path !== '') close();
  }, [path, close]);
  const zone = slug === undefined ? browserZone() : (institution?.timeZone ?? 'UTC');
  return (
    <ZoneContext value={zone}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('content')?.focus()}>
        Skip to the page
      </button>
      <AppShell
        header={{ height: { base: 56, sm: 0 } }}
        navbar={{ width: 256, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      >
        <AppShell.Header hiddenFrom="sm">
          <Group h="100%" px="md" justify="space-between">
            <Brand />
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={opened ? 'Close the navigation' : 'Open the navigation'}
              aria-expanded={opened}
            />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar}>
          <Navigation slug={slug} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <Container size={1200} px={{ base: 'md', sm: 'xl' }} py={{ base: 'lg', sm: 'xl' }}>
            <Outlet />
          </Container>
        </AppShell.Main>
      </AppShell>
    </ZoneContext>
  );
}
