//! What is asked of an import, and what it answers.

use crate::Problem;
use formaops_domain::{DatasetId, DatasetName, PromptId, PromptName, SuiteId, SuiteName};
use formaops_template::formats::{Format, Note};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file to import.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportFile {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its bytes in base 64. All files together have at most 64 MiB, unpacked; a zip is unpacked.
    #[schemars(extend("contentEncoding" = "base64"))]
    pub data: String,
}

/// Asks what importing files would do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewImport {
    /// The files.
    pub files: Vec<ImportFile>,
}

/// What importing files would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// The files that were understood.
    pub files: Vec<ImportedFile>,
    /// The prompts in them.
    pub prompts: Vec<ImportItem>,
    /// The datasets in them.
    pub datasets: Vec<ImportedDataset>,
    /// The suites in them.
    pub suites: Vec<ImportedSuite>,
    /// What is to be said of no one prompt.
    pub notes: Vec<Note>,
}

/// A file that was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// Its format.
    pub format: Format,
}

/// A prompt in the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// The name it would get; choices name it by this.
    pub name: PromptName,
    /// A title for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How many versions it has.
    pub versions: u32,
    /// The names of its inputs.
    pub input_sets: Vec<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// How many runs it brings.
    pub runs: u32,
    /// The newest version as a `.prompt` file, cut after 16 KiB.
    pub text: String,
    /// Whether the name is free here.
    pub state: ImportState,
    /// The prompt that has the name.
    pub existing: Option<PromptId>,
    /// A name that is free, where this one is not.
    pub free_name: Option<PromptName>,
    /// Why it cannot be imported.
    pub problem: Option<Problem>,
    /// What was not understood, or was changed.
    pub notes: Vec<Note>,
}

/// A dataset in the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedDataset {
    /// The name it would get.
    pub name: DatasetName,
    /// What it is for.
    pub description: String,
    /// How many versions it has.
    pub versions: u32,
    /// How many cases the newest has.
    pub cases: u32,
    /// Whether the name is free here.
    pub state: ImportState,
    /// The dataset that has the name.
    pub existing: Option<DatasetId>,
    /// Why it cannot be imported.
    pub problem: Option<Problem>,
}

/// A suite in the files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportedSuite {
    /// The name it would get.
    pub name: SuiteName,
    /// What it is for.
    pub description: String,
    /// How many prompts it runs.
    pub prompts: u32,
    /// Whether the name is free here.
    pub state: ImportState,
    /// The suite that has the name.
    pub existing: Option<SuiteId>,
    /// Why it cannot be imported.
    pub problem: Option<Problem>,
}

/// What there is already of something in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Nothing: the name is free.
    New,
    /// Another has the name, or the same one with another newest version.
    Taken,
    /// One of that name is the same, as far as its newest version goes.
    Same,
}

/// What becomes of a prompt in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportAction {
    /// It becomes a prompt of its own, under the name that is given or its own.
    Create,
    /// Its versions are added to the prompt that has its name.
    Version,
    /// Nothing.
    Skip,
}

/// What shall become of one prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportChoice {
    /// Its name in the preview.
    pub prompt: PromptName,
    /// What becomes of it.
    pub action: ImportAction,
    /// The name it gets instead of its own.
    #[serde(default)]
    pub name: Option<PromptName>,
}

/// What becomes of prompts, datasets and suites whose names are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TakenNames {
    /// They are left out.
    Skip,
    /// They get the next free name.
    Rename,
    /// Their versions are added to what has the name; a suite becomes what the file says.
    Version,
}

/// Imports files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyImport {
    /// The files.
    pub files: Vec<ImportFile>,
    /// What becomes of single prompts.
    #[serde(default)]
    pub choices: Vec<ImportChoice>,
    /// What becomes of all else whose name is taken; where absent, the import is refused then.
    #[serde(default)]
    pub taken: Option<TakenNames>,
    /// The same key and request within 24 hours answer with what was done the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// The prompts of the files, in their order.
    pub prompts: Vec<ImportOutcome>,
    /// The datasets of the files, in their order.
    pub datasets: Vec<DatasetOutcome>,
    /// The suites of the files, in their order.
    pub suites: Vec<SuiteOutcome>,
    /// How many runs were added.
    pub runs: u32,
    /// What was not understood, or was changed.
    pub notes: Vec<Note>,
}

/// What became of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportOutcome {
    /// Its name in the preview.
    pub prompt: PromptName,
    /// Its name here.
    pub name: PromptName,
    /// The prompt; none where it was left out.
    pub id: Option<PromptId>,
    /// What was done.
    pub outcome: Outcome,
}

/// What became of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatasetOutcome {
    /// Its name in the preview.
    pub dataset: DatasetName,
    /// Its name here.
    pub name: DatasetName,
    /// The dataset; none where it was left out.
    pub id: Option<DatasetId>,
    /// What was done.
    pub outcome: Outcome,
}

/// What became of a suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuiteOutcome {
    /// Its name in the preview.
    pub suite: SuiteName,
    /// Its name here.
    pub name: SuiteName,
    /// The suite; none where it was left out.
    pub id: Option<SuiteId>,
    /// What was done.
    pub outcome: Outcome,
}

/// What was done with something in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was added to what has its name.
    Updated,
    /// All of it was here.
    Unchanged,
    /// It was left out.
    Skipped,
}
