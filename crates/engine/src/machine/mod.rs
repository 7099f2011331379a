//! The scheduler as a pure state machine: events in, effects out.
//!
//! No clock, no randomness, no IO: the same events give the same effects. The driver carries the
//! effects out and feeds what became of them back in.
//!
//! ```
//! # use formaops_domain::{ExecutionId, Priority, RunId};
//! # use formaops_engine::{Settings, machine::{Effect, Event, Machine}};
//! # use std::time::Duration;
//! # let run = RunId::from_bytes(&[1; 16]).unwrap();
//! # let execution = ExecutionId::from_bytes(&[2; 16]).unwrap();
//! let mut machine = Machine::new(Settings::default());
//! let submitted = Event::RunSubmitted {
//!     run,
//!     priority: Priority::Normal,
//!     watched: false,
//!     concurrency: None,
//!     executions: vec![(execution, "dry-run".to_owned())],
//! };
//! assert_eq!(machine.handle(Duration::ZERO, submitted), [Effect::Start { run, execution }]);
//! ```
//!
//! Who goes next: a critical run; then the most urgent one, where each [`AGEING`] that a run has waited since
//! its last turn counts as a level of urgency; among equals the one that had its last turn longest ago; within
//! a run the execution that was submitted first. An execution whose provider is full never holds up
//! one whose provider is free.

mod budgets;
mod limits;
mod load;
mod money;
mod queue;
mod run;

pub use budgets::{Answer, Ask, Budgets, Cap, Refusal, Spent};
pub use limits::Limits;
pub use load::{Load, ProviderLoad};

use crate::settings::Settings;
use formaops_domain::{Budget, BudgetId, ExecutionId, NanoUsd, Priority, RunId};
use queue::{ProviderName, Queue};
use run::{ActiveRun, Turn};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

/// How many executions may be between the wire and their commit. A store that stalls so holds back new
/// calls, instead of answers piling up in memory.
pub const MOST_SETTLING: usize = 256;

/// How long a run waits for a turn until it counts as one level more urgent, so that a steady stream of urgent
/// runs slows down the others but never stops them.
pub const AGEING: Duration = Duration::from_secs(30);

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A run was asked for. For a run that is under way, these executions are added to it.
    RunSubmitted {
        /// The run.
        run: RunId,
        /// How urgent it is.
        priority: Priority,
        /// Whether a person looks on while it streams.
        watched: bool,
        /// How many of its executions may be on the wire at once, in place of the default limits.
        concurrency: Option<NonZeroU32>,
        /// Its executions in order, each with the name of its provider.
        executions: Vec<(ExecutionId, String)>,
    },
    /// The attempt has left the wire; its outcome is not yet committed.
    AttemptEnded {
        /// The execution.
        execution: ExecutionId,
    },
    /// The attempt failed, and the execution is to be started again after a wait. The end of the attempt is
    /// committed; this takes the place of [`Event::ExecutionEnded`].
    AttemptToRepeat {
        /// The execution.
        execution: ExecutionId,
        /// How long it stays out of the queue.
        wait: Duration,
    },
    /// The time of [`Machine::next_wake`] has come.
    TimeHasCome,
    /// Nothing more will happen to an execution that was started, or that was to be finished in the queue.
    ExecutionEnded {
        /// The execution.
        execution: ExecutionId,
        /// Whether its end is committed.
        committed: bool,
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
    /// What a call came to is committed, or it was not made. To be told before the end of its attempt is; where it
    /// is not, the call counts for all that was set aside.
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
    },
    /// Other settings hold from now on. What is on the wire stays there.
    SettingsChanged {
        /// All of them.
        settings: Box<Settings>,
    },
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
    },
    /// Close the connection; answered as [`Effect::Start`] is.
    CancelAttempt {
        /// The execution.
        execution: ExecutionId,
    },
    /// End as cancelled what never left the queue; answered by [`Event::ExecutionEnded`].
    FinishQueued {
        /// Its run.
        run: RunId,
        /// The execution.
        execution: ExecutionId,
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

/// The state of the scheduler.
///
/// Each event costs O(log n) in the number of executions, plus the number of providers for each
/// execution it starts and a step for each execution it names.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    budgets: Budgets,
    queue: Queue,
    runs: BTreeMap<RunId, ActiveRun>,
    executions: HashMap<ExecutionId, Cell>,
    /// The next turn and the next place in a queue: rises for ever.
    next: u64,
    settling: usize,
    /// When those that wait out of the queue come back to it.
    wakes: BTreeSet<(Duration, ExecutionId)>,
}

