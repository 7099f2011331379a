-- Ids are UUIDv7 in 16 bytes, hashes BLAKE3 in 32 bytes, times microseconds since 1970 in UTC, money
-- nano-dollars, spans microseconds. A `seq` gives rows the order in which they were made, for paging.

create table workspaces (
  id blob not null primary key check (length(id) = 16),
  singleton integer not null default 1 unique check (singleton = 1),
  name text not null check (name <> ''),
  -- The oldest format whose programs may still open this file.
  min_reader integer not null check (min_reader >= 1),
  time_zone text not null check (time_zone <> ''),
  created_at integer not null
) strict, without rowid;

create table actors (
  id blob not null primary key check (length(id) = 16),
  kind text not null check (kind in ('person', 'api_key', 'agent', 'system')),
  name text not null check (name <> ''),
  email text check (email <> ''),
  created_at integer not null
) strict, without rowid;
create unique index actors_email on actors (email collate nocase) where email is not null;

create table settings (
  name text not null primary key check (name <> ''),
  value text not null check (json_valid(value)),
  updated_at integer not null
) strict, without rowid;

-- Large texts, compressed with zstd, addressed by the BLAKE3 hash of what they hold.
create table blobs (
  hash blob not null unique check (length(hash) = 32),
  size integer not null check (size >= 0),
  data blob not null
) strict;

create table prompts (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  name text not null check (name <> '' and length(name) <= 128),
  title text not null,
  description text not null,
  -- Name, title and description in lower case: SQLite folds only ASCII.
  search text not null,
  status text not null check (status in ('draft', 'published', 'archived')),
  created_by blob not null references actors (id),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  published_at integer,
  deleted_at integer,
  check (status <> 'published' or published_at is not null)
) strict;
create unique index prompts_name on prompts (name collate nocase) where deleted_at is null;
create index prompts_list on prompts (name, seq);
create index prompts_status on prompts (status, name, seq);
create index prompts_published on prompts (published_at) where published_at is not null;

create table prompt_tags (
  prompt blob not null references prompts (id),
  tag text not null check (tag <> ''),
  primary key (prompt, tag)
) strict, without rowid;
create index prompt_tags_tag on prompt_tags (tag, prompt);

create table prompt_versions (
  seq integer primary key,
  prompt blob not null references prompts (id),
  id blob not null check (length(id) = 32),
  number integer check (number >= 1),
  content_hash blob not null check (length(content_hash) = 32),
  content text not null check (json_valid(content)),
  parents text not null check (json_valid(parents)),
  author blob not null references actors (id),
  note text not null,
  created_at integer not null,
  -- The id says nothing of the prompt: a copy of a prompt may hold the very same version.
  unique (prompt, id),
  unique (prompt, number)
) strict;
create index prompt_versions_content on prompt_versions (prompt, content_hash);

create trigger prompt_versions_immutable before update on prompt_versions
when old.number is not null
  or (old.prompt, old.id, old.content_hash, old.content, old.parents, old.author, old.note, old.created_at)
  is not (new.prompt, new.id, new.content_hash, new.content, new.parents, new.author, new.note, new.created_at)
begin
  select raise(abort, 'a version never changes');
end;

create table refs (
  prompt blob not null references prompts (id),
  kind text not null check (kind in ('branch', 'label')),
  name text not null check (name <> ''),
  version blob not null,
  updated_at integer not null,
  primary key (prompt, kind, name),
  foreign key (prompt, version) references prompt_versions (prompt, id)
) strict, without rowid;

create table drafts (
  prompt blob not null primary key references prompts (id),
  content_hash blob not null check (length(content_hash) = 32),
  content text not null check (json_valid(content)),
  base blob,
  inputs text not null check (json_type(inputs) = 'object'),
  updated_at integer not null,
  foreign key (prompt, base) references prompt_versions (prompt, id)
) strict, without rowid;

