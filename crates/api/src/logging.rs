//! What the process itself has to say: to the terminal, and as lines of JSON in `logs/` of the workspace.
//!
//! Each line names the spans it stands in: the call (`request_id`), the run, the execution, the attempt. Only what
//! FormaOps writes gets in, at whatever level; of other crates, warnings. No line holds texts of users or models.

mod file;

use file::LogFiles;
use std::{io, path::Path};
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::filter_fn,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

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
    let files = workspace.map(|workspace| {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .with_writer(LogFiles::new(workspace.join("logs")))
            .with_filter(filter_fn(move |metadata| is_kept(metadata, level)))
    });
    tracing_subscriber::registry().with(terminal).with(files).try_init()
}

/// Others may put anything into their lower levels, such as the address of a request.
fn is_kept(metadata: &Metadata<'_>, level: LevelFilter) -> bool {
    let most = if metadata.target().starts_with("formaops") { level } else { level.min(LevelFilter::WARN) };
    *metadata.level() <= most
}
