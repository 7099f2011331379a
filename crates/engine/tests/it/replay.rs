//! Answers that were recorded, in the place of calls.

use crate::support::{Asked, World, hash};
use bytes::Bytes;
use formaops_domain::{
    Assertion, AttemptStatus, Content, CostBasis, ErrorClass, ExecutionStatus, FinishReason, Metrics,
    NanoUsd, Price, Replay, RequestHash, Span, Timestamp, Usage, Validation, ValidationRule,
    ValidationStatus,
    ports::{Outcome, RecordedAnswer, RecordedFacts},
};
use formaops_engine::{Limits, PerMinute};
use formaops_testkit::{content, execution_id};
use std::time::Duration;

fn price() -> Option<Price> {
    Some(Price { input: 1_000_000, output: 2_000_000, ..Price::FREE })
}

fn millis(millis: u64) -> Span {
    Span::from_micros(millis * 1_000)
}

/// What was kept of a call: what an export of the store would hold.
fn recording(world: &World, outcome: &Outcome) -> RecordedAnswer {
    let parts = world.journal.parts().into_iter().filter(|part| part.attempt == outcome.attempt);
    let frames = parts.chain([outcome.last_part.clone()]).flat_map(|part| part.frames).collect();
    let facts = RecordedFacts {
        http_status: outcome.http_status,
        request_id: outcome.request_id.clone(),
        metrics: outcome.metrics.clone(),
        recorded_at: outcome.completed_at,
        ..RecordedFacts::default()
    };
    RecordedAnswer { frames, facts }
}

