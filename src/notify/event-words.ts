// The words of the mail about an event: who, what, when, why, and what to do.
// Invariant: no secret and no value of a contact; an event that nobody is mailed about has no words.

import type { NotifyEvent } from '../domain/events.ts';
import type { MailWords } from './mail-body.ts';
import { oneLine } from './mail-body.ts';
import { pageLinks, type Surroundings, timeWords } from './surroundings.ts';

/** `nextRunAt`: when the schedule comes next, for a failed transfer that is not tried again before. */
export type EventSurroundings = Surroundings & { nextRunAt: Date | null };

type OfKind<Kind extends NotifyEvent['kind']> = Extract<NotifyEvent, { kind: Kind }>;
type Changed = OfKind<'destination.created' | 'destination.changed' | 'destination.deleted'>;

/** The mail to administrators, or null for what they are not mailed about. */
export function eventWords(event: NotifyEvent, around: EventSurroundings): MailWords | null {
  switch (event.kind) {
    case 'destination.created':
    case 'destination.changed':
    case 'destination.deleted':
      return changeWords(event, around);
    case 'destination.host-key-changed':
      return hostKeyWords(event, around);
    case 'majors.entitled':
      return majorsWords(event, around);
    case 'transfer.failed':
      return event.scheduled ? failureWords(event, around) : null;
    default:
      return null;
  }
}

function changeWords(event: Changed, around: EventSurroundings): MailWords {
  const name = quoted(event.destinationName);
  const who = oneLine(event.actor);
  const links = pageLinks(around);
  const settings = event.changed.map((setting) => settingWords[setting] ?? oneLine(setting, 60));
  const changed = settings.length === 0 ? [] : [{ name: 'Changed', value: settings.join(', ') }];
  const facts = (what: string, more: MailWords['facts'] = []) => [
    { name: 'Who', value: who },
    { name: 'What', value: what },
    ...more,
    ...when(around),
    { name: 'Institution', value: around.institution.name },
  ];
  if (event.kind === 'destination.deleted')
    return {
      subject: `Destination deleted: ${name} (${event.dataset})`,
      headline: `${who} deleted the destination ${name}.`,
      facts: facts(`Destination ${name} for ${event.dataset} deleted`),
      paragraphs: [
        `From this moment on nothing is sent to it. The history of its transfers stays, and a new destination for ${event.dataset} goes on where this one stopped, so that no record is lost or sent twice.`,
      ],
      nextStep:
        'Nothing, if this was meant. If you did not expect it, find out why; the destination can be set up anew.',
      link: { label: 'Open the list of destinations', url: links.destinations },
      reason: reason(around),
    };
  const created = event.kind === 'destination.created';
  return {
    subject: `Destination ${created ? 'created' : 'changed'}: ${name} (${event.dataset})`,
    headline: `${who} ${created ? 'created' : 'changed'} the destination ${name}.`,
    facts: facts(`Destination ${name} for ${event.dataset} ${created ? 'created' : 'changed'}`, created ? [] : changed),
    paragraphs: [
      created
        ? `A destination is a server to which Causeway sends the ${event.dataset} of ${around.institution.name}. It sends nothing until its test has passed and it is switched on.`
        : 'Where data goes, and how, is worth a second pair of eyes: this is why every administrator is told.',
    ],
    nextStep:
      'Nothing, if this was meant. If you did not expect it, find out why before the next transfer; you can switch the destination off on its page.',
    link: { label: 'Open the destination', url: links.destination(event.destinationId) },
    reason: reason(around),
  };
}

