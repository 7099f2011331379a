//! Money: what is spent is counted once, whatever becomes of an attempt.

use crate::world::{World, ada, at, attempt, day, left_queue, outcome, retry};
use formaops_domain::{
    AttemptStatus, Budget, BudgetKind, BudgetScope, CostBasis, ErrorClass, Failure, NanoUsd, Period, Retry,
    Spend, SpendBy,
};
use formaops_store::{Spent, StoreError};
use formaops_testkit::{budget_id, execution_id, prompt_id, run_id};

fn nanos(nanos: u64) -> NanoUsd {
    NanoUsd::from_nanos(nanos)
}

fn budget(number: u64, scope: &str) -> Budget {
    Budget {
        id: budget_id(number),
        scope: scope.parse().unwrap(),
        period: Period::Once,
        cap_usd: nanos(1_000),
        kind: BudgetKind::Hard,
        created_at: at(20),
        updated_at: at(20),
    }
}

impl World {
    async fn spent_by(&self, by: SpendBy) -> Vec<Spend> {
        self.store.list_spend(by, day("2023-11-01"), day("2023-11-30")).await.unwrap()
    }

    async fn spent(&self) -> u64 {
        self.spent_by(SpendBy::Day).await.iter().map(|spend| spend.cost_usd.as_nanos()).sum()
    }
}

#[tokio::test]
async fn every_attempt_counts_also_one_that_failed_and_those_before_a_retry() {
    let world = World::new().await;
    let run = world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let failure = Failure::new(ErrorClass::ServerError, "broken", "");
    let failed = |number| formaops_domain::ports::Outcome {
        status: AttemptStatus::Failed,
        failure: Some(failure.clone()),
        ..outcome(number, "")
    };
    let waits =
        Retry { attempt: 2, last: 4, model: None, at: at(16), failure: failure.clone(), feedback: None };
    world.store.retry_attempt(&failed(1), waits).await.unwrap();
    let second = formaops_domain::Attempt { execution_id: execution_id(1), number: 2, ..attempt(2) };
    world.store.start_attempt(second, left_queue()).await.unwrap();
    let ended = formaops_domain::ports::Outcome { execution: execution_id(1), ..failed(2) };
    world.store.finish_attempt(&ended).await.unwrap();
    assert_eq!(world.store.get_run(run.id).await.unwrap().progress.cost_usd, nanos(10));

    world.store.insert_retries(vec![retry(1, 3)], ada(), at(20)).await.unwrap();
    world.assert_counted(run.id).await;
    world.start(3).await;
    world.finish(3, "at last").await;
    world.assert_counted(run.id).await;
    assert_eq!(world.store.get_run(run_id(1)).await.unwrap().progress.cost_usd, nanos(15));
    assert_eq!(world.spent().await, 15);
}

#[tokio::test]
async fn a_reservation_is_settled_once() {
    let world = World::new().await;
    let run = world.run(&["dry-run:a"]).await;
    world.start(1).await;
    assert_eq!(world.store.list_attempts(execution_id(1)).await.unwrap()[0].reserved_usd, Some(nanos(40)));
    assert_eq!(world.spent().await, 0);
    world.finish(1, "done").await;
    world.store.finish_attempt(&outcome(1, "again")).await.unwrap_err();
    world.store.recover(at(30)).await.unwrap();
    assert_eq!(world.spent().await, 5);
    assert_eq!(world.store.get_run(run.id).await.unwrap().progress.cost_usd, nanos(5));
}

#[tokio::test]
async fn after_a_kill_an_attempt_on_the_wire_counts_for_the_most_it_could_cost() {
    let world = World::new().await;
    let run = world.run(&["dry-run:a", "dry-run:b"]).await;
    world.start(1).await;
    let unpriced = formaops_domain::Attempt { reserved_usd: None, ..attempt(2) };
    world.store.start_attempt(unpriced, left_queue()).await.unwrap();

    let after = world.killed().await;
    after.store.recover(at(30)).await.unwrap();
    let metrics = |attempts: Vec<formaops_domain::Attempt>| attempts[0].metrics.clone();
    let [known, unknown] = [1, 2].map(execution_id);
    let known = metrics(after.store.list_attempts(known).await.unwrap());
    assert_eq!((known.cost_usd, known.basis), (Some(nanos(40)), CostBasis::WorstCase));
    let unknown = metrics(after.store.list_attempts(unknown).await.unwrap());
    assert_eq!((unknown.cost_usd, unknown.basis), (None, CostBasis::Unknown));
    assert_eq!(after.spent().await, 40);
    assert_eq!(after.store.get_run(run.id).await.unwrap().progress.cost_usd, nanos(40));
}

