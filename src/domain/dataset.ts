// What can be sent out, and the columns that a delivered file can have.
// Invariant: the names and their order are those that senders and receivers rely on (ruling 34).

export const datasets = ['connections', 'contacts'] as const;
export type Dataset = (typeof datasets)[number];

/** The columns of connections, in the order of a delivered file; also the input's. */
export const connectionColumns = [
  'externalId',
  'connectedAt',
  'studentId',
  'firstName',
  'lastName',
  'gender',
  'raceEthnicity',
  'dateOfBirth',
  'graduationYear',
  'gpa',
  'school',
  'email',
  'phone',
  'street',
  'city',
  'state',
  'postalCode',
  'country',
  'majors',
] as const;
export type ConnectionColumn = (typeof connectionColumns)[number];
