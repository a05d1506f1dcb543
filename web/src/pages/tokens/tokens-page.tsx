// All API tokens of the installation, for operators.

import { useSuspenseQuery } from '@tanstack/react-query';
import { tokensQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { TokenList } from './token-list.tsx';

export function TokensPage() {
  const { data } = useSuspenseQuery(tokensQuery(undefined));
  return (
    <Page title="All API tokens" lead="Programs and the command line sign in with these.">
      <TokenList tokens={data.items} />
    </Page>
  );
}
