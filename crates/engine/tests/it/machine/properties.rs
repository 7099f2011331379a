//! Any order of events, held against an account that works out the rules anew at every step.

use super::{execution, run};
use formaops_domain::Priority;
use formaops_engine::{
    CircuitPolicy, Settings,
    machine::{Effect, End, Event, Limits, Machine, RunEnd, Sign, Terms},
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Critical];

/// What calls come to; more often than not a failure that speaks against the model.
const SIGNS: [Sign; 6] = [
    Sign::Unwell { overloaded: false },
    Sign::Unwell { overloaded: false },
    Sign::Unwell { overloaded: false },
    Sign::Answered { first_token: None, tokens: 0 },
    Sign::Refused,
    Sign::Nothing,
];

const ENDS: [End; 8] =
    [End::Well, End::Well, End::Well, End::Well, End::Well, End::Failed, End::Failed, End::Uncommitted];

/// Two models of one provider, and one each of two others.
const MODELS: [&str; 4] = ["a:1", "a:2", "b:1", "c:1"];

/// Something that may happen; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    Submit {
        run: usize,
        priority: usize,
        terms: (bool, bool, bool),
        concurrency: Option<NonZeroU32>,
        providers: Vec<usize>,
    },
    LeaveWire {
        execution: usize,
        sign: usize,
    },
    End {
        execution: usize,
        end: usize,
    },
    Repeat {
        execution: usize,
        wait: Duration,
    },
    /// The store refuses its start.
    RefuseStart(usize),
    /// The store refuses its end for now.
    RefuseEnd(usize),
    Pass(Duration),
    CancelRun(usize),
    Pause(usize, bool),
    Cancel(usize),
    Limit {
        background: Option<NonZeroU32>,
        provider: Option<NonZeroU32>,
        own: Option<NonZeroU32>,
    },
}

/// Two failures are enough to open a circuit, so that it happens often.
fn settings(limits: Limits) -> Settings {
    let failures = NonZeroU32::new(2).unwrap();
    Settings {
        limits,
        circuits: CircuitPolicy { failures, ..CircuitPolicy::default() },
        ..Settings::default()
    }
}

fn few() -> impl Strategy<Value = Option<NonZeroU32>> {
    prop::option::of((1u32..4).prop_map(|few| NonZeroU32::new(few).unwrap()))
}

fn seconds() -> impl Strategy<Value = Duration> {
    (0u64..50).prop_map(Duration::from_secs)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0usize..12, 0usize..4, any::<(bool, bool, bool)>(), few(), prop::collection::vec(0usize..4, 0..8)).prop_map(
            |(run, priority, terms, concurrency, providers)| {
                Step::Submit { run, priority, terms, concurrency, providers }
            }
        ),
        5 => (any::<usize>(), 0..SIGNS.len()).prop_map(|(execution, sign)| Step::LeaveWire { execution, sign }),
        6 => (any::<usize>(), 0..ENDS.len()).prop_map(|(execution, end)| Step::End { execution, end }),
        3 => (any::<usize>(), seconds()).prop_map(|(execution, wait)| Step::Repeat { execution, wait }),
        1 => any::<usize>().prop_map(Step::RefuseStart),
        1 => any::<usize>().prop_map(Step::RefuseEnd),
        3 => seconds().prop_map(Step::Pass),
        1 => any::<usize>().prop_map(Step::CancelRun),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(run, paused)| Step::Pause(run, paused)),
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
    model: &'static str,
    /// Whether its call finds out if the model is well again.
    is_probe: bool,
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
    fail_fast: bool,
    paused: bool,
    last_turn: usize,
    served: Duration,
    cancelled: bool,
    uncommitted: bool,
}

/// Whether calls to a model go through, as an account of what came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Circuit {
    Closed(u32),
    Open(Duration),
    Probing,
}