/// An answer that took a second.
fn answer(frames: &[(u64, &'static str)]) -> RecordedAnswer {
    let frame = |&(at, text): &(u64, &'static str)| (millis(at), Bytes::from_static(text.as_bytes()));
    let metrics = Metrics {
        latency_ms: Some(millis(1_000)),
        first_token_ms: Some(millis(100)),
        token_usage: Some(Usage { input_tokens: 3, output_tokens: 2, ..Usage::default() }),
        cost_usd: Some(NanoUsd::from_nanos(7)),
        basis: CostBasis::Reported,
        ..Metrics::default()
    };
    let facts = RecordedFacts {
        metrics,
        recorded_at: Timestamp::from_micros(1_700_000_000_000_000),
        ..RecordedFacts::default()
    };
    RecordedAnswer { frames: frames.iter().map(frame).collect(), facts }
}

/// What the greeting of every story here is sent as.
async fn request_of(world: &World) -> RequestHash {
    world.submit(90, Asked::default()).await;
    let call = world.wire.call().await;
    let request = hash(&call.request);
    call.fail(ErrorClass::BadRequest, "never mind");
    world.ended(90).await;
    request
}

fn replayed() -> Asked<'static> {
    Asked { replay: Replay::Only, price: price(), ..Asked::default() }
}

#[tokio::test(start_paused = true)]
async fn what_was_recorded_is_answered_again_with_its_times_and_costs_nothing() {
    let world = World::new();
    let (_, call) = world.one_call(Asked { price: price(), ..Asked::default() }).await;
    let request = hash(&call.request);
    let mut said = String::new();
    for (wait, piece) in [(100, "Hello"), (20, " Ada"), (30, "!")] {
        tokio::time::advance(Duration::from_millis(wait)).await;
        call.raw(piece);
        call.text(piece);
        said += piece;
        world.journal.streamed(execution_id(100), &said).await;
    }
    call.raw(".");
    call.usage(10, 5);
    call.finish();
    world.ended(1).await;
    let first = world.journal.outcomes().remove(0);
    let recorded = recording(&world, &first);
    world.store.insert_recorded(request, 0, recorded.clone());

    tokio::time::advance(Duration::from_secs(9)).await;
    world.submit(2, replayed()).await;
    world.ended(2).await;
    let second = world.journal.outcomes().remove(1);
    assert!(world.wire.is_quiet(), "nothing is called");
    assert_eq!((second.status, second.output.as_str()), (AttemptStatus::Succeeded, "Hello Ada!"));
    assert_eq!(second.last_part.frames, recorded.frames);
    let times: Vec<_> = recorded.frames.iter().map(|(at, _)| at.as_micros() / 1_000).collect();
    assert_eq!(times, [100, 120, 150, 150]);
    assert_eq!(second.finish.as_ref().map(|finish| finish.reason), Some(FinishReason::Stop));
    assert_eq!((second.request_hash, second.request_id), (first.request_hash, first.request_id));
    assert_eq!(second.metrics, first.metrics.clone().replayed(first.completed_at));
    assert_eq!(second.metrics.cost_usd, Some(NanoUsd::ZERO));
    let cost = second.metrics.replayed.and_then(|replayed| replayed.cost_usd);
    assert_eq!((cost, first.metrics.cost_usd), (first.metrics.cost_usd, Some(NanoUsd::from_nanos(20))));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_recorded_fails_once_with_what_to_do_and_is_called_where_that_is_wanted() {
    let world = World::new();
    let request = request_of(&world).await;
    world.store.insert_recorded(request, 0, answer(&[(1, "Hello"), (2, ".")]));
    // Another text is another request, and another repeat has recordings of its own.
    world.store.insert_recorded(RequestHash::from_array([1; 32]), 0, answer(&[(1, "Bye"), (2, ".")]));
    let changed = || Asked { content: content("Hello there"), ..replayed() };
    world.submit(2, changed()).await;
    world.ended(2).await;
    let failed = world.execution(execution_id(200));
    let failure = failed.failure.clone().unwrap();
    assert_eq!((failed.status, failure.class), (ExecutionStatus::Failed, ErrorClass::NotRecorded));
    assert!(failure.hint.contains("import a recording"), "{failure:?}");
    assert!(world.wire.is_quiet(), "nothing is called, and nothing is tried again");

    world.submit(3, Asked { replay: Replay::Prefer, ..changed() }).await;
    let call = world.wire.call().await;
    call.text("Hi");
    call.finish();
    world.ended(3).await;
    world.submit(4, Asked { replay: Replay::Prefer, ..replayed() }).await;
    world.ended(4).await;
    assert!(world.wire.is_quiet(), "what was recorded is not asked for again");
    let outputs: Vec<_> = world.journal.outcomes().into_iter().map(|outcome| outcome.output).collect();
    assert_eq!(outputs, ["", "Hi", "Hello"]);
}

#[tokio::test(start_paused = true)]
async fn a_replay_waits_for_no_limit_of_the_model() {
    let [one, two] = [1, 2].map(|most| std::num::NonZeroU32::new(most).unwrap());
    let a_minute = PerMinute { requests: Some(two), tokens: None };
    let world = World::with(Limits {
        providers: [("fake".to_owned(), one)].into(),
        per_minute: [("fake".to_owned(), a_minute)].into(),
        ..Limits::default()
    });
    let request = request_of(&world).await;
    world.store.insert_recorded(request, 0, answer(&[(1, "Hello"), (2, ".")]));
    let (_, call) = world.one_call(Asked::default()).await;
    world.submit(2, replayed()).await;
    world.ended(2).await;
    assert_eq!(world.execution(execution_id(200)).status, ExecutionStatus::Completed);
    call.finish();
    world.ended(1).await;
}

#[tokio::test(start_paused = true)]
async fn rules_say_of_a_replay_what_they_said_of_the_call() {
    let measured = |name: &str, threshold: f64| {
        let assertion =
            Assertion { name: name.to_owned(), threshold: Some(threshold), ..Assertion::default() };
        Validation::new(name, ValidationRule::Assertion(Box::new(assertion)))
    };
    for (rule, status) in [
        (measured("latency", 999.0), ValidationStatus::Failed),
        (measured("latency", 1_000.0), ValidationStatus::Passed),
        (measured("ttft", 99.0), ValidationStatus::Failed),
        (measured("ttft", 100.0), ValidationStatus::Passed),
        (measured("cost", 0.000_000_006), ValidationStatus::Failed),
        (measured("cost", 0.000_000_007), ValidationStatus::Passed),
    ] {
        let world = World::new();
        let request = request_of(&world).await;
        world.store.insert_recorded(request, 0, answer(&[(90, "Hello"), (900, ".")]));
        let checked = Content { validations: vec![rule.clone()], ..content("Hello") };
        world.submit(2, Asked { content: checked, ..replayed() }).await;
        world.ended(2).await;
        let execution = world.execution(execution_id(200));
        assert_eq!(execution.validation_status, status, "{rule:?}: {execution:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_cannot_be_read_fails_once() {
    let world = World::new();
    let request = request_of(&world).await;
    world.store.insert_recorded(request, 0, answer(&[(1, "Hel"), (2, "broken"), (3, ".")]));
    world.submit(2, replayed()).await;
    world.ended(2).await;
    let failed = world.execution(execution_id(200));
    let failure = failed.failure.unwrap();
    assert_eq!((failed.status, failure.class), (ExecutionStatus::Failed, ErrorClass::InvalidResponse));
    assert!(failure.hint.contains("import it again"), "{failure:?}");
    let outcome = world.journal.outcomes().remove(1);
    assert_eq!((outcome.output.as_str(), world.journal.outcomes().len()), ("Hel", 2));
}
