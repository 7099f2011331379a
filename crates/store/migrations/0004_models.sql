-- What the user says of models, over what the catalogue and the provider's list know.

create table models (
  provider blob not null references providers (id) on delete cascade,
  -- The model's id as the provider knows it.
  model text not null check (model <> ''),
  -- The model that it is, where its id does not say so.
  same_as text check (same_as <> ''),
  context_window integer check (context_window > 0),
  max_output_tokens integer check (max_output_tokens > 0),
  price text check (json_type(price) = 'object'),
  capabilities text not null check (json_type(capabilities) = 'object'),
  retires_on text check (retires_on glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  updated_at integer not null,
  primary key (provider, model)
) strict, without rowid;
