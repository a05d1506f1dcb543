// The failure dictionary: what can go wrong with a destination, as data, and the one function that classifies what was observed.
// Invariant: codes are never renamed or reused; words for people stand in the dictionary and nowhere else.

import {
  type FailureCause,
  type FailureCode,
  type FailureContext,
  type FailureFacts,
  failureWords,
  filled,
  plainFacts,
} from './failure-words.ts';
import { fileCauses } from './failures-of-files.ts';
import { loginCauses } from './failures-of-login.ts';
import { reachingCauses } from './failures-of-reaching.ts';
import type { Observation } from './remote.ts';

export { type FailureCause, type FailureCode, type FailureContext, failureCodes } from './failure-words.ts';

/** `headline` for the administrator, `detail` what was observed, `nextStep` the one thing to do, `facts` for engineers. */
export type Failure = {
  code: FailureCode;
  headline: string;
  detail: string;
  nextStep: string;
  facts: FailureFacts;
  /** Worth another try without anybody doing anything. */
  mayPass: boolean;
};

/** `headline` may hold `{cause}`; `explanation` and `remedy` are for pages and documents that show no single failure. */
export type FailureEntry = { title: string; headline: string; explanation: string; remedy: string };

export const failureDictionary: Readonly<Record<FailureCode, FailureEntry>> = {
  'authentication-failed': {
    title: 'Authentication failed',
    headline:
      'Authentication failed: check that the host and the credentials are correct; with a public key, that it is installed on your server.',
    explanation: 'The server was reached and its host key accepted, but it did not let the login in.',
    remedy:
      'Check the host, the user name and the password, or install the public key of the destination for that user. Then use Test and Save. A refused login is not tried again by itself, because servers lock logins after wrong attempts.',
  },
  'port-refused': {
    title: 'Port refused',
    headline: 'The port was refused: check the port number.',
    explanation: 'The host answered, and nothing there takes connections on this port.',
    remedy: 'Check the port number. SFTP servers usually listen on 22.',
  },
  'host-unreachable': {
    title: 'Host not reached',
    headline:
      'The host can’t be reached: check that the host is correct and that the server accepts connections, or add our addresses to its allow-list.',
    explanation: 'The name could not be resolved, or nothing that speaks SSH answered in time.',
    remedy: 'Check the host. When it is right, ask whoever runs the server to let our addresses in.',
  },
  'host-key-unverified': {
    title: 'Fingerprint not confirmed',
    headline: 'Fingerprint checking is on, and no fingerprint has been confirmed yet.',
    explanation:
      'The server showed its host key. Before a person has confirmed its fingerprint, neither a secret nor a file is sent.',
    remedy: 'Compare the fingerprint with the one that whoever runs the server gives you, and confirm it.',
  },
  'host-key-changed': {
    title: 'New fingerprint',
    headline: 'New fingerprint detected: the server presents a key that nobody has confirmed.',
    explanation:
      'The server showed another host key than the confirmed one. Its key may have been replaced, or this may be another server. Nothing was sent.',
    remedy:
      'Ask whoever runs the server whether its host key was replaced, compare the new fingerprint, and confirm it.',
  },
  'transfer-failed': {
    title: 'Transfer failed',
    headline:
      'The link or the transfer failed. Possible reasons are an interrupted network, insufficient permissions on the path, no space, a forbidden or non-existent folder, or another cause. Here: {cause}.',
    explanation: 'The server was reached, but the file could not be delivered. The cause is named with each failure.',
    remedy: 'Do what is said for the cause, then run the transfer or the test again.',
  },
  'address-not-allowed': {
    title: 'Address not allowed',
    headline: 'The address is not one that this installation may reach.',
    explanation:
      'The host leads to a private, local or otherwise reserved address, and the operator has not allowed its network.',
    remedy: 'Enter a host with a public address, or ask the operator of Causeway to allow the network.',
  },
};

/** Every cause, in the order in which they are tried. */
export const failureCauses: readonly FailureCause[] = [...reachingCauses, ...loginCauses, ...fileCauses];

const anyCause: FailureCause = {
  code: 'transfer-failed',
  cause: 'something unexpected was seen',
  kinds: [],
  detail: 'The server {host} answered in a way that is not known.{said}',
  nextStep:
    'Run the test again. When it fails in the same way, show the facts of this failure to whoever runs the server.',
  mayPass: false,
};

/** What a failed probe or transfer shows, from what was observed. Pure and total. */
export function classifyFailure(observation: Observation, about: FailureContext): Failure {
  const cause = failureCauses.find((candidate) => fits(candidate, observation, about)) ?? anyCause;
  const words = failureWords(observation, about);
  const { host, port, username } = about;
  return {
    code: cause.code,
    headline: failureDictionary[cause.code].headline.replace('{cause}', cause.cause),
    detail: filled(cause.detail, words),
    nextStep: filled(cause.nextStep, words),
    facts: plainFacts({ stage: observation.stage, kind: observation.kind, host, port, username, ...observation.facts }),
    mayPass: cause.mayPass,
  };
}

function fits({ kinds, stages, only }: FailureCause, { kind, stage }: Observation, about: FailureContext): boolean {
  if (!kinds.includes(kind) || (stages && !stages.includes(stage))) return false;
  const confirmed = (about.hostKeyTypes ?? []).length > 0;
  if (only === 'confirmed-before') return confirmed;
  if (only === 'never-confirmed') return !confirmed;
  return only === undefined || only === about.auth;
}
