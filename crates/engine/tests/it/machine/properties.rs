//! Any order of events, held against an account that works out the rules anew at every step.

use super::{execution, run};
use formaops_domain::Priority;
use formaops_engine::machine::{Effect, Event, Limits, Machine, RunEnd};
use proptest::prelude::*;
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Critical];

/// Something that may happen; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    Submit {
        run: usize,
        priority: usize,
        watched: bool,
        concurrency: Option<NonZeroU32>,
        providers: Vec<usize>,
    },
    LeaveWire(usize),
    End {
        execution: usize,
        committed: bool,
    },
    CancelRun(usize),
    Cancel(usize),
    Limit {
        background: Option<NonZeroU32>,
        provider: Option<NonZeroU32>,
        own: Option<NonZeroU32>,
    },
}

fn few() -> impl Strategy<Value = Option<NonZeroU32>> {
    prop::option::of((1u32..4).prop_map(|few| NonZeroU32::new(few).unwrap()))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0usize..12, 0usize..4, any::<bool>(), few(), prop::collection::vec(0usize..3, 0..8)).prop_map(
            |(run, priority, watched, concurrency, providers)| {
                Step::Submit { run, priority, watched, concurrency, providers }
            }
        ),
        4 => any::<usize>().prop_map(Step::LeaveWire),
        6 => (any::<usize>(), prop::bool::weighted(0.9))
            .prop_map(|(execution, committed)| Step::End { execution, committed }),
        1 => any::<usize>().prop_map(Step::CancelRun),
        2 => any::<usize>().prop_map(Step::Cancel),
        1 => (few(), few(), few())
            .prop_map(|(background, provider, own)| Step::Limit { background, provider, own }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    OnWire,
    Settling,
    Leaving,
    Ended,
}

#[derive(Debug)]
struct Cell {
    run: usize,
    provider: &'static str,
    state: State,
    cancelled: bool,
}

#[derive(Debug, Clone)]
struct Asked {
    priority: Priority,
    watched: bool,
    concurrency: Option<NonZeroU32>,
    last_turn: usize,
    cancelled: bool,
    uncommitted: bool,
}

/// What must hold, worked out anew at every step.
#[derive(Default)]
struct Account {
    limits: Limits,
    cells: Vec<Cell>,
    runs: BTreeMap<usize, Asked>,
    turns: usize,
}

impl Account {
    fn own(&self, cell: &Cell) -> bool {
        self.runs[&cell.run].concurrency.is_some()
    }

    fn on_wire(&self, counts: impl Fn(&Cell) -> bool) -> u32 {
        let cells = self.cells.iter().filter(|cell| cell.state == State::OnWire);
        cells.filter(|cell| counts(cell)).count() as u32
    }

    fn allowed(&self, cell: &Cell) -> bool {
        let asked = &self.runs[&cell.run];
        let own = self.own(cell);
        let of_run = self.on_wire(|other| other.run == cell.run);
        let run_allows = match (asked.concurrency, asked.watched) {
            (Some(most), _) => of_run < most.get(),
            (None, watched) => !watched || of_run < 8,
        };
        let unwatched = |other: &Cell| !self.runs[&other.run].watched || self.own(other);
        let background_allows = match self.limits.background {
            _ if asked.watched && !own => true,
            Some(most) => self.on_wire(unwatched) < most.get(),
            None => own || self.on_wire(|other| unwatched(other) && !self.own(other)) < 5,
        };
        let here = |other: &Cell| other.provider == cell.provider;
        let provider_allows = match self.limits.providers.get(cell.provider).copied().or(self.limits.provider)
        {
            Some(most) => self.on_wire(here) < most.get(),
            None => own || self.on_wire(|other| here(other) && !self.own(other)) < 5,
        };
        run_allows && background_allows && provider_allows
    }

    /// Those that may start now: of each run and provider the first.
    fn candidates(&self) -> Vec<usize> {
        let mut seen = Vec::new();
        let waiting = self.cells.iter().enumerate().filter(|(_, cell)| cell.state == State::Waiting);
        waiting
            .filter(|(_, cell)| {
                let first = !seen.contains(&(cell.run, cell.provider));
                seen.push((cell.run, cell.provider));
                first && self.allowed(cell)
            })
            .map(|(number, _)| number)
            .collect()
    }

    fn check(&mut self, effect: &Effect) {
        let number = |id: &[u8; 16]| u128::from_be_bytes(*id) as usize;
        match effect {
            Effect::Start { execution, run } => {
                let started = number(execution.as_bytes());
                assert_eq!(self.cells[started].run, number(run.as_bytes()));
                assert!(!self.runs[&self.cells[started].run].cancelled, "a cancelled run starts nothing");
                let candidates = self.candidates();
                assert!(candidates.contains(&started), "{started} started out of turn or over a limit");
                let standing = |&cell: &usize| {
                    let asked = &self.runs[&self.cells[cell].run];
                    (std::cmp::Reverse(asked.priority), asked.last_turn, cell)
                };
                let best = candidates.iter().map(standing).min().unwrap();
                assert_eq!(
                    standing(&started),
                    best,
                    "another was more urgent, or its turn was longer ago, or it came first"
                );
                self.cells[started].state = State::OnWire;
                self.turns += 1;
                self.runs.get_mut(&self.cells[started].run).unwrap().last_turn = self.turns;
            }
            Effect::CancelAttempt { execution } => {
                let cell = &mut self.cells[number(execution.as_bytes())];
                assert_eq!((cell.state, cell.cancelled), (State::OnWire, false), "cancelled twice");
                cell.cancelled = true;
            }
            Effect::FinishQueued { execution, .. } => {
                let cell = &mut self.cells[number(execution.as_bytes())];
                assert_eq!(cell.state, State::Waiting);
                cell.state = State::Leaving;
            }
            Effect::FinishRun { run, end } => {
                let run = number(run.as_bytes());
                let asked = self.runs.remove(&run).expect("a run ends once");
                let left = self.cells.iter().filter(|cell| cell.run == run);
                assert!(left.clone().all(|cell| cell.state == State::Ended), "a run ends last");
                let expected = match (asked.uncommitted, asked.cancelled) {
                    (true, _) => RunEnd::Uncommitted,
                    (_, true) => RunEnd::Cancelled,
                    _ => RunEnd::Completed,
                };
                assert_eq!(*end, expected);
            }
        }
    }

