// Shapes that every resource of the API shares.

import { z } from 'zod';

export const uuid = z.uuid();
/** An instant in ISO 8601 with zone Z. */
export const instant = z.iso.datetime();
export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'Use 1 to 63 small letters, digits and hyphens.');

/** RFC 9457 problem details; `code` is stable, `fields` names wrong inputs. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    fields: z.array(z.object({ name: z.string(), message: z.string() })).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

/** A page of a list: `next` is the cursor of the page after it, or null. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().optional(),
});

/** Of a short list, which is one page unless a limit is given. */
export const shortListQuery = pageQuery.extend({ limit: pageQuery.shape.limit.unwrap().optional() });

export const institutionParams = z.object({ institution: z.string().describe('slug or id') });
export const idParams = z.object({ id: uuid });

/** A key by which our SFTP server is known: both fingerprints, and the key as a known_hosts line has it behind the host. */
export const hostKey = z
  .object({ type: z.string(), sha256: z.string(), md5: z.string(), publicKey: z.string() })
  .meta({ id: 'HostKey' });
