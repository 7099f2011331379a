//! JSON Schemas: made from examples, and shown as types.

use super::{PromptKey, execute::whole_output, prompt::find_prompt};
use crate::{ApiError, App, Caller, ErrorCode};
use formaops_domain::ExecutionStatus;
use formaops_store::ExecutionFilter;
use formaops_validate::{infer_schema, json_of, rust_type, typescript_type};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Asks for the schema that examples follow.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InferSchema {
    /// Examples as text: JSON, also within prose or a code fence, as in the answers of models.
    #[serde(default)]
    pub texts: Vec<String>,
    /// A prompt whose newest answers are examples, too.
    #[serde(default)]
    pub prompt: Option<PromptKey>,
    /// How many of its answers, 1 to 100; 20 where absent.
    #[serde(default)]
    pub answers: Option<u32>,
}

/// The schema that examples follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InferredSchema {
    /// The schema, of draft 2020-12.
    pub schema: Value,
    /// How many examples it was made from.
    pub examples: u32,
    /// Why others say nothing, the first 10: they hold no JSON.
    pub without: Vec<String>,
    /// How many these are.
    pub others: u32,
}

/// Asks for a schema as types.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowTypes {
    /// The schema.
    pub schema: Value,
    /// What the type of the whole is called; `Answer` where absent.
    #[serde(default)]
    pub name: Option<String>,
}

/// The types for what follows a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaTypes {
    /// In TypeScript.
    pub typescript: String,
    /// In Rust, for `serde`.
    pub rust: String,
}

/// The most examples that are given, and of a prompt's answers.
const MOST_TEXTS: usize = 1_000;
const MOST_ANSWERS: u32 = 100;
const ANSWERS: u32 = 20;
/// How many of what says nothing is told.
const MOST_TOLD: usize = 10;
/// The most characters of a name.
const MOST_NAME: usize = 128;

pub(crate) async fn schema_infer(
    app: &App,
    _: &Caller,
    request: InferSchema,
) -> Result<InferredSchema, ApiError> {
    let InferSchema { mut texts, prompt, answers } = request;
    if texts.len() > MOST_TEXTS {
        let message = format!("`texts` must be at most {MOST_TEXTS}, got {}", texts.len());
        return Err(ApiError::invalid("texts", message));
    }
    let limit = answers.unwrap_or(ANSWERS);
    if !(1..=MOST_ANSWERS).contains(&limit) {
        let message = format!("`answers` must be between 1 and {MOST_ANSWERS}, got {limit}");
        return Err(ApiError::invalid("answers", message));
    }
    if let Some(key) = prompt {
        let prompt = Some(find_prompt(app, &key).await?.id);
        let status = Some(ExecutionStatus::Completed);
        let filter = ExecutionFilter { prompt, status, newest: true, ..ExecutionFilter::default() };
        for execution in app.store.list_executions(filter, None, limit).await?.items {
            texts.push(whole_output(app, execution.id).await?);
        }
    }
    let (mut examples, mut without, mut others) = (Vec::new(), Vec::new(), 0);
    for text in &texts {
        match json_of(text) {
            Ok(example) => examples.push(example),
            Err(reason) => {
                others += 1;
                if without.len() < MOST_TOLD {
                    without.push(reason.to_string());
                }
            }
        }
    }
    if examples.is_empty() {
        let message = without.into_iter().next().unwrap_or_else(|| "there is no answer yet".to_owned());
        let hint = "Run the prompt until it answers with JSON, or give examples.";
        return Err(ApiError::new(ErrorCode::Invalid, message, hint));
    }
    let count = u32::try_from(examples.len()).unwrap_or(u32::MAX);
    Ok(InferredSchema { schema: infer_schema(&examples), examples: count, without, others })
}

pub(crate) async fn schema_types(
    _: &App,
    _: &Caller,
    ShowTypes { schema, name }: ShowTypes,
) -> Result<SchemaTypes, ApiError> {
    let name = name.unwrap_or_else(|| "Answer".to_owned());
    if name.chars().count() > MOST_NAME {
        return Err(ApiError::invalid("name", format!("`name` has at most {MOST_NAME} characters")));
    }
    Ok(SchemaTypes { typescript: typescript_type(&schema, &name), rust: rust_type(&schema, &name) })
}
