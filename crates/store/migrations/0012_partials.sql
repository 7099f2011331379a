-- The versions that the templates of a run call as partials, by the names they call them by: found when the run is
-- made, so that what is saved later changes nothing of it.
create table run_partials (
  run blob not null references runs (id),
  name text not null check (name <> ''),
  prompt blob not null,
  version blob not null,
  primary key (run, name),
  foreign key (prompt, version) references prompt_versions (prompt, id)
) strict, without rowid;
create index run_partials_version on run_partials (prompt, version);
