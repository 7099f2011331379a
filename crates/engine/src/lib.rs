//! The scheduler and the path of an execution, from the queue to its committed end.
//!
//! [`machine`] decides what runs when and touches nothing. [`Engine`] drives it: it carries the
//! decisions out against the ports of the domain, and streams what models answer to whoever listens.
//!
//! ```
//! use formaops_domain::{Execution, Run};
//! use formaops_engine::{Budgets, Engine, EngineError, Ports, Settings, Submission};
//!
//! async fn run_to_its_end(ports: Ports, run: &Run, executions: &[Execution]) -> Result<Run, EngineError> {
//!     let engine = Engine::start(ports, Settings::default(), Budgets::default());
//!     engine.submit(Submission::new(run, executions)).await?;
//!     engine.wait_run(run.id).await
//! }
//! ```
//!
//! Invariants:
//!
//! - A transition is committed before anyone is told of it. Chunks of text are no transitions: they
//!   leave at once and never wait for the store.
//! - Text that was received is kept, whatever follows: a failure, a cancel, a panic, a shutdown.
//! - A sensitive input is in the request and nowhere else: not in text, reasoning, recordings,
//!   failures or events.
//! - A failure that may pass is tried again, but never once a part of an answer has come.
//! - A model that answers in the place of another is named, in the attempt and the execution.
//! - An execution that panics fails alone; the others and the engine go on.

mod actor;
mod aside;
mod check;
mod contest;
mod core;
mod handle;
mod level;
mod live;
pub mod machine;
mod money;
mod pipeline;
mod prepare;
mod receive;
mod recorder;
mod replay;
mod reporter;
mod retry;
mod sensitive;
mod settings;
mod settle;
mod sign;
mod spans;
mod steps;
mod tally;
mod templates;

pub use check::{Checked, Facts};
pub use handle::{Engine, EngineError, Ports, Submission};
pub use level::{Level, Levels, Measures, Pressure, TIME_TO_ENTER, TIME_TO_LEAVE, Trigger};
pub use live::LiveText;
pub use machine::{
    Allowance, Budgets, CircuitState, Limits, Load, ModelLoad, Models, PerMinute, ProviderLoad, Recent, Terms,
};
pub use retry::RetryPolicy;
pub use settings::{CircuitPolicy, FallbackStrategy, Settings};
pub use tally::{Percentiles, Tally, Times};
