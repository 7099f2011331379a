//! What the journeys stand on: temporary workspaces, the program as a process, and its HTTP host.
//!
//! The program has to be built first: `cargo build -p formaops-cli`, as `make test` does.

mod cli;
mod desktop;
mod disk;
mod host;

pub use cli::{Cli, Done};
pub use desktop::Desktop;
pub use disk::SmallDisk;
pub use host::{Answer, Host};
