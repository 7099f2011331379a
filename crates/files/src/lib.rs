//! A folder of prompts, datasets and suites as files: looked through, watched, read, and written so that nothing in it is
//! ever lost.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! let folder = tempfile::tempdir()?;
//! std::fs::create_dir(folder.path().join("support"))?;
//! std::fs::write(folder.path().join("support/reply.prompt"), "Answer {{mail}}.")?;
//! let root = folder.path().canonicalize()?;
//!
//! let scan = formaops_files::scan(&root, |_| false)?;
//! let path = scan.files.keys().next().expect("one file");
//! assert_eq!(path.name().unwrap().as_str(), "support/reply");
//! let formaops_files::Look::Text(file) = formaops_files::look(&root, path) else { panic!() };
//! assert_eq!(file.text, "Answer {{mail}}.");
//! # Ok(())
//! # }
//! ```
//!
//! Invariants: nothing outside of the folder is read or written, whatever links say. A file is replaced only while it
//! holds what the caller has seen, as a whole or not at all; what was written to it meanwhile is put back. Nothing here
//! knows the store: who decides what is read and written is the caller, with [`decide`].

mod decide;
mod git;
mod look;
mod pair;
mod path;
mod scan;
mod settle;
mod skip;
mod watch;
mod write;

pub use decide::{Decision, MergedWork, Work, decide, merge_work};
pub use git::{Git, git_directory, git_state};
pub use look::{Look, MAX_FILE_BYTES, Stamp, Text, look};
pub use pair::{Trace, pair};
pub use path::FilePath;
pub use scan::{Scan, scan};
pub use settle::Settling;
pub use skip::{SkipReason, Skipped};
pub use watch::{Touched, Watch, WatchMode};
pub use write::{WriteError, create, remove, rename, replace};