#[derive(Debug)]
struct Cell {
    run: RunId,
    provider: ProviderName,
    state: CellState,
    /// Whether the user cancelled it: then it is not tried again.
    cancelled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellState {
    /// In the queue, at this place of its run and provider.
    Waiting(u64),
    /// Holds a slot.
    Running,
    /// Holds a slot until its connection is closed.
    Cancelling,
    /// Off the wire, its outcome on the way to the store.
    Settling,
    /// Out of the queue until then.
    Resting(Duration),
    /// Out of the queue until some budget has room for it.
    Short,
    /// Out of the queue, its end on the way to the store.
    Leaving,
}

impl CellState {
    const fn holds_slot(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

impl Machine {
    /// A scheduler with nothing to do.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            budgets: Budgets::default(),
            queue: Queue::default(),
            runs: BTreeMap::new(),
            executions: HashMap::new(),
            next: 0,
            settling: 0,
            wakes: BTreeSet::new(),
        }
    }

    /// Takes in what happened and answers what is to be done, in order. What is unknown or was said
    /// before changes nothing.
    ///
    /// `now` is monotonic: how long runs have waited, and when what rests comes back, is told by it.
    pub fn handle(&mut self, now: Duration, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.wake(now);
        match event {
            Event::RunSubmitted { run: id, priority, watched, concurrency, executions } => {
                let turn = Turn { at: now, number: self.next() };
                let run = || ActiveRun::new(id, priority, watched, concurrency, turn);
                self.runs.entry(id).or_insert_with(run);
                self.add(id, executions, &mut effects);
            }
            Event::AttemptEnded { execution } => self.release_slot(execution),
            Event::AttemptToRepeat { execution, wait } => self.rest(execution, now + wait, &mut effects),
            Event::TimeHasCome => {}
            Event::ExecutionEnded { execution, committed } => self.end(execution, committed, &mut effects),
            Event::CancelRun { run } => self.cancel_run(run, &mut effects),
            Event::CancelExecution { execution } => self.cancel(execution, &mut effects),
            Event::AskedForMoney { execution, ask } => self.ask(execution, &ask, &mut effects),
            Event::WaitsForMoney { execution, ask } => self.wait_for_money(execution, ask, &mut effects),
            Event::Paid { execution, cost } => self.settle(execution, cost, &mut effects),
            Event::BudgetsChanged { budgets } => self.change_budgets(budgets, &mut effects),
            Event::RunCapped { run, cap, spent } => self.cap_run(run, cap, spent, &mut effects),
            Event::SettingsChanged { settings } => self.settings = *settings,
        }
        self.start_what_may(now, &mut effects);
        effects
    }

    /// The run of an execution that has been submitted and has not ended.
    #[must_use]
    pub fn run_of(&self, execution: ExecutionId) -> Option<RunId> {
        self.executions.get(&execution).map(|cell| cell.run)
    }

    /// When something is due without anything else happening; to be told by [`Event::TimeHasCome`].
    #[must_use]
    pub fn next_wake(&self) -> Option<Duration> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// What is running and waiting now.
    #[must_use]
    pub fn load(&self) -> Load {
        Load::of(&self.settings.limits, &self.queue, self.runs.values())
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Changes a run, and with it where it stands in the queue.
    fn change<T>(&mut self, id: RunId, change: impl FnOnce(&mut ActiveRun) -> T) -> Option<T> {
        let run = self.runs.get_mut(&id)?;
        run.leave(&mut self.queue);
        let changed = change(run);
        run.join(&mut self.queue);
        Some(changed)
    }

    fn add(&mut self, id: RunId, executions: Vec<(ExecutionId, String)>, effects: &mut Vec<Effect>) {
        let mut added = Vec::new();
        for (execution, provider) in executions {
            if let Entry::Vacant(vacant) = self.executions.entry(execution) {
                self.next += 1;
                let (provider, place) = (self.queue.name(&provider), self.next);
                added.push((Arc::clone(&provider), place, execution));
                let state = CellState::Waiting(place);
                vacant.insert(Cell { run: id, provider, state, cancelled: false });
            }
        }
        let too_late = self.change(id, |run| {
            for (provider, place, execution) in added {
                run.wait(provider, place, execution);
            }
            run.cancelled
        });
        if too_late == Some(true) {
            self.cancel_run(id, effects);
        }
        self.finish_if_done(id, effects);
    }

    fn cancel_run(&mut self, id: RunId, effects: &mut Vec<Effect>) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.cancelled = true;
        let waiting = run.waiting.values().flat_map(BTreeMap::values);
        let left: Vec<_> = run.underway.iter().chain(waiting).copied().collect();
        for execution in left {
            self.cancel(execution, effects);
        }
    }

