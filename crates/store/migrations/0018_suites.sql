-- Suites, and what their runs keep of them: the rules and thresholds as they were, and what is known of each case.
create table suites (
  id blob not null primary key check (length(id) = 16),
  name text not null check (name <> ''),
  description text not null,
  spec text not null check (json_type(spec) = 'object'),
  baseline blob references runs (id),
  created_at integer not null,
  updated_at integer not null check (updated_at >= created_at),
  deleted_at integer
) strict, without rowid;
create unique index suites_name on suites (name collate nocase) where deleted_at is null;

alter table runs add column suite blob references suites (id);
alter table runs add column baseline blob references runs (id);
alter table runs add column validations text check (json_type(validations) = 'array');
alter table runs add column thresholds text check (json_type(thresholds) = 'object');
-- The execution that needed it, and for what: a run that nobody asked for is listed nowhere.
alter table runs add column parent blob references executions (id);
alter table runs add column purpose text check ((purpose is null) = (parent is null));
create index runs_parent on runs (parent) where parent is not null;
create index runs_suite on runs (suite, seq) where suite is not null;

-- All of a case but its inputs; absent where there is no more to it.
alter table run_cases add column details text check (json_type(details) = 'object');

-- What can be said of a case of a run at a glance, by itself and beside the same case of a baseline: worked out when
-- it is first asked for, and again once more of the run has ended. Without a baseline, `baseline` is the run itself.
create table case_marks (
  run blob not null references runs (id),
  baseline blob not null references runs (id),
  position integer not null check (position >= 0),
  failing integer not null check (failing in (0, 1)),
  flaky integer not null check (flaky in (0, 1)),
  different integer not null check (different in (0, 1)),
  regressed integer not null check (regressed in (0, 1)),
  improved integer not null check (improved in (0, 1)),
  score real not null,
  latency_micros integer not null,
  cost_nanos integer not null,
  primary key (run, baseline, position)
) strict, without rowid;

-- How many executions of both runs had ended when the marks were made.
create table case_marks_made (
  run blob not null references runs (id),
  baseline blob not null references runs (id),
  ended integer not null,
  primary key (run, baseline)
) strict, without rowid;
