// The API tokens of one institution.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tokensQuery } from '../../api/people.ts';
import { Page } from '../../parts/page.tsx';
import { TokenList } from './token-list.tsx';

const route = getRouteApi('/shell/i/$institution/tokens');

export function InstitutionTokensPage() {
  const { institution: slug } = route.useParams();
  const { data } = useSuspenseQuery(tokensQuery(slug));
  return (
    <Page title="API tokens" lead="Programs and the command line sign in with these.">
      <TokenList tokens={data.items} institution={slug} />
    </Page>
  );
}
