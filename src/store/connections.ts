// The table `connections` as people see it: students who connected with the institution.
// Invariant: a connection counts as delivered when the batch of its last change lies in a delivered window, and that window did
// not leave it out for being older than the start date.

import type { Queryable } from '../db/connection.ts';
import type { ConnectionId, InstitutionId } from '../domain/ids.ts';

export type ConnectionRecord = {
  id: ConnectionId;
  externalId: string;
  /** As the sender gave it: a day, or an instant in UTC. */
  connectedAt: string;
  studentId: string | null;
  firstName: string | null;
  lastName: string | null;
  gender: string | null;
  raceEthnicity: string | null;
  /** YYYY-MM-DD. */
  dateOfBirth: string | null;
  graduationYear: number | null;
  gpa: number | null;
  school: string | null;
  email: string | null;
  /** E.164. */
  phone: string | null;
  street: string | null;
  city: string | null;
  state: string | null;
  postalCode: string | null;
  country: string | null;
  majors: string[];
  delivered: boolean;
  /** The first window was delivered without it, because it is older than the start date. */
  leftOut: boolean;
  createdAt: Date;
  updatedAt: Date;
};

const isLeftOut = `coalesce(c.batch <= w.first_to and c.connected_at < w.first_since, false)`;
const isDelivered = `(c.batch <= coalesce(w.position, 0) and not ${isLeftOut})`;

const selectConnections = `select c.institution_id, c.id, c.external_id as "externalId", c.connected_at_text as "connectedAt",
    c.student_id as "studentId", c.first_name as "firstName", c.last_name as "lastName", c.gender,
    c.race_ethnicity as "raceEthnicity", c.date_of_birth as "dateOfBirth", c.graduation_year as "graduationYear", c.gpa,
    c.school, c.email, c.phone, c.street, c.city, c.state, c.postal_code as "postalCode", c.country, c.majors,
    ${isDelivered} as delivered, ${isLeftOut} as "leftOut", c.created_at as "createdAt", c.updated_at as "updatedAt"
  from connections c
  left join watermarks w on w.institution_id = c.institution_id and w.dataset = 'connections'`;

type Row = Omit<ConnectionRecord, 'gpa'> & { institution_id: InstitutionId; gpa: string | null };

function toRecord({ institution_id, gpa, ...rest }: Row): ConnectionRecord {
  return { ...rest, gpa: gpa === null ? null : Number(gpa) };
}

export type ConnectionFilter = {
  externalId?: string | undefined;
  /** Part of a name, an e-mail address or an id; case does not matter. */
  search?: string | undefined;
  delivered?: boolean | undefined;
};

/** Newest first. `before`: the id of the last one seen (ids are UUID v7 and sort by time). */
export async function listConnections(
  db: Queryable,
  institutionId: InstitutionId,
  filter: ConnectionFilter,
  page: { before: string | null; limit: number },
): Promise<ConnectionRecord[]> {
  const rows = await db.query<Row>(
    `${selectConnections}
     where c.institution_id = $1 and ($2::text is null or c.external_id = $2)
       and ($3::text is null or concat_ws(' ', c.first_name, c.last_name, c.email, c.student_id, c.external_id) ilike $3)
       and ($4::boolean is null or ${isDelivered} = $4)
       and ($5::uuid is null or c.id < $5)
     order by c.id desc limit $6`,
    [
      institutionId,
      filter.externalId ?? null,
      containing(filter.search),
      filter.delivered ?? null,
      page.before,
      page.limit,
    ],
  );
  return rows.map(toRecord);
}

function containing(search: string | undefined): string | null {
  const text = search?.trim() ?? '';
  return text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

export async function getConnection(
  db: Queryable,
  institutionId: InstitutionId,
  id: ConnectionId,
): Promise<ConnectionRecord | null> {
  const row = await db.queryOne<Row>(`${selectConnections} where c.institution_id = $1 and c.id = $2`, [
    institutionId,
    id,
  ]);
  return row && toRecord(row);
}
