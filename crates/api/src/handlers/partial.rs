//! Partials: prompts that the templates of others call by name.

use super::{PromptKey, limit, prompt::find_prompt};
use crate::{ApiError, App, Caller, ErrorCode, Problem};
use formaops_domain::{
    Case, Content, JsonObject, MESSAGE_TOKENS, Page, Prompt, PromptId, PromptName, PromptRef, RunContext,
    RunId, RunPartial, Variable, VersionSelector,
};
use formaops_template::{
    Compiled, MissingPartial, Partial, Partials, Rendered, TemplateError, partial_calls,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Asks for the prompts that templates can call as partials.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPartials {
    /// Only those with this text in name, title or description, without regard to case.
    #[serde(default)]
    pub search: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A prompt that templates can call as a partial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartialChoice {
    /// The prompt.
    pub id: PromptId,
    /// Its name, by which its newest version is called.
    pub name: PromptName,
    /// A title for people; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The labels that it can be called by too, as in `shared/tone@production`.
    pub labels: Vec<String>,
}

/// Asks which prompts call one as a partial.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPartialUses {
    /// The prompt that is called.
    pub id: PromptKey,
}

/// A prompt that calls another as a partial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartialUse {
    /// The prompt that calls.
    pub prompt_id: PromptId,
    /// Its name.
    pub prompt_name: PromptName,
    /// How it calls, such as `shared/tone@v3`.
    pub calls: Vec<String>,
    /// Whether only its unsaved work does so.
    pub is_draft: bool,
}

/// A partial that content calls, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalledPartial {
    /// Its name as it is called, and its version.
    #[serde(flatten)]
    pub partial: RunPartial,
    /// The title of the prompt; may be empty.
    pub title: String,
    /// What the prompt is for; may be empty.
    pub description: String,
    /// The beginning of its text.
    pub text: String,
}

/// The most partials that one prompt calls, those that they call among them.
const MOST_PARTIALS: usize = 256;
/// The most bytes that their texts have together.
const MOST_BYTES: usize = 16 << 20;
/// How many names are looked at for the one that was meant.
const MOST_GUESSES: u32 = 2_000;
/// How many characters of a partial are shown.
const MOST_SHOWN: usize = 2_000;

/// A version that is called.
struct Called {
    partial: RunPartial,
    title: String,
    description: String,
}

/// Content with the partials that it calls, which are looked for only once.
pub(super) struct Whole {
    content: Content,
    partials: Partials,
    called: BTreeMap<String, Called>,
    bytes: usize,
    compiled: Compiled,
}

impl Whole {
    /// With the partials as they stand now. One that a value names is looked for while it is rendered.
    pub(super) async fn now(app: &App, content: Content) -> Result<Self, ApiError> {
        let calls = partial_calls(&content);
        let compiled = Compiled::new(Content::default(), Partials::new());
        let (partials, called) = (Partials::open(), BTreeMap::new());
        let mut whole = Self { content, partials, called, bytes: 0, compiled };
        whole.add(app, calls).await?;
        Ok(whole)
    }

    /// With the partials that a run was made with.
    pub(super) async fn of_run(app: &App, content: Content, run: RunId) -> Result<Self, ApiError> {
        let mut partials = Partials::new();
        for (name, content) in app.store.list_partial_contents(run).await? {
            partials.insert(name, Arc::new(Partial::of(&content)));
        }
        let called = app.store.list_run_partials(run).await?;
        let called = called.into_iter().map(|partial| {
            let name = partial.name.clone();
            (name, Called { partial, title: String::new(), description: String::new() })
        });
        let called = called.collect();
        let compiled = Compiled::new(content.clone(), partials.clone());
        Ok(Self { content, partials, called, bytes: 0, compiled })
    }

    pub(super) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// The variables that runs take: those of the content, and those that only partials declare which use them.
    pub(super) fn variables(&self) -> &[Variable] {
        self.compiled.variables()
    }

    /// The exact versions that are called, by the names they are called by.
    pub(super) fn called(&self) -> Vec<RunPartial> {
        self.called.values().map(|called| called.partial.clone()).collect()
    }

