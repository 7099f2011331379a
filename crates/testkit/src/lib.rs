//! What the tests of FormaOps stand on: a model server that can misbehave, clocks and ids that are
//! told what to say, and builders for the things most stories start with.
//!
//! A dev-dependency only: no product code uses it.
//!
//! ```
//! use formaops_testkit::{ChatReply, ScriptedServer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let server = ScriptedServer::start().await;
//! server.enqueue(ChatReply::new().text("Hello").text(" world"));
//! assert!(server.base_url().as_str().starts_with("http://127.0.0.1:"));
//! assert!(server.requests().is_empty());
//! # }
//! ```
//!
//! Invariants: the server listens on loopback only and everything it started ends when it is
//! dropped; nothing here waits by sleeping, save where a reply is told to be slow.

mod asks;
mod build;
mod clock;
mod ids;
mod ledger;
mod multiply;
mod refuse;
mod server;
mod signer;

pub use asks::ScriptedAsks;
pub use build::{content, message_content, provider, request};
pub use clock::ManualClock;
pub use ids::{
    CountingIds, actor_id, attempt_id, budget_id, dataset_id, egress_id, execution_id, prompt_id,
    provider_id, provider_key_id, run_id, version_id,
};
pub use ledger::MemoryLedger;
pub use multiply::multiply_run;
pub use refuse::{accept_run_ends, refuse_run_ends};
pub use server::{ChatReply, Counts, Gate, Received, Reply, ScriptedServer};
pub use signer::FixedSigner;
