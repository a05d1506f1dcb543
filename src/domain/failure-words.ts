// What an entry of the failure dictionary looks like, and how its words are filled with what was seen.
// Invariant: what a server or a person wrote is cut to 200 characters, without control characters, wherever it is shown.

import type { Observation, ObservationKind, StageName } from './remote.ts';

export const failureCodes = [
  'authentication-failed',
  'port-refused',
  'host-unreachable',
  'host-key-unverified',
  'host-key-changed',
  'transfer-failed',
  'address-not-allowed',
] as const;
export type FailureCode = (typeof failureCodes)[number];

export type FailureFacts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What the words of a failure are about. `path`: the folder as it was entered. */
export type FailureContext = {
  host: string;
  port: number;
  username: string;
  path: string;
  auth: 'password' | 'key';
  /** The addresses that the server sees us come from; empty when nobody has entered them. */
  egressAddresses: readonly string[];
  /** The types of the fingerprints that were confirmed; null, empty or absent when none was. */
  hostKeyTypes?: readonly string[] | null;
};

/** One cause of a failure. The first whose `kinds`, `stages` and `only` all fit an observation is it. */
export type FailureCause = {
  code: FailureCode;
  /** A clause for the end of a sentence. */
  cause: string;
  kinds: readonly ObservationKind[];
  /** At these stages; at all of them when absent. */
  stages?: readonly StageName[];
  only?: 'password' | 'key' | 'confirmed-before' | 'never-confirmed';
  /** One or two sentences of what was observed. `{…}` stands for one of `FailureWords`. */
  detail: string;
  /** The one thing to do. */
  nextStep: string;
  mayPass: boolean;
};

/** What can stand in braces in the words of a cause. */
type FailureWords = Readonly<
  Record<
    'host' | 'port' | 'user' | 'folder' | 'addresses' | 'address' | 'methods' | 'offered' | 'confirmed' | 'said',
    string
  >
>;

export function failureWords({ facts }: Observation, about: FailureContext): FailureWords {
  const said = plainText(facts.text ?? '');
  return {
    host: plainText(about.host),
    port: String(about.port),
    user: plainText(about.username),
    folder: about.path.trim() === '' ? 'of the login' : plainText(about.path),
    addresses:
      about.egressAddresses.length > 0
        ? `our addresses (${about.egressAddresses.join(', ')})`
        : 'our addresses (the operator of Causeway knows them)',
    address: plainText(facts.addresses ?? facts.address ?? 'an address'),
    methods: plainText(facts.offered ?? 'other ways'),
    offered: plainText(facts.offered ?? 'others'),
    confirmed: plainText(about.hostKeyTypes ?? ''),
    said: said === '' || saysNothing.test(said) ? '' : ` The server said: “${said}”.`,
  };
}

/** Texts that add nothing to the status that they come with. */
const saysNothing =
  /^(?:failure|permission denied|no such file(?: or directory)?|operation unsupported|general failure)[.:]?$/i;

/** `{name}` replaced by its words; what is put in is not looked at again. */
export function filled(text: string, words: FailureWords): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (isWord(name, words) ? words[name] : whole));
}

function isWord(name: string, words: FailureWords): name is keyof FailureWords {
  return Object.hasOwn(words, name);
}

/** Longest text of somebody else that is kept, in UTF-16 units. */
const longestText = 200;
const longestList = 20;

/** Text of somebody else, fit to be shown and stored: no control characters, no half surrogates, bounded. */
function plainText(value: string | number | boolean | readonly string[]): string {
  const text = typeof value === 'object' ? value.slice(0, longestList).join(', ') : String(value);
  // Cut before the rest, so that the work is bounded.
  const short = text
    .slice(0, longestText * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return (short.length > longestText ? `${short.slice(0, longestText)}…` : short).toWellFormed();
}

/** Facts fit to be stored. */
export function plainFacts(facts: FailureFacts): FailureFacts {
  const entries = Object.entries(facts).slice(0, 40);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value === 'string') return [name, plainText(value)];
      return [name, typeof value === 'object' ? value.slice(0, longestList).map(plainText) : value];
    }),
  );
}
