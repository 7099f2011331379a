//! Exporting what a workspace holds: one file, or a zip of several.

mod archive;
mod choice;
mod evaluation;
mod runs;

use super::{DatasetKey, PromptKey, SuiteKey, sensitive::MASK};
use crate::{ApiError, App, Caller, ErrorCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use choice::Chosen;
use formaops_domain::{Content, JsonObject, Place, PromptStatus, RefKind, VersionId, VersionRef};
use formaops_store::WholePrompt;
use formaops_template::formats::{
    self, Format, MOST_BYTES, Note, NoteKind, PromptToWrite, SourceFile, VersionToWrite,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Exports prompts, and with them datasets and suites: all of the workspace outside the bin where nothing is named and
/// no prompts are asked for by what they are like.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateExport {
    /// The prompts.
    #[serde(default)]
    pub prompts: Vec<PromptKey>,
    /// The datasets, which only our own formats can hold.
    #[serde(default)]
    pub datasets: Vec<DatasetKey>,
    /// The suites, which only our own formats can hold. The prompts and the dataset of each come along.
    #[serde(default)]
    pub suites: Vec<SuiteKey>,
    /// Of all, only those with this text in name, title or description.
    #[serde(default)]
    pub search: Option<String>,
    /// Of all, only those with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Of all, only those with this label.
    #[serde(default)]
    pub label: Option<String>,
    /// Of all, only those with this status.
    #[serde(default)]
    pub status: Option<PromptStatus>,
    /// The format.
    pub format: Format,
    /// Whether all versions are exported; else the newest, and those that unsaved work, results and suites rest on.
    #[serde(default)]
    pub history: bool,
    /// Whether runs that have ended are exported with their answers, which only our own formats can hold.
    #[serde(default)]
    pub results: bool,
    /// Whether the bytes of attachments are left out.
    #[serde(default)]
    pub without_attachments: bool,
    /// Whether datasets are left out, also those of suites.
    #[serde(default)]
    pub without_datasets: bool,
}

/// The exported file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// A name for the file.
    pub name: String,
    /// Its bytes in base 64.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
    /// How many prompts were asked for.
    pub prompts: u32,
    /// How many datasets are in it.
    pub datasets: u32,
    /// How many suites are in it.
    pub suites: u32,
    /// How many runs are in it.
    pub runs: u32,
    /// What it does not hold, and what to know of it.
    pub notes: Vec<Note>,
}

pub(crate) async fn export_create(app: &App, _: &Caller, request: CreateExport) -> Result<Export, ApiError> {
    let chosen = Chosen::of(app, &request).await?;
    let prompts = count(chosen.prompts.len());
    let mut export = Exporter { app, request: &request, notes: Vec::new(), bytes: 0 };
    let (files, [datasets, suites, runs]) = match request.format {
        Format::Json | Format::Yaml => {
            let archive = export.archive(&chosen).await?;
            let text = formats::write_archive(&archive, request.format == Format::Yaml);
            let name = format!("{}.{}", chosen.name(), request.format.extension());
            let counts = [archive.datasets.len(), archive.suites.len(), archive.runs.len()].map(count);
            (vec![SourceFile { name, bytes: text.into_bytes() }], counts)
        }
        other => (export.others(other, &chosen).await?, [0; 3]),
    };
    let notes = export.notes;
    let file = one_file(files)?;
    Ok(Export { name: file.name, data: STANDARD.encode(file.bytes), prompts, datasets, suites, runs, notes })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The file itself, or a zip of several.
fn one_file(mut files: Vec<SourceFile>) -> Result<SourceFile, ApiError> {
    match files.len() {
        0 => {
            let message = "there is nothing that this format can hold";
            Err(ApiError::new(
                ErrorCode::Invalid,
                message,
                "Choose another format: FormaOps JSON holds everything.",
            ))
        }
        1 => {
            let file = files.remove(0);
            let name = file.name.replace('/', "-");
            Ok(SourceFile { name, ..file })
        }
        _ => {
            let bytes = formats::pack(&files).map_err(|error| {
                ApiError::new(ErrorCode::Internal, format!("the zip cannot be made: {error}"), "")
            })?;
            Ok(SourceFile { name: "formaops-export.zip".to_owned(), bytes })
        }
    }
}

struct Exporter<'e> {
    app: &'e App,
    request: &'e CreateExport,
    notes: Vec<Note>,
    bytes: usize,
}

