// The login of one link: passwords, keys, keyboard-interactive, and two of them together (RFC 4252, RFC 4256).
// Invariant: a refusal is answered a fixed time after its request came, so that its cause cannot be told by timing.

import { setTimeout as delay } from 'node:timers/promises';
import type { AuthContext, KeyboardAuthContext, PasswordAuthContext, PublicKeyAuthContext } from 'ssh2';
import type { LoginPenalties } from './login-penalties.ts';
import { readOfferedKey, signatureIsGood, welcomeKey } from './offered-key.ts';
import type { Authenticate, EdgeRefusalReason, LoginFacts, LoginMethod, LoginRefused, LoginResult } from './ports.ts';

export type AcceptedLogin = Extract<LoginResult, { kind: 'accepted' }>;

export type LoginRules = {
  /** Refused passwords and signatures on one link; with the last of them the link ends. */
  maxAttempts: number;
  /** Keys that may be offered without a signature: an agent may hold many. */
  maxOffers: number;
  /** How long the first refusal takes, in milliseconds; each further one takes twice as long, up to `slowestRefusal`. */
  firstRefusal: number;
  slowestRefusal: number;
  /** How long the refusal of an offered key takes. */
  offerRefusal: number;
};

export const usualLoginRules: LoginRules = {
  maxAttempts: 6,
  maxOffers: 20,
  firstRefusal: 250,
  slowestRefusal: 4000,
  offerRefusal: 40,
};

export type LoginOptions = {
  rules: LoginRules;
  authenticate: Authenticate;
  penalties: LoginPenalties;
  sessionId: string;
  address: string;
  client: string;
  /** Aborted when the link ends. */
  ended: AbortSignal;
  /** Records the session; when it gives false, the login is refused. */
  accepted(login: AcceptedLogin, username: string, loginMethod: string): Promise<boolean>;
  /** Ends the link. */
  giveUp(reason: EdgeRefusalReason): void;
  reportBug(message: string, cause: unknown): void;
};

/** What the session log is told when the link ends without a login. */
export type LoginHistory = {
  username: string | null;
  method: LoginMethod | null;
  attempts: number;
  refused: LoginRefused | null;
};

type Proof = 'password' | 'publickey';

const allMethods: readonly LoginMethod[] = ['publickey', 'password', 'keyboard-interactive'];
const methodsAfter = { password: ['publickey'], publickey: ['password', 'keyboard-interactive'] } as const;

export class Login {
  readonly history: LoginHistory = { username: null, method: null, attempts: 0, refused: null };
  readonly #options: LoginOptions;
  readonly #proven: Proof[] = [];
  readonly #methods: LoginMethod[] = [];
  #offers = 0;
  #requests = 0;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** Answers one authentication request. ssh2 gives them one after the other. */
  async request(ctx: AuthContext): Promise<void> {
    const { rules, giveUp } = this.#options;
    try {
      this.#requests += 1;
      if (this.#requests > rules.maxAttempts + 2 * rules.maxOffers) return giveUp('too-many-attempts');
      this.history.username = ctx.username.slice(0, 255);
      if (ctx.method === 'password') await this.#password(ctx);
      else if (ctx.method === 'keyboard-interactive') await this.#keyboard(ctx);
      else if (ctx.method === 'publickey') await this.#publicKey(ctx);
      else this.#reject(ctx);
    } catch (error) {
      if (this.#options.ended.aborted) return;
      this.#options.reportBug('a login could not be answered', error);
      this.history.refused ??= refusal('internal-error');
      giveUp('internal-error');
    }
  }

  async #password(ctx: PasswordAuthContext): Promise<void> {
    this.history.method = 'password';
    // A request to change the password comes as an object.
    const password: unknown = ctx.password;
    await this.#prove(ctx, 'password', (facts) => this.#checkPassword(ctx.username, password, facts));
  }

  async #keyboard(ctx: KeyboardAuthContext): Promise<void> {
    this.history.method = 'keyboard-interactive';
    const answers = await new Promise<unknown>((resolve) => {
      ctx.once('abort', () => resolve('aborted'));
      this.#options.ended.addEventListener('abort', () => resolve('aborted'), { once: true });
      ctx.prompt([{ prompt: 'Password: ', echo: false }], resolve);
    });
    // A new request took the place of this one.
    if (answers === 'aborted' || answers instanceof Error) return;
    const password: unknown = Array.isArray(answers) && answers.length === 1 ? answers[0] : undefined;
    await this.#prove(ctx, 'keyboard-interactive', (facts) => this.#checkPassword(ctx.username, password, facts));
  }

