-- Runs that are answered from recordings, runs that grade the answers of another anew, and recordings from elsewhere.
alter table runs add column replay text not null default 'off' check (replay in ('off', 'only', 'prefer'));
alter table runs add column regraded blob references runs (id);

-- What an answer that was not asked for again had cost, and when.
alter table attempts add column replayed text check (json_type(replayed) = 'object');
alter table executions add column replayed text check (json_type(replayed) = 'object');

-- Whole answers that were imported, the last that came for each request and repeat. What is known of a call that was
-- made here stands in its attempt; of these it is `facts`.
create table imported_recordings (
  request_hash blob not null check (length(request_hash) = 32),
  repeat integer not null check (repeat >= 0),
  model text not null check (instr(model, ':') > 1),
  frames blob not null references blobs (hash),
  facts text not null check (json_type(facts) = 'object'),
  recorded_at integer not null,
  imported_at integer not null,
  primary key (request_hash, repeat)
) strict, without rowid;
create index imported_recordings_frames on imported_recordings (frames);