    fn cancel(&mut self, execution: ExecutionId, effects: &mut Vec<Effect>) {
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        cell.cancelled = true;
        match cell.state {
            CellState::Resting(until) => {
                cell.state = CellState::Leaving;
                self.wakes.remove(&(until, execution));
                effects.push(Effect::FinishQueued { run: cell.run, execution });
            }
            CellState::Short => {
                cell.state = CellState::Leaving;
                self.budgets.forget(execution);
                effects.push(Effect::FinishQueued { run: cell.run, execution });
            }
            CellState::Waiting(place) => {
                cell.state = CellState::Leaving;
                let (run, provider) = (cell.run, Arc::clone(&cell.provider));
                self.change(run, |run| run.take(&provider, place));
                effects.push(Effect::FinishQueued { run, execution });
            }
            CellState::Running => {
                cell.state = CellState::Cancelling;
                effects.push(Effect::CancelAttempt { execution });
            }
            CellState::Cancelling | CellState::Settling | CellState::Leaving => {}
        }
    }

    fn release_slot(&mut self, execution: ExecutionId) {
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        if cell.state.holds_slot() {
            cell.state = CellState::Settling;
            self.settling += 1;
            let (run, provider) = (cell.run, Arc::clone(&cell.provider));
            let hold = self.change(run, |run| {
                run.on_wire -= 1;
                run.hold
            });
            if let Some(hold) = hold {
                self.queue.end(&provider, hold);
            }
        }
    }

    /// The execution stays out of the queue until then.
    fn rest(&mut self, execution: ExecutionId, until: Duration, effects: &mut Vec<Effect>) {
        self.release_slot(execution);
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        if cell.state != CellState::Settling {
            return;
        }
        self.settling -= 1;
        cell.state = CellState::Resting(until);
        self.wakes.insert((until, execution));
        if cell.cancelled {
            self.cancel(execution, effects);
        }
    }

    /// What has rested long enough goes back into the queue.
    fn wake(&mut self, now: Duration) {
        while let Some(&(at, execution)) = self.wakes.first().filter(|(at, _)| *at <= now) {
            self.wakes.remove(&(at, execution));
            self.rejoin(execution);
        }
    }

    /// What was out of the queue comes back to its end.
    fn rejoin(&mut self, execution: ExecutionId) {
        let place = self.next();
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        cell.state = CellState::Waiting(place);
        let (run, provider) = (cell.run, Arc::clone(&cell.provider));
        self.change(run, |run| {
            run.underway.remove(&execution);
            run.wait(provider, place, execution);
        });
    }

    fn end(&mut self, execution: ExecutionId, committed: bool, effects: &mut Vec<Effect>) {
        self.release_slot(execution);
        let Some(cell) = self.executions.get(&execution) else { return };
        let id = cell.run;
        match cell.state {
            CellState::Settling => self.settling -= 1,
            CellState::Leaving => {}
            // What waits was never started, so it cannot have ended; a slot was just released.
            CellState::Waiting(_)
            | CellState::Resting(_)
            | CellState::Short
            | CellState::Running
            | CellState::Cancelling => {
                return;
            }
        }
        self.settle(execution, None, effects);
        self.executions.remove(&execution);
        if let Some(run) = self.runs.get_mut(&id) {
            run.underway.remove(&execution);
            run.uncommitted |= !committed;
        }
        self.finish_if_done(id, effects);
    }

    fn finish_if_done(&mut self, id: RunId, effects: &mut Vec<Effect>) {
        if let Some(run) = self.runs.get(&id).filter(|run| run.is_done()) {
            let end = match (run.uncommitted, run.cancelled) {
                (true, _) => RunEnd::Uncommitted,
                (false, true) => RunEnd::Cancelled,
                (false, false) => RunEnd::Completed,
            };
            self.runs.remove(&id);
            self.budgets.leave_run(id);
            effects.push(Effect::FinishRun { run: id, end });
        }
    }

    fn start_what_may(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        while self.settling < MOST_SETTLING
            && let Some((id, provider)) = self.queue.next(&self.settings.limits)
        {
            let turn = Turn { at: now, number: self.next() };
            let started = self.change(id, |run| {
                run.turn = turn;
                run.start_first(&provider).map(|execution| (execution, run.hold))
            });
            let Some((execution, hold)) = started.flatten() else { return };
            self.queue.start(&provider, hold);
            if let Some(cell) = self.executions.get_mut(&execution) {
                cell.state = CellState::Running;
            }
            effects.push(Effect::Start { run: id, execution });
        }
    }
}
