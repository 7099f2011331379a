//! Models that fail, want fewer calls, or say how many they take.

use super::{Scheduler, at_most, ended, execution, of, run, started, submitted};
use formaops_domain::{
    Priority,
    ports::{RateLimits, RateWindow},
};
use formaops_engine::{
    CircuitPolicy, FallbackStrategy, Settings,
    machine::{
        Allowance, CircuitState, Effect, End, Event, Leave, Limits, Machine, Models, PerMinute, RunEnd, Sign,
        Terms,
    },
};
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

const UNWELL: Sign = Sign::Unwell { overloaded: false };
const WELL: Sign = Sign::Answered { first_token: None, tokens: 0 };

const NONE: [usize; 0] = [];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn left_wire(number: usize, sign: Sign) -> Event {
    Event::AttemptEnded { execution: execution(number), sign }
}

/// A machine that does so while a circuit is open, with one slot for each provider and an outage of provider `a`,
/// whose circuit has just opened. Executions 0 to 4 found that out.
fn outage(fallback: FallbackStrategy) -> Machine {
    let circuits = CircuitPolicy { fallback, ..CircuitPolicy::default() };
    let mut machine = Machine::new(Settings { circuits, limits: at_most(1), ..Settings::default() });
    machine.handle(Duration::ZERO, submitted(1, Priority::Normal, (0..5).map(|number| (number, "a"))));
    for number in 0..5 {
        machine.handle(Duration::ZERO, left_wire(number, UNWELL));
        machine
            .handle(Duration::ZERO, Event::ExecutionEnded { execution: execution(number), end: End::Failed });
    }
    machine
}

fn chain(models: &[&str]) -> Models {
    models.iter().map(|model| model.parse().unwrap()).collect()
}

fn with_models(number: usize, executions: impl IntoIterator<Item = (usize, Models)>) -> Event {
    let executions = executions.into_iter().map(|(number, models)| (execution(number), models)).collect();
    Event::RunSubmitted { run: run(number), terms: Terms::default(), executions }
}

#[test]
fn while_a_circuit_is_open_all_wait_and_then_one_finds_out() {
    let mut machine = outage(FallbackStrategy::Queue);
    let all = (10..13).map(|number| (number, "a"));
    assert_eq!(started(&machine.handle(seconds(1), submitted(2, Priority::Critical, all))), NONE);
    assert_eq!(machine.load().models[0].circuit, CircuitState::Open);
    assert_eq!(machine.load().models[0].opens_in_ms, Some(59_000));
    assert_eq!(machine.next_wake(), Some(seconds(60)));
    let other = submitted(3, Priority::Low, [(20, "b")]);
    assert_eq!(started(&machine.handle(seconds(2), other)), [20], "another provider is not held up");

    assert_eq!(started(&machine.handle(seconds(60), Event::TimeHasCome)), [10]);
    assert_eq!(machine.load().models[0].circuit, CircuitState::HalfOpen);
    let limits = Limits { background: NonZeroU32::new(100), ..at_most(100) };
    let wide = Event::SettingsChanged { settings: Box::new(Settings { limits, ..Settings::default() }) };
    assert_eq!(started(&machine.handle(seconds(61), wide)), NONE, "one is enough to find out");
    assert_eq!(started(&machine.handle(seconds(62), left_wire(10, WELL))), [11, 12]);
}

#[test]
fn where_those_that_come_are_to_be_turned_away_they_and_those_that_wait_fail_at_once() {
    let mut machine = outage(FallbackStrategy::Queue);
    let all = (10..12).map(|number| (number, "a"));
    machine.handle(seconds(1), submitted(2, Priority::Normal, all));
    let circuits = CircuitPolicy { fallback: FallbackStrategy::Reject, ..CircuitPolicy::default() };
    let reject = Settings { circuits, limits: at_most(1), ..Settings::default() };
    let effects = machine.handle(seconds(2), Event::SettingsChanged { settings: Box::new(reject) });
    let left =
        |number| Effect::FinishQueued { run: run(2), execution: execution(number), why: Leave::CircuitOpen };
    assert_eq!(effects, [left(10), left(11)]);
    let effects = machine.handle(seconds(3), submitted(2, Priority::Normal, [(12, "a")]));
    assert_eq!(effects, [left(12)]);
    for number in 10..12 {
        let gone = Event::ExecutionEnded { execution: execution(number), end: End::Failed };
        assert_eq!(machine.handle(seconds(4), gone), []);
    }
    let gone = Event::ExecutionEnded { execution: execution(12), end: End::Failed };
    let end = Effect::FinishRun { run: run(2), end: RunEnd::Completed };
    assert_eq!(machine.handle(seconds(4), gone), [end]);
}

