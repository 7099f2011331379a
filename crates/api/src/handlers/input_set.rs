//! Input sets: inputs of a prompt that are remembered under names.

use super::{PromptKey, partial::Whole, prompt::find_prompt};
use crate::{ApiError, App, Caller};
use formaops_domain::{Content, InputSet, JsonObject, Noun, Page, Prompt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks for the input sets of a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListInputSets {
    /// The prompt.
    pub id: PromptKey,
}

/// Remembers inputs under a name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutInputSet {
    /// The prompt.
    pub id: PromptKey,
    /// The name; a set that has it already, in whatever case, is replaced.
    pub name: String,
    /// The inputs; values of sensitive variables are left out of what is kept.
    pub inputs: JsonObject,
    /// The name that the set has had, where it gets a new one.
    #[serde(default)]
    pub was: Option<String>,
}

/// Forgets an input set.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteInputSet {
    /// The prompt.
    pub id: PromptKey,
    /// The name of the set.
    pub name: String,
}

/// The most characters of a name.
const MOST_CHARACTERS: usize = 100;

pub(crate) async fn input_set_list(
    app: &App,
    _: &Caller,
    request: ListInputSets,
) -> Result<Page<InputSet>, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    Ok(Page { items: app.store.list_input_sets(prompt.id).await?, next: None })
}

pub(crate) async fn input_set_put(app: &App, _: &Caller, request: PutInputSet) -> Result<InputSet, ApiError> {
    let name = request.name.trim().to_owned();
    let length = name.chars().count();
    if !(1..=MOST_CHARACTERS).contains(&length) {
        let message = format!("`name` must have 1 to {MOST_CHARACTERS} characters, got {length}");
        return Err(ApiError::invalid("name", message));
    }
    let prompt = find_prompt(app, &request.id).await?;
    let mut inputs = request.inputs;
    // A variable that is sensitive in the draft or in the newest version is so here.
    for content in contents(app, &prompt).await? {
        let whole = Whole::now(app, content).await?;
        for variable in whole.variables().iter().filter(|variable| variable.sensitive) {
            inputs.remove(&variable.name);
        }
    }
    let now = app.now();
    let set = InputSet { prompt_id: prompt.id, name, inputs, created_at: now, updated_at: now };
    let set = app.store.save_input_set(set, request.was).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(set)
}

async fn contents(app: &App, prompt: &Prompt) -> Result<Vec<Content>, ApiError> {
    let mut contents = Vec::new();
    contents.extend(app.store.find_draft(prompt.id).await?.map(|draft| draft.content));
    if let Some(head) = prompt.head {
        contents.push(app.store.get_version(prompt.id, head).await?.content);
    }
    Ok(contents)
}

pub(crate) async fn input_set_delete(
    app: &App,
    _: &Caller,
    request: DeleteInputSet,
) -> Result<Prompt, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    app.store.delete_input_set(prompt.id, request.name).await?;
    app.changed(Noun::Prompt, prompt.id);
    Ok(prompt)
}
