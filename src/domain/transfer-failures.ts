// Why a transfer failed on our own side, before or beside anything that a server did: the words for it.
// Invariant: `facts.cause` is never renamed; `facts.kind` is `stopped` when a person did it; the code is one of the dictionary.

import { type Failure, failureDictionary } from './failures.ts';

type OwnCause =
  | 'destination-deleted'
  | 'destination-not-on'
  | 'destination-changed'
  | 'file-lost'
  | 'file-not-made'
  | 'no-space-here'
  | 'internal-error';

type Words = { cause: string; detail: string; nextStep: string; mayPass: boolean };

const words: Readonly<Record<OwnCause, Words>> = {
  'destination-deleted': {
    cause: 'the destination was deleted',
    detail: 'The destination was deleted before the file was delivered, so everything was stopped.',
    nextStep: 'Nothing is lost: a new destination for these records goes on where this one was.',
    mayPass: false,
  },
  'destination-not-on': {
    cause: 'the destination is not on',
    detail: 'The destination was switched off before the file was delivered, so the transfer was stopped.',
    nextStep: 'Switch the destination on when files may be sent again. The records wait.',
    mayPass: false,
  },
  'destination-changed': {
    cause: 'the destination was changed meanwhile',
    detail: 'The address, the credentials or the confirmed fingerprints were changed while the file was being sent.',
    nextStep: 'Run the transfer again: it then uses the new settings.',
    mayPass: true,
  },
  'file-lost': {
    cause: 'the stored file is no longer there',
    detail: 'The file of this window is no longer stored here, so the same bytes cannot be sent again.',
    nextStep: 'Run a new transfer: it sends what has changed since the last delivery.',
    mayPass: false,
  },
  'file-not-made': {
    cause: 'the file could not be made',
    detail: 'The settings of the file do not fit any more.',
    nextStep: 'Look at the file options of the destination.',
    mayPass: false,
  },
  'no-space-here': {
    cause: 'there is no space left on the disk of Causeway',
    detail: 'The file is written here first, and there was no room for it. Nothing was sent.',
    nextStep: 'Ask the operator of this installation to make room.',
    mayPass: true,
  },
  'internal-error': {
    cause: 'something went wrong inside Causeway',
    detail: 'Something went wrong inside Causeway, not on your server. Nothing is lost.',
    nextStep: 'Ask the operator of this installation to look into its log for the id of this transfer.',
    mayPass: true,
  },
};

/** `instead` has better words where there are some, such as of the setting that does not fit. */
export function ownFailure(
  cause: OwnCause,
  instead: { detail?: string; nextStep?: string; code?: string } = {},
): Failure {
  const { detail, nextStep, mayPass, ...said } = words[cause];
  return {
    code: 'transfer-failed',
    headline: failureDictionary['transfer-failed'].headline.replace('{cause}', said.cause),
    detail: instead.detail ?? detail,
    nextStep: instead.nextStep ?? nextStep,
    facts: {
      kind: cause.startsWith('destination-') ? 'stopped' : 'own',
      cause,
      ...(instead.code === undefined ? {} : { reason: instead.code }),
    },
    mayPass,
  };
}
