-- What is known of the cases of a run is worked out in parts, for a run of any size must not hold the writer; readers
-- see it once all of it is there. A number stands for a run and its baseline, so that a row is a few bytes, and each
-- filter and order of a grid has an index of its own. What was known before is worked out again when it is asked for.
drop table case_marks;
drop table case_marks_made;
create table case_marks_made (
  seq integer primary key,
  run blob not null references runs (id),
  -- The run itself where there is none.
  baseline blob not null references runs (id),
  -- How both runs stood when it was worked out; absent while that goes on.
  made_of text,
  -- Of how many cases each can be said.
  cases integer not null default 0,
  failing integer not null default 0,
  flaky integer not null default 0,
  different integer not null default 0,
  regressed integer not null default 0,
  improved integer not null default 0
) strict;
create unique index case_marks_made_now on case_marks_made (run, baseline) where made_of is not null;
create index case_marks_made_baseline on case_marks_made (baseline);
create table case_marks (
  made integer not null references case_marks_made (seq),
  position integer not null check (position >= 0),
  failing integer not null check (failing in (0, 1)),
  flaky integer not null check (flaky in (0, 1)),
  different integer not null check (different in (0, 1)),
  regressed integer not null check (regressed in (0, 1)),
  improved integer not null check (improved in (0, 1)),
  score real not null,
  latency_micros integer not null,
  cost_nanos integer not null,
  primary key (made, position)
) strict, without rowid;
create index case_marks_failing on case_marks (made, position) where failing = 1;
create index case_marks_flaky on case_marks (made, position) where flaky = 1;
create index case_marks_different on case_marks (made, position) where different = 1;
create index case_marks_regressed on case_marks (made, position) where regressed = 1;
create index case_marks_improved on case_marks (made, position) where improved = 1;
-- With the marks, so that a filter that most cases pass is answered along the order without the table.
create index case_marks_score on case_marks
  (made, score, position, failing, flaky, different, regressed, improved);
create index case_marks_latency on case_marks
  (made, latency_micros, position, failing, flaky, different, regressed, improved);
create index case_marks_cost on case_marks
  (made, cost_nanos, position, failing, flaky, different, regressed, improved);

-- What a run that has ended came to, so that a run of a million cells is counted through once.
create table run_figures (
  run blob not null primary key references runs (id),
  made_of text not null,
  figures text not null check (json_type(figures) = 'object')
) strict, without rowid;

-- The cases of datasets have a table of blobs of their own: nothing else points into it, so that those of a dataset
-- that is deleted for good, or of an import that came to no end, are deleted without a look at every execution.
create table dataset_blobs (
  hash blob not null primary key check (length(hash) = 32),
  size integer not null check (size >= 0),
  data blob not null
) strict;
-- What they had in `blobs` stays there: something else may hold the same bytes.
insert into dataset_blobs (hash, size, data)
select b.hash, b.size, b.data from blobs b where b.hash in (select data from dataset_chunks);
create table dataset_chunks_now (
  dataset blob not null,
  version integer not null,
  first integer not null check (first >= 0),
  cases integer not null check (cases > 0),
  data blob not null references dataset_blobs (hash),
  primary key (dataset, version, first),
  foreign key (dataset, version) references dataset_versions (dataset, number)
) strict, without rowid;
insert into dataset_chunks_now (dataset, version, first, cases, data)
select dataset, version, first, cases, data from dataset_chunks;
drop table dataset_chunks;
alter table dataset_chunks_now rename to dataset_chunks;
create index dataset_chunks_data on dataset_chunks (data);
create trigger dataset_chunks_immutable before update on dataset_chunks
begin
  select raise(abort, 'a version of a dataset never changes');
end;
-- Cases of a version that is still being made: they are kept in parts that others can write between, and belong to a
-- version only at the end. What a process that was killed left here is deleted by the next.
create table dataset_stages (seq integer primary key) strict;
create table staged_blobs (
  stage integer not null references dataset_stages (seq),
  hash blob not null references dataset_blobs (hash),
  primary key (stage, hash)
) strict, without rowid;
create index staged_blobs_hash on staged_blobs (hash);

-- A run of a suite may end once it is decided what is better and what is worse: then `stopped` says what and how sure.
alter table runs add column stop_when_decided integer not null default 0 check (stop_when_decided in (0, 1));
alter table runs add column stopped text check (json_type(stopped) = 'object');
