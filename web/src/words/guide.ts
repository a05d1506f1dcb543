// The page for the IT department as data: the browser shows it, and the same data become the text to copy.
// Invariant: it never holds a password.

import type { ServerInfo } from '@api/accounts.ts';
import type { Feed } from '@api/feeds.ts';
import type { Field, Institution } from '@api/institutions.ts';
import { fieldTitle } from './feeds.ts';
import { keyTypeWords } from './fingerprints.ts';
import { count } from './numbers.ts';
import { loginMethodWords } from './states.ts';

/** A fingerprint is shown in groups and copied as it is, so that it can be compared by machine too. */
type GuideFact = { name: string; value: string; as?: 'code' | 'fingerprint' };
export type GuideBlock =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: GuideFact[] }
  | { kind: 'list'; items: string[] }
  | { kind: 'code'; lines: string[] };
export type GuideSection = { title: string; blocks: GuideBlock[] };

type GuideInput = { institution: Institution; feed: Feed; server: ServerInfo; fields: Field[] };

export function guide({ institution, feed, server, fields }: GuideInput): GuideSection[] {
  return [
    {
      title: 'Where files go',
      blocks: [
        {
          kind: 'facts',
          facts: [
            { name: 'Institution', value: institution.name },
            { name: 'Protocol', value: 'SFTP, the file transfer of SSH (not FTP, not FTPS)' },
            { name: 'Host', value: feed.host, as: 'code' },
            { name: 'Port', value: String(feed.port), as: 'code' },
            { name: 'User name', value: feed.username, as: 'code' },
            { name: 'Log in with', value: loginWords(feed) },
            { name: 'Folder', value: '/ (the folder in which you are after login)' },
          ],
        },
        ...addressBlock(feed),
      ],
    },
    {
      title: 'Is it really our server?',
      blocks: [
        {
          kind: 'text',
          text: 'At the first connection your client shows a fingerprint. Go on only when it is one of these.',
        },
        {
          kind: 'facts',
          facts: feed.hostKeys.flatMap((key) => [
            { name: keyTypeWords(key.type), value: key.sha256, as: 'fingerprint' as const },
            { name: `${keyTypeWords(key.type)}, older form`, value: key.md5, as: 'fingerprint' as const },
          ]),
        },
        { kind: 'text', text: 'For a known_hosts file:' },
        { kind: 'code', lines: feed.hostKeys.map((key) => `${knownHost(feed)} ${key.publicKey}`) },
      ],
    },
    { title: 'The file', blocks: fileBlocks(feed, fields) },
    {
      title: 'Sending it',
      blocks: [
        {
          kind: 'code',
          lines: [`sftp -P ${feed.port} ${feed.username}@${feed.host}`, 'sftp> put roster.csv', 'sftp> ls outbox'],
        },
        {
          kind: 'list',
          items: [
            'Put the file into the folder in which you are after login, not into another one.',
            'A file is complete when your client closes it. Names that end in .filepart, .part, .partial, .tmp, .uploading or ~, or begin with a dot, wait until they are renamed.',
            `It is imported about ${settleWords(server.settleSeconds)} after it is complete. The same name may be used again each time.`,
            'Afterwards outbox/ holds a receipt (JSON) and, when rows need mending, a CSV with those rows and the reasons. That CSV can be corrected and sent as it is.',
            'A file put into dryrun/ is a rehearsal: it is checked and reported, and changes nothing.',
          ],
        },
      ],
    },
  ];
}

/** The name of this server in a known_hosts file (sshd(8)): in brackets with the port, unless that is 22. */
function knownHost(feed: Feed): string {
  return feed.port === 22 ? feed.host : `[${feed.host}]:${feed.port}`;
}

function loginWords(feed: Feed): string {
  if (feed.loginMethods === 'any')
    return feed.publicKeys.length > 0
      ? 'Public key or password (sent apart from this page)'
      : 'Password (sent apart from this page)';
  return `${loginMethodWords[feed.loginMethods] ?? feed.loginMethods}${feed.loginMethods === 'public-key' ? '' : ' (sent apart from this page)'}`;
}

function addressBlock(feed: Feed): GuideBlock[] {
  if (feed.allowedAddresses.length === 0) return [];
  return [
    {
      kind: 'text',
      text: `Logins are accepted only from these addresses: ${feed.allowedAddresses.join(', ')}. Tell us before yours changes.`,
    },
  ];
}

function fileBlocks(feed: Feed, fields: Field[]): GuideBlock[] {
  const rules: GuideBlock = {
    kind: 'list',
    items: [
      'A CSV file whose name ends in .csv; any name will do.',
      'Encoding UTF-8, values separated by commas, text with commas or line breaks in double quotes.',
      'The first row holds the labels. One person a row.',
      'CRM IDs are text: leading zeros stay. Phone numbers in any usual writing. Dates as YYYY-MM-DD, or as your country writes them.',
      'The file may hold everybody or only those who changed: people who are missing are never deleted.',
    ],
  };
  if (feed.columns.length === 0) return [rules];
  return [
    rules,
    { kind: 'text', text: 'These labels are read; other columns are left alone.' },
    {
      kind: 'facts',
      facts: feed.columns.map((column) => ({
        name: `${fieldTitle(column.field, fields)}${column.required ? ' (required)' : ''}`,
        value: column.labels.join(column.combine === 'join' ? ' + ' : ' or '),
        as: 'code',
      })),
    },
  ];
}

function settleWords(seconds: number): string {
  return count(Math.max(1, seconds), 'second');
}

/** The guide as plain text, for a mail or a ticket. */
export function guideText(title: string, sections: GuideSection[]): string {
  const parts = sections.map((section) =>
    [underlined(section.title, '-'), ...section.blocks.map(blockText)].join('\n\n'),
  );
  return `${[underlined(title, '='), ...parts].join('\n\n')}\n`;
}

function underlined(title: string, line: string): string {
  return `${title}\n${line.repeat(title.length)}`;
}

function blockText(block: GuideBlock): string {
  switch (block.kind) {
    case 'text':
      return block.text;
    case 'facts': {
      const width = Math.max(...block.facts.map((fact) => fact.name.length)) + 2;
      return block.facts.map((fact) => `${`${fact.name}:`.padEnd(width)} ${fact.value}`).join('\n');
    }
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'code':
      return block.lines.map((line) => `    ${line}`).join('\n');
  }
}
