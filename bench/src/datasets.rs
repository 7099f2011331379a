//! A file of a million rows that becomes a dataset, while others write.

use crate::{
    machine::memory,
    report::{Report, millis},
    sample::Sample,
};
use anyhow::{Context as _, ensure};
use formaops_api::{Caller, CallerKind, Session, SessionOptions};
use serde_json::json;
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Rows of the files; the second says whether memory hangs on them.
const ROWS: [u32; 2] = [100_000, 1_000_000];
/// How long another writer rests between its writes.
const REST: Duration = Duration::from_millis(5);

pub(crate) async fn measure() -> anyhow::Result<()> {
    let columns =
        ["rows of CSV", "size", "time", "rows a second", "others wait: p50", "p99", "longest", "VmHWM"];
    let mut report = Report::new("datasets: a file is imported while others write", &columns);
    let folder = tempfile::tempdir().context("there is no temporary folder")?;
    for rows in ROWS {
        let file = folder.path().join(format!("{rows}.csv"));
        write(&file, rows)?;
        let size = std::fs::metadata(&file)?.len() / 1_000_000;
        let workspace = Some(folder.path().join(format!("workspace-{rows}")));
        let session = Session::open(SessionOptions { workspace, ..SessionOptions::default() }).await?;
        let request = json!({ "dataset": "large", "path": file });
        let begun = Instant::now();
        let caller = Caller::person(CallerKind::Cli);
        let mut import = Box::pin(session.call_as(&caller, "dataset_import", request));
        let mut waits = Vec::new();
        let version = loop {
            let write = async {
                sleep(REST).await;
                let begun = Instant::now();
                session.call("setting_put", json!({ "key": "ui.bench", "value": waits.len() })).await?;
                anyhow::Ok(begun.elapsed())
            };
            tokio::select! {
                version = &mut import => break version?,
                wait = write => waits.push(wait?),
            }
        };
        let took = begun.elapsed();
        drop(import);
        ensure!(version["cases"] == json!(rows), "not all rows were imported: {version}");
        session.close().await;
        let waits: Sample = waits.into_iter().collect();
        report.row([
            rows.to_string(),
            format!("{size} MB"),
            format!("{:.1} s", took.as_secs_f64()),
            format!("{:.0}", f64::from(rows) / took.as_secs_f64()),
            millis(waits.median()),
            millis(waits.quantile(0.99)),
            millis(waits.most()),
            format!("{} MB", memory()?),
        ]);
    }
    report.note(
        "Another writer sets a setting every 5 ms all the while; its waits include the commit of its own.",
    );
    report.print();
    Ok(())
}

/// Rows as they are: a question, a number, what is expected, and some metadata.
fn write(path: &Path, rows: u32) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "question,count,__expected,__metadata:source")?;
    for row in 0..rows {
        writeln!(
            file,
            "\"What is {row}, times {}, and why does one ask?\",{row},{},page {}",
            row % 97,
            u64::from(row) * u64::from(row % 97),
            row / 40
        )?;
    }
    file.flush()?;
    Ok(())
}