impl Exporter<'_> {
    /// Counts what is gathered, so that no export becomes larger than an import may be.
    fn count(&mut self, value: &impl Serialize) -> Result<(), ApiError> {
        self.bytes += serde_json::to_vec(value).map_or(0, |bytes| bytes.len());
        if self.bytes > MOST_BYTES {
            let message = format!("the export would be larger than {} MiB", MOST_BYTES >> 20);
            let hint = "Export less at a time, or leave out datasets, results or attachments.";
            return Err(ApiError::new(ErrorCode::Invalid, message, hint));
        }
        Ok(())
    }

    fn note(&mut self, path: impl Into<String>, message: String) {
        let at = Place { path: path.into(), line: None, column: None };
        self.notes.push(Note { kind: NoteKind::NotUnderstood, message, at });
    }

    async fn others(&mut self, format: Format, chosen: &Chosen) -> Result<Vec<SourceFile>, ApiError> {
        let mut to_write = Vec::with_capacity(chosen.prompts.len());
        for prompt in &chosen.prompts {
            let whole = self.app.store.get_whole_prompt(prompt.id).await?;
            let written = to_prompt(whole, self.request.history);
            self.bytes += written.versions.iter().map(|version| length(&version.content)).sum::<usize>();
            self.count(&written.description)?;
            to_write.push(written);
        }
        let written = formats::write_prompts(format, &to_write);
        self.notes.extend(written.notes);
        if self.request.results {
            self.note("results", format!("{} holds no results", format.title()));
        }
        let (datasets, suites) = (chosen.datasets.len(), chosen.suites.len());
        if datasets + suites > 0 {
            let message =
                format!("{} holds none of the {datasets} datasets and {suites} suites", format.title());
            self.note("datasets", message);
        }
        Ok(written.files)
    }
}

fn length(content: &Content) -> usize {
    content.body.templates().map(str::len).sum()
}

/// The names of variables that are sensitive in any version or in unsaved work.
fn sensitive(whole: &WholePrompt) -> HashSet<String> {
    let draft = whole.draft.iter().map(|draft| &draft.content);
    let contents = whole.versions.iter().map(|version| &version.content).chain(draft);
    let variables = contents.flat_map(|content| &content.variables).filter(|variable| variable.sensitive);
    variables.map(|variable| variable.name.clone()).collect()
}

/// The inputs without the values of sensitive variables.
fn without(mut inputs: JsonObject, secret: &HashSet<String>) -> JsonObject {
    inputs.retain(|name, _| !secret.contains(name));
    inputs
}

fn mask(inputs: &mut JsonObject, secret: &HashSet<String>) {
    for (_, value) in inputs.iter_mut().filter(|(name, value)| secret.contains(*name) && !value.is_null()) {
        *value = MASK.into();
    }
}

fn to_prompt(whole: WholePrompt, history: bool) -> PromptToWrite {
    let secret = sensitive(&whole);
    let WholePrompt { prompt, versions, names, input_sets, .. } = whole;
    let labels = |id: VersionId| {
        let labels =
            names.iter().filter(|named: &&VersionRef| named.kind == RefKind::Label && named.version == id);
        labels.map(|named| named.name.to_string()).collect::<Vec<_>>()
    };
    let (head, others): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|version| Some(version.id) == prompt.head);
    let others = others.into_iter().filter(|version| history && version.number.is_some());
    let versions = others.chain(head).map(|version| VersionToWrite {
        labels: labels(version.id),
        number: version.number,
        note: version.note,
        content: version.content,
    });
    PromptToWrite {
        name: prompt.name,
        title: prompt.title,
        description: prompt.description,
        tags: prompt.tags,
        versions: versions.collect(),
        input_sets: input_sets.into_iter().map(|set| (set.name, without(set.inputs, &secret))).collect(),
    }
}
