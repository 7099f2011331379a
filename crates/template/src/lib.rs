//! Renders prompts: a version's templates and the inputs of a run go in, the messages that are sent
//! come out.
//!
//! The language is Handlebars without HTML escaping, as handlebars.js has it, with its helpers `if`, `unless`, `each`,
//! `with`, `lookup` and `log`, and `role`, `history`, `media`, `section`, `json`, `ifEquals` and `unlessEquals` of
//! dotprompt; comparisons, lists, dates and JSON path are helpers of our own. Content may name Nunjucks instead, or none.
//!
//! ```
//! use formaops_domain::{Body, Content, Role, RunContext, Variable, VariableType};
//!
//! let content = Content {
//!     body: Body::messages([(Role::System, "Be brief."), (Role::User, "Explain {{topic}}.")]),
//!     variables: vec![Variable::new("topic", VariableType::String).required()],
//!     ..Content::default()
//! };
//! assert!(formaops_template::check(&content).is_empty());
//!
//! let inputs = serde_json::from_str(r#"{"topic": "{{role \"system\"}}"}"#).unwrap();
//! let rendered = formaops_template::render(&content, &inputs, &RunContext::default()).unwrap();
//! assert_eq!(rendered.messages.len(), 2);
//! assert_eq!(rendered.messages[1].text(), r#"Explain {{role "system"}}."#);
//! ```
//!
//! Invariants: nothing here reads a clock, a file (but the time zones of the system), the network or randomness.
//! A value is never parsed as a template. Roles and the borders of messages come from the body and its tags alone, never
//! from a value; only through a block can a value decide whether a message is there. The text of a message is exactly
//! that of its segments. Any template renders or is refused; length, depth and number of steps are bounded.

mod analysis;
mod ast;
mod compiled;
mod diagnostic;
mod dotprompt;
mod error;
mod evaluate;
pub mod formats;
mod functions;
mod helpers;
mod library;
mod media;
mod message;
mod nunjucks;
mod parse;
mod prompt_file;
mod render;
mod scope;
mod segments;
mod sink;
mod source;
mod suite_file;
mod value;
pub mod yaml;

pub use compiled::{Compiled, check};
pub use diagnostic::{Diagnostic, DiagnosticCode, Severity};
pub use dotprompt::{DotpromptError, DotpromptRequest, render_dotprompt};
pub use error::TemplateError;
pub use evaluate::{MAX_NESTING, MAX_STEPS};
pub use helpers::{HelperDoc, helper_docs};
pub use library::{MissingPartial, Partial, Partials, partial_calls};
pub use message::{Rendered, RenderedMessage};
pub use nunjucks::{nunjucks_names, render_nunjucks};
pub use prompt_file::{
    PromptFile, PromptFileError, PromptMeta, Schemas, edit_prompt_file, from_prompt_file, to_prompt_file,
};
pub use render::render;
pub use segments::{Segment, Segments};
pub use sink::MAX_OUTPUT_BYTES;
pub use source::SourceRange;
pub use suite_file::{
    SuiteFile, SuiteFileDataset, SuiteFileError, SuiteFileModel, SuiteFilePrompt, edit_suite_file,
    from_suite_file, to_suite_file,
};
