//! Calls models: the wire formats of their vendors over one HTTP client, the built-in `dry-run`,
//! the catalogue of what models can do and cost, and counts of tokens.
//!
//! ```
//! use formaops_domain::{Provider, ports::{Clock, Ledger, Signer}};
//! use formaops_providers::{Catalogue, Client, ClientOptions, Factory, Tokens};
//! use std::{error::Error, sync::Arc};
//!
//! fn set_up(
//!     signer: Arc<dyn Signer>,
//!     clock: Arc<dyn Clock>,
//!     ledger: Arc<dyn Ledger>,
//! ) -> Result<Factory, Box<dyn Error>> {
//!     let client = Client::new(ClientOptions::default(), ledger, Arc::clone(&clock))?;
//!     Ok(Factory { client, signer, clock, tokens: Arc::new(Tokens) })
//! }
//!
//! async fn list(factory: &Factory, config: &Provider) -> Result<(), Box<dyn Error>> {
//!     for listed in factory.provider(config)?.models().await? {
//!         let known = Catalogue::shipped().get(config, &listed.id);
//!         let _ = (known.context_window, known.price);
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Invariants:
//!
//! - Every byte that leaves the machine goes through [`Client`]: no redirects, no hidden retries,
//!   idle connections closed after 10 s, loopback past proxies, TLS 1.2 at the least.
//! - A key is put into a request by the [`Signer`](formaops_domain::ports::Signer) alone, only for
//!   the origin it was set for, and what comes back is scrubbed of it before anyone sees it.
//! - Text that arrived before a failure stands: a failure is always the last thing in a stream.
//! - What a server may make us keep in memory is bounded: see [`HttpProvider::MAX_ANSWER`].

mod anthropic;
mod arguments;
mod bedrock;
mod catalogue;
mod client;
mod discovery;
mod dry_run;
mod embedding;
mod factory;
mod failure;
mod framing;
mod gemini;
mod glob;
mod http;
mod media;
mod merge;
mod ollama;
mod openai_chat;
mod openai_responses;
mod presets;
pub mod quirks;
mod rates;
mod source;
mod tokens;
mod transport;
mod webhook;
mod wire;

pub use catalogue::{Catalogue, Told};
pub use client::{Client, ClientError, ClientOptions};
pub use discovery::{FoundServer, discover};
pub use dry_run::DryRun;
pub use factory::Factory;
pub use http::HttpProvider;
pub use presets::{AddressTemplate, Preset, presets};
pub use quirks::Quirks;
pub use source::{Language, PlannedCall};
pub use tokens::Tokens;
pub use webhook::WebhookError;
