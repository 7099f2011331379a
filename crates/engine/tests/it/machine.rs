//! The scheduler as a pure machine: no runtime, no clock.

mod budgets;
mod health;
mod money;
mod properties;
mod weather;

use formaops_domain::{ExecutionId, Priority, RunId};
use formaops_engine::{
    Settings,
    machine::{Effect, End, Event, Leave, Limits, MOST_SETTLING, Machine, Models, RunEnd, Sign, Terms},
};
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

fn run(number: usize) -> RunId {
    formaops_testkit::run_id(number as u64)
}

fn execution(number: usize) -> ExecutionId {
    formaops_testkit::execution_id(number as u64)
}

fn submitted(
    number: usize,
    priority: Priority,
    executions: impl IntoIterator<Item = (usize, &'static str)>,
) -> Event {
    let executions = executions.into_iter().map(|(number, provider)| (execution(number), of(provider)));
    let terms = Terms { priority, ..Terms::default() };
    Event::RunSubmitted { run: run(number), terms, executions: executions.collect() }
}

/// The one model of a provider.
fn of(provider: &str) -> Models {
    [format!("{provider}:model").parse().unwrap()].into()
}

fn ended(number: usize) -> Event {
    Event::ExecutionEnded { execution: execution(number), end: End::Well }
}

/// The executions that are started, by the numbers they were made of.
fn started(effects: &[Effect]) -> Vec<usize> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Start { execution, .. } => Some(u128::from_be_bytes(*execution.as_bytes()) as usize),
            _ => None,
        })
        .collect()
}

fn machine(limits: Limits) -> Machine {
    Machine::new(Settings { limits, ..Settings::default() })
}

/// A machine that is handed events at a time that does not matter.
struct Scheduler(Machine);

impl Scheduler {
    fn new(limits: Limits) -> Self {
        Self(machine(limits))
    }

    fn on(&mut self, event: Event) -> Vec<Effect> {
        self.0.handle(Duration::ZERO, event)
    }
}

fn at_most(provider: u32) -> Limits {
    Limits { provider: NonZeroU32::new(provider), ..Limits::default() }
}

#[test]
fn the_default_is_five_at_a_time_in_the_background() {
    let mut scheduler = Scheduler::new(Limits::default());
    let effects = scheduler.on(submitted(1, Priority::Normal, (0..4).map(|number| (number, "a"))));
    assert_eq!(started(&effects), [0, 1, 2, 3]);
    let effects = scheduler.on(submitted(2, Priority::Critical, (4..8).map(|number| (number, "b"))));
    assert_eq!(started(&effects), [4], "the fifth slot of all, though provider b has room");
}

#[test]
fn a_watched_comparison_waits_for_no_background_work_but_for_its_provider() {
    let mut scheduler = Scheduler::new(at_most(6));
    scheduler.on(submitted(1, Priority::Normal, (0..5).map(|number| (number, "a"))));
    let watched = |number, executions: Vec<_>| Event::RunSubmitted {
        run: run(number),
        terms: Terms { watched: true, ..Terms::default() },
        executions,
    };
    let columns = |numbers: std::ops::Range<usize>, provider: fn(usize) -> &'static str| {
        numbers.map(|number| (execution(number), of(provider(number)))).collect::<Vec<_>>()
    };
    let effects = scheduler.on(watched(2, columns(10..12, |_| "a")));
    assert_eq!(started(&effects), [10], "provider a has one slot left");
    let effects = scheduler.on(watched(3, columns(20..32, |number| ["b", "c", "d"][number % 3])));
    assert_eq!(started(&effects).len(), 8, "no more than eight columns at once");
    let effects = scheduler.on(ended(20));
    assert_eq!(started(&effects).len(), 1);
}

#[test]
fn a_run_with_its_own_concurrency_passes_the_defaults_but_not_what_the_user_set() {
    let wide = |number, first: usize, concurrency| Event::RunSubmitted {
        run: run(number),
        terms: Terms { concurrency: NonZeroU32::new(concurrency), ..Terms::default() },
        executions: (first..first + 40).map(|number| (execution(number), of("a"))).collect(),
    };
    let mut scheduler = Scheduler::new(Limits::default());
    assert_eq!(started(&scheduler.on(wide(1, 0, 32))).len(), 32);
    let effects = scheduler.on(submitted(2, Priority::Normal, [(100, "a")]));
    assert_eq!(started(&effects), [100], "a wide run does not fill the default limits for others");

    let mut scheduler = Scheduler::new(at_most(7));
    assert_eq!(started(&scheduler.on(wide(1, 0, 32))).len(), 7);
}

