//! `formaops recording export` and `formaops recording import`: what models answered, from files and to files.

use crate::{
    Ending,
    call::{call, usage},
    output,
};
use clap::{Args, Subcommand};
use formaops_api::{
    ApiError, Session,
    handlers::{ImportedRecordings, RecordingFile},
};
use formaops_domain::RunId;
use serde_json::json;
use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// What of recordings is done with files.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RecordingCommand {
    /// Write what models answered in a run to a file, which holds no key
    Export(ExportArguments),
    /// Take in the recordings of a file, to be replayed here
    Import(ImportArguments),
}

/// What `formaops recording export` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArguments {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
    /// The file to write; `-` or nothing is standard output
    #[arg(long, short = 'o', value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `formaops recording import` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArguments {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// The most bytes that come by standard input: they go to the owner of the workspace in one request.
const MOST_PIPED: u64 = 48 << 20;

pub(crate) async fn perform(
    session: &Session,
    command: RecordingCommand,
    as_json: bool,
) -> Result<Ending, ApiError> {
    match command {
        RecordingCommand::Export(export) => self::export(session, export, as_json).await?,
        RecordingCommand::Import(ImportArguments { file }) => {
            let imported = import(session, &file).await?;
            if as_json {
                output::json(&imported);
            } else {
                output::line(&format!("{} recordings", imported.recordings));
            }
        }
    }
    Ok(Ending::Done)
}

async fn export(session: &Session, export: ExportArguments, as_json: bool) -> Result<(), ApiError> {
    let out = export.out.filter(|path| path != Path::new("-"));
    let path = out.map(std::path::absolute).transpose().map_err(|error| usage(error.to_string()))?;
    let request = json!({ "run": export.run, "path": path });
    let file: RecordingFile = call(session, "recording_export", request).await?;
    if as_json {
        output::json(&file);
    } else if let Some(path) = path {
        output::line_to_stderr(&format!("{} recordings in `{}`", file.recordings, path.display()));
    } else {
        let mut out = io::stdout();
        let written = out.write_all(file.text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| usage(format!("standard output cannot be written: {error}")))?;
    }
    Ok(())
}

/// Takes in the recordings of a file.
pub(crate) async fn import(session: &Session, file: &Path) -> Result<ImportedRecordings, ApiError> {
    let request = if file == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().take(MOST_PIPED + 1).read_to_string(&mut text);
        read.map_err(|error| usage(format!("cannot read standard input: {error}")))?;
        if text.len() as u64 > MOST_PIPED {
            let message = format!("there are more than {} MiB: give them as a file", MOST_PIPED >> 20);
            return Err(usage(message));
        }
        json!({ "text": text })
    } else {
        json!({ "path": std::path::absolute(file).map_err(|error| usage(error.to_string()))? })
    };
    call(session, "recording_import", request).await
}
