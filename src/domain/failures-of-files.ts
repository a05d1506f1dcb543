// The failure dictionary from the folder to the delivered file.
// Invariant: of causes that fit the same observation, the more particular one comes first.

import type { FailureCause } from './failure-words.ts';

export const fileCauses: readonly FailureCause[] = [
  {
    code: 'transfer-failed',
    cause: 'the folder does not exist',
    kinds: ['no-such-file'],
    stages: ['folder', 'write'],
    detail: 'There is no folder {folder} on {host}, as the user {user} sees it.',
    nextStep:
      'Check the path, or have the folder made. Many servers show a login only its own part of the disk: the path begins there.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the path is a file, not a folder',
    kinds: ['not-a-folder'],
    detail: 'The path {folder} on {host} is a file.',
    nextStep: 'Enter the folder into which files are to be put. The name of the file is a setting of its own.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the folder is forbidden',
    kinds: ['permission-denied'],
    stages: ['folder'],
    detail: 'The server {host} does not let the user {user} into the folder {folder}.{said}',
    nextStep: 'Ask whoever runs the server to let the user {user} into the folder, or enter another one.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the login may not write into the folder',
    kinds: ['permission-denied'],
    stages: ['write', 'manifest', 'done'],
    detail: 'The server {host} does not let the user {user} write into the folder {folder}.{said}',
    nextStep: 'Ask whoever runs the server to let the user {user} write into the folder, or enter another one.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'permission was denied',
    kinds: ['permission-denied'],
    detail: 'The server {host} does not let the user {user} do what a delivery needs in the folder {folder}.{said}',
    nextStep: 'Ask whoever runs the server to let the user {user} write, rename and remove files in the folder.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the server has no space left',
    kinds: ['no-space'],
    detail: 'The server {host} has no space left for the file, or a quota is used up.{said}',
    nextStep: 'Ask whoever runs the server to make room in the folder {folder}, or to raise the quota.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'something on the server took the file away before it was complete',
    kinds: ['no-such-file'],
    detail: 'The file was no longer where it had just been written on {host}.{said}',
    nextStep:
      'Ask whoever runs the server to leave names that begin with “.causeway-” alone: they are files on their way, and get their name when they are complete.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the name is taken and what is there cannot be replaced',
    kinds: ['target-exists'],
    detail: 'In the folder {folder} the name of the file is taken, and what is there could not be replaced.{said}',
    nextStep: 'Have it removed, or set the destination to add a number to names that are taken.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the server lacks something that a delivery needs',
    kinds: ['not-supported'],
    detail: 'The server {host} does not support a request that a delivery needs.{said}',
    nextStep: 'Show the facts below to whoever runs the server.',
    mayPass: false,
  },
  {
    code: 'transfer-failed',
    cause: 'the server refused to take the file and did not say why',
    kinds: ['refused'],
    stages: ['write', 'manifest', 'done'],
    detail:
      'The server {host} refused to take the file. Often there is no space left, or a quota or a rule about names stands against it.{said}',
    nextStep: 'Ask whoever runs the server to look at the space, the quota and the rules of the folder {folder}.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the server refused and did not say why',
    kinds: ['refused'],
    detail: 'The server {host} refused a request that a delivery needs.{said}',
    nextStep: 'Show the facts below to whoever runs the server, and ask what its log says at this time.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the file arrived with another size',
    kinds: ['size-differs'],
    detail:
      'The server {host} said that all was written, and then showed another size than what was sent. The file did not get its name.',
    nextStep: 'This often passes by itself. When it goes on, ask whoever runs the server about its space and its disk.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the file arrived with other bytes',
    kinds: ['content-differs'],
    detail: 'What was read back from {host} is not what was sent. The file did not get its name.',
    nextStep:
      'This often passes by itself. When it goes on, ask whoever runs the server whether something there changes new files, such as a conversion of line ends.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the network was interrupted',
    kinds: ['closed', 'timed-out', 'unreachable'],
    detail: 'The link to {host} broke off or went silent in the middle of the work.{said}',
    nextStep:
      'This often passes by itself. When it goes on, ask whoever runs the server to look at its log at this time.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'the server broke the rules of SFTP',
    kinds: ['protocol-error'],
    detail: 'What came from {host} was not what SFTP allows there, or was damaged on the way.{said}',
    nextStep:
      'This often passes by itself. When it goes on, show the facts of this failure to whoever runs the server.',
    mayPass: true,
  },
  {
    code: 'transfer-failed',
    cause: 'it was stopped on our side',
    kinds: ['stopped'],
    detail:
      'It was stopped before it was done, because the destination was changed, switched off or deleted meanwhile, or because Causeway was ending.',
    nextStep: 'When the destination is on, run the transfer again.',
    mayPass: false,
  },
];
