-- The first schema. Every table of an institution has institution_id as the first column of its key.
-- Ids are UUID v7 made by the application; instants are timestamptz set from the application's clock.

create table installation_settings (
  name text primary key,
  value jsonb not null
);

-- The SSH host keys of this installation, sealed; shared by all nodes.
create table host_keys (
  type text primary key check (type in ('ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa')),
  private_key_sealed bytea not null,
  public_key text not null,
  created_at timestamptz not null
);

create table institutions (
  id uuid primary key,
  slug text collate "C" not null unique,
  name text not null,
  time_zone text not null,
  country text not null,
  created_at timestamptz not null,
  -- When this institution last had its turn in the import queue (round robin).
  last_import_started_at timestamptz
);

-- Operators belong to no institution; admins and viewers to exactly one.
create table users (
  id uuid primary key,
  institution_id uuid references institutions,
  email text not null,
  name text not null,
  role text not null check (role in ('operator', 'admin', 'viewer')),
  password_hash text not null,
  active boolean not null default true,
  created_at timestamptz not null,
  last_sign_in_at timestamptz,
  check ((role = 'operator') = (institution_id is null))
);
create unique index users_email on users (lower(email));

create table web_sessions (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  address text not null
);

create table api_tokens (
  id uuid primary key,
  institution_id uuid references institutions,
  name text not null,
  role text not null check (role in ('operator', 'admin', 'viewer')),
  token_hash bytea not null unique,
  hint text not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  check ((role = 'operator') = (institution_id is null))
);

-- One hash chain per institution; the installation's own chain has the nil UUID.
create table audit_heads (
  institution_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);
create table audit_events (
  institution_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  actor jsonb not null,
  action text not null,
  subject text not null,
  facts jsonb not null,
  hash bytea not null,
  primary key (institution_id, seq)
);

create table custom_fields (
  institution_id uuid not null references institutions,
  id uuid not null,
  name text not null,
  type text not null check (type in ('text', 'number', 'date', 'boolean', 'phone', 'email', 'url', 'single-select', 'multi-select')),
  options jsonb not null default '[]',
  created_at timestamptz not null,
  primary key (institution_id, id)
);
create unique index custom_fields_name on custom_fields (institution_id, lower(name));

create table feeds (
  institution_id uuid not null references institutions,
  id uuid not null,
  name text not null,
  enabled boolean not null default false,
  strict boolean not null default false,
  username text collate "C" not null unique,
  -- The password sealed for the eye, and keyed hashes of the present and, during an overlap, the previous one for login.
  password_sealed bytea not null,
  password_mac bytea not null,
  previous_password_mac bytea,
  previous_password_until timestamptz,
  login_methods text not null default 'any' check (login_methods in ('any', 'password', 'public-key', 'password+key')),
  -- CIDR list of the addresses that this feed accepts; empty accepts all.
  allowed_addresses text[] not null default '{}',
  mapping jsonb not null default '{"columns":[]}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (institution_id, id)
);

create table feed_keys (
  institution_id uuid not null,
  id uuid not null,
  feed_id uuid not null,
  type text not null,
  fingerprint text collate "C" not null,
  public_key text not null,
  comment text not null default '',
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (institution_id, id),
  unique (institution_id, feed_id, fingerprint),
  foreign key (institution_id, feed_id) references feeds
);

-- The log of SFTP sessions, refused logins included. institution_id and feed_id are null when the user name is not known.
create table session_log (
  id uuid primary key,
  institution_id uuid,
  feed_id uuid,
  username text not null,
  address text not null,
  client text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text not null check (outcome in ('open', 'closed', 'refused', 'dropped')),
  login_method text,
  -- The coded reason of a refused login or of an end that was not clean.
  reason text,
  files_received int not null default 0,
  bytes_in bigint not null default 0,
  bytes_out bigint not null default 0
);
create index session_log_feed on session_log (institution_id, feed_id, started_at desc);

-- Immutable bytes.
create table stored_files (
  institution_id uuid not null references institutions,
  id uuid not null,
  origin text not null check (origin in ('sftp', 'upload', 'api', 'receipt', 'error-file')),
  storage_key text collate "C" not null,
  sha256 bytea not null,
  size bigint not null,
  created_at timestamptz not null,
  primary key (institution_id, id)
);

-- What a client sees in a feed's virtual root. A file's entry points at the stored file that it shows.
create table sftp_entries (
  institution_id uuid not null,
  feed_id uuid not null,
  path text collate "C" not null,
  parent text collate "C" not null,
  kind text not null check (kind in ('file', 'folder')),
  stored_file_id uuid,
  size bigint not null default 0,
  mode int not null,
  modified_at timestamptz not null,
  -- False for what a broken-off upload left behind: kept so that a client can resume it, never imported.
  complete boolean not null default true,
  primary key (institution_id, feed_id, path),
  foreign key (institution_id, feed_id) references feeds,
  foreign key (institution_id, stored_file_id) references stored_files
);
create index sftp_entries_parent on sftp_entries (institution_id, feed_id, parent);

