// Logging in: asks what the server offers, then gives the one password, or the keys in their order.
// Invariant: a secret goes out only from here, after the host key was accepted, and a password at most once.

import ssh2, { type AnyAuthMethod, type ParsedKey, type Prompt } from 'ssh2';
import type { OpenRemote } from '../../domain/remote.ts';
import type { LoginAsk, SecureLink } from './exchange-keys.ts';
import type { RemoteLimits } from './limits.ts';
import { boundedText, type LinkEnd } from './link.ts';

/** `method` as people call it; `usedKey` is the id of the key that the server took. */
export type LoggedIn = { method: 'password' | 'key' | 'none'; usedKey: string | null };

export function logIn(
  secure: SecureLink,
  { username, secret }: Pick<OpenRemote, 'username' | 'secret'>,
  limits: RemoteLimits,
): Promise<LoggedIn> {
  const { link, client, logins } = secure;
  const attempts =
    secret.kind === 'password'
      ? passwordAttempts(secret.password, username, (kind, facts) => link.fail(kind, facts))
      : keyAttempts(secret.keys, username);
  let last: LoggedIn = { method: 'none', usedKey: null };
  let refused: string[] = [];
  const answer = ({ methods, partial, next }: LoginAsk) => {
    if (link.end !== null) return;
    // Without a secret in it, this asks for the methods that are there (RFC 4252 section 5.2).
    if (methods === null) return next({ type: 'none', username });
    if (partial) return link.fail('login-needs-more', { offered: methods });
    if (last.method !== 'none') refused = [...methods];
    const attempt = attempts.next(methods);
    if (attempt === null) return giveUp(methods);
    last = attempt.as;
    next(attempt.method);
  };
  const giveUp = (methods: readonly string[]) =>
    last.method === 'none'
      ? link.fail('login-method-not-offered', { offered: methods })
      : link.fail('login-refused', { offered: methods, tried: attempts.tried });
  return link.step<LoggedIn>(
    'login',
    limits.loginTime,
    (resolve) => {
      client.once('ready', () => resolve(last));
      client.on('change password', () =>
        link.fail('login-needs-more', { text: 'the server asks for a new password', offered: [] }),
      );
      logins.answerWith(answer);
    },
    (end) => tooMany(end, refused, attempts.tried),
  );
}

/** A server that hangs up with a word about it after it has refused a credential has refused the login. */
function tooMany(end: LinkEnd, offered: readonly string[], tried: readonly string[]): LinkEnd {
  const saidSo = typeof end.facts.reason === 'number' && tried.length > 0;
  return end.kind === 'closed' && saidSo ? { kind: 'login-refused', facts: { ...end.facts, offered, tried } } : end;
}

type Attempts = {
  /** The next one that the server offers; null when there is none. */
  next(methods: readonly string[]): { method: AnyAuthMethod; as: LoggedIn } | null;
  /** What was tried so far, for engineers. */
  readonly tried: string[];
};

function passwordAttempts(
  password: string,
  username: string,
  fail: (kind: LinkEnd['kind'], facts: LinkEnd['facts']) => void,
): Attempts {
  const tried: string[] = [];
  const as = { method: 'password', usedKey: null } as const;
  const prompt = (prompts: readonly Prompt[], finish: (answers: string[]) => void) => {
    const [first, ...more] = prompts;
    const asksPassword = first !== undefined && more.length === 0 && first.echo !== true;
    if (!asksPassword || tried.includes('keyboard-interactive')) {
      // A server that has the password may repeat it in what it asks next.
      const asked = prompts.map((one) => one.prompt.replaceAll(password, '…')).join(' ');
      return fail('login-needs-more', { text: boundedText(asked), offered: [] });
    }
    tried.push('keyboard-interactive');
    finish([password]);
  };
  let begun = false;
  return {
    tried,
    next(methods) {
      if (begun) return null;
      begun = true;
      if (methods.includes('password')) {
        tried.push('password');
        return { as, method: { type: 'password', username, password } };
      }
      if (!methods.includes('keyboard-interactive')) return null;
      return {
        as,
        method: {
          type: 'keyboard-interactive',
          username,
          prompt: (_name, _instructions, _language, prompts, finish) => prompt(prompts, finish),
        },
      };
    },
  };
}

function keyAttempts(keys: readonly { id: string; privateKey: string }[], username: string): Attempts {
  const tried: string[] = [];
  const left = keys.flatMap(({ id, privateKey }) => signersOf(privateKey).map((key) => ({ id, key })));
  return {
    tried,
    next(methods) {
      const key = methods.includes('publickey') ? left.shift() : undefined;
      if (key === undefined) return null;
      tried.push(key.key.type);
      return { as: { method: 'key', usedKey: key.id }, method: { type: 'publickey', username, key: key.key } };
    },
  };
}

/**
 * A private key as ssh2 takes it. Where the server does not say which signatures it knows, ssh2 would sign with SHA-1 for an RSA
 * key; under the names of its SHA-2 signatures it cannot. Throws when the key cannot be read, which is a bug.
 */
function signersOf(privateKey: string): ParsedKey[] {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error || !key.isPrivateKey()) throw new Error('a stored private key cannot be read');
  if (key.type !== 'ssh-rsa') return [key];
  return (['sha512', 'sha256'] as const).map((hash) =>
    Object.create(key, {
      type: { value: `rsa-sha2-${hash.slice(3)}`, enumerable: true },
      sign: { value: (data: Buffer) => key.sign(data, hash) },
    }),
  );
}
