// The failure dictionary on the way to a server: its name, its address, its port, its greeting and its host key.
// Invariant: of causes that fit the same observation, the more particular one comes first.

import type { FailureCause } from './failure-words.ts';

const allowList =
  'see that the server accepts connections on port {port}, and have {addresses} added to its allow-list';

export const reachingCauses: readonly FailureCause[] = [
  {
    code: 'host-unreachable',
    cause: 'the host name does not exist',
    kinds: ['name-not-found'],
    detail: 'The name {host} does not exist.',
    nextStep:
      'Check the host name for a typing error. When it is right, ask whoever runs the server whether the name can be looked up from outside.',
    mayPass: true,
  },
  {
    code: 'host-unreachable',
    cause: 'the host name could not be looked up',
    kinds: ['name-lookup-failed', 'timed-out'],
    stages: ['resolve'],
    detail: 'The name {host} could not be looked up: the name servers gave no answer.',
    nextStep:
      'This often passes by itself. When it goes on, check the host name, and ask whoever runs the server about its name servers.',
    mayPass: true,
  },
  {
    code: 'address-not-allowed',
    cause: 'the address may not be reached',
    kinds: ['address-refused-by-rule'],
    detail: 'The host {host} leads to {address}, in a network that this installation may not reach.',
    nextStep:
      'Enter a host with a public address. When the server really is in a private network, ask the operator of Causeway to allow that network.',
    mayPass: false,
  },
  {
    code: 'port-refused',
    cause: 'the port was refused',
    kinds: ['connection-refused'],
    detail: 'The host {host} answered, but nothing there accepts connections on port {port}.',
    nextStep:
      'Check the port number: SFTP servers usually listen on 22. When it is right, see whether the server is running, and whether its firewall lets in {addresses}.',
    mayPass: true,
  },
  {
    code: 'host-unreachable',
    cause: 'there is no way to the host',
    kinds: ['unreachable'],
    stages: ['resolve', 'connect'],
    detail: 'There is no way through the network to {host}.',
    nextStep: `Check the host. When it is right, ${allowList}.`,
    mayPass: true,
  },
  {
    code: 'host-unreachable',
    cause: 'the host did not answer',
    kinds: ['timed-out'],
    stages: ['connect'],
    detail:
      'The host {host} did not answer on port {port} in time. Firewalls do this to addresses that they do not know.',
    nextStep: `Check the host and the port. When they are right, ${allowList}.`,
    mayPass: true,
  },
  {
    code: 'host-unreachable',
    cause: 'the server took the connection and then said nothing',
    kinds: ['timed-out'],
    stages: ['banner', 'key-exchange', 'host-key', 'login', 'sftp'],
    detail: 'Something took the connection on port {port} of {host}, and then gave no answer in time.',
    nextStep:
      'Check the host and the port: another program may listen there. When they are right, ask whoever runs the server to look at it, and to have {addresses} added to its allow-list.',
    mayPass: true,
  },
  {
    code: 'host-unreachable',
    cause: 'the server hung up before it said anything',
    kinds: ['closed'],
    stages: ['resolve', 'connect', 'banner'],
    detail:
      'The server {host} closed the connection before it said anything. Servers and firewalls do this to addresses that they do not know.',
    nextStep:
      'Have {addresses} added to the allow-list of the server. When they are there, check the host and the port.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'a web server answers on the port',
    kinds: ['http-answer'],
    detail: 'A web server answered on port {port} of {host}, not an SFTP server.',
    nextStep: 'Enter the port of the SFTP server, usually 22. Ports such as 80, 443 and 8080 belong to web servers.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'what answers on the port does not speak SSH',
    kinds: ['not-ssh'],
    detail: 'What answered on port {port} of {host} does not speak SSH, on which SFTP is built.',
    nextStep:
      'Enter host and port of an SFTP server, usually port 22. FTP and FTPS (ports 21 and 990) are something else.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the greeting of the server does not end',
    kinds: ['banner-too-long'],
    detail: 'What answered on port {port} of {host} kept talking without ever saying that it speaks SSH.',
    nextStep: 'Check the host and the port: they must be those of an SFTP server.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the server and Causeway have no encryption in common',
    kinds: ['no-common-algorithm'],
    detail:
      'The server {host} and Causeway have no method of encryption in common. The server may be too old: Causeway uses only methods that are safe today.',
    nextStep:
      'Ask whoever runs the server to update it, or to switch on today’s algorithms, such as curve25519-sha256 and aes128-gcm.',
    mayPass: false,
  },
  {
    code: 'host-key-changed',
    cause: 'the server no longer has a confirmed host key',
    kinds: ['no-common-host-key'],
    only: 'confirmed-before',
    detail:
      'The server {host} has no host key of the confirmed type ({confirmed}). Its keys are of other types: {offered}.',
    nextStep:
      'Ask whoever runs the server whether its host key was replaced. If so, use Test and Save, compare the new fingerprint with the one they give you, and confirm it.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the host key of the server is of a type that is not safe',
    kinds: ['no-common-host-key'],
    detail: 'The server {host} has no host key of a type that Causeway takes. Its keys are: {offered}.',
    nextStep: 'Ask whoever runs the server to add an Ed25519 host key.',
    mayPass: false,
  },
  {
    code: 'host-key-changed',
    cause: 'the server shows a host key that nobody has confirmed',
    kinds: ['host-key-not-accepted'],
    only: 'confirmed-before',
    detail:
      'The server {host} showed a host key that is not among the confirmed ones. Neither a secret nor a file was sent.',
    nextStep:
      'Ask whoever runs the server whether its host key was replaced. If so, compare the new fingerprint with the one they give you, and confirm it. If not, do not confirm: this may be another server.',
    mayPass: false,
  },
  {
    code: 'host-key-unverified',
    cause: 'no fingerprint has been confirmed',
    kinds: ['host-key-not-accepted'],
    detail:
      'The server {host} showed its fingerprint, and nobody has confirmed one yet. Neither a secret nor a file was sent.',
    nextStep: 'Compare the fingerprint with the one that whoever runs the server gives you, and confirm it.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the server hung up while encryption was being agreed',
    kinds: ['closed'],
    stages: ['key-exchange', 'host-key'],
    detail: 'The server {host} closed the link while encryption was being agreed.{said}',
    nextStep:
      'This often passes by itself. When it goes on, ask whoever runs the server to look at its log at this time.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the server broke the rules of SSH',
    kinds: ['protocol-error'],
    stages: ['resolve', 'connect', 'banner', 'key-exchange', 'host-key', 'login', 'sftp'],
    detail: 'What came from port {port} of {host} was not what SSH allows there, or was damaged on the way.{said}',
    nextStep:
      'Check the host and the port. When they are right, show the facts of this failure to whoever runs the server.',
    mayPass: true,
  },
];
