//! From the start of the desktop app to a prompt that can be edited, beside a window with an empty page.

use crate::{
    process::{Home, built},
    report::{Report, millis},
    sample::Sample,
    web_driver::WebDriver,
};

/// How often each is started, by turns; one start of each before them is not counted.
const STARTS: usize = 10;
/// The most times an empty window that the start may take.
const LIMIT: f64 = 1.5;

/// The page of the empty window is there.
const LOADED: &str = "document.readyState === 'complete'";
/// An editor of the prompt's text takes keys.
const EDITABLE: &str = r#"document.querySelector('main .cm-content[contenteditable="true"]') !== null"#;

pub(crate) async fn measure() -> anyhow::Result<()> {
    let mut report = Report::new("cold-start: release, warm cache", &["", "p50", "fastest", "slowest"]);
    let (empty, desktop) = (built("formaops-empty-window")?, built("formaops-desktop")?);
    let home = Home::new()?;
    let workspace = home.workspace().display().to_string();
    let arguments = ["--workspace", &workspace];
    let driver = WebDriver::start(&home).await?;
    let (mut empty_times, mut desktop_times) = (Vec::new(), Vec::new());
    for number in 0..=STARTS {
        let empty = driver.time_start(&empty, &[], LOADED).await?;
        let desktop = driver.time_start(&desktop, &arguments, EDITABLE).await?;
        if number > 0 {
            empty_times.push(empty);
            desktop_times.push(desktop);
        }
    }
    let (empty, desktop): (Sample, Sample) =
        (empty_times.into_iter().collect(), desktop_times.into_iter().collect());
    for (name, sample) in [("an empty Tauri window", &empty), ("FormaOps, to an editable prompt", &desktop)] {
        let times = [sample.median(), sample.least(), sample.most()].map(millis);
        report.row([name.to_owned()].into_iter().chain(times));
    }
    let ratio = desktop.median().as_secs_f64() / empty.median().as_secs_f64();
    let more = desktop.median().saturating_sub(empty.median());
    report.note(format!("{ratio:.2} times the empty window (limit {LIMIT}); {} more.", millis(more)));
    report.print();
    Ok(())
}
