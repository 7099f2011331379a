-- Work on branches, words on versions, and prompts that were deleted for good.

alter table drafts add column branch text not null default 'main' check (branch <> '');

create table version_tags (
  prompt blob not null,
  version blob not null,
  tag text not null check (tag <> ''),
  primary key (prompt, version, tag),
  foreign key (prompt, version) references prompt_versions (prompt, id) on delete cascade
) strict, without rowid;
create index version_tags_tag on version_tags (prompt, tag, version);
create index refs_version on refs (prompt, version);

-- Of a prompt that was deleted for good, what runs name stays: the row without its words, and their versions.
alter table prompts add column purged_at integer check (purged_at is null or deleted_at is not null);

-- Which runs name a version is asked before it is deleted.
create index run_variants_version on run_variants (prompt, version);
