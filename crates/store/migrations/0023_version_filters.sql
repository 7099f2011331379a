-- What a search asks of each version that has its words. Versions are large, for each holds its content; most that do not
-- fit are passed over by what stands here.
create index prompt_versions_filters on prompt_versions (seq, prompt, model, created_at) where number is not null;
