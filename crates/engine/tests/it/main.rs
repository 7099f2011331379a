//! The engine from the outside: its scheduler as a pure machine, and whole runs over scripted ports.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod attachments;
mod budgets;
mod cancel;
mod checks;
mod contests;
mod faults;
mod full_disk;
mod limits;
mod machine;
mod outages;
mod recording;
mod replay;
mod retries;
mod sensitive;
mod settle;
mod shutdown;
mod steps;
mod streaming;
mod support;
mod templates;
