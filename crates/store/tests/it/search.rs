//! The history of runs, found by model, by day and by words.

use crate::world::{World, ada, at, inputs, left_queue, new_run, options, outcome, retry, run};
use formaops_domain::{
    ErrorClass, Failure, JsonObject, MatchPart, Prompt, Run, RunStatus, Timestamp, ports::Outcome,
};
use formaops_store::{NewCell, RunFilter, Store};
use formaops_testkit::{content, execution_id, run_id};
use serde_json::json;
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

/// A history of runs of one prompt, numbered from 1; the executions of run `n` are `10 * n` and so on.
struct History {
    world: World,
    prompt: Prompt,
}

impl History {
    async fn new() -> Self {
        let world = World::new().await;
        let prompt = world.prompt(1, "support/reply").await;
        world.save(prompt.id, content("x")).await;
        Self { world, prompt }
    }

    async fn run(&self, number: u64, models: &[&str], inputs: JsonObject) {
        let version = self.world.save(self.prompt.id, content("x")).await;
        let name = self.prompt.name.clone();
        let seconds = i64::try_from(number).unwrap();
        let made =
            Run { prompt_name: name, created_at: at(seconds), inputs, ..run(number, &version, models) };
        self.world.store.insert_run(new_run(made, 10 * number)).await.unwrap();
    }

    async fn answer(&self, execution: u64, text: &str) {
        self.world.start(execution).await;
        self.world.finish(execution, text).await;
    }

    /// A run with one model and this answer.
    async fn answered(&self, number: u64, text: &str) {
        self.run(number, &["dry-run:a"], inputs("Bob")).await;
        self.answer(10 * number, text).await;
    }

    async fn list(&self, filter: RunFilter) -> Vec<u64> {
        list(&self.world.store, filter).await
    }
}

/// The numbers of the runs that fit, read two at a time.
async fn list(store: &Store, filter: RunFilter) -> Vec<u64> {
    let (mut numbers, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.list_runs(filter.clone(), cursor.as_deref(), 2).await.unwrap();
        let number = |run: Run| (1..100).find(|&number| run_id(number) == run.id).unwrap();
        numbers.extend(page.items.into_iter().map(number));
        if page.next.is_none() {
            return numbers;
        }
        cursor = page.next;
    }
}

fn words(text: &str) -> RunFilter {
    RunFilter { text: Some(text.to_owned()), ..RunFilter::default() }
}

fn model(model: &str) -> RunFilter {
    RunFilter { model: Some(model.to_owned()), ..RunFilter::default() }
}

fn between(from: Option<i64>, to: Option<i64>) -> RunFilter {
    RunFilter { from: from.map(at), to: to.map(at), ..RunFilter::default() }
}

async fn sql(store: Store, world: &World, statement: &'static str) -> Store {
    store.close().await;
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    drop(connection);
    Store::open(world.dir.path(), options()).await.unwrap()
}

#[tokio::test]
async fn runs_are_found_by_model_by_provider_and_by_day_page_after_page() {
    let history = History::new().await;
    for (number, models) in [
        (1, &["local:a"][..]),
        (2, &["local:a", "local:b"]),
        (3, &["dry-run:a"]),
        (4, &["local:b", "local:b", "dry-run:a"]),
        (5, &["local:a"]),
    ] {
        history.run(number, models, inputs("Bob")).await;
    }
    assert_eq!(history.list(RunFilter::default()).await, [5, 4, 3, 2, 1]);
    assert_eq!(history.list(model("local:a")).await, [5, 2, 1]);
    assert_eq!(history.list(model("local")).await, [5, 4, 2, 1]);
    assert_eq!(history.list(model("dry-run:a")).await, [4, 3]);
    assert_eq!(history.list(model("a")).await, [0; 0]);
    assert_eq!(history.list(between(Some(2), Some(5))).await, [4, 3, 2]);
    assert_eq!(history.list(between(Some(5), None)).await, [5]);
    assert_eq!(history.list(between(None, Some(2))).await, [1]);
    let (prompt, from) = (Some(history.prompt.id), Some(at(2)));
    assert_eq!(history.list(RunFilter { prompt, from, ..model("local:a") }).await, [5, 2]);
    assert_eq!(history.list(RunFilter { to: Some(at(4)), ..model("local:b") }).await, [2]);
}