create table providers (
  id blob not null primary key check (length(id) = 16),
  name text not null check (name <> '' and instr(name, ':') = 0),
  kind text not null check (kind in ('dry-run', 'openai-chat')),
  base_url text,
  -- Where the key is found and the origin it may travel to. A key itself is never stored.
  key_reference text check (json_valid(key_reference)),
  key_origin text,
  max_concurrent integer check (max_concurrent between 1 and 1024),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  check ((base_url is null) = (kind = 'dry-run')),
  check ((key_reference is null) = (key_origin is null))
) strict, without rowid;
create unique index providers_name on providers (name collate nocase);

-- The models that a provider listed when it was last asked.
create table provider_models (
  provider blob not null primary key references providers (id) on delete cascade,
  models text not null check (json_type(models) = 'array'),
  listed_at integer not null
) strict, without rowid;

create table runs (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  kind text not null check (kind in ('single', 'compare', 'suite', 'agent', 'workflow')),
  status text not null check (status in ('pending', 'running', 'paused', 'completed', 'cancelled')),
  priority text not null check (priority in ('low', 'normal', 'high', 'critical')),
  prompt blob not null references prompts (id),
  prompt_name text not null check (prompt_name <> ''),
  context blob references blobs (hash),
  repeats integer not null check (repeats >= 1),
  -- Counts and costs of the newest generations.
  pending integer not null check (pending >= 0),
  running integer not null check (running >= 0),
  completed integer not null check (completed >= 0),
  failed integer not null check (failed >= 0),
  cancelled integer not null check (cancelled >= 0),
  cost_nanos integer not null check (cost_nanos >= 0),
  created_by blob not null references actors (id),
  created_at integer not null,
  started_at integer,
  completed_at integer,
  check (case status
    when 'pending' then started_at is null and completed_at is null
    when 'running' then started_at is not null and completed_at is null
    when 'paused' then completed_at is null
    else completed_at is not null and pending = 0 and running = 0
  end),
  check (completed_at >= started_at)
) strict;
create index runs_prompt on runs (prompt, seq);
create index runs_status on runs (status, seq);

create table run_variants (
  run blob not null references runs (id),
  position integer not null check (position >= 0),
  prompt blob not null,
  version blob not null,
  model text not null check (instr(model, ':') > 1),
  parameters text not null check (json_type(parameters) = 'object'),
  price text check (json_type(price) = 'object'),
  primary key (run, position),
  foreign key (prompt, version) references prompt_versions (prompt, id)
) strict, without rowid;

create table run_cases (
  run blob not null references runs (id),
  position integer not null check (position >= 0),
  inputs blob not null references blobs (hash),
  primary key (run, position)
) strict, without rowid;

create table executions (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  run blob not null references runs (id),
  prompt blob not null references prompts (id),
  version blob not null check (length(version) = 32),
  model text not null check (instr(model, ':') > 1),
  case_index integer not null,
  repeat integer not null check (repeat >= 0),
  variant_index integer not null,
  generation integer not null check (generation >= 0),
  status text not null check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  preview text not null default '' check (length(preview) <= 256),
  output_bytes integer not null default 0 check (output_bytes >= 0),
  output blob references blobs (hash),
  reasoning blob references blobs (hash),
  validated_output blob references blobs (hash),
  failure text check (json_type(failure) = 'object'),
  finish text check (json_valid(finish)),
  latency_micros integer check (latency_micros >= 0),
  first_token_micros integer check (first_token_micros >= 0),
  tokens_per_second real check (tokens_per_second >= 0),
  usage text check (json_type(usage) = 'object'),
  cost_nanos integer check (cost_nanos >= 0),
  basis text not null default 'unknown' check (basis in ('reported', 'estimated', 'worst-case', 'unknown')),
  validation_status text not null default 'pending'
    check (validation_status in ('pending', 'passed', 'failed', 'skipped')),
  created_by blob not null references actors (id),
  created_at integer not null,
  started_at integer,
  completed_at integer,
  unique (run, case_index, repeat, variant_index, generation),
  foreign key (run, variant_index) references run_variants (run, position),
  foreign key (run, case_index) references run_cases (run, position),
  check (case status
    when 'pending' then started_at is null and completed_at is null
    when 'running' then started_at is not null and completed_at is null
    when 'completed' then started_at is not null and completed_at is not null
    else completed_at is not null
  end),
  check (completed_at >= started_at),
  check (failure is not null or status <> 'failed'),
  check (failure is null or status in ('failed', 'cancelled'))
) strict;
create index executions_prompt on executions (prompt, seq);
create index executions_status on executions (status, seq);
create index executions_recent on executions (created_at, status, cost_nanos);

