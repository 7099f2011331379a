-- The runs of which an execution failed, newest first.
create index runs_failing on runs (created_at) where failed > 0;
