-- The ledger of what left this machine. Paths, queries, headers and bodies are not kept, only where it went.

create table egress (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  origin text not null check (origin <> ''),
  is_local integer not null check (is_local in (0, 1)),
  purpose text not null check (purpose in ('execution', 'models', 'test', 'discovery')),
  -- The reference of the key, never the key.
  key_reference text check (json_valid(key_reference)),
  execution blob check (length(execution) = 16),
  bytes_out integer not null check (bytes_out >= 0),
  bytes_in integer not null check (bytes_in >= 0),
  http_status integer check (http_status between 100 and 999),
  sent_at integer not null,
  ended_at integer,
  check (ended_at >= sent_at)
) strict;
create index egress_outside on egress (seq) where is_local = 0;
create index egress_execution on egress (execution) where execution is not null;