#[tokio::test]
async fn runs_of_which_something_failed_are_found_in_every_way_that_others_are() {
    let history = History::new().await;
    for number in 1..=6 {
        let models: &[&str] = if number == 5 { &["local:b"] } else { &["local:a", "local:b"] };
        history.run(number, models, inputs("parcel")).await;
        let failed = (number % 2 == 1).then(|| Failure::new(ErrorClass::Template, "no such variable", ""));
        history.world.store.finish_queued(execution_id(10 * number), failed, at(20)).await.unwrap();
    }
    let failing = RunFilter { failing: true, ..RunFilter::default() };
    assert_eq!(history.list(failing.clone()).await, [5, 3, 1]);
    for filter in [
        RunFilter { prompt: Some(history.prompt.id), ..failing.clone() },
        RunFilter { failing: true, ..words("parcel") },
        RunFilter { failing: true, ..model("local") },
        RunFilter { status: Some(RunStatus::Running), ..failing.clone() },
    ] {
        let found = history.list(filter.clone()).await;
        assert_eq!(found, if filter.status.is_some() { vec![] } else { vec![5, 3, 1] }, "{filter:?}");
    }
    assert_eq!(history.list(RunFilter { failing: true, ..model("local:a") }).await, [3, 1]);
    assert_eq!(
        history.list(RunFilter { status: Some(RunStatus::Pending), ..failing.clone() }).await,
        [5, 3, 1]
    );
    assert_eq!(history.list(RunFilter { from: Some(at(2)), to: Some(at(5)), ..failing }).await, [3]);
}

#[tokio::test]
async fn words_are_found_in_answers_inputs_and_the_name_of_the_prompt() {
    let history = History::new().await;
    history.answered(1, "The parcel left Zürich on Monday.").await;
    history.answered(2, "A refund of 12.50 is on its way.").await;
    let given = json!({ "ticket": { "lines": ["Where is my PARCEL?", 4711] }, "urgent": true });
    history.run(3, &["dry-run:a", "dry-run:b"], given.as_object().unwrap().clone()).await;
    history.answer(30, "Nothing.").await;
    history.world.store.finish_queued(execution_id(31), None, at(20)).await.unwrap();

    for (text, numbers) in [
        ("parcel", &[3, 1][..]),
        ("zurich", &[1]),
        ("ZÜRI", &[1]),
        ("monday parcel", &[1]),
        ("refund parcel", &[]),
        ("12.50", &[2]),
        ("4711 nothing", &[3]),
        ("reply refund", &[2]),
        ("support", &[3, 2, 1]),
        ("par cel", &[]),
        ("\"parcel\" OR refund*", &[]),
        ("   ", &[3, 2, 1]),
    ] {
        assert_eq!(history.list(words(text)).await, numbers, "{text}");
    }
    assert_eq!(history.list(RunFilter { model: Some("dry-run:b".into()), ..words("parcel") }).await, [3]);
    assert_eq!(history.list(RunFilter { to: Some(at(3)), ..words("parcel") }).await, [1]);
    assert_eq!(history.list(RunFilter { prompt: Some(history.prompt.id), ..words("zu") }).await, [1]);
}

#[tokio::test]
async fn a_run_is_found_once_by_the_newest_execution_that_has_the_words() {
    let history = History::new().await;
    for number in 1..=3 {
        history.run(number, &["dry-run:a", "dry-run:b"], inputs("Bob")).await;
        history.answer(10 * number, "common words").await;
        history.answer(10 * number + 1, "common words too").await;
    }
    assert_eq!(history.list(words("common")).await, [3, 2, 1]);

    let retried = history.world.store.insert_retries(vec![retry(10, 90)], ada(), at(30)).await;
    retried.unwrap();
    let attempt = crate::world::attempt(90);
    history.world.store.start_attempt(attempt, left_queue()).await.unwrap();
    history.world.finish(90, "common again").await;
    assert_eq!(history.list(words("common")).await, [1, 3, 2]);

    let matches = history.world.store.list_matches("common", &[run_id(1), run_id(2)]).await.unwrap();
    let executions: Vec<_> = matches.iter().map(|found| found.execution_id).collect();
    assert_eq!(executions, [execution_id(90), execution_id(21)]);
}

#[tokio::test]
async fn many_executions_of_one_run_are_no_obstacle_between_two_others() {
    let history = History::new().await;
    history.answered(1, "needle").await;
    let version = history.world.save(history.prompt.id, content("x")).await;
    let mut wide = new_run(Run { inputs: inputs("needle"), ..run(2, &version, &["dry-run:a"]) }, 0);
    let cell =
        |repeat: u32| NewCell { id: execution_id(1000 + u64::from(repeat)), variant: 0, case: 0, repeat };
    wide.cells = (0..600).map(cell).collect();
    let cells = wide.cells.clone();
    history.world.store.insert_run(wide).await.unwrap();
    for cell in cells {
        history.world.store.finish_queued(cell.id, None, at(20)).await.unwrap();
    }
    history.answered(3, "needle").await;
    assert_eq!(history.list(words("needle")).await, [3, 2, 1]);
}

