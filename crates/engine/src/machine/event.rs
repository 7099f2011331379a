//! What the machine is told, and what it asks for.

use super::budgets::{Answer, Ask, Refusal};
use crate::settings::Settings;
use formaops_domain::{Budget, BudgetId, ExecutionId, ModelRef, NanoUsd, Priority, RunId, ports::RateLimits};
use std::{num::NonZeroU32, sync::Arc, time::Duration};

/// The models that may answer an execution: its own first, then those of its run's fallback chain.
/// Never empty; shared by all executions of a column.
pub type Models = Arc<[ModelRef]>;

/// On which terms the executions of a run are executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// How urgent it is.
    pub priority: Priority,
    /// Whether a person looks on while it streams: it then waits for no background work.
    pub watched: bool,
    /// How many of its executions may be on the wire at once, in place of the default limits.
    pub concurrency: Option<NonZeroU32>,
    /// Whether the first execution that fails cancels what is left.
    pub fail_fast: bool,
    /// Whether it starts nothing until it is resumed.
    pub paused: bool,
    /// Whether an execution that has left the wire waits for it: it then starts even where no more may settle.
    pub needed: bool,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A run was asked for. For a run that is under way, these executions are added to it.
    RunSubmitted {
        /// The run.
        run: RunId,
        /// Its terms; those of a run that is under way stay.
        terms: Terms,
        /// Its executions in order.
        executions: Vec<(ExecutionId, Models)>,
    },
    /// What of a run has not begun is left out; what is on the wire goes on, and the run ends with it.
    StopRun {
        /// The run.
        run: RunId,
    },
    /// The provider said how many more calls it takes.
    RatesTold {
        /// The execution whose call it answered.
        execution: ExecutionId,
        /// What it said.
        rates: RateLimits,
    },
    /// The attempt has left the wire; its outcome is not yet committed.
    AttemptEnded {
        /// The execution.
        execution: ExecutionId,
        /// What that says of its model.
        sign: Sign,
    },
    /// The attempt failed, and the execution is to be started again after a wait. The end of the attempt is
    /// committed; this takes the place of [`Event::ExecutionEnded`].
    AttemptToRepeat {
        /// The execution.
        execution: ExecutionId,
        /// How long it stays out of the queue.
        wait: Duration,
        /// Whether the next of its models is asked, where there is one.
        degrade: bool,
    },
    /// The store has refused for now to begin the attempt, so nothing was sent and nothing is changed. The execution is
    /// started again later, and nothing else is until then; this takes the place of [`Event::ExecutionEnded`].
    StartRefused {
        /// The execution.
        execution: ExecutionId,
    },
    /// The store has refused for now to keep the end of an execution or of its attempt. It is held in memory and tried
    /// again; until that has gone well, nothing starts.
    EndRefused {
        /// The execution.
        execution: ExecutionId,
    },
    /// The time of [`Machine::next_wake`](super::Machine::next_wake) has come.
    TimeHasCome,
    /// Nothing more will happen to an execution that was started, or that was to be finished in the queue.
    ExecutionEnded {
        /// The execution.
        execution: ExecutionId,
        /// How.
        end: End,
    },
    /// The user has a run start nothing more for now.
    PauseRun {
        /// The run.
        run: RunId,
    },
    /// The user has a paused run go on.
    ResumeRun {
        /// The run.
        run: RunId,
    },
    /// The user cancels what is left of a run.
    CancelRun {
        /// The run.
        run: RunId,
    },
    /// The user cancels one execution.
    CancelExecution {
        /// The execution.
        execution: ExecutionId,
    },
    /// Runs of less than this priority start nothing from now on. What is on the wire stays there.
    LevelChanged {
        /// The least priority that does start; without one, nothing does.
        least: Option<Priority>,
    },
    /// The execution is about to call, and asks whether it may; answered by [`Effect::Answer`].
    AskedForMoney {
        /// The execution.
        execution: ExecutionId,
        /// What it asks for.
        ask: Ask,
    },
    /// The execution was told to wait, and has done nothing more. This takes the place of
    /// [`Event::ExecutionEnded`].
    WaitsForMoney {
        /// The execution.
        execution: ExecutionId,
        /// What it asked for.
        ask: Ask,
    },
    /// What a call came to is committed, or known and about to be, or it was not made. To be told before the end of its
    /// attempt is; where it is not, the call counts for all that was set aside. What is told again changes nothing.
    Paid {
        /// The execution.
        execution: ExecutionId,
        /// What it cost; `None` where that could not be kept.
        cost: Option<NanoUsd>,
    },
    /// Other budgets hold from now on.
    BudgetsChanged {
        /// All of them, each with what had been spent in its scope when it was made.
        budgets: Vec<(Budget, NanoUsd)>,
    },
    /// A run is about to be submitted, or may cost another amount from now on.
    RunCapped {
        /// The run.
        run: RunId,
        /// The most that it may cost.
        cap: Option<NanoUsd>,
        /// What it has cost, where it was not in hand before.
        spent: NanoUsd,
        /// The run whose rules need it, for whose cap it counts as well.
        needed_by: Option<RunId>,
    },
    /// Nothing more is asked for in the name of a run that has ended.
    RunClosed {
        /// The run.
        run: RunId,
    },
    /// Other settings hold from now on. What is on the wire stays there.
    SettingsChanged {
        /// All of them.
        settings: Box<Settings>,
    },
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should, or cancelled; that is committed.
    Well,
    /// It failed; that is committed.
    Failed,
    /// The store could not keep its end.
    Uncommitted,
}

