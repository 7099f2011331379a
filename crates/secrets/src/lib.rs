//! Finds keys and puts them into requests. The only crate that sees a key.
//!
//! ```
//! use formaops_domain::{KeyRef, Origin, ports::{KeyPlacement, RequestHeaders, Signer}};
//! use formaops_secrets::{Environment, EnvSigner, KeyState};
//!
//! let environment = Environment::from_pairs([("OPENAI_API_KEY", "sk-canary")]);
//! let signer = EnvSigner::new(environment);
//! let key = KeyRef::Env { name: "OPENAI_API_KEY".parse()? };
//! assert_eq!(signer.key_state(&key), KeyState::Found);
//!
//! let origin: Origin = "https://api.openai.com".parse()?;
//! let mut headers = RequestHeaders::default();
//! signer.sign(&key, &origin, KeyPlacement::Bearer, &mut headers)?;
//! assert!(!format!("{signer:?} {headers:?}").contains("canary"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: no type here that holds a key implements `Serialize`, and its `Debug` prints no
//! character of it; a key goes to an encrypted origin or to this machine, nowhere else; the
//! environment is read once, and of it only the variables that may hold a key.

mod environment;
mod key;
mod signer;

pub use environment::Environment;
pub use signer::{EnvSigner, KeyState};
