// Copying: an icon button beside a value, and a full button. Both say aloud that it worked, or that it did not.

import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { copyText } from '../words/copy-text.ts';

type Outcome = 'idle' | 'copied' | 'refused';

function useCopying(value: () => string | Promise<string>) {
  const [outcome, setOutcome] = useState<Outcome>('idle');
  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), 2500);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => setOutcome((await copyText(await value())) ? 'copied' : 'refused');
  return { outcome, copy };
}

const words: Record<Outcome, string> = {
  idle: '',
  copied: 'Copied',
  refused: 'The browser did not allow it. Select the text and copy it by hand.',
};

/** `value` may be asked for when it is needed (a secret that must be revealed first). */
export function CopyIcon({ label, value }: { label: string; value: string | (() => Promise<string>) }) {
  const { outcome, copy } = useCopying(typeof value === 'string' ? () => value : value);
  const text = outcome === 'idle' ? `Copy ${label}` : words[outcome];
  return (
    <>
      <Tooltip label={text}>
        <ActionIcon variant="subtle" color="gray" c="bright" aria-label={`Copy ${label}`} onClick={() => void copy()}>
          <CopyGlyph outcome={outcome} />
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{words[outcome]}</VisuallyHidden>
    </>
  );
}

export function CopyButton({ label, value, primary = false }: { label: string; value: string; primary?: boolean }) {
  const { outcome, copy } = useCopying(() => value);
  return (
    <>
      <Button
        variant={primary ? 'filled' : 'default'}
        leftSection={<CopyGlyph outcome={outcome} />}
        onClick={() => void copy()}
      >
        {outcome === 'idle' ? label : outcome === 'copied' ? 'Copied' : 'Not copied: select it by hand'}
      </Button>
      <VisuallyHidden role="status">{words[outcome]}</VisuallyHidden>
    </>
  );
}

function CopyGlyph({ outcome }: { outcome: Outcome }) {
  if (outcome === 'copied') return <IconCheck size={18} aria-hidden />;
  if (outcome === 'refused') return <IconX size={18} aria-hidden />;
  return <IconCopy size={18} aria-hidden />;
}