fn off_the_wire(number: usize) -> Event {
    Event::AttemptEnded { execution: execution(number), sign: Sign::Nothing }
}

#[test]
fn where_no_more_may_settle_only_what_those_that_settle_need_still_starts() {
    let mut scheduler = Scheduler::new(Limits { background: NonZeroU32::new(1000), ..at_most(1000) });
    scheduler.on(submitted(1, Priority::Normal, (0..MOST_SETTLING).map(|number| (number, "a"))));
    (0..MOST_SETTLING).for_each(|number| drop(scheduler.on(off_the_wire(number))));
    assert!(started(&scheduler.on(submitted(2, Priority::Critical, [(1000, "a")]))).is_empty());
    let needed = Event::RunSubmitted {
        run: run(3),
        terms: Terms { needed: true, ..Terms::default() },
        executions: vec![(execution(2000), of("a"))],
    };
    assert_eq!(started(&scheduler.on(needed)), [2000]);
    assert_eq!(started(&scheduler.on(ended(0))), [1000]);
}

#[test]
fn what_settles_is_told_once_that_it_is_cancelled() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.on(submitted(1, Priority::Normal, [(1, "a")]));
    scheduler.on(off_the_wire(1));
    let cancel = || Event::CancelRun { run: run(1) };
    assert_eq!(scheduler.on(cancel()), [Effect::CancelAttempt { execution: execution(1) }]);
    assert_eq!(scheduler.on(Event::CancelExecution { execution: execution(1) }), []);
}

#[test]
fn a_run_that_is_stopped_leaves_out_what_has_not_begun_and_completes_with_what_has() {
    let mut scheduler = Scheduler::new(at_most(1));
    scheduler.on(submitted(1, Priority::Normal, (1..4).map(|number| (number, "a"))));
    scheduler.on(submitted(2, Priority::Normal, [(9, "a")]));
    let why = Leave::Cancelled;
    let left = |number| Effect::FinishQueued { run: run(1), execution: execution(number), why };
    assert_eq!(scheduler.on(Event::StopRun { run: run(1) }), [left(2), left(3)]);
    assert_eq!(scheduler.on(Event::StopRun { run: run(1) }), [], "it is left out once");
    let ends = |number| Event::ExecutionEnded { execution: execution(number), end: End::Well };
    assert_eq!(scheduler.on(ends(2)), []);
    assert_eq!(scheduler.on(ends(3)), []);
    let effects = scheduler.on(ended(1));
    let over = Effect::FinishRun { run: run(1), end: RunEnd::Completed };
    assert!(effects.contains(&over) && started(&effects) == [9], "{effects:?}");
}

#[test]
fn a_full_provider_holds_up_no_other() {
    let limits = Limits {
        background: NonZeroU32::new(100),
        providers: BTreeMap::from([("a".to_owned(), NonZeroU32::MIN)]),
        ..Limits::default()
    };
    let mut scheduler = Scheduler::new(limits);
    let effects = scheduler.on(submitted(1, Priority::Critical, [(0, "a"), (1, "a"), (2, "a"), (3, "b")]));
    assert_eq!(started(&effects), [0, 3]);
    let effects = scheduler.on(submitted(2, Priority::Low, [(4, "a"), (5, "b")]));
    assert_eq!(started(&effects), [5]);
}

#[test]
fn runs_of_one_priority_take_turns_and_an_urgent_one_goes_first() {
    let mut scheduler = Scheduler::new(at_most(1));
    scheduler.on(submitted(1, Priority::Normal, (10..14).map(|number| (number, "a"))));
    scheduler.on(submitted(2, Priority::Normal, (20..24).map(|number| (number, "a"))));
    scheduler.on(submitted(3, Priority::High, [(30, "a")]));
    scheduler.on(submitted(4, Priority::Low, [(40, "a")]));
    let (mut order, mut current) = (Vec::new(), 10);
    while let [next] = started(&scheduler.on(ended(current)))[..] {
        order.push(next);
        current = next;
    }
    assert_eq!(order, [30, 11, 20, 12, 21, 13, 22, 23, 40]);
}

