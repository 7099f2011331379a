//! Stories of the store, each in a workspace of its own that is gone afterwards.
#![expect(clippy::unwrap_used, reason = "a story that cannot be told stops there")]

mod attachments;
mod audit;
mod branches;
mod budgets;
mod datasets;
mod egress;
mod execution_log;
mod finding;
mod grid;
mod input_sets;
mod keys;
mod models;
mod opening;
mod outputs;
mod partials;
mod prompts;
mod provider_keys;
mod providers;
mod purge;
mod recovery;
mod replay;
mod rules;
mod runs;
mod search;
mod versions;
mod work;
mod world;
mod writing;