    /// What is called, to be shown beside the text.
    pub(super) fn shown(&self) -> Vec<CalledPartial> {
        let text = |name: &str| self.partials.find(name).map(|partial| partial.text()).unwrap_or_default();
        let shown = |Called { partial, title, description }: &Called| CalledPartial {
            text: text(&partial.name).chars().take(MOST_SHOWN).collect(),
            partial: partial.clone(),
            title: title.clone(),
            description: description.clone(),
        };
        self.called.values().map(shown).collect()
    }

    /// Checks the inputs and renders, as a run would.
    pub(super) async fn render(
        &mut self,
        app: &App,
        inputs: &JsonObject,
        context: &RunContext,
    ) -> Result<Rendered, ApiError> {
        loop {
            let checked = formaops_validate::check_inputs(self.variables(), inputs).map_err(|problems| {
                ApiError::problems(ErrorCode::Invalid, problems.into_iter().map(Problem::from).collect())
            })?;
            match self.compiled.render(&checked, context) {
                // Each turn knows one name more, and there is an end to what may be called.
                Err(TemplateError::UnresolvedPartial { name }) => {
                    self.add(app, BTreeSet::from([name])).await?;
                }
                rendered => return Ok(rendered?),
            }
        }
    }

    /// How many tokens a request has on average, by some of the cases.
    pub(super) fn mean_tokens(&self, cases: &[Case], more: &JsonObject, count: impl Fn(&str) -> u64) -> u64 {
        const LOOKED_AT: usize = 20;
        let step = cases.len().div_ceil(LOOKED_AT).max(1);
        let tokens = cases.iter().step_by(step).filter_map(|case| {
            let mut inputs = case.inputs.clone();
            inputs.extend(more.clone());
            let inputs = formaops_validate::check_inputs(self.variables(), &inputs).ok()?;
            let rendered = self.compiled.render(&inputs, &RunContext::default()).ok()?;
            let messages = rendered.messages.iter().map(|message| MESSAGE_TOKENS + count(message.text()));
            Some(messages.sum::<u64>())
        });
        let (sum, number) = tokens.fold((0, 0), |(sum, number), tokens| (sum + tokens, number + 1));
        sum.div_ceil(number.max(1))
    }

    /// Looks for partials, and for those that they call.
    async fn add(&mut self, app: &App, mut names: BTreeSet<String>) -> Result<(), ApiError> {
        while let Some(name) = names.pop_first() {
            if self.partials.knows(&name) {
                continue;
            }
            match self.find(app, &name).await? {
                Ok((called, partial)) => {
                    names.extend(partial.calls());
                    self.bytes += partial.text().len();
                    self.called.insert(name.clone(), called);
                    self.partials.insert(name, Arc::new(partial));
                }
                Err(missing) => self.partials.insert_missing(name, missing),
            }
        }
        self.compiled = Compiled::new(self.content.clone(), self.partials.clone());
        Ok(())
    }

    async fn find(
        &self,
        app: &App,
        name: &str,
    ) -> Result<Result<(Called, Partial), MissingPartial>, ApiError> {
        let missing =
            |message: String, hint: &str| Ok(Err(MissingPartial { message, hint: hint.to_owned() }));
        if self.called.len() >= MOST_PARTIALS || self.bytes > MOST_BYTES {
            let message = format!(
                "`{name}` is one partial too many: a prompt calls at most {MOST_PARTIALS}, of {} MiB together",
                MOST_BYTES >> 20
            );
            return missing(message, "Call fewer, or put some of them together");
        }
        let Ok(PromptRef { name: prompt_name, version }) = name.parse() else {
            return Ok(Err(unknown(app, name).await?));
        };
        let Some(prompt) = app.store.find_prompt_by_name(&prompt_name).await? else {
            return Ok(Err(unknown(app, name).await?));
        };
        let Some(found) = app.store.find_version(prompt.id, &version).await? else {
            let (message, hint) = no_version(&prompt, &version);
            return missing(message, &hint);
        };
        let (title, description) = (prompt.title, prompt.description);
        let partial = RunPartial {
            name: name.to_owned(),
            prompt_id: prompt.id,
            prompt_name: prompt.name,
            version_id: found.id,
            version_number: found.number,
        };
        Ok(Ok((Called { partial, title, description }, Partial::of(&found.content))))
    }
}

