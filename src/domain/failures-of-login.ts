// The failure dictionary of logging in and of the start of SFTP.
// Invariant: a refused login never may pass: servers lock logins after wrong attempts.

import type { FailureCause } from './failure-words.ts';

export const loginCauses: readonly FailureCause[] = [
  {
    code: 'authentication-failed',
    cause: 'the user name or the password was refused',
    kinds: ['login-refused'],
    only: 'password',
    detail: 'The server {host} refused the user {user} with the password that was entered.{said}',
    nextStep: 'Check the host and the user name, enter the password again, and use Test and Save.',
    mayPass: false,
  },
  {
    code: 'authentication-failed',
    cause: 'the public key was refused',
    kinds: ['login-refused'],
    only: 'key',
    detail: 'The server {host} refused the user {user} with our public key.{said}',
    nextStep:
      'Have the public key of this destination installed on the server for the user {user}. When it is, check the user name, and whether the server takes keys of this type.',
    mayPass: false,
  },
  {
    code: 'authentication-failed',
    cause: 'the server takes no password',
    kinds: ['login-method-not-offered'],
    only: 'password',
    detail: 'The server {host} takes no password from the user {user}. It offers: {methods}.',
    nextStep:
      'Let Causeway make a key pair for this destination and have its public key installed, or have passwords switched on at the server.',
    mayPass: false,
  },
  {
    code: 'authentication-failed',
    cause: 'the server takes no public key',
    kinds: ['login-method-not-offered'],
    only: 'key',
    detail: 'The server {host} takes no public key from the user {user}. It offers: {methods}.',
    nextStep: 'Have public keys switched on at the server for this user, or use a password.',
    mayPass: false,
  },
  {
    code: 'authentication-failed',
    cause: 'the server asks for a second proof',
    kinds: ['login-needs-more'],
    detail: 'The server {host} took the first proof of the user {user}, and asks for another: {methods}.',
    nextStep:
      'Have the login set up so that one proof is enough: the password, or the public key. A program cannot answer a second question.',
    mayPass: false,
  },
  {
    // Servers that allow one attempt hang up instead of refusing.
    code: 'authentication-failed',
    cause: 'the server hung up during the login',
    kinds: ['closed'],
    stages: ['login'],
    detail: 'The server {host} closed the link while {user} was logging in.{said}',
    nextStep:
      'Check the user name and the password or key. When they are right, ask whoever runs the server whether it has locked this user or our addresses after wrong attempts.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the server does not offer SFTP to this login',
    kinds: ['sftp-not-offered'],
    detail: 'The user {user} could log in at {host}, but the server does not offer SFTP to this user.{said}',
    nextStep: 'Ask whoever runs the server to allow SFTP for the user {user}.',
    mayPass: false,
  },
];
