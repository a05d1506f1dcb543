// Makes the changes to the installed ssh2 that its maintainers have not released (docs/adr/0011).
// Plain JavaScript for Node 20 and later. Invariant: only files whose every byte is known are changed; each is replaced
// whole, and in an order in which ssh2 works at every moment.
import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const addedFile = join(projectRoot, 'patches', 'ssh2', 'mlkem768x25519.cjs');

/** The release whose files are below. */
const version = '1.17.0';

/**
 * SHA-256 of each file as it was released, and what is put for what. First the new key exchange, then the place that
 * says that it is there.
 */
const changes = [
  {
    // mscdex/ssh2 pull request 1471.
    path: 'lib/protocol/kex.js',
    sha256: '054ba4b81801596350f0e2e939746d2966297cffd4303b342c25b2fd5d295755',
    replace: [
      [
        '  return (negotiated, ...args) => {\n',
        "  const MlKem768X25519Exchange = require('./mlkem768x25519.js').exchangeOn(KeyExchange);\n\n" +
          '  return (negotiated, ...args) => {\n',
      ],
      [
        "        case 'curve25519-sha256':\n        case 'curve25519-sha256@libssh.org':\n",
        "        case 'mlkem768x25519-sha256':\n          return new MlKem768X25519Exchange(...args);\n" +
          "        case 'curve25519-sha256':\n        case 'curve25519-sha256@libssh.org':\n",
      ],
    ],
  },
  {
    // Known, not wanted by default: whoever gives no list of algorithms gets what ssh2 released.
    path: 'lib/protocol/constants.js',
    sha256: 'a3894fdd8e294109b55f06fbda69e467741f15a250801b744b6b0487bbf32529',
    replace: [
      [
        'const SUPPORTED_KEX = DEFAULT_KEX.concat([\n',
        "const SUPPORTED_KEX = DEFAULT_KEX.concat(require('./mlkem768x25519.js').names, [\n",
      ],
    ],
  },
  {
    // mscdex/ssh2 pull request 1485. Without the comma clients are told of no ecdsa-sha2-nistp521 and no rsa-sha2-512.
    path: 'lib/protocol/Protocol.js',
    sha256: 'c1104b49087de7a91cd3ffaac8807c05eebf49f61effd084d0b0caf29fde6af4',
    replace: [
      [
        "ecdsa-sha2-nistp521'\n      + 'rsa-sha2-512,rsa-sha2-256",
        "ecdsa-sha2-nistp521,'\n      + 'rsa-sha2-512,rsa-sha2-256",
      ],
    ],
  },
];

/** Changed while it is built only, by build-ssh-crypto.js; mscdex/ssh2 commit 45522bb of May 2026, for Node 26. */
const bindingChange = {
  path: 'lib/protocol/crypto/src/binding.cc',
  sha256: '2b976ce86c43b0d2bda5ae104b0fb075b1ad8ecda65c6a0a7979be040475f88c',
};

/** Brings the ssh2 below `root` up to date with the changes, and says so; or says in a sentence why it stays as it is. */
export function patchSsh2(root, say) {
  const folder = join(root, 'node_modules', 'ssh2');
  if (!existsSync(folder)) return;
  const stays = (why) => say(`${why}: ssh2 stays as it is. SFTP works, without the key exchange mlkem768x25519-sha256`);
  const installed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  if (installed !== version) return stays(`our changes are for ssh2 ${version}, and ${installed} is installed`);
  const wanted = [{ path: join(folder, 'lib/protocol/mlkem768x25519.js'), text: readFileSync(addedFile, 'utf8') }];
  for (const change of changes) {
    const path = join(folder, change.path);
    const released = asReleased(path, change.sha256);
    if (released === undefined) return stays(`${path} is not the file that was released (npm ci brings it back)`);
    wanted.push({ path, text: changed(released, change), released });
  }
  const old = wanted.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  if (old.length === 0) return;
  try {
    for (const { path, text, released } of old) {
      if (released !== undefined && !existsSync(`${path}.released`)) replaceFile(`${path}.released`, released);
      replaceFile(path, text);
    }
    say(`changed ${old.length} files of ssh2 ${version}, once (docs/adr/0011)`);
  } catch (error) {
    stays(`the package ssh2 cannot be changed (${error.message})`);
  }
}

/** The source of the native ciphers as it can be built for today's Node, or undefined when it is not the one we know. */
export function bindingSource(folder) {
  const released = asReleased(join(folder, bindingChange.path), bindingChange.sha256);
  return released?.replaceAll('context->GetIsolate()', 'v8::Isolate::GetCurrent()');
}

/** Before a file is changed for the first time it is kept beside, so that later changes begin with it. */
function asReleased(path, sha256) {
  const candidates = [path, `${path}.released`].filter((file) => existsSync(file)).map((file) => readFileSync(file));
  return candidates.find((bytes) => createHash('sha256').update(bytes).digest('hex') === sha256)?.toString('utf8');
}

function changed(text, { path, replace }) {
  return replace.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`${path} has not exactly one place for a change of ours`);
    return before.replace(from, () => to);
  }, text);
}

/** Written beside and moved: who loads it gets the one or the other. */
function replaceFile(path, text) {
  const fresh = `${path}.${randomUUID()}.new`;
  try {
    writeFileSync(fresh, text);
    // Files that root puts there under a narrow umask must be readable for the user of the server.
    chmodSync(fresh, existsSync(path) ? statSync(path).mode & 0o777 : 0o644);
    renameSync(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}