#[tokio::test]
async fn a_match_says_where_the_words_stand() {
    let history = History::new().await;
    let given = json!({ "name": "Bob", "note": "The parcel is\nlate" });
    history.run(1, &["dry-run:a"], given.as_object().unwrap().clone()).await;
    history.answer(10, "Your parcel is here").await;
    let found = history.world.store.list_matches("parcel supp", &[run_id(1), run_id(9)]).await.unwrap();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((only.run_id, only.model.to_string()), (run_id(1), "dry-run:a".to_owned()));
    let shown = |place: &formaops_domain::MatchPlace| {
        let text: Vec<_> = place
            .text
            .iter()
            .map(|piece| if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect();
        (place.part, place.name.clone(), text.concat())
    };
    let places: Vec<_> = only.places.iter().map(shown).collect();
    assert_eq!(
        places,
        [
            (MatchPart::Answer, None, "Your [parcel] is here".to_owned()),
            (MatchPart::Input, Some("note".to_owned()), "The [parcel] is\nlate\n".to_owned()),
            (MatchPart::Prompt, None, "[support]/reply".to_owned()),
        ]
    );
    assert_eq!(history.world.store.list_matches("  ", &[run_id(1)]).await.unwrap(), []);
}

#[tokio::test]
async fn only_the_beginning_of_a_large_answer_is_searched() {
    let history = History::new().await;
    let text = format!("first {} last", "ä ".repeat(40_000));
    history.answered(1, &text).await;
    assert_eq!(history.list(words("first")).await, [1]);
    assert_eq!(history.list(words("last")).await, [0; 0]);
}

#[tokio::test]
async fn what_had_arrived_before_a_kill_is_found_and_what_is_deleted_is_not() {
    let history = History::new().await;
    history.run(1, &["dry-run:a", "dry-run:b"], inputs("Bob")).await;
    history.world.start(10).await;
    history.world.store.append_recording(crate::world::part(10, 5, "half an answer")).await.unwrap();
    let after = history.world.killed().await;
    after.store.recover(at(50)).await.unwrap();
    assert_eq!(list(&after.store, words("half")).await, [1]);
    assert_eq!(after.store.list_matches("bob", &[run_id(1)]).await.unwrap().len(), 1);

    let erase =
        "pragma foreign_keys = off; delete from executions; delete from run_variants; delete from run_cases;";
    let store = sql(after.store.clone(), &after, erase).await;
    assert_eq!(list(&store, words("half")).await, [0; 0]);
    assert_eq!(list(&store, model("dry-run:a")).await, [0; 0]);
    store.close().await;
}

#[tokio::test]
async fn what_ended_before_there_was_an_index_is_made_searchable_step_by_step() {
    let history = History::new().await;
    for number in [1, 5, 9] {
        history.run(number, &["dry-run:a"; 30], inputs("Bob")).await;
        for execution in 10 * number..10 * number + 30 {
            history.world.store.finish_queued(execution_id(execution), None, at(20)).await.unwrap();
        }
    }
    let forget = "delete from execution_words;
        insert into execution_words_backlog (seq) select max(seq) from executions";
    let store = sql(history.world.store.clone(), &history.world, forget).await;
    assert_eq!(list(&store, words("bob")).await, [0; 0]);
    assert!(store.index_backlog().await.unwrap());
    assert_eq!(list(&store, words("bob")).await, [9, 5, 1]);
    assert!(!store.index_backlog().await.unwrap());
    assert_eq!(list(&store, words("bob")).await, [9, 5, 1]);
    assert!(!store.index_backlog().await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_large_answer_and_a_strange_one_end_their_executions_all_the_same() {
    let history = History::new().await;
    history.run(1, &["dry-run:a", "dry-run:b"], JsonObject::new()).await;
    history.answer(10, "nul \0 and \u{fffd}").await;
    history.world.start(11).await;
    let ended = Outcome { completed_at: Timestamp::default(), ..outcome(11, &"x".repeat(1 << 20)) };
    history.world.store.finish_attempt(&ended).await.unwrap();
    assert_eq!(history.list(words("nul")).await, [1]);
    assert_eq!(history.list(words("and")).await, [1]);
}
