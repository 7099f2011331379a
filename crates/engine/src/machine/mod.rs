//! The scheduler as a pure state machine: events in, effects out.
//!
//! No clock, no randomness, no IO: the same events give the same effects. The driver carries the
//! effects out and feeds what became of them back in.
//!
//! ```
//! # use formaops_domain::{ExecutionId, RunId};
//! # use formaops_engine::{Settings, machine::{Effect, Event, Machine, Terms}};
//! # use std::time::Duration;
//! # let run = RunId::from_bytes(&[1; 16]).unwrap();
//! # let execution = ExecutionId::from_bytes(&[2; 16]).unwrap();
//! let mut machine = Machine::new(Settings::default());
//! let models = ["dry-run:echo".parse().unwrap()].into();
//! let submitted = Event::RunSubmitted { run, terms: Terms::default(), executions: vec![(execution, models)] };
//! let start = Effect::Start { run, execution, choice: 0, tries: 0 };
//! assert_eq!(machine.handle(Duration::ZERO, submitted), [start]);
//! ```
//!
//! Who goes next: a critical run; then the most urgent one, where each [`AGEING`] that a run has waited since
//! its last turn counts as a level of urgency; among equals the one that had its last turn longest ago; within
//! a run the execution that was submitted first. An execution whose model is full, or left alone, never
//! holds up one whose model is free.
//!
//! How many calls a model gets is what the user allows its provider, or less: fewer after it said that it has
//! enough ([`Sign::Throttled`]), no more than it says that it takes ([`Event::RatesTold`]), and none for a while
//! after it failed again and again (its circuit is open then, and one call later finds out whether it is well).

mod bucket;
mod budgets;
mod circuit;
mod event;
mod lane;
mod limits;
mod load;
mod money;
mod queue;
mod record;
mod room;
mod run;
mod strain;

pub use bucket::Allowance;
pub use budgets::{Answer, Ask, Budgets, Cap, Refusal, Spent};
pub use circuit::CircuitState;
pub use event::{Effect, End, Event, Leave, Models, RunEnd, Sign, Terms};
use limits::Hold;
pub use limits::{Limits, PerMinute};
pub use load::{Load, ModelLoad, ProviderLoad};
pub use record::Recent;
pub(crate) use room::back_off;

use crate::settings::{FallbackStrategy, Settings};
use formaops_domain::{ExecutionId, ModelRef, RunId, ports::RateLimits};
use lane::Call;
use queue::{Queue, Target};
use room::Room;
use run::{ActiveRun, Turn};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

/// How many executions may be between the wire and their commit. A store that stalls so holds back new
/// calls, instead of answers piling up in memory.
pub const MOST_SETTLING: usize = 256;

/// How long a run waits for a turn until it counts as one level more urgent, so that a steady stream of urgent
/// runs slows down the others but never stops them.
pub const AGEING: Duration = Duration::from_secs(30);

/// The state of the scheduler.
///
/// Each event costs O(log n) in the number of executions, plus the number of models for each execution it
/// starts and a step for each execution it names. A circuit that opens costs a step for each execution that
/// waits for its model, where those do not wait on.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    budgets: Budgets,
    now: Duration,
    queue: Queue,
    runs: BTreeMap<RunId, ActiveRun>,
    executions: HashMap<ExecutionId, Cell>,
    /// The next turn and the next place in a queue: rises for ever.
    next: u64,
    settling: usize,
    room: Room,
    /// When those that wait out of the queue come back to it.
    wakes: BTreeSet<(Duration, ExecutionId)>,
}

#[derive(Debug)]
struct Cell {
    run: RunId,
    models: Models,
    /// Which of the models is asked.
    choice: u8,
    /// How often that one was asked before.
    tries: u32,
    state: CellState,
    /// Whether the user cancelled it: then it is not tried again.
    cancelled: bool,
}

#[derive(Debug, Clone)]
enum CellState {
    /// In the queue, at this place of its run and model.
    Waiting(Target, u64),
    /// Holds a slot.
    Running(Target, Call),
    /// Holds a slot until its connection is closed.
    Cancelling(Target, Call),
    /// Off the wire, its outcome on the way to the store.
    Settling,
    /// Out of the queue until then.
    Resting(Duration),
    /// Out of the queue until some budget has room for it.
    Short,
    /// Out of the queue, its end on the way to the store.
    Leaving,
}

