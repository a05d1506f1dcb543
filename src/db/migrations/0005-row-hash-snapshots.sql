-- The hashes of rows that contacts carry (contacts.row_hash), once more as a few long values: reading them from a million contacts
-- takes a second. What changed since is in row_hash_deltas. They are a copy that can be made anew at any time: one that does not
-- account for every batch of contacts is not used.

create table row_hash_pieces (
  institution_id uuid not null,
  -- Of the feed, as in front of contacts.row_hash.
  mark bytea not null,
  piece int not null,
  -- Hashes of 16 bytes, one behind the other; they do not compress.
  hashes bytea not null,
  primary key (institution_id, mark, piece)
);
alter table row_hash_pieces alter column hashes set storage external;

-- The pieces of a feed are what contacts carried after this batch of contacts and this delta.
create table row_hash_states (
  institution_id uuid not null,
  mark bytea not null,
  batch bigint not null,
  seq bigint not null,
  hashes bigint not null,
  primary key (institution_id, mark)
);

-- Marks and hashes (20 bytes each) that contacts of the institution lost and got; batch is null where no contact changed.
create table row_hash_deltas (
  institution_id uuid not null,
  seq bigint generated always as identity,
  batch bigint,
  lost bytea not null,
  got bytea not null,
  primary key (institution_id, seq)
);
alter table row_hash_deltas alter column lost set storage external;
alter table row_hash_deltas alter column got set storage external;
