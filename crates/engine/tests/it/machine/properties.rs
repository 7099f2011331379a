//! Any order of events, held against an account that works out the rules anew at every step.

use super::{execution, run};
use formaops_domain::Priority;
use formaops_engine::{
    Settings,
    machine::{Effect, Event, Limits, Machine, RunEnd},
};
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
    Repeat {
        execution: usize,
        wait: Duration,
    },
    Pass(Duration),
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

fn seconds() -> impl Strategy<Value = Duration> {
    (0u64..50).prop_map(Duration::from_secs)
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
        3 => (any::<usize>(), seconds()).prop_map(|(execution, wait)| Step::Repeat { execution, wait }),
        3 => seconds().prop_map(Step::Pass),
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
    Resting(Duration),
    Leaving,
    Ended,
}

#[derive(Debug)]
struct Cell {
    run: usize,
    provider: &'static str,
    state: State,
    /// Rises with each time that a cell comes into the queue.
    place: usize,
    /// Whether its attempt was told to end.
    cancelled: bool,
    /// Whether the user asked for its end.
    unwanted: bool,
}

#[derive(Debug, Clone)]
struct Asked {
    priority: Priority,
    watched: bool,
    concurrency: Option<NonZeroU32>,
    last_turn: usize,
    served: Duration,
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
    places: usize,
    now: Duration,
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
        let mut waiting: Vec<_> =
            self.cells.iter().enumerate().filter(|(_, cell)| cell.state == State::Waiting).collect();
        waiting.sort_by_key(|(_, cell)| cell.place);
        waiting
            .into_iter()
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
                    let critical = std::cmp::Reverse(asked.priority == Priority::Critical);
                    let level = PRIORITIES.iter().position(|level| *level == asked.priority).unwrap() as i64;
                    let rank = asked.served.as_secs() as i64 - level * 30;
                    (critical, rank, asked.last_turn, self.cells[cell].place)
                };
                let best = candidates.iter().map(standing).min().unwrap();
                assert_eq!(
                    standing(&started),
                    best,
                    "another was more urgent, or its turn was longer ago, or it came first"
                );
                self.cells[started].state = State::OnWire;
                self.turns += 1;
                let asked = self.runs.get_mut(&self.cells[started].run).unwrap();
                (asked.last_turn, asked.served) = (self.turns, self.now);
            }
            Effect::CancelAttempt { execution } => {
                let cell = &mut self.cells[number(execution.as_bytes())];
                assert_eq!((cell.state, cell.cancelled), (State::OnWire, false), "cancelled twice");
                cell.cancelled = true;
            }
            Effect::FinishQueued { execution, .. } => {
                let cell = &mut self.cells[number(execution.as_bytes())];
                assert!(matches!(cell.state, State::Waiting | State::Resting(_)), "{:?}", cell.state);
                cell.state = State::Leaving;
            }
            &Effect::Answer { .. } | &Effect::Refuse { .. } | &Effect::Warn { .. } => {
                panic!("{effect:?}, and nobody asked for money")
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
                    served: self.now,
                    cancelled: false,
                    uncommitted: false,
                });
                let first = self.cells.len();
                for provider in providers {
                    self.places += 1;
                    self.cells.push(Cell {
                        run: number,
                        provider: ["a", "b", "c"][provider],
                        state: State::Waiting,
                        place: self.places,
                        cancelled: false,
                        unwanted: false,
                    });
                }
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
                    self.cells
                        .iter_mut()
                        .filter(|cell| cell.run == number)
                        .for_each(|cell| cell.unwanted = true);
                }
                Event::CancelRun { run: run(number) }
            }
            Step::Cancel(number) => {
                let number = number % (self.cells.len() + 1);
                if let Some(cell) = self.cells.get_mut(number) {
                    cell.unwanted = true;
                }
                Event::CancelExecution { execution: execution(number) }
            }
            Step::Repeat { execution: number, wait } => {
                let cell = self.pick(number, &[State::OnWire, State::Settling]);
                if let Some(cell) = cell {
                    self.cells[cell].state = State::Resting(self.now + wait);
                    // The next attempt may be cancelled as this one could.
                    self.cells[cell].cancelled = false;
                }
                Event::AttemptToRepeat { execution: execution(cell.unwrap_or(number)), wait }
            }
            Step::Pass(time) => {
                self.pass(time);
                Event::TimeHasCome
            }
            Step::Limit { background, provider, own } => {
                let providers = own.map(|own| ("b".to_owned(), own)).into_iter().collect();
                self.limits = Limits { background, provider, providers };
                let limits = self.limits.clone();
                Event::SettingsChanged { settings: Box::new(Settings { limits, ..Settings::default() }) }
            }
        }
    }

    /// Time goes by, and what has rested long enough waits again.
    fn pass(&mut self, time: Duration) {
        self.now += time;
        let mut due: Vec<_> = (0..self.cells.len())
            .filter_map(|cell| match self.cells[cell].state {
                State::Resting(until) if until <= self.now => Some((until, cell)),
                _ => None,
            })
            .collect();
        due.sort_unstable();
        for (_, cell) in due {
            self.places += 1;
            (self.cells[cell].state, self.cells[cell].place) = (State::Waiting, self.places);
        }
    }

    fn take(&mut self, machine: &mut Machine, step: Step, events: &mut Vec<(Duration, Event, Vec<Effect>)>) {
        self.pass(Duration::ZERO);
        let event = self.event(step);
        let effects = machine.handle(self.now, event.clone());
        for effect in &effects {
            self.check(effect);
        }
        assert!(self.candidates().is_empty(), "nothing waits that may start: {event:?}");
        for cell in &self.cells {
            let waits = matches!(cell.state, State::Waiting | State::Resting(_));
            assert!(!waits || !cell.unwanted, "nothing that was cancelled waits");
        }
        let due = self.cells.iter().filter_map(|cell| match cell.state {
            State::Resting(until) => Some(until),
            _ => None,
        });
        assert_eq!(machine.next_wake(), due.min());
        let load = machine.load();
        assert_eq!(load.running, self.on_wire(|_| true));
        let waiting = self.cells.iter().filter(|cell| cell.state == State::Waiting).count();
        assert_eq!(load.queued as usize, waiting);
        events.push((self.now, event, effects));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_happens_in_whatever_order_the_rules_hold_and_everything_ends(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let (mut account, mut machine) = (Account::default(), Machine::new(Settings::default()));
        let mut events = Vec::new();
        for step in steps {
            account.take(&mut machine, step, &mut events);
        }
        account.take(&mut machine, Step::Pass(Duration::from_secs(50)), &mut events);
        while account.pick(0, &[State::OnWire, State::Settling, State::Leaving]).is_some() {
            account.take(&mut machine, Step::End { execution: 0, committed: true }, &mut events);
            account.take(&mut machine, Step::Pass(Duration::from_secs(50)), &mut events);
        }
        prop_assert!(account.cells.iter().all(|cell| cell.state == State::Ended), "all have ended");
        prop_assert!(account.runs.is_empty(), "all runs have ended");
        prop_assert_eq!(machine.load().providers, []);

        let mut again = Machine::new(Settings::default());
        for (at, event, effects) in events {
            prop_assert_eq!(again.handle(at, event), effects);
        }
    }
}
