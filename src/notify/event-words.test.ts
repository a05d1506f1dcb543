// Each event's mail says who, what, when, why and what to do, whatever the names in it are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NotifyEvent } from '../domain/events.ts';
import type { Failure } from '../domain/failures.ts';
import type { DestinationId, ImportId, InstitutionId, TransferId } from '../domain/ids.ts';
import { type EventSurroundings, eventWords } from './event-words.ts';
import { mailBody } from './mail-body.ts';

const around: EventSurroundings = {
  institution: {
    id: '0197f000-0000-7000-8000-00000000000a' as InstitutionId,
    slug: 'lakeside',
    name: 'Lakeside College',
    timeZone: 'America/New_York',
  },
  at: new Date('2026-11-23T07:03:11Z'),
  publicUrl: 'https://causeway.example.edu',
  nextRunAt: new Date('2026-11-24T07:00:00Z'),
};
const destination = {
  destinationId: '0197f000-0000-7000-8000-0000000000de' as DestinationId,
  destinationName: 'Campus CRM',
  dataset: 'connections',
} as const;
const failure: Failure = {
  code: 'port-refused',
  headline: 'The port was refused: check the port number',
  detail: 'Nothing listens on port 2222 of sftp.lakeside.edu.',
  nextStep: 'Ask your IT department which port the SFTP server listens on, and correct it.',
  facts: { secretLooking: 'never shown' },
  mayPass: true,
};
const failed = {
  ...destination,
  kind: 'transfer.failed',
  transferId: '0197f000-0000-7000-8000-0000000000ab' as TransferId,
  failure,
  scheduled: true,
  retryAt: null,
} as const;
const changed = { ...destination, actor: 'Pat Rivera', changed: [] as string[] };
const newKey = { ...destination, kind: 'destination.host-key-changed', sha256: 'SHA256:abc' } as const;

const page = 'https://causeway.example.edu/i/lakeside';
const places = {
  destination: `${page}/destinations/${destination.destinationId}`,
  transfer: `${page}/transfers/${failed.transferId}`,
};

const mails: [name: string, event: NotifyEvent, subject: string, says: string[]][] = [
  [
    'a new destination',
    { ...changed, kind: 'destination.created' },
    'Destination created: “Campus CRM” (connections)',
    ['Pat Rivera created', 'sends nothing until its test has passed', 'What to do: Nothing, if this was meant.'],
  ],
  [
    'a changed destination',
    { ...changed, kind: 'destination.changed', changed: ['host', 'username', 'checkFingerprint', 'newSetting'] },
    'Destination changed: “Campus CRM” (connections)',
    ['Changed: host, user name, fingerprint checking, newSetting', 'find out why before the next transfer'],
  ],
  [
    'majors that are delivered from now on',
    { kind: 'majors.entitled', actor: 'Pat Rivera' },
    'Majors are delivered from now on',
    ['Pat Rivera switched the delivery of majors on', 'Extend the import mapping', `${page}/connections/settings`],
  ],
  [
    'a deleted destination',
    { ...changed, kind: 'destination.deleted' },
    'Destination deleted: “Campus CRM” (connections)',
    ['nothing is sent to it', 'no record is lost or sent twice', `${page}/destinations\n`],
  ],
  [
    'a new host key that stops transfers',
    { ...newKey, goesOn: false },
    'Nothing is sent to “Campus CRM” (connections): new fingerprint',
    ['SHA256:abc', 'Causeway stopped before it sent a password', 'If it is the same, confirm it', places.destination],
  ],
  [
    'a new host key where checking is off',
    { ...newKey, goesOn: true },
    'New fingerprint at “Campus CRM” (connections)',
    ['SHA256:abc', 'files are still sent', 'switch the destination off', places.destination],
  ],
  [
    'a scheduled transfer that failed',
    failed,
    'Scheduled transfer failed: “Campus CRM” (connections)',
    [
      'Why: The port was refused: check the port number',
      'What was observed: Nothing listens on port 2222',
      'What to do: Ask your IT department which port',
      'Next try: Tuesday, November 24, 2026 at 2:00 AM EST (America/New_York)',
      'No record is lost',
      places.transfer,
    ],
  ],
  [
    'a scheduled transfer that is tried again within its slot',
    { ...failed, retryAt: new Date('2026-11-23T07:08:00Z') },
    'Scheduled transfer failed: “Campus CRM” (connections)',
    ['Next try: Monday, November 23, 2026 at 2:08 AM EST', 'not mailed again about every further try'],
  ],
];