    fn pick(&self, number: usize, states: &[State]) -> Option<usize> {
        let fitting: Vec<_> =
            (0..self.cells.len()).filter(|&cell| states.contains(&self.cells[cell].state)).collect();
        (!fitting.is_empty()).then(|| fitting[number % fitting.len()])
    }

    /// The event of a step, with this account moved on as far as the event itself goes.
    fn event(&mut self, step: Step) -> Event {
        match step {
            Step::Submit { run: number, priority, watched, concurrency, providers } => {
                self.turns += 1;
                let last_turn = self.turns;
                self.runs.entry(number).or_insert(Asked {
                    priority: PRIORITIES[priority],
                    watched,
                    concurrency,
                    last_turn,
                    cancelled: false,
                    uncommitted: false,
                });
                let first = self.cells.len();
                self.cells.extend(providers.into_iter().map(|provider| Cell {
                    run: number,
                    provider: ["a", "b", "c"][provider],
                    state: State::Waiting,
                    cancelled: false,
                }));
                let added = self.cells.iter().enumerate().skip(first);
                Event::RunSubmitted {
                    run: run(number),
                    priority: PRIORITIES[priority],
                    watched,
                    concurrency,
                    executions: added
                        .map(|(number, cell)| (execution(number), cell.provider.to_owned()))
                        .collect(),
                }
            }
            Step::LeaveWire(number) => {
                let cell = self.pick(number, &[State::OnWire]);
                if let Some(cell) = cell {
                    self.cells[cell].state = State::Settling;
                }
                // Where nothing is on the wire, the machine hears of something it must ignore.
                Event::AttemptEnded { execution: execution(cell.unwrap_or(number)) }
            }
            Step::End { execution: number, committed } => {
                let underway = [State::OnWire, State::Settling, State::Leaving];
                let cell = self.pick(number, &underway);
                if let Some(cell) = cell {
                    self.cells[cell].state = State::Ended;
                    self.runs.get_mut(&self.cells[cell].run).unwrap().uncommitted |= !committed;
                }
                Event::ExecutionEnded { execution: execution(cell.unwrap_or(number)), committed }
            }
            Step::CancelRun(number) => {
                let number = number % 12;
                if let Some(asked) = self.runs.get_mut(&number) {
                    asked.cancelled = true;
                }
                Event::CancelRun { run: run(number) }
            }
            Step::Cancel(number) => {
                Event::CancelExecution { execution: execution(number % (self.cells.len() + 1)) }
            }
            Step::Limit { background, provider, own } => {
                let providers = own.map(|own| ("b".to_owned(), own)).into_iter().collect();
                self.limits = Limits { background, provider, providers };
                Event::LimitsChanged { limits: self.limits.clone() }
            }
        }
    }

    fn take(&mut self, machine: &mut Machine, step: Step, events: &mut Vec<(Event, Vec<Effect>)>) {
        let event = self.event(step);
        let effects = machine.handle(Duration::ZERO, event.clone());
        for effect in &effects {
            self.check(effect);
        }
        assert!(self.candidates().is_empty(), "nothing waits that may start: {event:?}");
        for cell in &self.cells {
            let late = cell.state == State::Waiting && self.runs[&cell.run].cancelled;
            assert!(!late, "nothing of a cancelled run waits");
        }
        let load = machine.load();
        assert_eq!(load.running, self.on_wire(|_| true));
        let waiting = self.cells.iter().filter(|cell| cell.state == State::Waiting).count();
        assert_eq!(load.queued as usize, waiting);
        events.push((event, effects));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_happens_in_whatever_order_the_rules_hold_and_everything_ends(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let (mut account, mut machine) = (Account::default(), Machine::new(Limits::default()));
        let mut events = Vec::new();
        for step in steps {
            account.take(&mut machine, step, &mut events);
        }
        while account.pick(0, &[State::OnWire, State::Settling, State::Leaving]).is_some() {
            account.take(&mut machine, Step::End { execution: 0, committed: true }, &mut events);
        }
        prop_assert!(account.cells.iter().all(|cell| cell.state == State::Ended), "all have ended");
        prop_assert!(account.runs.is_empty(), "all runs have ended");
        prop_assert_eq!(machine.load().providers, []);

        let mut again = Machine::new(Limits::default());
        for (event, effects) in events {
            prop_assert_eq!(again.handle(Duration::ZERO, event), effects);
        }
    }
}
