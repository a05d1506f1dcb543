// Logging in to servers: what is sent, in which order, how often, and never before the host key was accepted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthContext, Connection, KeyboardAuthContext, Prompt } from 'ssh2';
import type { OpenRemote } from '../../src/domain/remote.ts';
import { everyPartner } from '../kit/partners/every.ts';
import { byKey } from '../kit/partners/open-session.ts';
import { startSshd } from '../kit/partners/sshd.ts';
import { sshdMissing } from '../kit/partners/sshd-namespace.ts';
import { makeSshKey } from '../kit/ssh-keys.ts';
import { password, recordingServer, seenBy, tryToOpen } from './remote-kit.ts';

const skip = sshdMissing();
const keys = (...pairs: [id: string, key: { privateKey: string }][]): OpenRemote['secret'] => ({
  kind: 'keys',
  keys: pairs.map(([id, { privateKey }]) => ({ id, privateKey })),
});

test('a host key that is not accepted ends it before any attempt to log in, by password or by key', async (t) => {
  const secrets = [{ kind: 'password', password } as const, byKey((await makeSshKey('ssh-ed25519')).privateKey)];
  for (const secret of secrets) {
    const server = await recordingServer(t);
    const shown: string[] = [];
    const tried = await tryToOpen(t, server.port, {
      secret,
      acceptHostKey: (key) => {
        shown.push(key.sha256);
        return false;
      },
    });
    assert.equal(seenBy(tried), 'host-key host-key-not-accepted');
    assert.equal(tried.error?.observation.facts.sha256, shown[0]);
    assert.deepEqual(tried.stages.map(({ name, status }) => `${name} ${status}`).slice(-2), [
      'key-exchange ok',
      'host-key failed',
    ]);
    await server.ended;
    assert.deepEqual([shown.length, server.attempts], [1, []]);
  }
});

test('an error in the decision about a host key is a bug, not an answer, and nothing is sent', async (t) => {
  const server = await recordingServer(t);
  const acceptHostKey = () => {
    throw new Error('a bug');
  };
  await assert.rejects(tryToOpen(t, server.port, { acceptHostKey }), /a bug/);
  await server.ended;
  assert.deepEqual(server.attempts, []);
});

test('a password is sent once, after the question which ways there are', async (t) => {
  const server = await recordingServer(t);
  const tried = await tryToOpen(t, server.port, { secret: { kind: 'password', password: 'wrong' } });
  assert.equal(seenBy(tried), 'login login-refused');
  assert.deepEqual(server.attempts, ['none', 'password']);
});

for (const { name, start, missing } of everyPartner)
  test(`${name}: a wrong password, a wrong user and a strange key are login-refused`, {
    skip: missing(),
  }, async (t) => {
    await using partner = await start();
    const stranger = byKey((await makeSshKey('ssh-ed25519')).privateKey);
    const { username } = partner;
    const wrong = await tryToOpen(t, partner.port, { username, secret: { kind: 'password', password: 'wrong' } });
    const nobody = await tryToOpen(t, partner.port, { username: 'nobody-here' });
    const strange = await tryToOpen(t, partner.port, { username, secret: stranger });
    assert.deepEqual([wrong, nobody, strange].map(seenBy), Array(3).fill('login login-refused'));
    assert.deepEqual(wrong.error?.observation.facts.tried, ['password']);
    assert.doesNotMatch(JSON.stringify(wrong), /wrong/);
  });

for (const { name, start, missing } of everyPartner)
  for (const type of ['ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519'] as const)
    test(`${name}: of several keys the one that is installed is used, here ${type}`, { skip: missing() }, async (t) => {
      await using partner = await start();
      const [other, installed] = await Promise.all([makeSshKey('ssh-ed25519'), makeSshKey(type)]);
      await partner.forgetKeys();
      await partner.authorize(installed.publicKey);
      const { username } = partner;
      const tried = await tryToOpen(t, partner.port, {
        username,
        secret: keys(['next', other], ['present', installed]),
      });
      assert.equal(seenBy(tried), 'opened');
      assert.equal(tried.session?.usedKey, 'present');
      const both = await tryToOpen(t, partner.port, {
        username,
        secret: keys(['present', installed], ['next', other]),
      });
      assert.equal(both.session?.usedKey, 'present');
    });