for (const [name, event, subject, says] of mails)
  test(`the mail about ${name} says who, what, when, why and what to do, in text and in HTML alike`, () => {
    const words = eventWords(event, around);
    assert.ok(words);
    const body = mailBody(words);
    assert.equal(body.subject, subject);
    const always = ['When: Monday, November 23, 2026 at 2:03 AM EST (America/New_York)', 'Lakeside College'];
    for (const part of [...says, ...always, 'Who: ', 'What: ', 'What to do: ', 'Nothing is done by opening it.'])
      assert.ok(body.text.includes(part), `“${part}” is missing in:\n${body.text}`);
    const shown = body.html.replace(/<[^>]+>/g, ' ');
    for (const fact of [words.headline, words.nextStep, ...words.facts.map(({ value }) => value)])
      assert.ok(shown.includes(fact.replaceAll("'", '&#39;')), `“${fact}” is missing in the HTML`);
    assert.ok(!`${body.text}${body.html}`.includes('never shown'));
  });

const silent: [name: string, event: NotifyEvent][] = [
  [
    'a transfer that succeeded',
    { ...destination, kind: 'transfer.succeeded', transferId: failed.transferId, rows: 3, fileName: 'a', sha256: 'b' },
  ],
  ['a transfer that somebody started and that failed', { ...failed, scheduled: false }],
  [
    'an import',
    {
      kind: 'import.finished',
      importId: 'i' as ImportId,
      fileName: 'roster.csv',
      status: 'succeeded',
      reason: null,
    },
  ],
];
for (const [name, event] of silent)
  test(`nobody is mailed about ${name}`, () => assert.equal(eventWords(event, around), null));

test('a planned time that is over is not promised', () => {
  const words = eventWords(failed, { ...around, nextRunAt: new Date('2026-11-23T07:00:00Z') });
  assert.equal(words?.facts.find((fact) => fact.name === 'Next try')?.value, 'none is planned');
});

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '&lt;b&gt;',
  'CRM\r\nBcc: everyone@example.org',
  'CRM\u2028Bcc: x\u0000\u0007',
  'invoice\u202efdp.exe',
  '\ud800 lone',
  'x'.repeat(5000),
];
for (const name of hostile)
  test(`the name ${JSON.stringify(name.slice(0, 40))} stays a name`, () => {
    const events: NotifyEvent[] = [
      { ...changed, kind: 'destination.changed', destinationName: name, actor: name, changed: [name] },
      { ...failed, destinationName: name, failure: { ...failure, headline: name, detail: name, nextStep: name } },
      { ...newKey, goesOn: false, destinationName: name, sha256: name },
    ];
    for (const event of events) {
      const words = eventWords(event, { ...around, institution: { ...around.institution, name } });
      assert.ok(words);
      const { subject, text, html } = mailBody(words);
      assert.doesNotMatch(subject, /[\p{Cc}\u2028\u2029\u202e]/u);
      assert.ok(subject.length <= 200);
      assert.doesNotMatch(text, /\nBcc|[\u2028\u202e]|[^\P{Cc}\n]/u);
      assert.ok(text.isWellFormed() && html.isWellFormed() && subject.isWellFormed());
      // Only our own tags are there, and none of their attributes grew.
      const tags = new Set([...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map((match) => match[1]?.toLowerCase()));
      const known = 'html,head,meta,title,body,div,h1,table,tr,th,td,p,strong,a,br,!doctype'.split(',');
      assert.deepEqual(
        [...tags].filter((tag) => !known.includes(tag ?? '')),
        [],
      );
      assert.doesNotMatch(html, /<[^>]*\son\w+=/i);
      assert.ok(Buffer.byteLength(html) < 40_000);
    }
  });

test('what looks like an entity in a name is shown as it was typed', () => {
  const words = eventWords({ ...changed, kind: 'destination.created', destinationName: '&lt;b&gt;' }, around);
  assert.ok(words && mailBody(words).html.includes('“&amp;lt;b&amp;gt;”'));
});