#[test]
fn the_next_of_the_chain_that_is_well_is_asked_in_its_place() {
    let mut machine = outage(FallbackStrategy::Degrade);
    let models = chain(&["a:model", "a:model", "b:model", "c:model"]);
    let effects = machine.handle(seconds(1), with_models(2, [(10, models.clone()), (11, models)]));
    let start =
        |number, choice| Effect::Start { run: run(2), execution: execution(number), choice, tries: 0 };
    assert_eq!(effects, [start(10, 2)], "what is left alone itself is passed over");
    let effects = machine.handle(seconds(2), with_models(2, [(12, chain(&["a:model"]))]));
    assert_eq!(effects, [], "without another it waits");
    assert_eq!(machine.handle(seconds(3), ended(10)), [start(11, 2)]);
}

#[test]
fn those_that_wait_when_a_circuit_opens_go_to_the_next_of_their_chain() {
    let circuits = CircuitPolicy { fallback: FallbackStrategy::Degrade, ..CircuitPolicy::default() };
    let mut machine = Machine::new(Settings { circuits, limits: at_most(5), ..Settings::default() });
    let models = chain(&["a:model", "b:model"]);
    let effects = machine.handle(seconds(0), with_models(1, (0..12).map(|number| (number, models.clone()))));
    assert_eq!(started(&effects), [0, 1, 2, 3, 4]);
    let choices =
        (0..5).flat_map(|number| machine.handle(seconds(1), left_wire(number, UNWELL))).map(|effect| {
            match effect {
                Effect::Start { choice, .. } => choice,
                other => panic!("{other:?}"),
            }
        });
    assert_eq!(choices.collect::<Vec<_>>(), [0, 0, 0, 0, 1], "the fifth failure opens it");
    let waiting = machine.load().models.into_iter().map(|model| (model.model.to_string(), model.queued));
    assert_eq!(waiting.collect::<Vec<_>>(), [("a:model".to_owned(), 0), ("b:model".to_owned(), 2)]);
}

#[test]
fn a_failure_that_did_not_pass_goes_on_at_the_next_model_with_all_its_tries() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.on(with_models(1, [(0, chain(&["a:model", "b:model"]))]));
    let start = |choice, tries| [Effect::Start { run: run(1), execution: execution(0), choice, tries }];
    let again = |degrade| Event::AttemptToRepeat { execution: execution(0), wait: Duration::ZERO, degrade };
    scheduler.on(again(false));
    assert_eq!(scheduler.on(Event::TimeHasCome), start(0, 1));
    scheduler.on(again(true));
    assert_eq!(scheduler.on(Event::TimeHasCome), start(1, 0));
    scheduler.on(again(true));
    assert_eq!(scheduler.on(Event::TimeHasCome), start(1, 1), "the last one has no next");
}

#[test]
fn a_model_that_has_enough_is_let_be_for_the_time_it_asks_for_and_then_gets_half() {
    let mut machine = Machine::new(Settings { limits: at_most(4), ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, (0..20).map(|number| (number, "a"))));
    let throttled = Sign::Throttled { wait: Some(seconds(7)) };
    for number in 0..4 {
        assert_eq!(started(&machine.handle(seconds(1), left_wire(number, throttled))), NONE);
    }
    assert_eq!(machine.next_wake(), Some(seconds(8)));
    assert_eq!(started(&machine.handle(seconds(8), Event::TimeHasCome)), [4, 5]);
    assert_eq!(machine.load().models[0].limit, Some(2));
    let circuit = machine.load().models[0].circuit;
    assert_eq!(circuit, CircuitState::Closed, "that is no failure");
    let mut at_once = 2;
    for number in 4..18 {
        at_once += started(&machine.handle(seconds(9), left_wire(number, WELL))).len();
        at_once -= 1;
    }
    assert_eq!(at_once, 2, "nothing more waits");
    assert_eq!(machine.load().models.first().and_then(|model| model.limit), None, "it is well again");
}

#[test]
fn a_model_that_asks_to_be_let_be_for_a_year_is_asked_again_after_two_minutes() {
    let mut machine = Machine::new(Settings { limits: at_most(1), ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, [(0, "a"), (1, "a")]));
    let throttled = Sign::Throttled { wait: Some(seconds(365 * 86_400)) };
    assert_eq!(started(&machine.handle(seconds(1), left_wire(0, throttled))), NONE);
    assert_eq!(machine.next_wake(), Some(seconds(121)));
    assert_eq!(started(&machine.handle(seconds(121), Event::TimeHasCome)), [1]);
}

