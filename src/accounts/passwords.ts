// Passwords of people: Argon2id with a bound on how many are hashed at once.
// Invariant: only PHC strings are kept; a check of an unknown user costs what a check of a known one costs.

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../domain/errors.ts';

/** 19 MiB, two passes, one lane: the first choice of OWASP's password storage page; 60 to 95 ms on a small machine. */
const memory = 19_456;
const passes = 2;
const parallelism = 1;
const tagLength = 32;
const saltLength = 16;
const shortest = 12;

export type Passwords = {
  /**
   * A PHC string: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Throws AppError `weak-password` below 12 characters, and `busy` when
   * too many wait.
   */
  hash(password: string): Promise<string>;
  /** Does the password belong to the PHC string? Null stands for an unknown user: same work, always false. */
  matches(password: string, phc: string | null): Promise<boolean>;
};

/**
 * At most `atOnce` hashes run, so that sign-ins neither fill the memory nor the thread pool that files and DNS use; beyond
 * `waiting` callers in the queue a call is refused.
 */
export function openPasswords(options: { atOnce?: number; waiting?: number } = {}): Passwords {
  const { atOnce = 2, waiting = 100 } = options;
  const queue: (() => void)[] = [];
  let running = 0;

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++;
    else if (queue.length < waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else
      throw new AppError(
        'too-many',
        'busy',
        'Too many people are signing in at this moment.',
        'Try again in a minute.',
      );
    try {
      return await work();
    } finally {
      // The place goes to the next in the queue, or becomes free.
      const next = queue.shift();
      if (next) next();
      else running--;
    }
  };

  return {
    hash: async (password) => {
      if (password.length < shortest) throw weakPassword();
      return inTurn(async () => {
        const salt = randomBytes(saltLength);
        const tag = await derive(password, salt, { memory, passes, parallelism });
        return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
      });
    },
    matches: (password, phc) =>
      inTurn(async () => {
        const parsed = parsePhc(phc ?? nobody);
        const tag = await derive(password, parsed.salt, parsed);
        return tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag) && phc !== null;
      }),
  };
}

function weakPassword(): AppError {
  const title = `A password has at least ${shortest} characters.`;
  return new AppError('invalid', 'weak-password', title, 'Use a longer one: a few words are good.', [
    { name: 'password', message: title },
  ]);
}

const nobody = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

type Cost = { memory: number; passes: number; parallelism: number };

function derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  const message = password.normalize('NFC');
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength, ...cost }, (error, tag) => (error ? reject(error) : resolve(tag)));
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function parsePhc(phc: string): Cost & { salt: Buffer; tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc);
  if (!match) throw new Error('a stored password is in no known form');
  const [, m, t, p, salt = '', tag = ''] = match;
  return {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}