  async #publicKey(ctx: PublicKeyAuthContext): Promise<void> {
    this.history.method = 'publickey';
    const offered = readOfferedKey(ctx);
    if (ctx.signature !== undefined) {
      await this.#prove(ctx, 'publickey', async (facts) => {
        if (typeof offered === 'string') return refusal(offered);
        if (!signatureIsGood(ctx, offered)) return refusal('bad-signature');
        return this.#options.authenticate.byKey(ctx.username, offered.key, facts);
      });
      return;
    }
    const started = performance.now();
    this.#offers += 1;
    if (this.#offers > this.#options.rules.maxOffers) return this.#options.giveUp('too-many-attempts');
    const answer = await this.#offer(ctx, offered);
    if (answer.kind === 'welcome') return welcomeKey(ctx);
    this.history.refused ??= answer;
    await this.#until(started + this.#options.rules.offerRefusal);
    this.#reject(ctx);
  }

  #offer(ctx: PublicKeyAuthContext, offered: ReturnType<typeof readOfferedKey>): ReturnType<Authenticate['offersKey']> {
    if (typeof offered === 'string') return Promise.resolve(refusal(offered));
    if (!usableName(ctx.username)) return Promise.resolve(refusal('unusable-user-name'));
    return this.#options.authenticate.offersKey(ctx.username, offered.key, this.#facts());
  }

  async #checkPassword(username: string, password: unknown, facts: LoginFacts): Promise<LoginResult> {
    const { penalties, authenticate, address, ended } = this.#options;
    if (typeof password !== 'string' || password === '' || Buffer.byteLength(password) > 1024)
      return refusal('unusable-password');
    const verdict = await penalties.before(address, username);
    if (verdict.locked) return refusal('locked-out');
    if (verdict.wait > 0) await delay(verdict.wait, undefined, { signal: ended });
    const result = await authenticate.byPassword(username, password, facts);
    if (result.kind === 'refused') await penalties.failed(address, username);
    else await penalties.succeeded(address, username);
    return result;
  }

  /** One attempt at a login with a secret or a signature. */
  async #prove(
    ctx: PasswordAuthContext | KeyboardAuthContext | PublicKeyAuthContext,
    method: LoginMethod,
    check: (facts: LoginFacts) => Promise<LoginResult>,
  ): Promise<void> {
    const started = performance.now();
    const result = usableName(ctx.username) ? await check(this.#facts()) : refusal('unusable-user-name');
    if (this.#options.ended.aborted) return;
    if (result.kind === 'refused') return this.#refused(ctx, started, result);
    this.#methods.push(method);
    if (result.kind === 'partial') return this.#partly(ctx, method === 'publickey' ? 'publickey' : 'password');
    const recorded = await this.#options.accepted(result, ctx.username, [...new Set(this.#methods)].join('+'));
    if (!recorded) return this.#refused(ctx, started, refusal('internal-error'));
    ctx.accept();
  }

  async #refused(ctx: AuthContext, started: number, result: LoginRefused): Promise<void> {
    const { rules, giveUp } = this.#options;
    this.history.refused = result;
    this.history.attempts += 1;
    const wait = Math.min(rules.firstRefusal * 2 ** (this.history.attempts - 1), rules.slowestRefusal);
    await this.#until(started + wait);
    if (this.history.attempts >= rules.maxAttempts) return giveUp('too-many-attempts');
    this.#reject(ctx);
  }

  #partly(ctx: AuthContext, proof: Proof): void {
    if (!this.#proven.includes(proof)) this.#proven.push(proof);
    ctx.reject([...methodsAfter[proof]], true);
  }

  #reject(ctx: AuthContext): void {
    const [proof] = this.#proven;
    ctx.reject(proof === undefined ? [...allMethods] : [...methodsAfter[proof]]);
  }

  #facts(): LoginFacts {
    const { sessionId, address, client } = this.#options;
    return { sessionId, address, client, proven: [...this.#proven] };
  }

  async #until(time: number): Promise<void> {
    const left = time - performance.now();
    if (left > 0) await delay(left, undefined, { signal: this.#options.ended });
  }
}

function refusal(reason: EdgeRefusalReason): LoginRefused {
  return { kind: 'refused', institutionId: null, feedId: null, reason };
}

/** Names that no feed can have are not looked up: control characters, text that is not UTF-8, endless names. */
function usableName(username: string): boolean {
  return username !== '' && Buffer.byteLength(username) <= 255 && !/[\p{Cc}\p{Cs}\ufffd]/u.test(username);
}