#[test]
fn a_model_gets_no_more_calls_than_it_says_that_it_takes() {
    let mut machine = Machine::new(Settings { limits: at_most(4), ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, (0..8).map(|number| (number, "a"))));
    // Of the three that are left, three are on their way already.
    let requests = Some(RateWindow { limit: 60, remaining: 3, reset: seconds(57) });
    let rates = RateLimits { requests, tokens: None };
    machine.handle(seconds(0), Event::RatesTold { execution: execution(0), rates });
    assert_eq!(started(&machine.handle(seconds(0), left_wire(0, WELL))), NONE);
    let wake = machine.next_wake().unwrap();
    assert!(wake >= seconds(1) && wake < seconds(2), "one comes back each second: {wake:?}");
    assert_eq!(started(&machine.handle(wake, Event::TimeHasCome)), [4]);
    // What has ended without a word is on its way no more.
    (1..4).for_each(|number| assert_eq!(machine.handle(wake, left_wire(number, Sign::Nothing)), []));
    let requests = Some(RateWindow { limit: 60, remaining: 3, reset: seconds(57) });
    let rates = RateLimits { requests, tokens: None };
    let told = Event::RatesTold { execution: execution(4), rates };
    assert_eq!(started(&machine.handle(wake, told)), [5, 6, 7]);
}

#[test]
fn the_load_says_what_each_model_may_still_get() {
    let allowed = PerMinute { requests: NonZeroU32::new(10), tokens: None };
    let limits = Limits { per_minute: [("a".to_owned(), allowed)].into(), ..at_most(4) };
    let mut machine = Machine::new(Settings { limits, ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, (0..4).map(|number| (number, "a"))));
    let tokens = Some(RateWindow { limit: 90_000, remaining: 60_000, reset: seconds(60) });
    let rates = RateLimits { requests: None, tokens };
    machine.handle(seconds(0), Event::RatesTold { execution: execution(0), rates });
    let load = machine.load();
    assert_eq!((load.models[0].limit, load.models[0].most), (None, 4));
    // Three calls are under way that it has not counted, each taken for a thousand tokens.
    assert_eq!(load.models[0].tokens, Some(Allowance { left: 57_000, most: 90_000 }));
    assert_eq!(load.models[0].requests, None);
    assert_eq!(load.providers[0].requests, Some(Allowance { left: 6, most: 10 }));
    assert_eq!(load.providers[0].tokens, None);
}

#[test]
fn the_load_says_until_when_the_limit_of_a_provider_holds_its_models_back() {
    let allowed = PerMinute { requests: NonZeroU32::new(2), tokens: None };
    let limits = Limits { per_minute: [("a".to_owned(), allowed)].into(), ..at_most(4) };
    let mut machine = Machine::new(Settings { limits, ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, [(0, "a")]));
    let held = |machine: &Machine| {
        let load = machine.load();
        (load.models[0].opens_in_ms, load.models[0].per_minute)
    };
    assert_eq!(held(&machine), (None, false), "one more may go out");
    machine.handle(seconds(0), submitted(2, Priority::Normal, (1..4).map(|number| (number, "a"))));
    assert_eq!(held(&machine), (Some(30_001), true), "two a minute are one in half a minute");
    let requests = Some(RateWindow { limit: 60, remaining: 0, reset: seconds(6_000) });
    let rates = RateLimits { requests, tokens: None };
    machine.handle(seconds(0), Event::RatesTold { execution: execution(0), rates });
    let (opens_in, per_minute) = held(&machine);
    assert!(opens_in > Some(30_001) && !per_minute, "what the model says holds longer: {opens_in:?}");
}

#[test]
fn a_provider_gets_no_more_a_minute_than_the_user_allows() {
    let allowed = PerMinute { requests: NonZeroU32::new(2), tokens: NonZeroU32::new(6_000) };
    let per_minute = BTreeMap::from([("a".to_owned(), allowed)]);
    let limits = Limits { per_minute, ..at_most(4) };
    let mut machine = Machine::new(Settings { limits, ..Settings::default() });
    let models = |number: usize| (number, chain(&[["a:1", "a:2"][number % 2]]));
    let effects = machine.handle(seconds(0), with_models(1, (0..4).map(models)));
    assert_eq!(started(&effects), [0, 1], "all its models together");
    let big = Sign::Answered { first_token: None, tokens: 20_000 };
    machine.handle(seconds(1), left_wire(0, big));
    let wake = machine.next_wake().unwrap();
    assert!(wake > seconds(100), "what was used is owed: {wake:?}");
    assert_eq!(started(&machine.handle(seconds(30), Event::TimeHasCome)), NONE);
    assert_eq!(started(&machine.handle(wake, Event::TimeHasCome)).len(), 1);
}

