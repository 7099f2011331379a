//! Stories of a workspace in the hands of one process, told by its operations.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clock;
mod configuration;
mod folder;
mod folder_items;
mod health;