create table arrivals (
  institution_id uuid not null,
  id uuid not null,
  feed_id uuid not null,
  stored_file_id uuid not null,
  path text collate "C" not null,
  how text not null check (how in ('close', 'rename', 'dropped', 'upload', 'api')),
  session_id uuid,
  login_method text,
  client text,
  address text,
  -- The size that the client announced (open attributes or a set-size), and the longest single write, in bytes; null when not known.
  announced_size bigint,
  write_size int,
  write_count int,
  -- The end of the last byte that a write carried: less than the size when a client reserved room and stopped early.
  written_end bigint,
  arrived_at timestamptz not null,
  primary key (institution_id, id),
  foreign key (institution_id, feed_id) references feeds,
  foreign key (institution_id, stored_file_id) references stored_files
);

create table imports (
  institution_id uuid not null,
  id uuid not null unique,
  feed_id uuid not null,
  arrival_id uuid not null,
  stored_file_id uuid not null,
  -- Order of arrival over the installation; the queue of an institution is worked in this order.
  queue_number bigint generated always as identity,
  source text not null check (source in ('sftp', 'upload', 'api')),
  path text collate "C" not null,
  file_name text not null,
  file_size bigint not null,
  status text not null check (status in ('queued', 'running', 'held', 'succeeded', 'failed', 'ignored', 'discarded', 'undone')),
  dry_run boolean not null default false,
  -- Why it was ignored or failed (an issue code or an ignore reason), and why it is held.
  reason text,
  hold text,
  approved boolean not null default false,
  -- While queued: what it waits for besides its turn. 'rename': it has a temporary name. 'writer': a client has its path open for writing again.
  waits_for text check (waits_for in ('rename', 'writer')),
  ready_at timestamptz not null,
  -- The attempt that works on it; the fence against a worker that lost its lease.
  attempt int not null default 0,
  lease_until timestamptz,
  -- How often a run ended by an unexpected error; crashes and stops do not count.
  failures int not null default 0,
  -- Set in the transaction that changes contacts; after it only receipts are left to write.
  applied_at timestamptz,
  progress_rows int not null default 0,
  mapping jsonb,
  dialect jsonb,
  row_count int not null default 0,
  created_count int not null default 0,
  updated_count int not null default 0,
  unchanged_count int not null default 0,
  skipped_count int not null default 0,
  issue_counts jsonb not null default '{}',
  receipt_file_id uuid,
  error_file_id uuid,
  again_of uuid,
  started_by text,
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (institution_id, id),
  foreign key (institution_id, feed_id) references feeds,
  foreign key (institution_id, arrival_id) references arrivals,
  foreign key (institution_id, stored_file_id) references stored_files
);
create index imports_queue on imports (institution_id, queue_number) where status in ('queued', 'running');
create index imports_history on imports (institution_id, queue_number desc);
create index imports_path on imports (institution_id, feed_id, path) where status = 'queued';

create table import_issues (
  institution_id uuid not null,
  import_id uuid not null,
  seq int not null,
  code text not null,
  scope text not null,
  effect text not null,
  row_number int,
  line_number int,
  label text,
  value text,
  facts jsonb not null default '{}',
  primary key (institution_id, import_id, seq)
);
create index import_issues_row on import_issues (institution_id, import_id, row_number);
create index import_issues_code on import_issues (institution_id, import_id, code, seq);

-- Without foreign keys: checking them row by row costs a quarter of a large import. An import refers to its institution itself.
create table contacts (
  institution_id uuid not null,
  id uuid not null,
  crm_id text collate "C" not null,
  first_name text,
  preferred_name text,
  last_name text,
  phone text collate "C",
  phone_raw text,
  previous_phone text collate "C",
  email text,
  date_of_birth date,
  gender text,
  race_ethnicity text,
  graduation_year smallint,
  gpa numeric,
  school text,
  street text,
  city text,
  state text,
  postal_code text,
  country text,
  majors text,
  text_opt_out boolean,
  enrollment_id text,
  custom jsonb not null default '{}',
  created_import_id uuid,
  created_row int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (institution_id, id)
);
create unique index contacts_crm_id on contacts (institution_id, crm_id);
create unique index contacts_phone on contacts (institution_id, phone) where phone is not null;
create index contacts_created_import on contacts (institution_id, created_import_id, created_row) where created_import_id is not null;

-- Before-images: one row per change of a contact, by an import or by hand. changes is {field: [old, new]}.
-- Without a foreign key, as contacts: who removes a contact removes its changes.
create table contact_changes (
  institution_id uuid not null,
  contact_id uuid not null,
  seq bigint generated always as identity,
  at timestamptz not null,
  import_id uuid,
  row_number int,
  actor jsonb,
  changes jsonb not null,
  primary key (institution_id, contact_id, seq)
);
create index contact_changes_import on contact_changes (institution_id, import_id, row_number) where import_id is not null;