#[tokio::test]
async fn spend_is_summed_by_day_provider_model_and_prompt() {
    let world = World::new().await;
    world.run(&["a:x", "a:y", "b:x"]).await;
    for (number, model, on) in [(1, "a:x", "2023-11-14"), (2, "a:y", "2023-11-15"), (3, "b:x", "2023-11-15")]
    {
        let model = model.parse().unwrap();
        world
            .store
            .start_attempt(formaops_domain::Attempt { model, day: day(on), ..attempt(number) }, left_queue())
            .await
            .unwrap();
        world.finish(number, "x").await;
    }
    let keys = async |by| -> Vec<(String, u64)> {
        let spend = world.spent_by(by).await;
        spend.into_iter().map(|spend| (spend.key, spend.cost_usd.as_nanos())).collect()
    };
    let pair = |key: &str, nanos| (key.to_owned(), nanos);
    assert_eq!(keys(SpendBy::Day).await, [pair("2023-11-14", 5), pair("2023-11-15", 10)]);
    assert_eq!(keys(SpendBy::Provider).await, [pair("a", 10), pair("b", 5)]);
    assert_eq!(keys(SpendBy::Model).await, [pair("a:x", 5), pair("a:y", 5), pair("b:x", 5)]);
    let by_prompt = world.spent_by(SpendBy::Prompt).await;
    assert_eq!(
        by_prompt,
        [Spend {
            key: prompt_id(1).to_string(),
            title: Some("p".to_owned()),
            attempts: 3,
            input_tokens: 9,
            output_tokens: 6,
            cost_usd: nanos(15),
        }]
    );
    let outside = world.store.list_spend(SpendBy::Day, day("2023-11-16"), day("2023-11-30")).await.unwrap();
    assert_eq!(outside, []);

    let spent = world.store.list_spent(day("2023-11-15")).await.unwrap();
    let of = |model: &str, day| Spent {
        prompt: prompt_id(1),
        model: model.parse().unwrap(),
        ever: nanos(5),
        month: nanos(5),
        day: nanos(day),
    };
    assert_eq!(spent, [of("a:x", 0), of("a:y", 5), of("b:x", 5)]);
}

#[tokio::test]
async fn a_budget_for_once_counts_from_when_it_was_made() {
    let world = World::new().await;
    world.run(&["a:x", "b:x"]).await;
    let other = formaops_domain::Attempt { model: "a:x".parse().unwrap(), ..attempt(1) };
    world.store.start_attempt(other, left_queue()).await.unwrap();
    world.finish(1, "x").await;
    let prompt = BudgetScope::Prompt(prompt_id(1)).to_string();
    let scopes = ["workspace", "provider:a", "provider:b", "model:a:x", &prompt];
    let mut bases = Vec::new();
    for (number, scope) in (1..).zip(scopes) {
        bases.push(world.store.insert_budget(budget(number, scope)).await.unwrap().base.as_nanos());
    }
    assert_eq!(bases, [5, 5, 0, 5, 5]);
}

#[tokio::test]
async fn a_budget_is_changed_deleted_and_brought_back() {
    let world = World::new().await;
    let made = world.store.insert_budget(budget(1, "provider:openai")).await.unwrap();
    assert_eq!(world.store.list_budgets().await.unwrap(), std::slice::from_ref(&made));
    let wanted = Budget {
        cap_usd: nanos(7),
        kind: BudgetKind::Soft,
        period: Period::Month,
        updated_at: at(30),
        ..made.budget.clone()
    };
    let changed = world.store.update_budget(wanted.clone()).await.unwrap();
    assert_eq!(changed.budget, wanted);

    world.store.delete_budget(made.budget.id, Some(at(40))).await.unwrap();
    assert_eq!(world.store.list_budgets().await.unwrap(), []);
    assert!(matches!(world.store.update_budget(wanted).await, Err(StoreError::NotFound { .. })));
    world.store.delete_budget(made.budget.id, None).await.unwrap();
    assert_eq!(world.store.list_budgets().await.unwrap(), [changed]);
    assert!(matches!(world.store.delete_budget(budget_id(9), None).await, Err(StoreError::NotFound { .. })));
}
