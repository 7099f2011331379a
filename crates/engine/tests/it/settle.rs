//! Tokens, cost and validations.

use crate::support::{Asked, World};
use formaops_domain::{
    Content, CostBasis, ErrorClass, ExecutionStatus, Metrics, NanoUsd, Price, Validation, ValidationRule,
    ValidationStatus, Verdict,
};
use formaops_testkit::content;
use serde_json::json;

/// A nano-dollar for a token in, ten for a token out.
fn price() -> Option<Price> {
    Some(Price { input: 1_000_000, output: 10_000_000, ..Price::default() })
}

fn tokens(metrics: &Metrics) -> (u64, u64) {
    let usage = metrics.token_usage.unwrap();
    (usage.input_tokens, usage.output_tokens)
}

fn with_schema() -> Content {
    let schema = json!({ "type": "object", "required": ["score"] });
    let rule = ValidationRule::Schema { schema };
    Content { validations: vec![Validation::new("shape", rule)], ..content("Rate it") }
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_reports_is_what_is_paid() {
    let world = World::new();
    let (id, call) = world.one_call(Asked { price: price(), ..Asked::default() }).await;
    call.text("four words are here");
    call.usage(100, 20);
    call.finish();
    let metrics = world.journal.told(id, ExecutionStatus::Completed).await.metrics;
    assert_eq!((metrics.basis, tokens(&metrics)), (CostBasis::Reported, (100, 20)));
    assert_eq!(metrics.cost_usd, Some(NanoUsd::from_nanos(300)));
    assert_eq!(world.journal.outcomes()[0].price, price());
}

#[tokio::test(start_paused = true)]
async fn where_the_provider_reports_nothing_tokens_are_counted_here() {
    let world = World::new();
    let asked = Asked { content: content("say two words"), price: price(), ..Asked::default() };
    let (id, call) = world.one_call(asked).await;
    call.text("two ");
    call.text("words");
    call.finish();
    let metrics = world.journal.told(id, ExecutionStatus::Completed).await.metrics;
    assert_eq!((metrics.basis, tokens(&metrics)), (CostBasis::Estimated, (3, 2)));
    assert_eq!(metrics.cost_usd, Some(NanoUsd::from_nanos(23)));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_is_estimated_and_never_below_what_was_reported() {
    for (reported, settled, cost) in [(1, 3, 80), (9, 9, 140)] {
        let world = World::new();
        let asked = Asked { content: content("say much"), price: price(), ..Asked::default() };
        let (id, call) = world.one_call(asked).await;
        call.usage(50, reported);
        call.text("one two three");
        world.journal.streamed(id, "one two three").await;
        world.engine.cancel_execution(id).await.unwrap();
        let metrics = world.execution(id).metrics;
        assert_eq!((metrics.basis, tokens(&metrics)), (CostBasis::Estimated, (50, settled)));
        assert_eq!(metrics.cost_usd, Some(NanoUsd::from_nanos(cost)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_given_up_in_silence_counts_as_one_that_was_cancelled() {
    let world = World::new();
    let asked = Asked { content: content("say much"), price: price(), ..Asked::default() };
    let (id, call) = world.one_call(asked).await;
    call.fail(ErrorClass::Timeout, "it did not begin to answer");
    world.journal.told_again(id).await;
    let metrics = world.journal.outcomes().remove(0).metrics;
    assert_eq!((metrics.basis, tokens(&metrics)), (CostBasis::Estimated, (2, 0)));
    assert_eq!(metrics.cost_usd, Some(NanoUsd::from_nanos(2)));
}

#[tokio::test(start_paused = true)]
async fn without_a_price_the_tokens_are_known_and_the_cost_is_not() {
    let world = World::new();
    let (id, call) = world.one_call(Asked { price: None, ..Asked::default() }).await;
    call.usage(10, 5);
    call.finish();
    let metrics = world.journal.told(id, ExecutionStatus::Completed).await.metrics;
    assert_eq!((metrics.cost_usd, tokens(&metrics)), (None, (10, 5)));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_failed_before_anything_came_costs_nobody_knows_what() {
    let world = World::new();
    let (id, call) = world.one_call(Asked { price: price(), ..Asked::default() }).await;
    call.fail(ErrorClass::BadRequest, "the server answered 400");
    let metrics = world.journal.told(id, ExecutionStatus::Failed).await.metrics;
    assert_eq!((metrics.basis, metrics.token_usage, metrics.cost_usd), (CostBasis::Unknown, None, None));
    assert!(metrics.latency_ms.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_held_against_the_validations_of_its_version() {
    for (answer, status, verdict) in [
        (r#"{"score": 3}"#, ValidationStatus::Passed, Verdict::Pass),
        (r#"{"mark": 3}"#, ValidationStatus::Failed, Verdict::Fail),
    ] {
        let world = World::new();
        let (id, call) = world.one_call(Asked { content: with_schema(), ..Asked::default() }).await;
        call.text(answer);
        call.finish();
        let execution = world.journal.told(id, ExecutionStatus::Completed).await;
        assert_eq!(execution.validation_status, status);
        let outcome = world.journal.outcomes().remove(0);
        assert_eq!(outcome.validations[0].verdict, verdict);
        let passed = verdict == Verdict::Pass;
        assert_eq!(outcome.validated_output, passed.then(|| json!({ "score": 3 })));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_cut_off_is_not_validated() {
    let world = World::new();
    let (id, call) = world.one_call(Asked { content: with_schema(), ..Asked::default() }).await;
    call.text(r#"{"score": 3}"#);
    call.fail(ErrorClass::Reset, "the connection broke");
    let execution = world.journal.told(id, ExecutionStatus::Failed).await;
    assert_eq!(execution.validation_status, ValidationStatus::Skipped);
    assert!(world.journal.outcomes()[0].validations.is_empty());
}
