//! Journeys over the command line and HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod attachments;
mod audit;
mod branches;
mod budgets;
mod command_line;
mod configuration;
mod datasets;
mod disk_full;
mod eval;
mod faults;
mod finding;
mod folder;
mod functions;
mod http;
mod idempotency;
mod judgements;
mod keychain;
mod kills;
mod library;
mod logs;
mod network;
mod outages;
mod ownership;
mod partials;
mod promptfoo;
mod refused_ends;
mod render;
mod replay;
mod secrets;
mod suites;
mod transfer;
mod vault;
