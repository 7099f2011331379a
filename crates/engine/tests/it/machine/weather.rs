//! Models in any weather: whatever they say of themselves, limits hold and everything ends.

use super::{execution, run};
use formaops_domain::{
    ExecutionId,
    ports::{RateLimits, RateWindow},
};
use formaops_engine::{
    CircuitPolicy, FallbackStrategy, Settings,
    machine::{Effect, End, Event, Limits, Machine, Models, PerMinute, Sign, Terms},
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

const MODELS: [&str; 4] = ["a:1", "a:2", "b:1", "c:1"];
/// The most at once to a provider, and in the background.
const MOST: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Submit { run: usize, paused: bool, chains: Vec<Vec<usize>> },
    Told { cell: usize, limit: u64, remaining: u64, reset: u64 },
    Leave { cell: usize, sign: Sign },
    End { cell: usize, end: End },
    Repeat { cell: usize, wait: u64, degrade: bool },
    Pass(u64),
    Pause { run: usize, paused: bool },
    Cancel(usize),
    Set { fallback: FallbackStrategy, failures: u32, requests: Option<u32> },
}

fn sign() -> impl Strategy<Value = Sign> {
    prop_oneof![
        3 => any::<bool>().prop_map(|overloaded| Sign::Unwell { overloaded }),
        2 => prop::option::of(0u64..600).prop_map(|wait| Sign::Throttled { wait: wait.map(Duration::from_secs) }),
        3 => (prop::option::of(0u64..100), any::<u32>()).prop_map(|(first, tokens)| Sign::Answered {
            first_token: first.map(Duration::from_secs),
            tokens: tokens.into(),
        }),
        1 => Just(Sign::Refused),
        1 => Just(Sign::Nothing),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let fallback = prop::sample::select(vec![
        FallbackStrategy::Queue,
        FallbackStrategy::Reject,
        FallbackStrategy::Degrade,
    ]);
    let end = prop::sample::select(vec![End::Well, End::Failed, End::Uncommitted]);
    let chains = prop::collection::vec(prop::collection::vec(0..MODELS.len(), 1..4), 0..6);
    let any_cell = any::<usize>;
    prop_oneof![
        4 => (0usize..6, any::<bool>(), chains)
            .prop_map(|(run, paused, chains)| Step::Submit { run, paused, chains }),
        2 => (any_cell(), any::<u64>(), any::<u64>(), any::<u64>())
            .prop_map(|(cell, limit, remaining, reset)| Step::Told { cell, limit, remaining, reset }),
        6 => (any_cell(), sign()).prop_map(|(cell, sign)| Step::Leave { cell, sign }),
        4 => (any_cell(), end).prop_map(|(cell, end)| Step::End { cell, end }),
        4 => (any_cell(), 0u64..90, any::<bool>())
            .prop_map(|(cell, wait, degrade)| Step::Repeat { cell, wait, degrade }),
        3 => (0u64..200).prop_map(Step::Pass),
        1 => (0usize..6, any::<bool>()).prop_map(|(run, paused)| Step::Pause { run, paused }),
        1 => any_cell().prop_map(Step::Cancel),
        1 => (fallback, 1u32..6, prop::option::of(1u32..20))
            .prop_map(|(fallback, failures, requests)| Step::Set { fallback, failures, requests }),
    ]
}

fn settings(fallback: FallbackStrategy, failures: u32, requests: Option<u32>) -> Settings {
    let most = NonZeroU32::new(u32::try_from(MOST).unwrap());
    let requests = requests.and_then(NonZeroU32::new);
    let per_minute = BTreeMap::from([("b".to_owned(), PerMinute { requests, tokens: requests })]);
    let limits = Limits { background: most, provider: most, per_minute, ..Limits::default() };
    let failures = NonZeroU32::new(failures).unwrap();
    let circuits = CircuitPolicy { failures, fallback, ..CircuitPolicy::default() };
    Settings { limits, circuits, ..Settings::default() }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Waits, in the queue or out of it.
    Queued,
    /// On the wire, to this model.
    OnWire(&'static str),
    Settling,
    Leaving,
}

/// What is under way.
struct World {
    machine: Machine,
    now: Duration,
    cells: BTreeMap<usize, (usize, Vec<usize>, State)>,
    paused: BTreeSet<usize>,
    runs: BTreeSet<usize>,
    last: usize,
    journal: Vec<(Duration, Event, Vec<Effect>)>,
}

impl World {
    fn new() -> Self {
        let machine = Machine::new(settings(FallbackStrategy::Queue, 5, None));
        let (cells, paused, runs, journal) = <_>::default();
        Self { machine, now: Duration::ZERO, cells, paused, runs, last: 0, journal }
    }

    fn pick(&self, number: usize, is_fit: impl Fn(State) -> bool) -> Option<usize> {
        let fitting: Vec<_> =
            self.cells.iter().filter(|(_, cell)| is_fit(cell.2)).map(|(at, _)| *at).collect();
        (!fitting.is_empty()).then(|| fitting[number % fitting.len()])
    }

    fn event(&mut self, step: Step) -> Option<Event> {
        let on_wire = |state| matches!(state, State::OnWire(_));
        Some(match step {
            Step::Submit { run: number, paused, chains } => {
                if self.runs.insert(number) && paused {
                    self.paused.insert(number);
                }
                let mut executions = Vec::new();
                for chain in chains {
                    self.last += 1;
                    let models: Models = chain.iter().map(|model| MODELS[*model].parse().unwrap()).collect();
                    self.cells.insert(self.last, (number, chain, State::Queued));
                    executions.push((execution(self.last), models));
                }
                Event::RunSubmitted {
                    run: run(number),
                    terms: Terms { paused, ..Terms::default() },
                    executions,
                }
            }
            Step::Told { cell, limit, remaining, reset } => {
                let window = Some(RateWindow { limit, remaining, reset: Duration::from_secs(reset) });
                let rates = RateLimits { requests: window, tokens: window };
                Event::RatesTold { execution: execution(self.pick(cell, on_wire)?), rates }
            }
            Step::Leave { cell, sign } => {
                let cell = self.pick(cell, on_wire)?;
                self.cells.get_mut(&cell)?.2 = State::Settling;
                Event::AttemptEnded { execution: execution(cell), sign }
            }
            Step::End { cell, end } => {
                let cell = self.pick(cell, |state| state != State::Queued)?;
                self.cells.remove(&cell);
                Event::ExecutionEnded { execution: execution(cell), end }
            }
            Step::Repeat { cell, wait, degrade } => {
                let cell = self.pick(cell, |state| on_wire(state) || state == State::Settling)?;
                self.cells.get_mut(&cell)?.2 = State::Queued;
                let wait = Duration::from_secs(wait);
                Event::AttemptToRepeat { execution: execution(cell), wait, degrade }
            }
            Step::Pass(seconds) => {
                self.now += Duration::from_secs(seconds);
                Event::TimeHasCome
            }
            Step::Pause { run: number, paused } => {
                let run = run(number);
                if paused && self.runs.contains(&number) {
                    self.paused.insert(number);
                } else if !paused {
                    self.paused.remove(&number);
                }
                if paused { Event::PauseRun { run } } else { Event::ResumeRun { run } }
            }
            Step::Cancel(cell) => Event::CancelExecution { execution: execution(self.pick(cell, |_| true)?) },
            Step::Set { fallback, failures, requests } => {
                Event::SettingsChanged { settings: Box::new(settings(fallback, failures, requests)) }
            }
        })
    }

    fn take(&mut self, step: Step) {
        let Some(event) = self.event(step) else { return };
        let effects = self.machine.handle(self.now, event.clone());
        for effect in &effects {
            self.check(effect);
        }
        self.journal.push((self.now, event, effects));
    }

    fn check(&mut self, effect: &Effect) {
        let number = |id: &ExecutionId| usize::try_from(u128::from_be_bytes(*id.as_bytes())).unwrap();
        match effect {
            Effect::Start { execution, choice, .. } => {
                let (run, chain, state) = self.cells.get_mut(&number(execution)).expect("it has not ended");
                assert_eq!(*state, State::Queued, "started twice");
                assert!(!self.paused.contains(run), "a paused run starts nothing");
                let model = MODELS[chain[usize::from(*choice)]];
                *state = State::OnWire(model);
                let on_wire = self.cells.values().filter_map(|(_, _, state)| match state {
                    State::OnWire(model) => Some(*model),
                    _ => None,
                });
                assert!(on_wire.clone().count() <= MOST);
                assert!(on_wire.filter(|other| other[..1] == model[..1]).count() <= MOST);
            }
            Effect::CancelAttempt { execution } => {
                assert!(matches!(self.cells[&number(execution)].2, State::OnWire(_) | State::Settling));
            }
            Effect::FinishQueued { execution, .. } => {
                let (_, _, state) = self.cells.get_mut(&number(execution)).expect("it has not ended");
                assert_eq!(*state, State::Queued, "what is on the wire does not leave the queue");
                *state = State::Leaving;
            }
            Effect::Answer { .. } | Effect::Refuse { .. } | Effect::Warn { .. } => {
                panic!("{effect:?}, and nobody asked for money")
            }
            Effect::FinishRun { run, .. } => {
                let run = usize::try_from(u128::from_be_bytes(*run.as_bytes())).unwrap();
                assert!(self.runs.remove(&run), "a run ends once");
                self.paused.remove(&run);
                assert!(self.cells.values().all(|cell| cell.0 != run), "a run ends last");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_models_say_of_themselves_limits_hold_and_everything_ends(
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        (0..6).for_each(|run| world.take(Step::Pause { run, paused: false }));
        world.take(Step::Set { fallback: FallbackStrategy::Queue, failures: 5, requests: None });
        // The longest that anything holds back a call is two minutes, and each round ends what is under way.
        for _ in 0..1_000 {
            while world.pick(0, |state| state != State::Queued).is_some() {
                world.take(Step::End { cell: 0, end: End::Well });
            }
            if world.cells.is_empty() {
                break;
            }
            let wake = world.machine.next_wake();
            prop_assert!(wake.is_some(), "something waits and nothing will wake it");
            world.now = world.now.max(wake.unwrap_or_default());
            world.take(Step::Pass(0));
        }
        prop_assert_eq!(world.cells, BTreeMap::new(), "all have ended");
        prop_assert!(world.runs.is_empty(), "all runs have ended");

        let mut again = Machine::new(settings(FallbackStrategy::Queue, 5, None));
        for (at, event, effects) in world.journal {
            prop_assert_eq!(again.handle(at, event), effects);
        }
    }
}
