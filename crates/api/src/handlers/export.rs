//! Exporting prompts: one file, or a zip of several.

use super::{MOST_ITEMS, PromptKey, prompt::find_prompt, sensitive::MASK};
use crate::{ApiError, App, Caller, ErrorCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use formaops_domain::{
    ActorId, AttachmentHash, Content, ExecutionId, JsonObject, OutputPart, Place, Prompt, PromptStatus,
    RefKind, RefName, Run, RunId, Version, VersionId, VersionRef,
};
use formaops_store::{Actor, ExecutionFilter, MOST_OUTPUT_BYTES, PromptFilter, RunFilter, WholePrompt};
use formaops_template::formats::{
    self, Archive, ArchivedActor, ArchivedAttachment, ArchivedDraft, ArchivedExecution, ArchivedInputSet,
    ArchivedPrompt, ArchivedRef, ArchivedRun, ArchivedVersion, Format, MOST_BYTES, Note, NoteKind,
    PromptToWrite, SourceFile, VersionToWrite,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// Exports prompts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateExport {
    /// The prompts; all outside the bin where there are none.
    #[serde(default)]
    pub prompts: Vec<PromptKey>,
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
    /// Whether all versions are exported; else the newest, and those that unsaved work and results rest on.
    #[serde(default)]
    pub history: bool,
    /// Whether runs that have ended are exported with their answers, which only our own formats can hold.
    #[serde(default)]
    pub results: bool,
    /// Whether the bytes of attachments are left out.
    #[serde(default)]
    pub without_attachments: bool,
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
    /// How many runs are in it.
    pub runs: u32,
    /// What it does not hold.
    pub notes: Vec<Note>,
}

pub(crate) async fn export_create(app: &App, _: &Caller, request: CreateExport) -> Result<Export, ApiError> {
    let prompts = chosen(app, &request).await?;
    let count = u32::try_from(prompts.len()).unwrap_or(u32::MAX);
    let mut export = Exporter { app, request: &request, notes: Vec::new(), bytes: 0 };
    let (files, runs) = match request.format {
        Format::Json | Format::Yaml => {
            let archive = export.archive(&prompts).await?;
            let runs = archive.runs.len();
            let text = formats::write_archive(&archive, request.format == Format::Yaml);
            let name = match prompts.as_slice() {
                [only] => only.name.as_str().replace('/', "-"),
                _ => "formaops-export".to_owned(),
            };
            let name = format!("{name}.{}", request.format.extension());
            (vec![SourceFile { name, bytes: text.into_bytes() }], runs)
        }
        other => (export.others(other, &prompts).await?, 0),
    };
    let notes = export.notes;
    let file = one_file(files)?;
    Ok(Export {
        name: file.name,
        data: STANDARD.encode(file.bytes),
        prompts: count,
        runs: u32::try_from(runs).unwrap_or(u32::MAX),
        notes,
    })
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

/// The prompts that were asked for, by name.
async fn chosen(app: &App, request: &CreateExport) -> Result<Vec<Prompt>, ApiError> {
    let mut prompts = Vec::new();
    if request.prompts.is_empty() {
        let filter = PromptFilter {
            search: request.search.clone().filter(|search| !search.trim().is_empty()),
            tag: request.tag.clone(),
            label: request.label.clone(),
            status: request.status,
            archived: true,
            ..PromptFilter::default()
        };
        let mut cursor = None;
        loop {
            let page = app.store.list_prompts(filter.clone(), cursor.as_deref(), MOST_ITEMS).await?;
            prompts.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    } else {
        for key in &request.prompts {
            prompts.push(find_prompt(app, key).await?);
        }
    }
    prompts.sort_by(|a, b| a.name.cmp(&b.name));
    prompts.dedup_by_key(|prompt| prompt.id);
    if prompts.is_empty() {
        let hint = "`formaops prompt list` shows every prompt.";
        return Err(ApiError::new(ErrorCode::NotFound, "there is no such prompt to export", hint));
    }
    Ok(prompts)
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
            return Err(ApiError::new(
                ErrorCode::Invalid,
                message,
                "Export fewer prompts at a time, or less of them.",
            ));
        }
        Ok(())
    }

    fn note(&mut self, path: String, message: String) {
        let at = Place { path, line: None, column: None };
        self.notes.push(Note { kind: NoteKind::NotUnderstood, message, at });
    }

    async fn archive(&mut self, prompts: &[Prompt]) -> Result<Archive, ApiError> {
        let mut archive = Archive::default();
        let (mut actors, mut hashes) = (BTreeSet::new(), BTreeSet::new());
        for prompt in prompts {
            let whole = self.app.store.get_whole_prompt(prompt.id).await?;
            let secret = sensitive(&whole);
            self.note_secret_defaults(&whole);
            let runs = if self.request.results { self.runs(&whole, &secret).await? } else { Vec::new() };
            let ran: HashSet<VersionId> =
                runs.iter().flat_map(|run| &run.run.variants).map(|variant| variant.version_id).collect();
            let archived = archived(whole, self.request.history, &ran, &secret);
            self.count(&archived)?;
            actors.extend(archived.versions.iter().map(|version| version.author));
            actors.extend(runs.iter().map(|run| run.run.created_by));
            let draft = archived.draft.iter().map(|draft| &draft.content);
            for content in archived.versions.iter().map(|version| &version.content).chain(draft) {
                hashes.extend(content.body.attachments().map(|(_, attachment)| attachment.hash));
            }
            archive.prompts.push(archived);
            archive.runs.extend(runs);
        }
        archive.actors = self.actors(&actors).await?;
        if self.request.without_attachments {
            if !hashes.is_empty() {
                let message = format!("the bytes of {} attachments are left out", hashes.len());
                self.note("attachments".to_owned(), message);
            }
        } else {
            archive.attachments = self.attachments(hashes).await?;
        }
        Ok(archive)
    }

    async fn actors(&self, wanted: &BTreeSet<ActorId>) -> Result<Vec<ArchivedActor>, ApiError> {
        let known = self.app.store.list_actors().await?;
        let mut actors: Vec<_> =
            known.into_iter().filter(|actor| wanted.contains(&actor.id)).map(archived_actor).collect();
        actors.sort_by_key(|actor| actor.id);
        Ok(actors)
    }

    async fn attachments(
        &mut self,
        hashes: BTreeSet<AttachmentHash>,
    ) -> Result<Vec<ArchivedAttachment>, ApiError> {
        let mut kept = Vec::new();
        for hash in hashes {
            let data = STANDARD.encode(self.app.store.get_attachment(hash).await?);
            let attachment = ArchivedAttachment { hash, data };
            self.count(&attachment)?;
            kept.push(attachment);
        }
        Ok(kept)
    }

    /// A default is part of a version, which cannot be exported without it.
    fn note_secret_defaults(&mut self, whole: &WholePrompt) {
        let contents = whole.versions.iter().map(|version| &version.content);
        let mut names: Vec<_> = contents
            .flat_map(|content| &content.variables)
            .filter(|variable| variable.sensitive && variable.default.is_some())
            .map(|variable| variable.name.clone())
            .collect();
        names.sort();
        names.dedup();
        for name in names {
            let message = format!(
                "the default of the sensitive variable `{name}` is part of a version, and is exported"
            );
            self.note(whole.prompt.name.to_string(), message);
        }
    }

    /// The runs of a prompt that have ended, oldest first.
    async fn runs(
        &mut self,
        whole: &WholePrompt,
        secret: &HashSet<String>,
    ) -> Result<Vec<ArchivedRun>, ApiError> {
        let store = &self.app.store;
        let filter = RunFilter { prompt: Some(whole.prompt.id), ..RunFilter::default() };
        let (mut runs, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list_runs(filter.clone(), cursor.as_deref(), MOST_ITEMS).await?;
            runs.extend(page.items.into_iter().filter(|run| run.status.is_terminal()));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        runs.sort_by_key(|run| (run.created_at, run.id));
        let mut archived = Vec::with_capacity(runs.len());
        for run in runs {
            let run = self.run(run, secret).await?;
            self.count(&run)?;
            archived.push(run);
        }
        Ok(archived)
    }

    async fn run(&self, mut run: Run, secret: &HashSet<String>) -> Result<ArchivedRun, ApiError> {
        let mut cases = self.app.store.list_cases(run.id).await?;
        mask(&mut run.inputs, secret);
        cases.iter_mut().for_each(|inputs| mask(inputs, secret));
        let executions = self.executions(run.id).await?;
        Ok(ArchivedRun { run, cases, executions })
    }

    async fn executions(&self, run: RunId) -> Result<Vec<ArchivedExecution>, ApiError> {
        let store = &self.app.store;
        let filter = ExecutionFilter { run: Some(run), ..ExecutionFilter::default() };
        let (mut archived, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list_executions(filter, cursor.as_deref(), MOST_ITEMS).await?;
            for execution in page.items {
                let record = store.get_execution_record(execution.id).await?;
                archived.push(ArchivedExecution {
                    output: self.text(execution.id, OutputPart::Text).await?,
                    reasoning: self.text(execution.id, OutputPart::Reasoning).await?,
                    validated_output: record.validated_output,
                    execution,
                });
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(archived);
            }
        }
    }

    async fn text(&self, execution: ExecutionId, part: OutputPart) -> Result<String, ApiError> {
        let mut text = String::new();
        loop {
            let offset = text.len() as u64;
            let window = self.app.store.get_output(execution, part, offset, MOST_OUTPUT_BYTES).await?;
            text.push_str(&window.text);
            if window.text.is_empty() || text.len() as u64 >= window.total || text.len() > MOST_BYTES {
                return Ok(text);
            }
        }
    }

    async fn others(&mut self, format: Format, prompts: &[Prompt]) -> Result<Vec<SourceFile>, ApiError> {
        let mut to_write = Vec::with_capacity(prompts.len());
        for prompt in prompts {
            let whole = self.app.store.get_whole_prompt(prompt.id).await?;
            let written = to_prompt(whole, self.request.history);
            self.bytes += written.versions.iter().map(|version| length(&version.content)).sum::<usize>();
            self.count(&written.description)?;
            to_write.push(written);
        }
        let written = formats::write_prompts(format, &to_write);
        self.notes.extend(written.notes);
        if self.request.results {
            self.note("results".to_owned(), format!("{} holds no results", format.title()));
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

fn archived_actor(actor: Actor) -> ArchivedActor {
    let kind = serde_json::to_value(actor.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    ArchivedActor { id: actor.id, name: actor.name, kind: kind.unwrap_or_default() }
}

fn archived(
    whole: WholePrompt,
    history: bool,
    ran: &HashSet<VersionId>,
    secret: &HashSet<String>,
) -> ArchivedPrompt {
    let WholePrompt { prompt, versions, version_tags, names, draft, input_sets } = whole;
    let base = draft.as_ref().and_then(|draft| draft.base);
    let is_kept = |version: &Version| {
        history || ran.contains(&version.id) || prompt.head == Some(version.id) || base == Some(version.id)
    };
    let versions: Vec<_> = versions.into_iter().filter(is_kept).collect();
    let kept: HashSet<_> = versions.iter().map(|version| version.id).collect();
    let refs = names.into_iter().filter(|named| kept.contains(&named.version)).map(|named| ArchivedRef {
        kind: named.kind,
        name: named.name,
        version: named.version,
        updated_at: named.updated_at,
    });
    let refs: Vec<_> = refs.collect();
    let is_kept =
        |branch: &RefName| refs.iter().any(|named| named.kind == RefKind::Branch && named.name == *branch);
    let draft = draft.map(|draft| ArchivedDraft {
        content: draft.content,
        branch: if is_kept(&draft.branch) { draft.branch } else { RefName::main() },
        base: draft.base,
        inputs: without(draft.inputs, secret),
        updated_at: draft.updated_at,
    });
    let input_sets = input_sets.into_iter().map(|set| ArchivedInputSet {
        name: set.name,
        inputs: without(set.inputs, secret),
        created_at: set.created_at,
        updated_at: set.updated_at,
    });
    ArchivedPrompt {
        id: prompt.id,
        name: prompt.name,
        title: prompt.title,
        description: prompt.description,
        status: prompt.status,
        tags: prompt.tags,
        created_at: prompt.created_at,
        updated_at: prompt.updated_at,
        published_at: prompt.published_at,
        refs,
        input_sets: input_sets.collect(),
        versions: versions.into_iter().map(|version| tagged(version, &version_tags)).collect(),
        draft,
    }
}

fn tagged(version: Version, tags: &[(VersionId, String)]) -> ArchivedVersion {
    let of_this = tags.iter().filter(|(id, _)| *id == version.id);
    let tags = of_this.map(|(_, tag)| tag.clone()).collect();
    ArchivedVersion { tags, ..version.into() }
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
