//! How long it takes to grade the answers of a run anew.

use crate::{
    group_commit::answer,
    report::{Report, millis},
    workbench::{Shelf, SystemClock},
};
use anyhow::{Context as _, ensure};
use formaops_api::{Session, SessionOptions};
use formaops_domain::{
    Case, Content, ExecutionId, ModelRef, RunId, RunStatus, Validation, ValidationRule,
    ports::{Clock as _, RunStore},
};
use formaops_store::{NewCell, NewVersion};
use futures::{TryStreamExt as _, stream};
use serde_json::{Value, json};
use std::time::Instant;
use uuid::Uuid;

const ANSWERS: u32 = 100_000;
const ROUNDS: usize = 5;
/// How many answers are written at once, to make what is graded.
const AT_ONCE: usize = 256;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let shelf = Shelf::open().await?;
    let run = fill(&shelf).await?;
    let author = shelf.actor;
    let content = Content { validations: rules(), ..shelf.version.content.clone() };
    let at = SystemClock::default().now();
    let new = NewVersion { prompt: shelf.version.prompt_id, content, note: String::new(), author, at };
    shelf.store.save_version(new, None).await?;
    shelf.store.close().await;

    let workspace = Some(shelf.folder().to_owned());
    let session = Session::open(SessionOptions { workspace, ..SessionOptions::default() }).await?;
    let app = session.app().context("this process owns the workspace")?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let graded = session.call("run_regrade", json!({ "id": run })).await?;
        app.idle().await;
        times.push(start.elapsed());
        check(&session, &graded["id"]).await?;
    }
    session.close().await;
    times.sort();

    let mut report = Report::new(
        "regrade: 100,000 answers held against a schema and a regular expression",
        &["", "time", "answers a second"],
    );
    for (name, time) in [("fastest", times[0]), ("median", times[ROUNDS / 2]), ("slowest", times[ROUNDS - 1])]
    {
        let rate = f64::from(ANSWERS) / time.as_secs_f64();
        report.row([name.to_owned(), millis(time), format!("{rate:.0}")]);
    }
    report.note("The limit is 5 s on two cores.");
    report.print();
    Ok(())
}

fn rules() -> Vec<Validation> {
    let schema = json!({
        "type": "object",
        "required": ["summary", "score", "labels"],
        "properties": {
            "summary": { "type": "string", "minLength": 10 },
            "score": { "type": "number", "minimum": 0, "maximum": 1 },
            "labels": { "type": "array", "items": { "enum": ["good", "bad", "new"] } },
        },
    });
    let pattern = r#""id": ?"[0-9a-f-]{36}""#.to_owned();
    vec![
        Validation::new("shape", ValidationRule::Schema { schema }),
        Validation::new("named", ValidationRule::Regex { pattern, flags: String::new() }),
    ]
}

/// A run whose cases have all been answered.
async fn fill(shelf: &Shelf) -> anyhow::Result<RunId> {
    let model: ModelRef = "local:bench".parse()?;
    let mut new = shelf.new_run(&model, 1)?;
    new.cases = (0..ANSWERS)
        .map(|number| Case::of([("number".to_owned(), number.into())].into_iter().collect()))
        .collect();
    new.cells = (0..ANSWERS)
        .map(|case| NewCell { id: ExecutionId::from_uuid(Uuid::now_v7()), variant: 0, case, repeat: 0 })
        .collect();
    let (run, cells) = (new.run.id, new.cells.clone());
    shelf.store.insert_run(new).await?;
    stream::iter(cells.into_iter().map(Ok::<_, anyhow::Error>))
        .map_ok(|cell| {
            let (store, model) = (shelf.store.clone(), model.clone());
            let score = if cell.case % 10 == 0 { 2.0 } else { 0.5 };
            let output = json!({
                "id": Uuid::now_v7(),
                "summary": format!("What is said of case {} is not said of any other one.", cell.case),
                "score": score,
                "labels": ["good", "new"],
            });
            async move { answer(&store, cell.id, model, output.to_string()).await }
        })
        .try_buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    let at = SystemClock::default().now();
    RunStore::finish_run(&shelf.store, run, RunStatus::Completed, at).await?;
    Ok(run)
}

/// Whether every answer was graded, and as it should be.
async fn check(session: &Session, run: &Value) -> anyhow::Result<()> {
    let detail = session.call("run_get", json!({ "id": run })).await?;
    let progress = &detail["run"]["progress"];
    ensure!(detail["run"]["status"] == "completed" && progress["completed"] == ANSWERS, "graded: {progress}");
    let summary = session.call("run_summary", json!({ "id": run })).await?;
    let rate = summary["columns"][0]["passRate"].as_f64().unwrap_or_default();
    ensure!((rate - 0.9).abs() < 1e-9, "{rate} of the answers pass");
    Ok(())
}
