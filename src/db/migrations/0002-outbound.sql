-- Outbound: connections, positions in commit order, destinations, transfers, notifications.

alter table institutions
  -- The majors entitlement: without it the majors column is delivered blank.
  add column majors_entitled boolean not null default false,
  -- From where the first transfer of connections starts when nothing was delivered yet; set by an administrator.
  add column connections_last_exported date,
  -- Weekly digest of new connections, Monday 08:00 in the institution's zone; off until switched on.
  add column digest_enabled boolean not null default false,
  add column digest_recipients text[] not null default '{}',
  add column digest_next_at timestamptz;

alter table stored_files drop constraint stored_files_origin_check;
alter table stored_files add constraint stored_files_origin_check
  check (origin in ('sftp', 'upload', 'api', 'receipt', 'error-file', 'transfer', 'transfer-manifest'));

-- Position in commit order (ADR 0008): whoever changes a dataset locks its row here, takes the next batch number and holds the
-- lock until the commit. So numbers are in commit order, and a snapshot that shows batch n shows all batches up to n.
create table dataset_positions (
  institution_id uuid not null references institutions,
  dataset text not null check (dataset in ('connections', 'contacts')),
  last_batch bigint not null,
  primary key (institution_id, dataset)
);

-- The end of the last window that was delivered. Belongs to institution and dataset, so it outlives destinations.
create table watermarks (
  institution_id uuid not null references institutions,
  dataset text not null check (dataset in ('connections', 'contacts')),
  position bigint not null,
  -- How many windows were delivered or empty, and how many of them gave a file; the next one's numbers are one more.
  windows bigint not null,
  files bigint not null,
  -- The first window: where it ended, and the moment before which records were left out of it.
  first_to bigint not null,
  first_since timestamptz,
  moved_at timestamptz not null,
  primary key (institution_id, dataset)
);

-- What changed the contacts of an institution, in commit order: one row per transaction. Either an import (its contacts are found
-- by created_import_id and contact_changes.import_id) or single contacts changed by hand.
create table contact_batches (
  institution_id uuid not null references institutions,
  batch bigint not null,
  import_id uuid,
  contact_id uuid,
  primary key (institution_id, batch),
  check ((import_id is null) <> (contact_id is null))
);

-- The Ed25519 key pair that signs the manifests of an institution, made on first use.
create table manifest_keys (
  institution_id uuid primary key references institutions,
  -- SPKI in PEM.
  public_key text not null,
  private_key_sealed bytea not null,
  created_at timestamptz not null
);

create table offered_majors (
  institution_id uuid not null references institutions,
  name text not null,
  seq int not null,
  primary key (institution_id, name)
);

create table connections (
  institution_id uuid not null,
  id uuid not null,
  external_id text collate "C" not null,
  -- The batch of its last change.
  batch bigint not null,
  -- As the sender gave it, in ISO 8601: a date stays a date, an instant is in UTC; and the instant for comparisons.
  connected_at_text text not null,
  connected_at timestamptz not null,
  student_id text,
  first_name text,
  last_name text,
  gender text,
  race_ethnicity text,
  date_of_birth date,
  graduation_year smallint,
  gpa numeric,
  school text,
  email text,
  phone text,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  majors text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (institution_id, id)
);
create unique index connections_external_id on connections (institution_id, external_id);
create index connections_batch on connections (institution_id, batch, id);

-- One row per load of connections, so that every refusal is visible. rejections: [{row, externalId, field, code, message}], without
-- values of contacts, at most the first 1,000; rejected_count counts all.
create table connection_loads (
  institution_id uuid not null references institutions,
  id uuid not null,
  at timestamptz not null,
  actor jsonb not null,
  format text not null check (format in ('ndjson', 'csv')),
  created_count int not null,
  updated_count int not null,
  unchanged_count int not null,
  rejected_count int not null,
  notice_count int not null,
  batch bigint,
  problems jsonb not null default '[]',
  primary key (institution_id, id)
);

create table destinations (
  institution_id uuid not null references institutions,
  id uuid not null,
  dataset text not null check (dataset in ('connections', 'contacts')),
  name text not null,
  status text not null check (status in ('draft', 'on', 'off')),
  host text not null,
  port int not null,
  path text not null,
  username text not null,
  auth text not null check (auth in ('password', 'key')),
  password_sealed bytea,
  check_fingerprint boolean not null default true,
  -- hourly, every-N-hours, daily, weekdays, weekly:mon, monthly:1; at as HH:MM in the institution's zone.
  frequency text not null,
  at text not null,
  since date,
  -- File options as the API has them (see domain/file-options.ts).
  file jsonb not null,
  -- The next scheduled slot; null while it is not on.
  next_run_at timestamptz,
  -- Set when the last probe or run saw a key that is not confirmed.
  mismatch_since timestamptz,
  -- Changes with every change of address, credential or pins: a run that began before it must not go on.
  revision int not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (institution_id, id)
);
create unique index destinations_live on destinations (institution_id, dataset) where deleted_at is null;
create index destinations_due on destinations (next_run_at) where status = 'on' and deleted_at is null;

