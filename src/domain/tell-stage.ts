// Runs one stage of a probe or transfer and tells how it ended: its time, and one plain sentence of what was seen.
// Invariant: a stage is told exactly once, and only what can be observed from outside; anything else that is thrown is a bug and passes untold.

import { type Observation, type ObservationKind, RemoteError, type Stage, type StageName } from './remote.ts';

/** `detail` makes the sentence of a stage that went well. Throws what `work` throws. */
export async function tellStage<T>(
  name: StageName,
  onStage: ((stage: Stage) => void) | undefined,
  work: () => Promise<T>,
  detail: (result: T) => string,
): Promise<T> {
  const start = performance.now();
  const tell = (status: Stage['status'], sentence: string) =>
    onStage?.({ name, status, ms: Math.round(performance.now() - start), detail: sentence });
  const result = await work().catch((error: unknown) => {
    if (error instanceof RemoteError) tell('failed', observedSentence(error.observation));
    throw error;
  });
  tell('ok', detail(result));
  return result;
}

/** What was seen, as one sentence; what it means and what to do about it stands in the failure dictionary. */
export function observedSentence({ kind, facts }: Observation): string {
  const sentence = sentences[kind];
  return typeof sentence === 'string' ? sentence : sentence(facts);
}

type Facts = Observation['facts'];

function list(value: Facts[string] | undefined): string {
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}

function said(facts: Facts): string {
  const text = list(facts.text);
  return text === '' ? '' : ` It said: “${text}”.`;
}

const sentences: Record<ObservationKind, string | ((facts: Facts) => string)> = {
  'name-not-found': 'The name has no address.',
  'name-lookup-failed': 'The name could not be looked up.',
  'address-refused-by-rule': (facts) => `The address may not be reached from here: ${list(facts.reasons)}.`,
  'connection-refused': (facts) => `The port refused the connection (${list(facts.tried)}).`,
  unreachable: (facts) => `The address could not be reached (${list(facts.tried)}).`,
  'timed-out': (facts) =>
    typeof facts.seconds === 'number' ? `There was no answer within ${facts.seconds} seconds.` : 'There was no answer.',
  closed: (facts) => `The server closed the link.${said(facts)}`,
  'not-ssh': (facts) => `What answers is no SSH server.${said(facts)}`,
  'http-answer': 'A web server answered, not an SSH server.',
  'banner-too-long': 'The server sends text without end instead of its version.',
  'no-common-algorithm': 'The server offers no key exchange, cipher or MAC that is accepted here.',
  'no-common-host-key': (facts) => `The server has no host key of the types asked for; it has: ${list(facts.offered)}.`,
  'protocol-error': (facts) => `The server broke the rules of the protocol.${said(facts)}`,
  'host-key-not-accepted': (facts) =>
    `The server shows a host key that is not confirmed: ${list(facts.type)} ${list(facts.sha256)}.`,
  'login-refused': 'The server refused the login.',
  'login-method-not-offered': (facts) => `The server offers no such login; it offers: ${list(facts.offered)}.`,
  'login-needs-more': 'The server asks for more than the one credential that there is.',
  'sftp-not-offered': (facts) => `The login worked, but the server offers no SFTP.${said(facts)}`,
  'no-such-file': 'There is no such file or folder.',
  'not-a-folder': 'The path is not a folder.',
  'permission-denied': 'The server does not permit it.',
  'no-space': 'There is no space left on the server.',
  'target-exists': 'There is a file with this name already.',
  'not-supported': 'The server cannot do this.',
  refused: (facts) => `The server refused it.${said(facts)}`,
  'size-differs': 'The file on the server has another size than what was sent.',
  'content-differs': 'The file on the server has another content than what was sent.',
  stopped: 'It was stopped.',
};
