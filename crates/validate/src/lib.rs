//! Checks what goes into a prompt and what comes back: declared variables, the inputs of a run, and
//! the answers of models against the rules of a version.
//!
//! ```
//! use formaops_domain::{Variable, VariableType};
//!
//! let variables = [Variable::new("count", VariableType::Number).required()];
//! let inputs = serde_json::from_str(r#"{"count": "three"}"#).unwrap();
//! let problems = formaops_validate::check_inputs(&variables, &inputs).unwrap_err();
//! assert_eq!(problems[0].message, "`count` must be a number, got the string `three`");
//! ```
//!
//! Invariants: nothing here reads a clock, a file or the network; a schema that refers to another
//! document is refused, never fetched. The value of a sensitive variable is never part of a message.
//! Messages are bounded in length, whatever they are about.

mod check;
mod conclude;
mod declaration;
mod ecmascript;
mod evaluate;
mod finding;
mod html;
mod infer;
mod input;
mod json;
mod judge;
mod ngrams;
mod page;
mod problem;
mod rule;
mod schema;
mod sql;
pub mod statistics;
mod stem;
mod text;
mod tool_output;
mod treebank;
mod types;
mod value;
mod xml;

pub use check::check_validations;
pub use conclude::{Conclusion, conclude};
pub use declaration::check_variables;
pub use evaluate::{Step, Subject, evaluate};
pub use infer::infer_schema;
pub use input::check_inputs;
pub use json::{NoJson, json_of};
pub use page::{AssertionGuide, assertion_guides, validations_page};
pub use problem::{InputProblem, ProblemCode};
pub use rule::{Comparison, function_of_rule, is_quick, select_best};
pub use text::coerce_text;
pub use types::{rust_type, typescript_type};
