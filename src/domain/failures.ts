// The failure dictionary: what can go wrong with a destination, as data, and the one function that classifies what was observed.
// Invariant: codes are never renamed or reused; words for people stand here and nowhere else.

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

/** `headline` for the administrator, `detail` what was observed, `nextStep` the one thing to do, `facts` for engineers. */
export type Failure = {
  code: FailureCode;
  headline: string;
  detail: string;
  nextStep: string;
  facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Worth another try without anybody doing anything. */
  mayPass: boolean;
};