function hostKeyWords(event: OfKind<'destination.host-key-changed'>, around: EventSurroundings): MailWords {
  const name = quoted(event.destinationName);
  return {
    subject: event.goesOn
      ? `New fingerprint at ${name} (${event.dataset})`
      : `Nothing is sent to ${name} (${event.dataset}): new fingerprint`,
    headline: `The server of the destination ${name} shows a fingerprint that nobody has confirmed.`,
    facts: [
      { name: 'Who', value: 'The server of the destination' },
      { name: 'What', value: `New fingerprint ${event.sha256}` },
      ...when(around),
      { name: 'Institution', value: around.institution.name },
    ],
    paragraphs: [
      'This is so when the server was replaced or set up anew, and also when something else answers in its place.',
      event.goesOn
        ? 'Fingerprint checking is off for this destination, so files are still sent.'
        : 'Causeway stopped before it sent a password, a signature or a file, and sends nothing until somebody has confirmed the fingerprint. No record is lost: what was not sent goes with the next transfer.',
    ],
    nextStep: `Ask the people who run the server for its fingerprint, by telephone or in person, and compare it with the one above. ${
      event.goesOn
        ? 'If it differs, switch the destination off. To be stopped from now on when this happens, switch fingerprint checking on.'
        : 'If it is the same, confirm it on the page of the destination. If it differs, do not.'
    }`,
    link: { label: 'Open the destination', url: pageLinks(around).destination(event.destinationId) },
    reason: reason(around),
  };
}

function failureWords(event: OfKind<'transfer.failed'>, around: EventSurroundings): MailWords {
  const name = quoted(event.destinationName);
  const { failure, retryAt } = event;
  const zone = around.institution.timeZone;
  const slot = around.nextRunAt && around.nextRunAt > around.at ? around.nextRunAt : null;
  const next = retryAt ?? slot;
  return {
    subject: `Scheduled transfer failed: ${name} (${event.dataset})`,
    headline: `A scheduled transfer of ${event.dataset} to ${name} failed.`,
    facts: [
      { name: 'Who', value: 'Causeway, by the schedule' },
      { name: 'What', value: `Transfer of ${event.dataset} to ${name}` },
      ...when(around),
      { name: 'Why', value: failure.headline },
      { name: 'Next try', value: next ? timeWords(next, zone) : 'none is planned' },
      { name: 'Institution', value: around.institution.name },
      { name: 'Code', value: failure.code },
    ],
    paragraphs: [
      failure.detail === '' ? '' : `What was observed: ${failure.detail}`,
      `No record is lost: the next transfer takes everything since the last one that succeeded.${
        retryAt ? ' You are not mailed again about every further try of this run.' : ''
      }`,
    ],
    nextStep: failure.nextStep,
    link: { label: 'Open the transfer', url: pageLinks(around).transfer(event.transferId) },
    reason: reason(around),
  };
}

function majorsWords(event: OfKind<'majors.entitled'>, around: EventSurroundings): MailWords {
  return {
    subject: 'Majors are delivered from now on',
    headline: `${oneLine(event.actor)} switched the delivery of majors on for ${around.institution.name}.`,
    facts: [
      { name: 'Who', value: oneLine(event.actor) },
      { name: 'What', value: 'Delivery of majors switched on' },
      ...when(around),
      { name: 'Institution', value: around.institution.name },
    ],
    paragraphs: [
      'Files of connections have had a column “majors” all along; it was blank. From the next file on it holds up to three majors of each student, joined by semicolons.',
    ],
    nextStep: 'Extend the import mapping of the system that receives your files by the column “majors”.',
    link: { label: 'Open majors and last export', url: pageLinks(around).outboundSettings },
    reason: reason(around),
  };
}

function when({ at, institution }: Surroundings): MailWords['facts'] {
  return [{ name: 'When', value: timeWords(at, institution.timeZone) }];
}

function reason({ institution }: Surroundings): string {
  return `Causeway sends this to every active administrator of ${institution.name}.`;
}

function quoted(name: string): string {
  return `“${oneLine(name, 80)}”`;
}

/** Settings by the names that events carry. */
const settingWords: Readonly<Record<string, string>> = {
  name: 'name',
  dataset: 'dataset',
  status: 'on or off',
  enabled: 'on or off',
  host: 'host',
  port: 'port',
  path: 'folder',
  username: 'user name',
  auth: 'way of signing in',
  password: 'password',
  key: 'key pair',
  keys: 'key pair',
  checkFingerprint: 'fingerprint checking',
  hostKeys: 'confirmed fingerprints',
  frequency: 'frequency',
  at: 'time of day',
  since: 'first day',
  file: 'file name and format',
};
