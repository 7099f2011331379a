//! A linked folder of 10,000 files: how long it takes to be read, what it costs at rest, and how soon an edit is told.

use crate::{idle::Usage, report::Report};
use anyhow::{Context as _, ensure};
use formaops_api::{App, Caller, CallerKind, EventHub, configuration::Configuration};
use formaops_domain::{EventBody, Noun};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use tokio::time::Instant;

/// How many files there are, and how many of them lie in each folder.
const FILES: usize = 10_000;
const PER_FOLDER: usize = 100;
/// How long rest is measured, after it has come.
const SETTLING: Duration = Duration::from_secs(5);
const TIME: Duration = Duration::from_secs(60);
/// How many edits are timed.
const EDITS: usize = 20;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (workspace, root) = (folder.path().join("w"), folder.path().join("prompts"));
    fs::create_dir(&workspace)?;
    write_files(&root)?;
    let configuration = Configuration::with_variables(folder.path().join("config.toml"), []);
    let hub = EventHub::default();
    let app = App::open(&workspace, hub.clone(), configuration).await?;
    let call = async |operation: &str, request: Value| {
        let answer = app.call(&Caller::person(CallerKind::Cli), operation, request).await;
        answer.map_err(|error| anyhow::anyhow!("{error}"))
    };
    // What was just written is waited for; that is not what is measured.
    tokio::time::sleep(Duration::from_secs(2)).await;

    let start = Instant::now();
    let linked = call("folder_link", json!({ "path": root })).await?;
    let read = start.elapsed();
    ensure!(linked["folder"]["files"] == json!(FILES), "not all files were read: {linked}");

    tokio::time::sleep(SETTLING).await;
    let before = Usage::of(std::process::id())?;
    tokio::time::sleep(TIME).await;
    let after = Usage::of(std::process::id())?;
    let share = after.since(&before).0.as_secs_f64() / TIME.as_secs_f64() * 100.0;

    let mut times = Vec::with_capacity(EDITS);
    for edit in 0..EDITS {
        let mut events = hub.subscribe();
        let start = Instant::now();
        fs::write(root.join(format!("{edit}/{}.prompt", edit * PER_FOLDER)), format!("Edited {edit}"))?;
        let told = async {
            loop {
                let file = |event: &formaops_domain::Event| matches!(&event.body, EventBody::Changed { noun: Noun::File, id: Some(id) } if id != "folder");
                if events.next().await.iter().any(file) {
                    return start.elapsed();
                }
            }
        };
        times
            .push(tokio::time::timeout(Duration::from_secs(10), told).await.context("an edit was not told")?);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    times.sort_unstable();
    app.close().await;

    let mut report = Report::new("linked-folder: 10,000 files", &["", "measured", "limit"]);
    report.row([
        "read into an empty workspace".into(),
        format!("{:.1} s", read.as_secs_f64()),
        "20 s".into(),
    ]);
    report.row(["share of a core at rest, 60 s".into(), format!("{share:.3} %"), "0.2 %".into()]);
    let millis = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    report.row(["an edit is told, median".into(), millis(times[EDITS / 2]), "200 ms".into()]);
    report.row(["an edit is told, slowest".into(), millis(times[EDITS - 1]), "200 ms".into()]);
    report.print();
    Ok(())
}

fn write_files(root: &Path) -> anyhow::Result<()> {
    for number in 0..FILES {
        let folder = root.join((number / PER_FOLDER).to_string());
        fs::create_dir_all(&folder)?;
        let text = format!(
            "---\ndescription: The prompt {number}\nmodel: openai/gpt-5\nconfig:\n  temperature: 0.5\ninput:\n  schema:\n    \
            topic: string, what it is about\n---\n{{{{role \"system\"}}}}You are number {number}.\n{{{{role \"user\"}}}}Explain \
            {{{{topic}}}} in a few words, worst problem first.\n"
        );
        fs::write(folder.join(format!("{number}.prompt")), text)?;
    }
    Ok(())
}
