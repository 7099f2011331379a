//! What the process itself has to say: to the terminal, and as lines of JSON in `logs/` of the workspace.
//!
//! Each line names the spans it stands in: the call (`request_id`), the run, the execution, the attempt. Only what
//! FormaOps writes gets in, at whatever level; of other crates, warnings. No line holds texts of users or models.

mod file;

use file::LogFiles;
use std::{
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::filter_fn,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

/// Whether lines below `info` are left out of the files for now. The log is the process's, and so is this.
static IS_TERSE: AtomicBool = AtomicBool::new(false);

/// Leaves lines below `info` out of the files whatever `FORMAOPS_FILE_LOG` says, or takes them again.
pub(crate) fn set_terse(is_terse: bool) {
    if IS_TERSE.swap(is_terse, Ordering::Relaxed) != is_terse {
        // Each place that logs has kept whether its lines are wanted.
        tracing::callsite::rebuild_interest_cache();
    }
}

/// Starts logging: errors to the terminal (`FORMAOPS_LOG` says what else), and what FormaOps does to files in
/// `logs/` of the workspace (`FORMAOPS_FILE_LOG` says from which level, `info` where absent).
///
/// # Errors
/// Where logging was started already.
pub fn start(workspace: Option<&Path>) -> Result<(), TryInitError> {
    let terminal = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_filter(EnvFilter::try_from_env("FORMAOPS_LOG").unwrap_or_else(|_| "error".into()));
    let level = std::env::var("FORMAOPS_FILE_LOG").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let files = workspace.map(|workspace| to_files(workspace, level));
    tracing_subscriber::registry().with(files).with(terminal).try_init()
}

fn to_files(workspace: &Path, level: LevelFilter) -> impl Layer<Registry> + use<> {
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .with_writer(LogFiles::new(workspace.join("logs")))
        .with_filter(filter_fn(move |metadata| {
            let is_terse = IS_TERSE.load(Ordering::Relaxed);
            is_kept(metadata, if is_terse { level.min(LevelFilter::INFO) } else { level })
        }))
}

/// Others may put anything into their lower levels, such as the address of a request.
fn is_kept(metadata: &Metadata<'_>, level: LevelFilter) -> bool {
    let most = if metadata.target().starts_with("formaops") { level } else { level.min(LevelFilter::WARN) };
    *metadata.level() <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_it_is_terse_the_files_take_nothing_below_info() {
        let workspace = tempfile::tempdir().unwrap();
        let log = tracing_subscriber::registry().with(to_files(workspace.path(), LevelFilter::TRACE));
        tracing::subscriber::with_default(log, || {
            for (at, is_terse) in [false, true, false].into_iter().enumerate() {
                set_terse(is_terse);
                tracing::info!(target: "formaops_test", at);
                tracing::debug!(target: "formaops_test", at);
                tracing::trace!(target: "formaops_test", at);
            }
        });
        let text = std::fs::read_to_string(workspace.path().join("logs/formaops-000001.jsonl")).unwrap();
        let lines: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|line| (line["at"].as_u64().unwrap(), line["level"].as_str().unwrap().to_owned()))
            .collect();
        let all = |at| ["INFO", "DEBUG", "TRACE"].map(|level| (at, level.to_owned()));
        assert_eq!(lines, [&all(0)[..], &all(1)[..1], &all(2)[..]].concat());
    }
}