impl Circuit {
    fn allows(self, now: Duration) -> bool {
        match self {
            Self::Closed(_) => true,
            Self::Open(until) => until <= now,
            Self::Probing => false,
        }
    }
}

impl Cell {
    fn provider(&self) -> &'static str {
        self.model.split(':').next().unwrap()
    }
}

/// What must hold, worked out anew at every step.
#[derive(Default)]
struct Account {
    limits: Limits,
    cells: Vec<Cell>,
    runs: BTreeMap<usize, Asked>,
    circuits: BTreeMap<&'static str, Circuit>,
    turns: usize,
    places: usize,
    /// The cells whose end the store has refused so far.
    held: BTreeSet<usize>,
    /// How often it has refused a start in a row, and until when nothing starts because of that.
    refusals: u32,
    closed_until: Duration,
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
        let here = |other: &Cell| other.provider() == cell.provider();
        let provider_allows =
            match self.limits.providers.get(cell.provider()).copied().or(self.limits.provider) {
                Some(most) => self.on_wire(here) < most.get(),
                None => own || self.on_wire(|other| here(other) && !self.own(other)) < 5,
            };
        run_allows && background_allows && provider_allows && !asked.paused
    }

    fn circuit(&self, model: &str) -> Circuit {
        self.circuits.get(model).copied().unwrap_or(Circuit::Closed(0))
    }

    /// A call left the wire.
    fn leaves(&mut self, cell: usize, sign: Sign) {
        let Cell { model, is_probe, .. } = self.cells[cell];
        self.cells[cell].is_probe = false;
        let open = Circuit::Open(self.now + Duration::from_secs(60));
        let next = match (self.circuit(model), sign) {
            (Circuit::Closed(_), Sign::Answered { .. }) => Circuit::Closed(0),
            (Circuit::Closed(1), Sign::Unwell { .. }) => open,
            (Circuit::Closed(failures), Sign::Unwell { .. }) => Circuit::Closed(failures + 1),
            (Circuit::Probing, Sign::Unwell { .. }) if is_probe => open,
            (Circuit::Probing, Sign::Nothing) if is_probe => Circuit::Open(self.now),
            (Circuit::Probing, _) if is_probe => Circuit::Closed(0),
            (same, _) => same,
        };
        self.circuits.insert(model, next);
    }

    /// Whether the store, as far as is known, takes what a start leads to.
    fn has_room(&self) -> bool {
        self.held.is_empty() && self.closed_until <= self.now
    }

    /// Those that may start now: of each run and provider the first.
    fn candidates(&self) -> Vec<usize> {
        if !self.has_room() {
            return Vec::new();
        }
        let mut seen = Vec::new();
        let mut waiting: Vec<_> =
            self.cells.iter().enumerate().filter(|(_, cell)| cell.state == State::Waiting).collect();
        waiting.sort_by_key(|(_, cell)| cell.place);
        waiting
            .into_iter()
            .filter(|(_, cell)| {
                let first = !seen.contains(&(cell.run, cell.model));
                seen.push((cell.run, cell.model));
                first && self.allowed(cell) && self.circuit(cell.model).allows(self.now)
            })
            .map(|(number, _)| number)
            .collect()
    }

    fn check(&mut self, effect: &Effect) {
        let number = |id: &[u8; 16]| u128::from_be_bytes(*id) as usize;
        match effect {
            Effect::Start { execution, run, choice, .. } => {
                assert_eq!(*choice, 0, "there is no other");
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
                let model = self.cells[started].model;
                if let Circuit::Open(_) = self.circuit(model) {
                    self.circuits.insert(model, Circuit::Probing);
                    self.cells[started].is_probe = true;
                }
                self.turns += 1;
                let asked = self.runs.get_mut(&self.cells[started].run).unwrap();
                (asked.last_turn, asked.served) = (self.turns, self.now);
            }
            Effect::CancelAttempt { execution } => {
                let cell = &mut self.cells[number(execution.as_bytes())];
                assert!(matches!(cell.state, State::OnWire | State::Settling), "{:?}", cell.state);
                assert!(!cell.cancelled, "cancelled twice");
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
            Step::Submit {
                run: number,
                priority,
                terms: (watched, fail_fast, paused),
                concurrency,
                providers,
            } => {
                self.turns += 1;
                let last_turn = self.turns;
                self.runs.entry(number).or_insert(Asked {
                    priority: PRIORITIES[priority],
                    watched,
                    concurrency,
                    fail_fast,
                    paused,
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
                        model: MODELS[provider],
                        is_probe: false,
                        state: State::Waiting,
                        place: self.places,
                        cancelled: false,
                        unwanted: false,
                    });
                }
                let added = self.cells.iter().enumerate().skip(first);
                let one = |(number, cell): (usize, &Cell)| {
                    (execution(number), [cell.model.parse().unwrap()].into())
                };
                let priority = PRIORITIES[priority];
                Event::RunSubmitted {
                    run: run(number),
                    terms: Terms { priority, watched, concurrency, fail_fast, paused, needed: false },
                    executions: added.map(one).collect(),
                }
            }
            Step::LeaveWire { execution: number, sign } => {
                let cell = self.pick(number, &[State::OnWire]);
                if let Some(cell) = cell {
                    self.cells[cell].state = State::Settling;
                    self.leaves(cell, SIGNS[sign]);
                    if SIGNS[sign] != Sign::Nothing {
                        self.refusals = 0;
                    }
                }
                // Where nothing is on the wire, the machine hears of something it must ignore.
                Event::AttemptEnded { execution: execution(cell.unwrap_or(number)), sign: SIGNS[sign] }
            }
            Step::End { execution: number, end } => {
                let end = ENDS[end];
                let underway = [State::OnWire, State::Settling, State::Leaving];
                let cell = self.pick(number, &underway);
                if let Some(cell) = cell {
                    if self.cells[cell].state == State::OnWire {
                        self.leaves(cell, Sign::Nothing);
                    }
                    self.cells[cell].state = State::Ended;
                    self.held.remove(&cell);
                    if end != End::Uncommitted {
                        self.refusals = 0;
                    }
                    let number = self.cells[cell].run;
                    let left = self.cells.iter().any(|cell| cell.run == number && cell.state != State::Ended);
                    let asked = self.runs.get_mut(&number).unwrap();
                    asked.uncommitted |= end == End::Uncommitted;
                    if end == End::Failed && asked.fail_fast && left {
                        self.cancel(number);
                    }
                }
                Event::ExecutionEnded { execution: execution(cell.unwrap_or(number)), end }
            }
            Step::CancelRun(number) => {
                let number = number % 12;
                self.cancel(number);
                Event::CancelRun { run: run(number) }
            }
            Step::Pause(number, paused) => {
                let number = number % 12;
                self.runs.entry(number).and_modify(|run| run.paused = paused);
                let run = run(number);
                if paused { Event::PauseRun { run } } else { Event::ResumeRun { run } }
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
                    if self.cells[cell].state == State::OnWire {
                        self.leaves(cell, Sign::Nothing);
                    }
                    self.cells[cell].state = State::Resting(self.now + wait);
                    self.held.remove(&cell);
                    self.refusals = 0;
                    // The next attempt may be cancelled as this one could.
                    self.cells[cell].cancelled = false;
                }
                let execution = execution(cell.unwrap_or(number));
                Event::AttemptToRepeat { execution, wait, degrade: true }
            }
            Step::RefuseStart(number) => {
                let cell = self.pick(number, &[State::OnWire]);
                if let Some(cell) = cell {
                    self.leaves(cell, Sign::Nothing);
                    if self.closed_until <= self.now {
                        self.refusals += 1;
                        let wait = Duration::from_millis(250) * (1 << (self.refusals - 1).min(5));
                        self.closed_until = self.now + wait.min(Duration::from_secs(5));
                    }
                    self.cells[cell].state = State::Resting(self.closed_until);
                    self.cells[cell].cancelled = false;
                    self.held.remove(&cell);
                }
                Event::StartRefused { execution: execution(cell.unwrap_or(number)) }
            }
            Step::RefuseEnd(number) => {
                let cell = self.pick(number, &[State::OnWire, State::Settling, State::Leaving]);
                self.held.extend(cell);
                Event::EndRefused { execution: execution(cell.unwrap_or(number)) }
            }
            Step::Pass(time) => {
                self.pass(time);
                Event::TimeHasCome
            }
            Step::Limit { background, provider, own } => {
                let providers = own.map(|own| ("b".to_owned(), own)).into_iter().collect();
                self.limits = Limits { background, provider, providers, ..Limits::default() };
                let limits = self.limits.clone();
                Event::SettingsChanged { settings: Box::new(settings(limits)) }
            }
        }
    }

    fn cancel(&mut self, run: usize) {
        if let Some(asked) = self.runs.get_mut(&run) {
            asked.cancelled = true;
            self.cells.iter_mut().filter(|cell| cell.run == run).for_each(|cell| cell.unwanted = true);
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
        let kept_back = self.cells.iter().filter(|cell| cell.state == State::Waiting && self.allowed(cell));
        let openings = kept_back.filter_map(|cell| match self.circuit(cell.model) {
            Circuit::Open(until) => Some(until.max(self.closed_until)),
            _ => None,
        });
        let is_due = due.clone().any(|until| until == self.now);
        let room = (self.held.is_empty() && self.closed_until > self.now).then_some(self.closed_until);
        // While ends are held, what may start then is told by their being kept.
        let openings = openings.filter(|_| self.held.is_empty());
        let first = due.chain(openings).chain(room).min();
        assert!(first.is_none_or(|first| machine.next_wake().is_some_and(|wake| wake <= first)));
        let wakes_later = machine.next_wake().is_none_or(|wake| wake > self.now);
        assert!(is_due || wakes_later, "a wake that is over comes for ever");
        let load = machine.load();
        assert_eq!((load.running, load.held as usize), (self.on_wire(|_| true), self.held.len()));
        let waiting = |paused| {
            let waits = |cell: &&Cell| cell.state == State::Waiting && self.runs[&cell.run].paused == paused;
            self.cells.iter().filter(waits).count()
        };
        let rests = |cell: &&Cell| matches!(cell.state, State::Resting(_));
        assert_eq!(load.resting as usize, self.cells.iter().filter(rests).count());
        assert_eq!((load.queued as usize, load.paused as usize), (waiting(false), waiting(true)));
        events.push((self.now, event, effects));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_happens_in_whatever_order_the_rules_hold_and_everything_ends(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let (mut account, mut machine) = (Account::default(), Machine::new(settings(Limits::default())));
        let mut events = Vec::new();
        for step in steps {
            account.take(&mut machine, step, &mut events);
        }
        (0..12).for_each(|run| account.take(&mut machine, Step::Pause(run, false), &mut events));
        account.take(&mut machine, Step::Pass(Duration::from_secs(60)), &mut events);
        prop_assert!(account.closed_until <= account.now);
        while account.pick(0, &[State::OnWire, State::Settling, State::Leaving]).is_some() {
            account.take(&mut machine, Step::End { execution: 0, end: 0 }, &mut events);
            account.take(&mut machine, Step::Pass(Duration::from_secs(60)), &mut events);
        }
        prop_assert!(account.cells.iter().all(|cell| cell.state == State::Ended), "all have ended");
        prop_assert!(account.runs.is_empty(), "all runs have ended");
        let load = machine.load();
        prop_assert!(load.providers.iter().all(|provider| provider.running + provider.queued == 0));

        let mut again = Machine::new(settings(Limits::default()));
        for (at, event, effects) in events {
            prop_assert_eq!(again.handle(at, event), effects);
        }
    }
}
