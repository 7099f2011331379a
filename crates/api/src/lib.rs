//! The operations of FormaOps, declared once, and the process that owns a workspace.
//!
//! Every host is thin: it opens a [`Session`] on a workspace folder and calls operations by name with
//! JSON. The first process to come owns the workspace ([`App`]); the others are its clients over a
//! local socket and see the same events. Handlers are plain functions of [`App`], [`Caller`] and a
//! typed request.
//!
//! ```no_run
//! # async fn example() -> Result<(), formaops_api::ApiError> {
//! use formaops_api::{Session, SessionOptions};
//!
//! let session = Session::open(SessionOptions::default()).await?;
//! let prompts = session.call("prompt_list", serde_json::json!({ "search": "review" })).await?;
//! println!("{prompts}");
//! # Ok(()) }
//! ```
//!
//! Invariants: an operation is declared in one place, `operations.rs`; a host serves all of them; one
//! process at a time writes a workspace; an event is sent after what it tells of was committed.

mod acts;
mod app;
mod asks;
mod background;
mod call;
mod caller;
pub mod configuration;
mod error;
mod events;
mod figures;
mod folder;
pub mod generate;
pub mod handlers;
mod ledger;
pub mod logging;
mod media_type;
mod operations;
mod registry;
mod regrades;
pub mod report;
mod samples;
mod secret;
mod session;
mod system;
mod watch;

pub use app::App;
pub use caller::{Caller, CallerKind};
pub use error::{ApiError, ErrorCode, Problem};
pub use events::{EventHub, Subscription};
pub use formaops_engine::{Level, Trigger};
pub use formaops_validate::statistics::Standing;
pub use ledger::StoreLedger;
pub use operations::{Method, OPERATIONS, Operation, Scope};
pub use session::{Session, SessionOptions, default_workspace};
pub use watch::{HealthLevel, LeftOff};
