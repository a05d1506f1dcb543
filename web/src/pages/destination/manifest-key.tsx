// The public key with which a receiver checks the signature of a manifest: its fingerprint, and the key to copy.

import { Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { manifestKeyQuery } from '../../api/transfers.ts';
import { CopyIcon } from '../../parts/copy.tsx';
import { ProblemAlert } from '../../parts/problem.tsx';

export function ManifestKey({ slug }: { slug: string }) {
  const { data, error } = useQuery(manifestKeyQuery(slug));
  if (error) return <ProblemAlert error={error} />;
  if (!data) return <span className="quiet">…</span>;
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
      <Code fz="sm" className="cut">
        {data.fingerprint}
      </Code>
      <CopyIcon label="the public key (PEM)" value={data.publicKey} />
    </span>
  );
}
