//! Keeps keys, finds them and puts them into requests. The only crate that sees a key.
//!
//! ```
//! use bytes::Bytes;
//! use formaops_domain::{KeyRef, Origin, ports::{HttpMethod, KeyPlacement, OutgoingRequest, Signer}};
//! use formaops_secrets::{Environment, KeyState, Keyring};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let environment = Environment::from_pairs([("OPENAI_API_KEY", "sk-canary")]);
//! let keyring = Keyring::new(environment, "/path/to/workspace/vault");
//! let key = KeyRef::Env { name: "OPENAI_API_KEY".parse()? };
//! assert_eq!(keyring.key_state(&key).await, KeyState::Found);
//!
//! let origin: Origin = "https://api.openai.com".parse()?;
//! let mut request = OutgoingRequest {
//!     method: HttpMethod::Get,
//!     url: "https://api.openai.com/v1/models".parse()?,
//!     headers: Vec::new(),
//!     secret_headers: Vec::new(),
//!     body: Bytes::new(),
//! };
//! keyring.find(&key, &origin).await?.sign(&KeyPlacement::Bearer, &mut request)?;
//! assert_eq!(request.secret_headers[0].0, "authorization");
//! assert!(!format!("{keyring:?} {request:?}").contains("canary"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: no type here that holds a key implements `Serialize`, its `Debug` prints no character of
//! it, and its memory is overwritten when it is forgotten; a key goes to the origin it was asked for,
//! encrypted or on this machine, nowhere else; the environment is read once, and of it only the variables
//! that may hold a key and the passphrase of the vault; nobody waits for a keychain longer than 5 seconds.

mod credential;
mod environment;
mod error;
mod key;
mod keychain;
mod keyring;
mod secret;
mod sigv4;
mod vault;

pub use credential::Candidate;
pub use environment::Environment;
pub use error::KeyringError;
pub use keychain::KeychainState;
pub use keyring::{KeyState, Keyring};
pub use secret::Secret;
pub use vault::VaultState;