/** ssh2's server tells which signatures it knows (RFC 8308); older servers do not. */
function withoutSignatureList(connection: Connection): void {
  const { _protocol: protocol } = connection as unknown as {
    _protocol: { _kex: { remoteExtInfoEnabled: boolean }; _onHandshakeComplete: (...args: unknown[]) => void };
  };
  const complete = protocol._onHandshakeComplete;
  protocol._onHandshakeComplete = (...args) => {
    protocol._kex.remoteExtInfoEnabled = false;
    complete(...args);
  };
}

test('an RSA key signs with SHA-2 although the server does not say that it could', async (t) => {
  const algorithms: string[] = [];
  const login = (context: AuthContext) => {
    if (context.method !== 'publickey') return context.reject(['publickey']);
    algorithms.push(context.hashAlgo ?? context.key.algo);
    context.accept();
  };
  const server = await recordingServer(t, { login, connected: withoutSignatureList });
  const secret = byKey((await makeSshKey('ssh-rsa')).privateKey);
  assert.equal(seenBy(await tryToOpen(t, server.port, { secret }, { sftpTime: 300 })), 'sftp timed-out');
  assert.ok(
    algorithms.length > 0 && algorithms.every((name) => /sha(512|256)|rsa-sha2/.test(name)),
    String(algorithms),
  );
});

test('a way to log in that the server does not have is told as that, with those that it has', { skip }, async (t) => {
  await using keysOnly = await startSshd({ login: 'key' });
  const { username } = keysOnly;
  const byPassword = await tryToOpen(t, keysOnly.port, { username });
  assert.equal(seenBy(byPassword), 'login login-method-not-offered');
  assert.deepEqual(byPassword.error?.observation.facts.offered, ['publickey']);
  await using passwordOnly = await startSshd({ login: 'password' });
  const withKey = await tryToOpen(t, passwordOnly.port, { username, secret: byKey(passwordOnly.key.privateKey) });
  assert.equal(seenBy(withKey), 'login login-method-not-offered');
  assert.deepEqual(withKey.error?.observation.facts.offered, ['password']);
});

test('a server that wants the password besides the key is login-needs-more', { skip }, async (t) => {
  await using partner = await startSshd({ login: 'both' });
  const { username } = partner;
  const tried = await tryToOpen(t, partner.port, { username, secret: byKey(partner.key.privateKey) });
  assert.equal(seenBy(tried), 'login login-needs-more');
  assert.deepEqual(tried.error?.observation.facts.offered, ['password']);
});

test('a server that hangs up after too many attempts has refused the login', { skip }, async (t) => {
  await using partner = await startSshd({ config: ['MaxAuthTries 2'] });
  const strangers = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (id) => [id, await makeSshKey('ssh-ed25519')] as const),
  );
  const secret = keys(...strangers.map(([id, key]): [string, typeof key] => [id, key]));
  const tried = await tryToOpen(t, partner.port, { username: partner.username, secret });
  assert.equal(seenBy(tried), 'login login-refused');
  assert.match(String(tried.error?.observation.facts.text), /too many/i);
});

/** A server that asks by keyboard-interactive only, these rounds of prompts, and accepts when all were answered. */
function asking(...rounds: Prompt[][]): { login: (context: AuthContext) => void; answers: string[][] } {
  const answers: string[][] = [];
  const login = (context: AuthContext) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
    const keyboard: KeyboardAuthContext = context;
    const ask = (left: Prompt[][]): void => {
      const [round, ...later] = left;
      if (round === undefined) keyboard.accept();
      else
        keyboard.prompt(round, (given) => {
          answers.push(given);
          ask(later);
        });
    };
    ask(rounds);
  };
  return { login, answers };
}

test('a server that asks for the password in a dialogue gets it, once', async (t) => {
  const { login, answers } = asking([{ prompt: 'Password: ', echo: false }]);
  const server = await recordingServer(t, { login });
  const tried = await tryToOpen(t, server.port, {}, { sftpTime: 300 });
  assert.equal(seenBy(tried), 'sftp timed-out');
  assert.deepEqual([answers, server.attempts], [[[password]], ['none', 'keyboard-interactive']]);
});

const prompts: [name: string, rounds: Prompt[][], answers: string[][]][] = [
  [
    'a code besides the password',
    [[{ prompt: 'Password:', echo: false }], [{ prompt: 'Code:', echo: false }]],
    [[password]],
  ],
  [
    'two things at once',
    [
      [
        { prompt: 'Password:', echo: false },
        { prompt: 'Code:', echo: false },
      ],
    ],
    [],
  ],
  ['something that would be shown', [[{ prompt: 'Your name:', echo: true }]], []],
];