-- Key pairs that Causeway made. current: serves runs. next: made by Delete & regenerate, becomes current once it has worked.
create table destination_keys (
  institution_id uuid not null,
  id uuid not null,
  destination_id uuid not null,
  state text not null check (state in ('current', 'next', 'retired')),
  type text not null check (type in ('ssh-ed25519', 'ssh-rsa')),
  fingerprint text not null,
  public_key text not null,
  private_key_sealed bytea,
  created_at timestamptz not null,
  -- An old key beside a next one serves until then at the latest.
  serves_until timestamptz,
  last_used_at timestamptz,
  primary key (institution_id, id),
  foreign key (institution_id, destination_id) references destinations
);

-- Host keys of a destination's server. detected: seen, nobody confirmed it. offered: the server announced it on a verified session
-- (hostkeys-prove-00@openssh.com). confirmed: a person did.
create table destination_host_keys (
  institution_id uuid not null,
  destination_id uuid not null,
  sha256 text collate "C" not null,
  md5 text not null,
  type text not null,
  public_key text not null,
  state text not null check (state in ('detected', 'offered', 'confirmed')),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  confirmed_at timestamptz,
  confirmed_by text,
  primary key (institution_id, destination_id, sha256),
  foreign key (institution_id, destination_id) references destinations
);

-- Tests of a destination. stages: [{name, status, ms, detail, facts}] as they happen.
create table probes (
  institution_id uuid not null,
  id uuid not null,
  destination_id uuid not null,
  status text not null check (status in ('running', 'passed', 'failed')),
  stages jsonb not null default '[]',
  failure jsonb,
  fingerprints jsonb not null default '[]',
  started_by text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (institution_id, id),
  foreign key (institution_id, destination_id) references destinations
);
create index probes_destination on probes (institution_id, destination_id, id desc);

create table transfers (
  institution_id uuid not null references institutions,
  id uuid not null unique,
  destination_id uuid not null,
  dataset text not null check (dataset in ('connections', 'contacts')),
  trigger text not null check (trigger in ('scheduled', 'manual', 'retry', 'resend')),
  status text not null check (status in ('queued', 'running', 'succeeded', 'empty', 'failed')),
  -- The schedule slot that it belongs to, and which attempt within it this is (1 for the first).
  slot_at timestamptz,
  slot_attempt int not null default 1,
  -- A retry, a resend and a frozen window point at the transfer that cut the window.
  window_of uuid,
  -- The window: after window_from, up to and with window_to. Null until it is cut.
  window_from bigint,
  window_to bigint,
  window_number bigint,
  -- The first window starts at a date instead: rows before it are left out.
  window_since timestamptz,
  cut_at timestamptz,
  row_count int,
  -- The file as it is sent (encrypted, when that is asked for).
  file_name text,
  stored_file_id uuid,
  manifest_file_id uuid,
  sha256 text,
  bytes bigint,
  -- True from just before the rename until its outcome is known: the window is frozen and sent first next time.
  in_doubt boolean not null default false,
  stages jsonb not null default '[]',
  notes jsonb not null default '[]',
  -- {code, headline, detail, facts, mayPass}
  failure jsonb,
  -- When a failed scheduled transfer is tried again within its slot.
  retry_at timestamptz,
  started_by text not null,
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (institution_id, id),
  foreign key (institution_id, destination_id) references destinations,
  foreign key (institution_id, stored_file_id) references stored_files
);
create index transfers_history on transfers (institution_id, id desc);
create index transfers_destination on transfers (institution_id, destination_id, id desc);
create index transfers_open on transfers (institution_id, dataset) where status in ('queued', 'running');
create index transfers_in_doubt on transfers (institution_id, dataset) where in_doubt;
-- A file name is used for one window only, unless the destination says otherwise.
create index transfers_names on transfers (institution_id, dataset, file_name) where file_name is not null;

-- Mails, also where no SMTP server is set: they can be read in the web pages. The outbox and the archive in one.
create table mails (
  institution_id uuid not null references institutions,
  id uuid not null,
  event text not null,
  recipient text not null,
  subject text not null,
  text_body text not null,
  html_body text not null,
  status text not null check (status in ('queued', 'sent', 'failed', 'kept')),
  attempts int not null default 0,
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (institution_id, id)
);
create index mails_history on mails (institution_id, id desc);

create table webhooks (
  institution_id uuid not null references institutions,
  id uuid not null,
  url text not null,
  events text[] not null,
  secret_sealed bytea not null,
  active boolean not null default true,
  created_at timestamptz not null,
  primary key (institution_id, id)
);

create table webhook_deliveries (
  institution_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event text not null,
  body text not null,
  status text not null check (status in ('queued', 'delivered', 'failed')),
  attempts int not null default 0,
  response_status int,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (institution_id, id),
  foreign key (institution_id, webhook_id) references webhooks on delete cascade
);
create index webhook_deliveries_history on webhook_deliveries (institution_id, webhook_id, id desc);

-- Contacts that are there already count as the first batch.
insert into dataset_positions (institution_id, dataset, last_batch)
  select distinct institution_id, 'contacts', 1 from contacts;
