// What a mail says, as parts, and the text and the HTML that are made of them.
// Invariant: both say the same; whatever comes from people is escaped in HTML and has no line break anywhere.

export type MailWords = {
  subject: string;
  /** What happened, in one sentence. */
  headline: string;
  /** Who, where, when … */
  facts: readonly { name: string; value: string }[];
  /** Why, and what it means. */
  paragraphs: readonly string[];
  nextStep: string;
  /** Opens a page; nothing is done by following it. */
  link: { label: string; url: string };
  /** Why the reader gets this mail. */
  reason: string;
};

/** C0 and C1 controls, line and paragraph separators, and marks that turn the direction of text. */
const unwanted = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line of well-formed text, cut after `limit` characters. */
export function oneLine(text: string, limit = 200): string {
  const line = text.toWellFormed().replace(unwanted, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}

/** How long a paragraph may be; those with words of a server are cut. */
const longest = 2000;

export function mailBody(words: MailWords): { subject: string; text: string; html: string } {
  const clean: MailWords = {
    subject: oneLine(words.subject),
    headline: oneLine(words.headline, longest),
    facts: words.facts.map(({ name, value }) => ({ name: oneLine(name), value: oneLine(value, longest) })),
    paragraphs: words.paragraphs.map((text) => oneLine(text, longest)).filter((text) => text !== ''),
    nextStep: oneLine(words.nextStep, longest),
    link: { label: oneLine(words.link.label), url: words.link.url },
    reason: oneLine(words.reason, longest),
  };
  return { subject: clean.subject, text: textBody(clean), html: htmlBody(clean) };
}

const noAction = 'The link opens a page, where you may be asked to sign in. Nothing is done by opening it.';

function textBody(words: MailWords): string {
  const blocks = [
    words.headline,
    words.facts.map((fact) => `${fact.name}: ${fact.value}`).join('\n'),
    ...words.paragraphs,
    `What to do: ${words.nextStep}`,
    `${words.link.label}:\n${words.link.url}`,
    `—\n${words.reason}\n${noAction}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

const colours = { ink: '#1b2733', quiet: '#51606e', line: '#d5dce2', sea: '#0b6b72' };

function htmlBody(words: MailWords): string {
  const facts = words.facts.map(
    ({ name, value }) =>
      `<tr><th scope="row" align="left" valign="top" style="padding:2px 16px 2px 0;font-weight:normal;color:${colours.quiet}">${escaped(name)}</th><td style="padding:2px 0">${escaped(value)}</td></tr>`,
  );
  const paragraph = (html: string) => `<p style="margin:0 0 16px">${html}</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(words.subject)}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,sans-serif;color:${colours.ink}">
<div style="max-width:600px;margin:0 auto">
<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">${escaped(words.headline)}</h1>
${facts.length === 0 ? '' : `<table cellspacing="0" cellpadding="0" style="margin:0 0 16px">\n${facts.join('\n')}\n</table>`}
${words.paragraphs.map((text) => paragraph(escaped(text))).join('\n')}
${paragraph(`<strong>What to do:</strong> ${escaped(words.nextStep)}`)}
${paragraph(`<a href="${escaped(words.link.url)}" style="color:${colours.sea}">${escaped(words.link.label)}</a>`)}
<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid ${colours.line};font-size:14px;color:${colours.quiet}">${escaped(words.reason)}<br>${noAction}</p>
</div>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