test('a server that repeats the password in its next question does not get it into what is kept', async (t) => {
  const { login } = asking(
    [{ prompt: 'Password:', echo: false }],
    [{ prompt: `You said ${password}. Code:`, echo: false }],
  );
  const server = await recordingServer(t, { login });
  const tried = await tryToOpen(t, server.port);
  assert.equal(seenBy(tried), 'login login-needs-more');
  assert.equal(tried.error?.observation.facts.text, 'You said …. Code:');
  assert.ok(!JSON.stringify([tried.error, tried.stages]).includes(password));
});

for (const [name, rounds, expected] of prompts)
  test(`a server that asks for ${name} is login-needs-more, and gets no second answer`, async (t) => {
    const { login, answers } = asking(...rounds);
    const server = await recordingServer(t, { login });
    const tried = await tryToOpen(t, server.port);
    assert.equal(seenBy(tried), 'login login-needs-more');
    await server.ended;
    assert.deepEqual(answers, expected);
  });

test('a server that asks for a new password is login-needs-more', async (t) => {
  const server = await recordingServer(t, {
    login: (context) => {
      if (context.method === 'password') context.requestChange('Your password has expired.', () => undefined);
      else context.reject(['password']);
    },
  });
  assert.equal(seenBy(await tryToOpen(t, server.port)), 'login login-needs-more');
});

test('a server that never answers a login ends in time; a stop ends it at once', async (t) => {
  const server = await recordingServer(t, { login: () => undefined });
  assert.equal(seenBy(await tryToOpen(t, server.port, {}, { loginTime: 300 })), 'login timed-out');
  const stop = new AbortController();
  const onStage = ({ name }: { name: string }) => void (name === 'host-key' && setImmediate(() => stop.abort()));
  assert.equal(seenBy(await tryToOpen(t, server.port, { signal: stop.signal, onStage })), 'login stopped');
});

test('a server that hangs up in the login is closed', async (t) => {
  const server = await recordingServer(t, {
    connected: (connection) => connection.on('authentication', () => connection.end()),
    login: () => undefined,
  });
  assert.equal(seenBy(await tryToOpen(t, server.port)), 'login closed');
});

test('text where SFTP should begin is sftp-not-offered, with the text', async (t) => {
  const server = await recordingServer(t, {
    sftp: (channel) => void channel.write('This account is not available.\r\n'),
  });
  const tried = await tryToOpen(t, server.port, {}, { sftpTime: 5000 });
  assert.equal(seenBy(tried), 'sftp sftp-not-offered');
  assert.equal(tried.error?.observation.facts.text, 'This account is not available.');
});

const version3 = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3]);

test('SFTP packets that cannot be end the session as a protocol error', async (t) => {
  const bad: [Buffer, string][] = [
    [Buffer.from([0xff, 0xff, 0xff, 0xff, 2]), 'sftp protocol-error'],
    [Buffer.from([0, 0, 0, 0]), 'sftp protocol-error'],
    [Buffer.from([0, 0, 0, 3, 2, 0, 0]), 'sftp protocol-error'],
    [Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 6]), 'sftp protocol-error'],
    [Buffer.from([0, 0, 0, 5, 101, 0, 0, 0, 9]), 'sftp protocol-error'],
  ];
  for (const [bytes, seen] of bad) {
    const server = await recordingServer(t, { sftp: (channel) => void channel.write(bytes) });
    assert.equal(seenBy(await tryToOpen(t, server.port, {}, { sftpTime: 5000 })), seen, bytes.toString('hex'));
  }
});

test('replies that nobody asked for, of a wrong type, or cut off, end the session', async (t) => {
  const replies: ((id: number) => Buffer)[] = [
    () => Buffer.from([0, 0, 0, 9, 101, 0, 0, 99, 99, 0, 0, 0, 0]),
    (id) => Buffer.from([0, 0, 0, 5, 104, 0, 0, 0, id]),
    (id) => Buffer.from([0, 0, 0, 9, 105, 0, 0, 0, id, 0, 0, 0, 1]),
    (id) => Buffer.from([0, 0, 0, 5, 101, 0, 0, 0, id]),
  ];
  for (const reply of replies) {
    const server = await recordingServer(t, {
      sftp: (channel) =>
        channel.on('data', (chunk: Buffer) => {
          channel.write(chunk[4] === 1 ? version3 : reply(chunk[8] ?? 0));
        }),
    });
    const { session } = await tryToOpen(t, server.port);
    await assert.rejects(session?.stat('/') ?? Promise.resolve(), /folder: protocol-error/);
    await assert.rejects(session?.stat('/') ?? Promise.resolve(), /folder: protocol-error/);
  }
});
