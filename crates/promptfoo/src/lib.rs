//! Configurations of promptfoo, read whole: the prompts, the models, and every case with its variables and rules, as
//! promptfoo would run them.
//!
//! ```
//! use formaops_promptfoo::{Files, FileError, Given, read};
//!
//! struct One(&'static str);
//! impl Files for One {
//!     fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
//!         Ok(self.0.into())
//!     }
//!     fn find(&self, pattern: &str) -> Result<Vec<String>, FileError> {
//!         Ok(vec![pattern.to_owned()])
//!     }
//! }
//!
//! let config = "
//! prompts: ['Say {{word}} in {{language}}.']
//! providers: [openai:gpt-4o]
//! tests:
//!   - vars: {word: hello, language: [French, Dutch]}
//!     assert: [{type: not-contains, value: '{{word}}'}]
//! ";
//! let read = read("promptfooconfig.yaml", &One(config), &Given::default()).unwrap();
//! assert_eq!(read.cases.len(), 2);
//! assert_eq!(read.cases[1].case.inputs["language"], "Dutch");
//! ```
//!
//! Invariants: reading is pure, and whatever it knows of files it is told by [`Files`]. Nothing is sent or run, and code
//! that a configuration names (but JavaScript, which goes into the sandbox) never will be. What cannot be run as it
//! stands there is an error or a note that names it and its place; nothing is left out in silence.
//!
//! Sources: `config-schema.json`, `src/evaluator.ts` and `src/evaluatorHelpers.ts` of promptfoo.

mod assertions;
mod cases;
mod config;
mod environment;
mod files;
mod filters;
mod folder;
mod metric;
mod models;
mod numbers;
mod problem;
mod prompts;
mod references;
mod scripts;
mod test_case;
mod vars;

pub use config::{Config, ConfigCase, Given, read};
pub use files::{FileError, Files};
pub use filters::{Filters, InvalidMetadataFilter, InvalidTestRange, MetadataFilter, TestRange};
pub use folder::Folder;
pub use metric::{DerivedMetric, Expression, ExpressionError};
pub use models::{ConfigModel, KeyOf, NeededProvider};
pub use problem::{ConfigError, Problem};
pub use prompts::ConfigPrompt;
