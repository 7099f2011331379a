//! Money: no call goes out that could pass a hard cap, and what was spent stays spent.

use crate::support::{Asked, Entry, StoreCall, World, soon};
use formaops_domain::{
    Budget, BudgetKind, BudgetState, Content, ErrorClass, EventBody, Execution, ExecutionStatus, NanoUsd,
    Period, Price, Timestamp, Validation, ValidationRule,
};
use formaops_engine::Limits;
use formaops_testkit::{budget_id, execution_id, run_id};
use std::{num::NonZeroU32, time::Duration};

/// A nano-dollar a token. With a greeting and the longest answer of 100 tokens, a call costs at most [`WORST`].
const PRICE: Price = Price {
    input: 1_000_000,
    cached_input: None,
    cache_write: None,
    output: 1_000_000,
    reasoning: None,
    tiers: Vec::new(),
};
const WORST: u64 = (1 + 8) * 5 / 4 + 1 + 100;

fn nanos(nanos: u64) -> NanoUsd {
    NanoUsd::from_nanos(nanos)
}

fn paid<'a>(models: &'a [&'a str]) -> Asked<'a> {
    Asked { price: Some(PRICE), ..Asked::of(models) }
}

fn budget(scope: &str, cap: u64) -> Budget {
    Budget {
        id: budget_id(1),
        scope: scope.parse().unwrap(),
        period: Period::Day,
        cap_usd: nanos(cap),
        kind: BudgetKind::Hard,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

impl World {
    async fn submit_capped(&self, number: u64, cap: u64, asked: Asked<'_>) {
        let mut submission = self.given(number, asked);
        submission.cap = (Some(nanos(cap)), NanoUsd::ZERO);
        self.engine.submit(submission).await.unwrap();
    }

    async fn set_budget(&self, budget: Budget) {
        self.engine.set_budgets(vec![(budget, NanoUsd::ZERO)]).await.unwrap();
    }

    async fn budget(&self) -> BudgetState {
        self.engine.budgets().await.unwrap().remove(0)
    }

    fn failed_with(&self, class: ErrorClass, run: u64, executions: u64) -> Vec<Execution> {
        let all = (0..executions).map(|column| self.execution(execution_id(100 * run + column)));
        all.filter(|execution| execution.failure.as_ref().map(|failure| failure.class) == Some(class))
            .collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_cap_stops_the_third_call_and_leaves_what_was_spent() {
    let world = World::new();
    world.submit_capped(1, 300, paid(&["fake:a"; 3])).await;
    for call in [world.wire.call().await, world.wire.call().await] {
        call.text("Hi");
        call.usage(10, 90);
        call.finish();
    }
    let run = world.ended(1).await;
    assert_eq!((run.progress.completed, run.progress.failed), (2, 1));
    assert_eq!(run.progress.cost_usd, nanos(200));
    let stopped = world.failed_with(ErrorClass::OverBudget, 1, 3).remove(0);
    assert_eq!(stopped.started_at, None);
    assert_eq!(
        stopped.failure.unwrap().message,
        "this call could cost $0.000000112, and of the run's cap of $0.0000003 only $0.0000001 is left, so it was not made"
    );
    assert!(world.wire.is_quiet());
}

/// Gives an answer whose rule waits for ever, as for a judge, and then has the run of a judge ask for money.
async fn judge_after_an_answer_of(world: &World, cap: u64, output_tokens: u64) {
    let rule = Validation::new(
        "function",
        ValidationRule::Function { source: "(output) => output.length > 0".to_owned() },
    );
    let content = Content { validations: vec![rule], ..formaops_testkit::content("Hello") };
    world.asks.answer_never();
    world.submit_capped(1, cap, Asked { content, ..paid(&["fake:a"]) }).await;
    let call = world.wire.call().await;
    call.text("Hi");
    call.usage(10, output_tokens);
    call.finish();
    let mut judge = world.given(2, paid(&["fake:judge"]));
    (judge.needed_by, judge.terms.needed) = (Some(run_id(1)), true);
    world.engine.submit(judge).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_gives_up_what_was_set_aside_for_it_before_its_judge_asks_for_money() {
    let world = World::new();
    // There is room for one call at its worst only.
    judge_after_an_answer_of(&world, WORST + 20, 10).await;
    let call = soon(world.wire.call()).await;
    call.text("Hi");
    call.usage(10, 10);
    call.finish();
    assert_eq!(world.ended(2).await.progress.completed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_judge_for_which_the_cap_of_the_run_that_needs_it_has_no_room_is_not_asked() {
    let world = World::new();
    judge_after_an_answer_of(&world, WORST + 20, 90).await;
    assert_eq!(world.ended(2).await.progress.failed, 1);
    assert_eq!(world.failed_with(ErrorClass::OverBudget, 2, 1).len(), 1);
    assert!(world.wire.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn what_a_call_can_cost_is_kept_before_it_is_sent() {
    let world = World::new();
    world.submit_capped(1, 300, paid(&["fake:a"])).await;
    let _call = world.wire.call().await;
    let attempt = world.journal.until(|entry| match entry {
        Entry::Started(attempt) => Some(attempt.clone()),
        _ => None,
    });
    let attempt = attempt.await;
    assert_eq!(
        (attempt.reserved_usd, attempt.day.to_string()),
        (Some(nanos(WORST)), "2027-01-15".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn thirty_two_calls_at_once_never_pass_the_cap() {
    const EACH: u64 = 30;
    const CAP: u64 = 1_000;
    let world = World::new();
    world.set_budget(budget("workspace", CAP)).await;
    let mut submission = world.given(1, paid(&["fake:a"; 64]));
    submission.terms.concurrency = NonZeroU32::new(32);
    world.engine.submit(submission).await.unwrap();
    // Each call settles lower than it could, and so lets in more. After the 30th there is no room for the worst.
    let mut open = Vec::new();
    for settled in 0..30 {
        while open.len() < usize::try_from((CAP - settled * EACH) / WORST).unwrap() {
            open.push(world.wire.call().await);
        }
        assert!(world.wire.is_quiet(), "{settled} have settled and {} are open", open.len());
        let call = open.remove(0);
        call.text("Hi");
        call.usage(10, EACH - 10);
        call.finish();
        let spent = nanos((settled + 1) * EACH);
        soon(async {
            while world.budget().await.settled_usd < spent {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
    }
    let run = world.ended(1).await;
    assert_eq!((run.progress.completed, run.progress.failed), (30, 34));
    assert_eq!(run.progress.cost_usd, nanos(30 * EACH));
    assert_eq!(world.failed_with(ErrorClass::OverBudget, 1, 64).len(), 34);
    assert_eq!(world.wire.peak() as u64, CAP / WORST);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_says_more_than_it_could_cost_is_believed_and_the_next_call_stops() {
    let world = World::with(Limits { provider: Some(NonZeroU32::MIN), ..Limits::default() });
    world.set_budget(budget("provider:fake", 300)).await;
    world.submit(1, paid(&["fake:a", "fake:b"])).await;
    let call = world.wire.call().await;
    call.text("Hi");
    call.usage(1_000, 2_000);
    call.finish();
    assert_eq!(world.ended(1).await.progress.failed, 1);
    assert_eq!(world.failed_with(ErrorClass::OverBudget, 1, 2).len(), 1);
    let state = world.budget().await;
    assert_eq!((state.settled_usd, state.reserved_usd), (nanos(3_000), NanoUsd::ZERO));
    let alert = world.journal.until(|entry| match entry {
        Entry::Told(EventBody::Alert { alert }) => Some(alert.clone()),
        _ => None,
    });
    assert_eq!(alert.await.percent, 100);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_money_holds_no_slot_and_goes_on_when_a_call_turns_out_cheaper() {
    let world = World::with(Limits { provider: NonZeroU32::new(2), ..Limits::default() });
    world.set_budget(budget("model:fake:a", WORST + 50)).await;
    world.submit(1, paid(&["fake:a", "fake:a", "fake:b"])).await;
    let [first, other] = world.wire.calls(["a", "b"]).await;
    first.text("Hi");
    first.usage(10, 10);
    first.finish();
    let second = world.wire.call().await;
    assert_eq!(second.request.model, "a");
    for call in [second, other] {
        call.text("Hi");
        call.usage(10, 10);
        call.finish();
    }
    assert_eq!(world.ended(1).await.progress.completed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_raised_budget_lets_in_what_waits() {
    let world = World::new();
    world.set_budget(budget("workspace", WORST + 50)).await;
    world.submit(1, paid(&["fake:a", "fake:b"])).await;
    let _first = world.wire.call().await;
    world.set_budget(budget("workspace", 2 * WORST)).await;
    let _second = world.wire.call().await;
    assert_eq!(world.budget().await.reserved_usd, nanos(2 * WORST));
}

#[tokio::test(start_paused = true)]
async fn a_raised_cap_of_a_run_lets_in_what_waits() {
    let world = World::new();
    world.submit_capped(1, WORST, paid(&["fake:a", "fake:b"])).await;
    let _first = world.wire.call().await;
    world.engine.set_run_cap(run_id(1), Some(nanos(2 * WORST))).await.unwrap();
    let _second = world.wire.call().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_money_is_cancelled_at_once() {
    let world = World::new();
    world.submit_capped(1, WORST, paid(&["fake:a", "fake:b"])).await;
    let _first = world.wire.call().await;
    let cancelled = soon(world.engine.cancel_run(run_id(1))).await.unwrap();
    assert_eq!(cancelled.progress.cancelled, 2);
}

#[tokio::test(start_paused = true)]
async fn a_model_whose_price_or_longest_answer_nobody_knows_is_not_called_under_a_cap() {
    let world = World::new();
    world.submit_capped(1, 1_000_000, Asked { price: None, ..Asked::of(&["fake:a"]) }).await;
    world.ended(1).await;
    let failure = world.execution(execution_id(100)).failure.unwrap();
    assert_eq!(
        (failure.class, failure.message.as_str()),
        (
            ErrorClass::PriceUnknown,
            "nobody knows what `fake:a` costs, and the run's cap of $0.001 may not be passed"
        )
    );
    // Without a cap it is called.
    world.submit(2, Asked { price: None, ..Asked::of(&["fake:a"]) }).await;
    world.wire.call().await.finish();
    assert_eq!(world.ended(2).await.progress.completed, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_free_runs_also_where_nothing_is_left() {
    let world = World::new();
    world.set_budget(budget("workspace", 0)).await;
    world.submit(1, Asked::of(&["fake:a"])).await;
    world.wire.call().await.finish();
    assert_eq!(world.ended(1).await.progress.completed, 1);
}

#[tokio::test(start_paused = true)]
async fn each_try_is_paid_for() {
    let world = World::new();
    world.set_budget(budget("workspace", 1_000)).await;
    world.submit(1, paid(&["fake:a"])).await;
    let call = world.wire.call().await;
    call.usage(40, 0);
    call.fail(ErrorClass::ServerError, "broken");
    let call = world.wire.call().await;
    assert_eq!(world.budget().await.settled_usd, nanos(40));
    call.text("Hi");
    call.usage(10, 5);
    call.finish();
    world.ended(1).await;
    let state = world.budget().await;
    assert_eq!((state.settled_usd, state.reserved_usd), (nanos(55), NanoUsd::ZERO));
}

#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_kept_counts_for_all_that_was_set_aside() {
    let world = World::new();
    world.set_budget(budget("workspace", 1_000)).await;
    world.store.fail(StoreCall::Finish, 1);
    world.submit(1, paid(&["fake:a"])).await;
    let call = world.wire.call().await;
    call.text("Hi");
    call.usage(10, 5);
    call.finish();
    soon(world.engine.wait_run(run_id(1))).await.unwrap_err();
    let state = world.budget().await;
    assert_eq!((state.settled_usd, state.reserved_usd), (nanos(WORST), NanoUsd::ZERO));
    assert_eq!(world.execution(execution_id(100)).status, ExecutionStatus::Running);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_breaks_the_engine_counts_for_all_that_was_set_aside() {
    let world = World::new();
    world.set_budget(budget("workspace", 1_000)).await;
    world.store.panic_at(StoreCall::Finish);
    world.submit(1, paid(&["fake:a"])).await;
    world.wire.call().await.finish();
    soon(world.engine.wait_run(run_id(1))).await.unwrap_err();
    let state = world.budget().await;
    assert_eq!((state.settled_usd, state.reserved_usd), (nanos(WORST), NanoUsd::ZERO));
}

#[tokio::test(start_paused = true)]
async fn what_fails_before_it_is_sent_costs_nothing() {
    let world = World::new();
    world.set_budget(budget("workspace", 1_000)).await;
    world.store.fail(StoreCall::Start, 1);
    world.submit(1, paid(&["fake:a"])).await;
    world.ended(1).await;
    let state = world.budget().await;
    assert_eq!((state.settled_usd, state.reserved_usd), (NanoUsd::ZERO, NanoUsd::ZERO));
}
