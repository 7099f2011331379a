-- The named metrics of the cases of a run, so that a grid can be ordered by them. A program that does not know them
-- deletes them with what it knows.
create table case_metrics (
  made integer not null references case_marks_made (seq) on delete cascade,
  position integer not null check (position >= 0),
  metric text not null,
  value real not null,
  primary key (made, metric, position)
) strict, without rowid;
create index case_metrics_value on case_metrics (made, metric, value, position);
-- What is known of cases without them is worked out again when it is asked for.
update case_marks_made set made_of = null;