impl Cell {
    fn model(&self) -> &ModelRef {
        &self.models[usize::from(self.choice)]
    }

    /// The next of its models that answers to `is_fit`.
    fn next_choice(&self, is_fit: impl Fn(&ModelRef) -> bool) -> Option<u8> {
        (self.choice + 1..=u8::MAX)
            .zip(&self.models[usize::from(self.choice) + 1..])
            .find_map(|(choice, model)| is_fit(model).then_some(choice))
    }

    fn choose(&mut self, choice: u8) {
        (self.choice, self.tries) = (choice, 0);
    }
}

impl Machine {
    /// A scheduler with nothing to do.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            budgets: Budgets::default(),
            now: Duration::ZERO,
            queue: Queue::default(),
            runs: BTreeMap::new(),
            executions: HashMap::new(),
            next: 0,
            settling: 0,
            room: Room::default(),
            wakes: BTreeSet::new(),
        }
    }

    /// Takes in what happened and answers what is to be done, in order. What is unknown or was said
    /// before changes nothing.
    ///
    /// `now` is monotonic: how long runs have waited, and when what rests comes back, is told by it.
    pub fn handle(&mut self, now: Duration, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.now = self.now.max(now);
        self.wake(&mut effects);
        match event {
            Event::RunSubmitted { run: id, terms, executions } => {
                let turn = self.turn();
                self.runs.entry(id).or_insert_with(|| ActiveRun::new(id, terms, turn));
                self.add(id, executions, &mut effects);
            }
            Event::RatesTold { execution, rates } => self.rates_told(execution, &rates),
            Event::AttemptEnded { execution, sign } => self.release_slot(execution, sign, &mut effects),
            Event::AttemptToRepeat { execution, wait, degrade } => {
                self.rest(execution, wait, degrade, &mut effects);
            }
            Event::StartRefused { execution } => self.rest_unstarted(execution, &mut effects),
            Event::EndRefused { execution } => self.hold(execution),
            Event::TimeHasCome => {}
            Event::ExecutionEnded { execution, end } => self.end(execution, end, &mut effects),
            Event::PauseRun { run } => {
                self.change(run, |run| run.paused = true);
            }
            Event::ResumeRun { run } => {
                self.change(run, |run| run.paused = false);
                self.turn_all_away(&mut effects);
            }
            Event::CancelRun { run } => self.cancel_run(run, &mut effects),
            Event::StopRun { run } => self.stop_run(run, &mut effects),
            Event::CancelExecution { execution } => self.cancel(execution, &mut effects),
            Event::LevelChanged { least } => {
                self.runs.values().for_each(|run| run.leave(&mut self.queue));
                self.queue.least = least;
                self.runs.values().for_each(|run| run.join(&mut self.queue));
            }
            Event::AskedForMoney { execution, ask } => self.ask(execution, &ask, &mut effects),
            Event::WaitsForMoney { execution, ask } => self.wait_for_money(execution, ask, &mut effects),
            Event::Paid { execution, cost } => self.settle(execution, cost, &mut effects),
            Event::BudgetsChanged { budgets } => self.change_budgets(budgets, &mut effects),
            Event::RunCapped { run, cap, spent, needed_by } => {
                self.cap_run(run, cap, spent, needed_by, &mut effects);
            }
            Event::RunClosed { run } => {
                if !self.runs.contains_key(&run) {
                    self.budgets.leave_run(run);
                }
            }
            Event::SettingsChanged { settings } => {
                self.queue.set_limits(&self.settings.limits, &settings.limits, self.now);
                self.settings = *settings;
                self.turn_all_away(&mut effects);
            }
        }
        self.start_what_may(&mut effects);
        self.queue.forget_idle(self.now);
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
        let rested = self.wakes.first().map(|(at, _)| *at);
        let openings = self.queue.next_opening(self.now).into_iter().chain(self.room.opens_at(self.now));
        rested.into_iter().chain(openings).min()
    }

    /// What is running and waiting now.
    #[must_use]
    pub fn load(&self) -> Load {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (resting, held) = (count(self.wakes.len()), count(self.room.held().count()));
        Load { resting, held, ..Load::of(&self.settings.limits, &self.queue, &self.runs, self.now) }
    }

    /// Whether the store has refused the end of an execution, so that it is held in memory.
    #[must_use]
    pub fn holds(&self, execution: ExecutionId) -> bool {
        self.room.holds(execution)
    }

    /// Whether the end of some execution of a run is held in memory.
    #[must_use]
    pub fn holds_of(&self, run: RunId) -> bool {
        self.room.held().any(|execution| self.run_of(execution) == Some(run))
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn turn(&mut self) -> Turn {
        Turn { at: self.now, number: self.next() }
    }

    /// Changes a run, and with it where it stands in the queue.
    fn change<T>(&mut self, id: RunId, change: impl FnOnce(&mut ActiveRun) -> T) -> Option<T> {
        let run = self.runs.get_mut(&id)?;
        run.leave(&mut self.queue);
        let changed = change(run);
        run.join(&mut self.queue);
        Some(changed)
    }

    fn add(&mut self, id: RunId, executions: Vec<(ExecutionId, Models)>, effects: &mut Vec<Effect>) {
        let mut added = Vec::new();
        for (execution, models) in executions {
            if let Entry::Vacant(vacant) = self.executions.entry(execution) {
                let state = CellState::Leaving;
                vacant.insert(Cell { run: id, models, choice: 0, tries: 0, state, cancelled: false });
                added.push(execution);
            }
        }
        self.enqueue(id, &added, effects);
        if self.runs.get(&id).is_some_and(|run| run.cancelled) {
            self.cancel_run(id, effects);
        }
        self.finish_if_done(id, effects);
    }

    /// Executions of a run come into the queue, or leave for good where their model is left alone and they are
    /// not to wait for it.
    fn enqueue(&mut self, id: RunId, executions: &[ExecutionId], effects: &mut Vec<Effect>) {
        let (mut waiting, mut leaving) = (Vec::new(), Vec::new());
        let is_paused = self.runs.get(&id).is_some_and(|run| run.paused);
        for &execution in executions {
            let place = self.next();
            let Some(cell) = self.executions.get_mut(&execution) else { continue };
            let stays = is_paused || admit(&self.queue, self.settings.circuits.fallback, cell);
            if stays || cell.cancelled {
                let target = self.queue.target(cell.model());
                cell.state = CellState::Waiting(Arc::clone(&target), place);
                waiting.push((target, place, execution));
            } else {
                cell.state = CellState::Leaving;
                leaving.push(execution);
                effects.push(Effect::FinishQueued { run: id, execution, why: Leave::CircuitOpen });
            }
        }
        self.change(id, |run| {
            for (target, place, execution) in waiting {
                run.underway.remove(&execution);
                run.wait(target, place, execution);
            }
            run.underway.extend(leaving);
        });
    }

    /// Those that wait for a model that is now left alone go where they are to go then.
    fn turn_away(&mut self, target: &Target, effects: &mut Vec<Effect>) {
        if self.settings.circuits.fallback == FallbackStrategy::Queue {
            return;
        }
        let waits = self.runs.iter().filter(|(_, run)| !run.paused).filter_map(|(id, run)| {
            let waiting = run.waiting.get(target)?;
            Some((*id, waiting.iter().map(|(place, execution)| (*place, *execution)).collect::<Vec<_>>()))
        });
        for (id, waiting) in waits.collect::<Vec<_>>() {
            let (queue, fallback) = (&self.queue, self.settings.circuits.fallback);
            // Those that stay keep their place.
            let moved: Vec<_> = waiting
                .into_iter()
                .filter(|(_, execution)| {
                    self.executions
                        .get_mut(execution)
                        .is_some_and(|cell| !admit(queue, fallback, cell) || cell.model() != &**target)
                })
                .collect();
            self.change(id, |run| moved.iter().for_each(|(place, _)| run.take(target, *place)));
            let moved: Vec<_> = moved.into_iter().map(|(_, execution)| execution).collect();
            self.enqueue(id, &moved, effects);
        }
    }

    fn turn_all_away(&mut self, effects: &mut Vec<Effect>) {
        let broken: Vec<_> = self.queue.broken().cloned().collect();
        for target in broken {
            self.turn_away(&target, effects);
        }
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

    fn stop_run(&mut self, id: RunId, effects: &mut Vec<Effect>) {
        let Some(run) = self.runs.get(&id) else { return };
        let waiting: Vec<_> = run.waiting.values().flat_map(BTreeMap::values).copied().collect();
        for execution in waiting {
            self.cancel(execution, effects);
        }
    }

    fn cancel(&mut self, execution: ExecutionId, effects: &mut Vec<Effect>) {
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        let is_told = std::mem::replace(&mut cell.cancelled, true);
        match &cell.state {
            CellState::Resting(until) => {
                self.wakes.remove(&(*until, execution));
                cell.state = CellState::Leaving;
                effects.push(Effect::FinishQueued { run: cell.run, execution, why: Leave::Cancelled });
            }
            CellState::Short => {
                cell.state = CellState::Leaving;
                self.budgets.forget(execution);
                effects.push(Effect::FinishQueued { run: cell.run, execution, why: Leave::Cancelled });
            }
            CellState::Waiting(target, place) => {
                let (run, target, place) = (cell.run, Arc::clone(target), *place);
                cell.state = CellState::Leaving;
                self.change(run, |run| run.take(&target, place));
                effects.push(Effect::FinishQueued { run, execution, why: Leave::Cancelled });
            }
            CellState::Running(target, call) => {
                cell.state = CellState::Cancelling(Arc::clone(target), *call);
                effects.push(Effect::CancelAttempt { execution });
            }
            // Its rules may still ask for something, which is not waited for any more.
            CellState::Settling if !is_told => effects.push(Effect::CancelAttempt { execution }),
            CellState::Cancelling(..) | CellState::Settling | CellState::Leaving => {}
        }
    }

    fn rates_told(&mut self, execution: ExecutionId, rates: &RateLimits) {
        let cell = self.executions.get_mut(&execution);
        if let Some(CellState::Running(target, call) | CellState::Cancelling(target, call)) =
            cell.map(|cell| &mut cell.state)
        {
            self.queue.told(target, call, rates, self.now);
        }
    }

    fn release_slot(&mut self, execution: ExecutionId, sign: Sign, effects: &mut Vec<Effect>) {
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        let (CellState::Running(target, call) | CellState::Cancelling(target, call)) = &cell.state else {
            return;
        };
        let (run, target, call) = (cell.run, Arc::clone(target), *call);
        cell.state = CellState::Settling;
        self.settling += 1;
        if sign != Sign::Nothing {
            // A call was made, so its start was kept.
            self.room.kept();
        }
        let hold = self.change(run, |run| {
            run.on_wire -= 1;
            run.hold
        });
        let Some(hold) = hold else { return };
        if self.queue.end(&target, call, hold, sign, self.now, &self.settings) {
            self.turn_away(&target, effects);
        }
    }

    /// The execution stays out of the queue for a time, after an attempt whose end was kept.
    fn rest(&mut self, execution: ExecutionId, wait: Duration, degrade: bool, effects: &mut Vec<Effect>) {
        let until = self.now + wait;
        self.rest_until(until, execution, effects, |cell, room| {
            let next = degrade.then(|| cell.next_choice(|_| true)).flatten();
            next.into_iter().for_each(|choice| cell.choose(choice));
            room.kept();
        });
    }

    /// The store has refused its start: it stays out of the queue, and nothing else starts, for a time.
    fn rest_unstarted(&mut self, execution: ExecutionId, effects: &mut Vec<Effect>) {
        let cell = self.executions.get(&execution);
        if let Some(CellState::Running(..) | CellState::Cancelling(..)) = cell.map(|cell| &cell.state) {
            let until = self.room.refuse_start(self.now);
            // It was not asked after all.
            self.rest_until(until, execution, effects, |cell, _| cell.tries = cell.tries.saturating_sub(1));
        }
    }

    fn rest_until(
        &mut self,
        until: Duration,
        execution: ExecutionId,
        effects: &mut Vec<Effect>,
        change: impl FnOnce(&mut Cell, &mut Room),
    ) {
        self.release_slot(execution, Sign::Nothing, effects);
        let Some(cell) = self.executions.get_mut(&execution) else { return };
        if !matches!(cell.state, CellState::Settling) {
            return;
        }
        self.settling -= 1;
        self.room.let_go(execution);
        change(cell, &mut self.room);
        cell.state = CellState::Resting(until);
        self.wakes.insert((until, execution));
        if cell.cancelled {
            self.cancel(execution, effects);
        }
    }

    /// The store has refused its end, which is held in memory until it is kept.
    fn hold(&mut self, execution: ExecutionId) {
        let cell = self.executions.get(&execution);
        if let Some(
            CellState::Running(..) | CellState::Cancelling(..) | CellState::Settling | CellState::Leaving,
        ) = cell.map(|cell| &cell.state)
        {
            self.room.hold(execution);
        }
    }

    /// What has rested long enough goes back into the queue.
    fn wake(&mut self, effects: &mut Vec<Effect>) {
        while let Some(&(at, execution)) = self.wakes.first().filter(|(at, _)| *at <= self.now) {
            self.wakes.remove(&(at, execution));
            if let Some(run) = self.run_of(execution) {
                self.enqueue(run, &[execution], effects);
            }
        }
    }

    fn end(&mut self, execution: ExecutionId, end: End, effects: &mut Vec<Effect>) {
        self.release_slot(execution, Sign::Nothing, effects);
        let Some(cell) = self.executions.get(&execution) else { return };
        let id = cell.run;
        match cell.state {
            CellState::Settling => self.settling -= 1,
            CellState::Leaving => {}
            // What waits was never started, so it cannot have ended; a slot was just released.
            CellState::Waiting(..)
            | CellState::Resting(_)
            | CellState::Short
            | CellState::Running(..)
            | CellState::Cancelling(..) => return,
        }
        self.room.let_go(execution);
        if end != End::Uncommitted {
            self.room.kept();
        }
        self.settle(execution, None, effects);
        self.executions.remove(&execution);
        if let Some(run) = self.runs.get_mut(&id) {
            run.underway.remove(&execution);
            run.uncommitted |= end == End::Uncommitted;
            if run.fail_fast && end == End::Failed && !run.cancelled && !run.is_done() {
                self.cancel_run(id, effects);
            }
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
            effects.push(Effect::FinishRun { run: id, end });
        }
    }

    /// What settles may wait for runs that it needs: they start even where nothing else does.
    fn startable(&self) -> &'static [Hold] {
        if self.settling < MOST_SETTLING { &Hold::ALL } else { &[Hold::Needed] }
    }

    fn start_what_may(&mut self, effects: &mut Vec<Effect>) {
        while self.room.is_open(self.now)
            && let Some((id, target)) = self.queue.next(self.now, &self.settings.limits, self.startable())
        {
            let turn = self.turn();
            let started = self.change(id, |run| {
                run.turn = turn;
                run.start_first(&target).map(|execution| (execution, run.hold))
            });
            let Some((execution, hold)) = started.flatten() else { return };
            let call = self.queue.start(&target, hold, self.now, &self.settings.limits);
            if let Some(cell) = self.executions.get_mut(&execution) {
                let (choice, tries) = (cell.choice, cell.tries);
                cell.tries += 1;
                cell.state = CellState::Running(target, call);
                effects.push(Effect::Start { run: id, execution, choice, tries });
            }
        }
    }
}

/// Whether an execution may wait for its model, or for another one that it is given in its place.
fn admit(queue: &Queue, fallback: FallbackStrategy, cell: &mut Cell) -> bool {
    if queue.is_closed(cell.model()) {
        return true;
    }
    match fallback {
        FallbackStrategy::Queue => true,
        FallbackStrategy::Reject => false,
        FallbackStrategy::Degrade => {
            let next = cell.next_choice(|model| queue.is_closed(model));
            next.into_iter().for_each(|choice| cell.choose(choice));
            true
        }
    }
}