/// What the end of an attempt says of the model that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It answered to the end.
    Answered {
        /// The time to the first token.
        first_token: Option<Duration>,
        /// Tokens of request and answer; 0 where unknown.
        tokens: u64,
    },
    /// It cannot be reached, breaks off, is silent, or fails by itself.
    Unwell {
        /// Whether it says that it has too much to do.
        overloaded: bool,
    },
    /// It wants fewer calls.
    Throttled {
        /// How long it asks to be left alone.
        wait: Option<Duration>,
    },
    /// It is there, but refuses this request.
    Refused,
    /// Nothing: the call was cancelled, or never made.
    Nothing,
}

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Execute; answered by [`Event::AttemptEnded`], where it got as far as the wire, and
    /// [`Event::ExecutionEnded`].
    Start {
        /// Its run.
        run: RunId,
        /// The execution.
        execution: ExecutionId,
        /// Which of its models is asked, from 0.
        choice: u8,
        /// How often that model was asked for it before.
        tries: u32,
    },
    /// Close the connection; answered as [`Effect::Start`] is.
    CancelAttempt {
        /// The execution.
        execution: ExecutionId,
    },
    /// End what never left the queue; answered by [`Event::ExecutionEnded`].
    FinishQueued {
        /// Its run.
        run: RunId,
        /// The execution.
        execution: ExecutionId,
        /// Why.
        why: Leave,
    },
    /// Whether the execution may call.
    Answer {
        /// The execution.
        execution: ExecutionId,
        /// The answer.
        answer: Answer,
    },
    /// End as failed what waited for a budget that will never have room for it; answered by
    /// [`Event::ExecutionEnded`].
    Refuse {
        /// Its run.
        run: RunId,
        /// The execution.
        execution: ExecutionId,
        /// Why it may not call.
        refusal: Refusal,
    },
    /// A budget is nearly used up, or is.
    Warn {
        /// Which one.
        budget: BudgetId,
        /// The share of it that was passed, in percent.
        percent: u8,
    },
    /// Every execution has ended, and so does the run.
    FinishRun {
        /// The run.
        run: RunId,
        /// How it ends.
        end: RunEnd,
    },
}

/// Why an execution leaves the queue without a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leave {
    /// It was cancelled.
    Cancelled,
    /// The circuit of its model is open, and those that come are turned away.
    CircuitOpen,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnd {
    /// Every execution ended, well or badly.
    Completed,
    /// It was cancelled.
    Cancelled,
    /// The end of some execution could not be committed, so the run may not be told as done.
    Uncommitted,
}