create trigger executions_terminal before update on executions
when old.status in ('completed', 'failed', 'cancelled')
begin
  select raise(abort, 'an execution that has ended never changes');
end;

-- A run follows its executions, so that its counts are right however one of them moves.
create trigger executions_progress after update of status on executions
when old.status <> new.status
begin
  update runs set
    pending = pending - (old.status = 'pending'),
    running = running - (old.status = 'running') + (new.status = 'running'),
    completed = completed + (new.status = 'completed'),
    failed = failed + (new.status = 'failed'),
    cancelled = cancelled + (new.status = 'cancelled'),
    cost_nanos = cost_nanos + coalesce(new.cost_nanos, 0),
    status = case when status = 'pending' and new.status = 'running' then 'running' else status end,
    started_at = coalesce(started_at, new.started_at)
  where id = new.run;
end;

create table attempts (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  execution blob not null references executions (id),
  number integer not null check (number >= 1),
  status text not null check (status in ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
  model text not null check (instr(model, ':') > 1),
  request_hash blob check (length(request_hash) = 32),
  request_id text,
  http_status integer check (http_status between 100 and 999),
  failure text check (json_type(failure) = 'object'),
  latency_micros integer check (latency_micros >= 0),
  first_token_micros integer check (first_token_micros >= 0),
  tokens_per_second real check (tokens_per_second >= 0),
  usage text check (json_type(usage) = 'object'),
  cost_nanos integer check (cost_nanos >= 0),
  basis text not null default 'unknown' check (basis in ('reported', 'estimated', 'worst-case', 'unknown')),
  price text check (json_type(price) = 'object'),
  started_at integer not null,
  completed_at integer,
  unique (execution, number),
  check ((status = 'running') = (completed_at is null)),
  check (completed_at >= started_at),
  check (failure is not null or status not in ('failed', 'interrupted'))
) strict;
create index attempts_running on attempts (status) where status = 'running';

create trigger attempts_terminal before update on attempts
when old.status <> 'running'
begin
  select raise(abort, 'an attempt that has ended never changes');
end;

create table validation_results (
  execution blob not null references executions (id),
  position integer not null check (position >= 0),
  name text not null,
  verdict text not null check (verdict in ('pass', 'fail')),
  score real not null check (score between 0 and 1),
  message text not null,
  primary key (execution, position)
) strict, without rowid;

-- What a running attempt has received so far; joined into one recording when it ends.
create table recording_parts (
  attempt blob not null references attempts (id),
  number integer not null check (number >= 0),
  text_offset integer not null check (text_offset >= 0),
  text_bytes integer not null check (text_bytes >= 0),
  text text not null,
  frames blob not null,
  primary key (attempt, number)
) strict;

create table recordings (
  attempt blob not null primary key references attempts (id),
  request_hash blob check (length(request_hash) = 32),
  repeat integer not null check (repeat >= 0),
  frames blob not null references blobs (hash),
  recorded_at integer not null
) strict, without rowid;
create index recordings_request on recordings (request_hash, repeat, recorded_at) where request_hash is not null;

create table idempotency_keys (
  actor blob not null references actors (id),
  operation text not null check (operation <> ''),
  name text not null check (name <> ''),
  request_hash blob not null check (length(request_hash) = 32),
  answer text not null check (json_valid(answer)),
  expires_at integer not null,
  primary key (actor, operation, name)
) strict, without rowid;
create index idempotency_keys_expiry on idempotency_keys (expires_at);

create table api_keys (
  id blob not null primary key check (length(id) = 16),
  actor blob not null references actors (id),
  name text not null check (name <> ''),
  -- SHA-256 of the key, which itself is shown once and never stored.
  hash blob not null unique check (length(hash) = 32),
  scopes text not null check (json_type(scopes) = 'array'),
  created_at integer not null,
  last_used_at integer,
  expires_at integer,
  revoked_at integer
) strict, without rowid;
create index api_keys_actor on api_keys (actor, revoked_at);