#[test]
fn a_steady_stream_of_urgent_runs_slows_others_down_but_never_stops_them() {
    let mut machine = machine(at_most(1));
    let mut at = Duration::ZERO;
    machine.handle(at, submitted(0, Priority::High, [(0, "a")]));
    machine.handle(at, submitted(1, Priority::Low, [(1000, "a"), (1001, "a")]));
    let (mut served, mut current) = (Vec::new(), 0);
    // One that is urgent comes each second, and each execution takes a second.
    for second in 1..=200 {
        at += Duration::from_secs(1);
        machine.handle(at, submitted(second + 1, Priority::High, [(second, "a")]));
        current = started(&machine.handle(at, ended(current)))[0];
        if current >= 1000 {
            served.push(second);
        }
    }
    assert_eq!(served.len(), 2, "{served:?}");
    assert!(served[0] >= 60, "two levels less urgent are two times 30 s, not {} s", served[0]);
}

#[test]
fn a_critical_run_goes_before_whoever_has_waited_however_long() {
    let mut machine = machine(at_most(1));
    machine.handle(Duration::ZERO, submitted(1, Priority::High, [(10, "a"), (11, "a")]));
    let later = Duration::from_secs(3600);
    machine.handle(later, submitted(2, Priority::Critical, [(20, "a")]));
    assert_eq!(started(&machine.handle(later, ended(10))), [20]);
}

#[test]
fn what_is_to_be_repeated_rests_without_a_slot_and_comes_back_in_time() {
    let mut machine = machine(at_most(1));
    let seconds = Duration::from_secs;
    machine.handle(seconds(0), submitted(1, Priority::Normal, [(10, "a"), (11, "a")]));
    let repeat = Event::AttemptToRepeat { execution: execution(10), wait: seconds(5), degrade: false };
    assert_eq!(started(&machine.handle(seconds(1), repeat)), [11]);
    assert_eq!(machine.next_wake(), Some(seconds(6)));
    assert!(machine.handle(seconds(2), ended(11)).is_empty(), "the run goes on");
    assert!(machine.handle(seconds(5), Event::TimeHasCome).is_empty(), "not yet");
    assert_eq!(started(&machine.handle(seconds(6), Event::TimeHasCome)), [10]);
    assert_eq!(machine.next_wake(), None);
    let end = Effect::FinishRun { run: run(1), end: RunEnd::Completed };
    assert_eq!(machine.handle(seconds(7), ended(10)), [end]);
}

#[test]
fn a_store_that_stalls_holds_back_new_calls() {
    let limits = Limits { background: NonZeroU32::new(10_000), ..at_most(10_000) };
    let mut scheduler = Scheduler::new(limits);
    scheduler.on(submitted(1, Priority::Normal, (0..300).map(|number| (number, "a"))));
    for number in 0..300 {
        scheduler.on(Event::AttemptEnded { execution: execution(number), sign: Sign::Nothing });
    }
    assert!(started(&scheduler.on(submitted(2, Priority::Normal, [(999, "a")]))).is_empty());
    let last = (0..300).flat_map(|number| started(&scheduler.on(ended(number)))).collect::<Vec<_>>();
    assert_eq!(last, [999]);
}

#[test]
fn an_end_that_could_not_be_committed_is_not_told_as_the_end_of_the_run() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.on(submitted(1, Priority::Normal, [(0, "a"), (1, "a")]));
    scheduler.on(Event::ExecutionEnded { execution: execution(0), end: End::Uncommitted });
    let effects = scheduler.on(ended(1));
    assert_eq!(effects, [Effect::FinishRun { run: run(1), end: RunEnd::Uncommitted }]);
}

#[test]
fn a_hundred_thousand_executions_are_scheduled_and_cancelled_in_moments() {
    let mut scheduler = Scheduler::new(at_most(4));
    let mut running = Vec::new();
    for number in 0..10 {
        let cells = (0..10_000).map(|cell| (number * 10_000 + cell, ["a", "b", "c"][cell % 3]));
        running.extend(started(&scheduler.on(submitted(number, Priority::Normal, cells))));
    }
    assert_eq!(scheduler.0.load().queued, 100_000 - 5);
    for _ in 0..50_000 {
        let next = running.pop().map(|number| started(&scheduler.on(ended(number)))).unwrap();
        running.extend(next);
    }
    let cancelled: usize = (0..10)
        .map(|number| scheduler.on(Event::CancelRun { run: run(number) }))
        .map(|effects| effects.iter().filter(|effect| matches!(effect, Effect::FinishQueued { .. })).count())
        .sum();
    assert_eq!(cancelled, 50_000 - 5);
}