#[test]
fn a_paused_run_starts_nothing_and_goes_on_where_it_was() {
    let mut machine = Machine::new(Settings { limits: at_most(1), ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::High, (0..3).map(|number| (number, "a"))));
    machine.handle(seconds(0), submitted(2, Priority::Low, [(10, "a")]));
    assert_eq!(machine.handle(seconds(1), Event::PauseRun { run: run(1) }), []);
    assert_eq!(started(&machine.handle(seconds(1), ended(0))), [10], "what was on the wire came to its end");
    assert_eq!(machine.handle(seconds(2), ended(10)).len(), 1, "nothing but the end of the other run");
    assert_eq!(started(&machine.handle(seconds(3), Event::ResumeRun { run: run(1) })), [1]);
    machine.handle(seconds(4), Event::PauseRun { run: run(1) });
    let effects = machine.handle(seconds(4), Event::CancelRun { run: run(1) });
    assert_eq!(effects.len(), 2, "a paused run can be cancelled: {effects:?}");
}

#[test]
fn the_first_failure_ends_a_run_that_is_to_fail_fast() {
    let mut scheduler = Scheduler::new(at_most(2));
    let terms = Terms { fail_fast: true, ..Terms::default() };
    let executions = (0..4).map(|number| (execution(number), of("a"))).collect();
    scheduler.on(Event::RunSubmitted { run: run(1), terms, executions });
    let effects = scheduler.on(Event::ExecutionEnded { execution: execution(0), end: End::Failed });
    let left =
        |number| Effect::FinishQueued { run: run(1), execution: execution(number), why: Leave::Cancelled };
    assert_eq!(effects, [Effect::CancelAttempt { execution: execution(1) }, left(2), left(3)]);
    for number in 1..3 {
        scheduler.on(ended(number));
    }
    assert_eq!(scheduler.on(ended(3)), [Effect::FinishRun { run: run(1), end: RunEnd::Cancelled }]);
}

#[test]
fn runs_that_are_not_urgent_enough_wait_until_all_is_well_again() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.on(Event::LevelChanged { least: Some(Priority::High) });
    assert_eq!(started(&scheduler.on(submitted(1, Priority::Normal, [(10, "a")]))), NONE);
    assert_eq!(started(&scheduler.on(submitted(2, Priority::High, [(20, "a")]))), [20]);
    assert_eq!(scheduler.on(Event::CancelExecution { execution: execution(10) }).len(), 1);
    scheduler.on(submitted(3, Priority::Low, [(30, "a")]));
    assert_eq!(started(&scheduler.on(Event::LevelChanged { least: Some(Priority::Normal) })), NONE);
    assert_eq!(started(&scheduler.on(Event::LevelChanged { least: Some(Priority::Low) })), [30]);
}

#[test]
fn in_an_emergency_not_even_a_critical_run_starts() {
    let mut scheduler = Scheduler::new(Limits::default());
    scheduler.on(Event::LevelChanged { least: None });
    assert_eq!(started(&scheduler.on(submitted(1, Priority::Critical, [(10, "a")]))), NONE);
    assert_eq!(started(&scheduler.on(Event::LevelChanged { least: Some(Priority::High) })), [10]);
}

#[test]
fn a_provider_that_says_to_come_back_in_a_year_is_asked_again_after_two_minutes() {
    let mut machine = Machine::new(Settings { limits: at_most(1), ..Settings::default() });
    machine.handle(seconds(0), submitted(1, Priority::Normal, (0..3).map(|number| (number, "a"))));
    let year = Duration::from_secs(86_400 * 365);
    for (number, window) in [
        RateWindow { limit: 100, remaining: 0, reset: year },
        RateWindow { limit: u64::MAX, remaining: 0, reset: Duration::MAX },
    ]
    .into_iter()
    .enumerate()
    {
        let at = seconds(120 * number as u64);
        let rates = RateLimits { requests: Some(window), tokens: Some(window) };
        machine.handle(at, Event::RatesTold { execution: execution(number), rates });
        assert_eq!(started(&machine.handle(at, left_wire(number, WELL))), NONE);
        let wake = machine.next_wake().unwrap();
        assert!(wake <= at + seconds(120), "{wake:?}");
        assert_eq!(started(&machine.handle(wake, Event::TimeHasCome)), [number + 1]);
    }
}
