//! Journeys over the command line and HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod attachments;
mod command_line;
mod configuration;
mod faults;
mod http;
mod keychain;
mod kills;
mod network;
mod ownership;
mod secrets;
mod vault;
