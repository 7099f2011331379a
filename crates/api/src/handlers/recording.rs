//! Recordings as a file that can be shared: what models answered in a run, to be replayed where there are none.
//!
//! The file is lines of JSON (`docs/recordings.md`): a header, and a line for each whole answer. Keys were taken out of
//! what came before it was kept, and values of sensitive variables are not in it either.

use super::dataset::{Answer, local, open};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{
    ModelRef, Noun, Place, PromptName, RequestHash, RunId, Span,
    ports::{RecordedAnswer, RecordedFacts},
};
use formaops_store::StoredRecording;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Write},
    path::{Path, PathBuf},
};

/// Asks for the recordings of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportRecordings {
    /// The run.
    pub run: RunId,
    /// The file on this machine that is written: a whole path, and only for the command line.
    #[serde(default)]
    pub path: Option<PathBuf>,
}

/// The file with the recordings of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordingFile {
    /// A name for the file.
    pub name: String,
    /// What it holds; empty where a file was written.
    pub text: String,
    /// How many whole answers it has.
    pub recordings: u32,
}

/// Takes in recordings, to be replayed here.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRecordings {
    /// What the file holds.
    #[serde(default)]
    pub text: Option<String>,
    /// Where it lies on this machine, instead: a whole path, and only for the command line.
    #[serde(default)]
    pub path: Option<PathBuf>,
}

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedRecordings {
    /// How many whole answers the file has.
    pub recordings: u32,
}

/// What the first line of a file says it is.
const KIND: &str = "formaops-recordings";
/// The newest version of the format.
const VERSION: u32 = 1;
/// The longest line that is read, in bytes: the longest answer, each byte of which may be written as several.
const MOST_LINE: u64 = 256 << 20;
/// The most whole answers of a file.
const MOST_RECORDINGS: u32 = 1_000_000;
/// The answers of how many executions are read, and how many answers are kept, at once.
const AT_ONCE: u32 = 50;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    kind: String,
    version: u32,
    /// Where they come from, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<RunId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prompt: Option<PromptName>,
}

/// Each line after it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    request: RequestHash,
    repeat: u32,
    model: ModelRef,
    facts: RecordedFacts,
    /// Microseconds since the call began, and the bytes that came then.
    chunks: Vec<(u64, Chunk)>,
}

/// Bytes as they came: text where they are that.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Chunk {
    Text(String),
    Bytes { base64: String },
}

impl Line {
    fn of(recording: StoredRecording) -> Self {
        let StoredRecording { request_hash, repeat, model, answer } = recording;
        let chunk = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) => Chunk::Text(text.to_owned()),
            Err(_) => Chunk::Bytes { base64: STANDARD.encode(bytes) },
        };
        let chunks = answer.frames.iter().map(|(at, bytes)| (at.as_micros(), chunk(bytes))).collect();
        Self { request: request_hash, repeat, model, facts: answer.facts, chunks }
    }

    fn into_recording(self) -> Result<StoredRecording, base64::DecodeError> {
        let mut frames = Vec::with_capacity(self.chunks.len());
        for (at, chunk) in self.chunks {
            let bytes = match chunk {
                Chunk::Text(text) => text.into_bytes(),
                Chunk::Bytes { base64 } => STANDARD.decode(base64)?,
            };
            frames.push((Span::from_micros(at), bytes.into()));
        }
        let answer = RecordedAnswer { frames, facts: self.facts };
        Ok(StoredRecording { request_hash: self.request, repeat: self.repeat, model: self.model, answer })
    }
}

pub(crate) async fn recording_export(
    app: &App,
    caller: &Caller,
    request: ExportRecordings,
) -> Result<RecordingFile, ApiError> {
    let mut run = app.store.get_run(request.run).await?;
    // The answers of a run that was graded anew were recorded in the one that asked for them.
    while let Some(of) = run.regraded {
        run = app.store.get_run(of).await?;
    }
    let name = format!("{}.recordings.jsonl", run.prompt_name.as_str().replace('/', "-"));
    let header = Header {
        kind: KIND.to_owned(),
        version: VERSION,
        run: Some(run.id),
        prompt: Some(run.prompt_name.clone()),
    };
    let Some(path) = request.path else {
        let (written, recordings) = write(app, run.id, &header, Answer(Vec::new())).await?;
        let text = String::from_utf8(written.0).unwrap_or_default();
        return Ok(RecordingFile { name, text, recordings });
    };
    local(caller, &path)?;
    let cannot =
        |error: io::Error| ApiError::invalid("path", format!("cannot write `{}`: {error}", path.display()));
    // Written beside the file, and put in its place once it is whole.
    let folder = path.parent().unwrap_or(Path::new("/"));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
    let (written, recordings) = write(app, run.id, &header, BufWriter::new(file)).await?;
    let file = written.into_inner().map_err(|error| cannot(error.into_error()))?;
    file.persist(&path).map_err(|error| cannot(error.error))?;
    Ok(RecordingFile { name, text: String::new(), recordings })
}