/// That no prompt has this name, with the one that may be meant.
async fn unknown(app: &App, name: &str) -> Result<MissingPartial, ApiError> {
    let known = app.store.list_callable(None, MOST_GUESSES).await?;
    let nearest = MissingPartial::unknown(
        name.split_once('@').map_or(name, |(name, _)| name),
        known.iter().map(|callable| callable.name.as_str()),
    );
    Ok(MissingPartial { message: format!("there is no partial `{name}`"), ..nearest })
}

fn no_version(Prompt { name, head_number, .. }: &Prompt, selector: &VersionSelector) -> (String, String) {
    let newest = head_number.map_or_else(
        || "Save it first".to_owned(),
        |number| format!("Call its newest version with `{{{{> {name}}}}}`, which is v{number} now"),
    );
    let message = match selector {
        VersionSelector::Head => format!("`{name}` was never saved, so it cannot be called"),
        VersionSelector::Number(number) => format!("`{name}` has no version v{number}"),
        VersionSelector::Hash(hash) => format!("`{name}` has no version whose hash begins with `{hash}`"),
        VersionSelector::Named(label) => format!("`{name}` has no label or branch `{label}`"),
    };
    (message, newest)
}

pub(crate) async fn partial_list(
    app: &App,
    _: &Caller,
    request: ListPartials,
) -> Result<Page<PartialChoice>, ApiError> {
    let search = request.search.as_deref().map(str::trim).filter(|search| !search.is_empty());
    let found = app.store.list_callable(search, limit(request.limit)?).await?;
    let choice = found.into_iter().map(|callable| PartialChoice {
        id: callable.prompt,
        name: callable.name,
        title: callable.title,
        description: callable.description,
        labels: callable.labels,
    });
    Ok(Page::whole(choice.collect()))
}

pub(crate) async fn partial_use_list(
    app: &App,
    _: &Caller,
    request: ListPartialUses,
) -> Result<Page<PartialUse>, ApiError> {
    let prompt = find_prompt(app, &request.id).await?;
    Ok(Page::whole(uses_of(app, &prompt).await?))
}

/// The other prompts that call one where a version of theirs is in use or worked on, by name.
async fn uses_of(app: &App, prompt: &Prompt) -> Result<Vec<PartialUse>, ApiError> {
    let mut uses = BTreeMap::<PromptName, PartialUse>::new();
    for holder in app.store.list_holders(prompt.name.as_str()).await? {
        let is_meant =
            |call: &String| call.parse::<PromptRef>().is_ok_and(|reference| reference.name == prompt.name);
        let calls: Vec<_> = partial_calls(&holder.content).into_iter().filter(is_meant).collect();
        if calls.is_empty() || holder.prompt == prompt.id {
            continue;
        }
        let known = uses.entry(holder.name.clone()).or_insert_with(|| PartialUse {
            prompt_id: holder.prompt,
            prompt_name: holder.name,
            calls: Vec::new(),
            is_draft: true,
        });
        known.is_draft &= holder.is_draft;
        known.calls.extend(calls);
        known.calls.sort();
        known.calls.dedup();
    }
    Ok(uses.into_values().collect())
}

/// Refuses to take the name from under those that call it, unless that is what is wanted.
pub(super) async fn require_unused(app: &App, prompt: &Prompt, what: &str) -> Result<(), ApiError> {
    let uses = uses_of(app, prompt).await?;
    let names: Vec<_> = uses.iter().take(3).map(|used| format!("`{}`", used.prompt_name)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let more = match uses.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(ApiError::new(
        ErrorCode::Conflict,
        format!("`{}` is called as a partial by {}{more}", prompt.name, names.join(", ")),
        format!("Change them first, or {what} with `force`: until they are changed they cannot be rendered."),
    ))
}

#[cfg(test)]
mod tests;
