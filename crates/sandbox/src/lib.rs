//! JavaScript functions, run where they can reach nothing: in child processes of the same program, which hold
//! QuickJS and little else (ADR 11).
//!
//! ```no_run
//! use formaops_domain::{FunctionCall, ports::Sandbox as _};
//! use formaops_sandbox::Functions;
//!
//! # async fn example() {
//! let source = "(output) => output.length < 100".to_owned();
//! let call = FunctionCall { source, arguments: vec!["short".into()] };
//! assert_eq!(Functions::of_this_program().call(call).await, Ok(true.into()));
//! # }
//! ```
//!
//! The program that uses it begins with [`serve`] where [`is_asked_for`] says so.
//!
//! Invariants: a call has a runtime of its own, so nothing is left of it for the next; whatever a function does
//! ends within a second and a half in a result or a [`FunctionFailure`](formaops_domain::ports::FunctionFailure),
//! and the calls beside it go on. A child has no environment but its time zone, which is UTC, no descriptors but
//! its pipes, and can get no more of them. It believes no length and neither does its parent.

mod child;
mod frame;
mod limits;
mod pool;
mod process;
mod script;
mod thrown;

pub use child::{is_asked_for, serve};
pub use limits::{MOST_ARGUMENTS, MOST_RESULT};
pub use pool::Functions;
pub use script::call_here;
