-- Datasets, their versions, and the cases of these.

create table datasets (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  name text not null check (name <> '' and length(name) <= 128),
  description text not null,
  -- Name and description in lower case: SQLite folds only ASCII.
  search text not null,
  created_by blob not null references actors (id),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  deleted_at integer
) strict;
create unique index datasets_name on datasets (name collate nocase) where deleted_at is null;
create index datasets_list on datasets (name, seq);

create table dataset_versions (
  dataset blob not null references datasets (id),
  number integer not null check (number >= 1),
  content_hash blob not null check (length(content_hash) = 32),
  columns text not null check (json_type(columns) = 'array'),
  cases integer not null check (cases >= 0),
  note text not null,
  author blob not null references actors (id),
  created_at integer not null,
  primary key (dataset, number)
) strict, without rowid;
create trigger dataset_versions_immutable before update on dataset_versions
begin
  select raise(abort, 'a version of a dataset never changes');
end;

-- The cases of a version stand in runs of some hundred, each a blob: the same run in many versions is kept once, a
-- hundred cases alike are packed far smaller than each by itself, and a version of 100,000 cases is 400 rows here.
-- Where a run ends is decided by the cases in it (see `dataset/chunk.rs`), so a case that is changed, put in or taken
-- out changes the run that it stands in and no other.
create table dataset_chunks (
  dataset blob not null,
  version integer not null,
  first integer not null check (first >= 0),
  cases integer not null check (cases > 0),
  data blob not null references blobs (hash),
  primary key (dataset, version, first),
  foreign key (dataset, version) references dataset_versions (dataset, number)
) strict, without rowid;
create index dataset_chunks_data on dataset_chunks (data);
create trigger dataset_chunks_immutable before update on dataset_chunks
begin
  select raise(abort, 'a version of a dataset never changes');
end;