/// Writes the recordings of a run and of all that it needed, such as judges.
async fn write<W: Write>(app: &App, run: RunId, header: &Header, mut out: W) -> Result<(W, u32), ApiError> {
    write_line(&mut out, header)?;
    let mut recordings = 0;
    for run in std::iter::once(run).chain(app.store.list_needed_runs(run).await?) {
        let mut cursor: Option<String> = None;
        loop {
            let page = app.store.list_recordings(run, cursor.as_deref(), AT_ONCE).await?;
            for recording in page.items {
                write_line(&mut out, &Line::of(recording))?;
                recordings += 1;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok((out, recordings))
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<(), ApiError> {
    let mut text = serde_json::to_vec(line)
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), "Report it."))?;
    text.push(b'\n');
    out.write_all(&text).map_err(|error| {
        let hint = "Write it with `formaops recording export RUN -o FILE`, which has room for any size.";
        ApiError::new(ErrorCode::Invalid, error.to_string(), hint)
    })
}

pub(crate) async fn recording_import(
    app: &App,
    caller: &Caller,
    request: ImportRecordings,
) -> Result<ImportedRecordings, ApiError> {
    let source: Box<dyn Read + Send> = match (request.text, request.path) {
        (Some(text), None) => Box::new(Cursor::new(text)),
        (None, Some(path)) => {
            local(caller, &path)?;
            open(&path)?
        }
        _ => return Err(ApiError::invalid("path", "give the file once: by its `path`, or as `text`")),
    };
    let (at, mut lines) = (app.now(), Lines { source: BufReader::new(source), number: 0 });
    lines.header()?;
    let mut recordings: u32 = 0;
    loop {
        let (read, rest) = tokio::task::spawn_blocking(move || {
            let read: Result<Vec<_>, _> = (&mut lines).take(AT_ONCE as usize).collect();
            (read, lines)
        })
        .await
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), "Report it."))?;
        lines = rest;
        let read = read?;
        recordings += u32::try_from(read.len()).unwrap_or(u32::MAX);
        if recordings > MOST_RECORDINGS {
            let message = format!("a file has at most {MOST_RECORDINGS} recordings");
            return Err(ApiError::invalid("file", message));
        }
        if read.is_empty() {
            break;
        }
        app.store.insert_recordings(read, at).await?;
    }
    app.changed(Noun::Run, "recordings");
    Ok(ImportedRecordings { recordings })
}

/// The lines of a file, read one at a time.
struct Lines<R> {
    source: R,
    number: u32,
}

impl<R: BufRead> Lines<R> {
    fn line(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        let mut line = Vec::new();
        while line.is_empty() {
            self.number += 1;
            let read = (&mut self.source).take(MOST_LINE).read_until(b'\n', &mut line);
            let read = read.map_err(|error| self.wrong(&format!("it cannot be read: {error}")))?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MOST_LINE {
                return Err(self.wrong(&format!("it is longer than {} MiB", MOST_LINE >> 20)));
            }
            line.truncate(line.trim_ascii_end().len());
        }
        Ok(Some(line))
    }

    fn header(&mut self) -> Result<(), ApiError> {
        let line = self.line()?.unwrap_or_default();
        let header = serde_json::from_slice::<Header>(&line).ok().filter(|header| header.kind == KIND);
        match header {
            Some(Header { version: ..=VERSION, .. }) => Ok(()),
            Some(Header { version, .. }) => Err(ApiError {
                hint: "Import it with a newer FormaOps, or export it again with this one.".to_owned(),
                ..self.wrong(&format!(
                    "its format is version {version}, and this program reads up to {VERSION}"
                ))
            }),
            None => Err(ApiError {
                hint: "Make one with `formaops recording export RUN -o FILE`.".to_owned(),
                ..self.wrong("it is not the beginning of a file of recordings")
            }),
        }
    }

    fn wrong(&self, why: &str) -> ApiError {
        let at = Place { path: "file".to_owned(), line: Some(self.number), column: None };
        let message = format!("line {}: {why}", self.number);
        ApiError::problems(ErrorCode::Invalid, vec![Problem { message, hint: String::new(), at }])
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<StoredRecording, ApiError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.line() {
            Ok(line) => line?,
            Err(error) => return Some(Err(error)),
        };
        let wrong = |why: &dyn std::fmt::Display| self.wrong(&format!("it is no recording: {why}"));
        let read = serde_json::from_slice::<Line>(&line).map_err(|error| wrong(&error));
        Some(read.and_then(|line| line.into_recording().map_err(|error| wrong(&error))))
    }
}
