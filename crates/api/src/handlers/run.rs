//! Runs: started, listed, cancelled, repeated.

use super::{
    PromptKey,
    attachment::check_attachments,
    budget::check_cap,
    model::{find_model, refusals},
    partial::Whole,
    prompt::find_prompt,
    sensitive::{mask, unmask},
    version::find_version,
};
use crate::{ApiError, App, Caller, CallerKind, ErrorCode, configuration::Key};
use formaops_domain::{
    Body, Case, CatalogueModel, Content, EventBody, Execution, ExecutionId, Fallback, JsonObject, ModelRef,
    NanoUsd, Noun, OnRestart, Parameters, Priority, Prompt, Replay, Run, RunContext, RunId, RunKind,
    RunParent, RunPartial, RunProgress, RunStatus, Settings, Variable, Variant, ports::EventSink,
};
use formaops_engine::Submission;
use formaops_store::{ExecutionFilter, NewCell, NewRun, NewVersion, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, num::NonZeroU32};
use tokio_util::sync::CancellationToken;

/// Starts a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRun {
    /// The prompt.
    pub prompt: PromptKey,
    /// `v12`, a label, or the start of a version's hash; the head where absent.
    #[serde(default)]
    pub version: Option<String>,
    /// Unsaved content to run instead of a version. What ran is kept as a snapshot.
    #[serde(default)]
    pub content: Option<Content>,
    /// The columns; the model that the version suggests where there are none.
    #[serde(default)]
    pub models: Vec<ModelChoice>,
    /// The inputs.
    #[serde(default)]
    pub inputs: JsonObject,
    /// What is sent along.
    #[serde(default)]
    pub context: RunContext,
    /// How often each cell is executed, 1 to 100.
    #[serde(default = "one")]
    pub repeats: u32,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// The most that it may cost, in dollars: no call is made that could go past it.
    #[serde(default)]
    pub cap_usd: Option<NanoUsd>,
    /// Models that answer in the place of the one model of the run, in this order, where that one is left alone or
    /// fails for good and the fallback strategy is `degrade`.
    #[serde(default)]
    pub fallbacks: Vec<ModelRef>,
    /// How many of its executions may be on the wire at once, 1 to 1,024; the default limits where absent.
    #[serde(default)]
    pub concurrency: Option<NonZeroU32>,
    /// Whether the first execution that fails cancels what is left.
    #[serde(default)]
    pub fail_fast: bool,
    /// What becomes of it where FormaOps ends before it does.
    #[serde(default)]
    pub on_restart: OnRestart,
    /// Whether it is answered from recordings in the place of calls: `only`, or `prefer` where they are there.
    #[serde(default)]
    pub replay: Replay,
    /// The same key and request within 24 hours answer with the run that was started the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

const fn one() -> u32 {
    1
}

/// A column that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelChoice {
    /// The model.
    pub model: ModelRef,
    /// Parameters over those of the version.
    #[serde(default)]
    pub parameters: Parameters,
}

/// A run and its executions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// The newest generation of each cell, by column, row and repeat. Of a run of a suite with more than 3,200 cells there
    /// is none: its grid has them, page by page.
    pub executions: Vec<Execution>,
    /// Whether nothing of it is under way though it has not ended, because the store has refused some end of it for
    /// good. The next start of the workspace ends it; a change of the run is told when it becomes so.
    pub stalled: bool,
    /// The limit that somebody has set and that stands over the concurrency that the run asks for, while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_to: Option<HeldTo>,
}

/// A limit that somebody has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldTo {
    /// The most executions on the wire at once.
    pub most: NonZeroU32,
    /// Where it was set: a setting such as `agent_max_concurrent`, or the name of a provider.
    pub by: String,
}

/// Asks for a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRun {
    /// The run.
    pub id: RunId,
}

/// Cancels a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRun {
    /// The run.
    pub id: RunId,
}

/// Sets what a run may cost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateRun {
    /// The run.
    pub id: RunId,
    /// The most that it may cost, in dollars; anything where absent.
    #[serde(default)]
    pub cap_usd: Option<NanoUsd>,
}

/// Starts the same again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RepeatRun {
    /// The run to repeat.
    pub id: RunId,
    /// The values of sensitive variables, which were not kept.
    #[serde(default)]
    pub sensitive_inputs: JsonObject,
    /// The same key and request within 24 hours answer with the run that was started the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// The most columns of a run.
pub(super) const MOST_MODELS: usize = 32;
/// The most repeats of a cell.
pub(super) const MOST_REPEATS: u32 = 100;
/// The most cells of a run that are told of with it: all that a run can have which is not of a suite.
const MOST_EXECUTIONS: u32 = MOST_MODELS as u32 * MOST_REPEATS;
/// The most executions of a run that may be on the wire at once.
pub(super) const MOST_CONCURRENCY: u32 = 1_024;
pub(crate) async fn run_create(
    app: &App,
    caller: &Caller,
    request: CreateRun,
) -> Result<RunDetail, ApiError> {
    create(app, caller, request, None).await
}

/// Runs content on a model for an execution that needs its answer, and waits for the end. Answers the execution that
/// has it. It is as urgent as the run that needs it. Where nobody waits any more, because what needed it was cancelled, it
/// is cancelled too.
#[expect(clippy::too_many_arguments, reason = "each is a part of the run")]
pub(crate) async fn run_child(
    app: &App,
    caller: &Caller,
    prompt: &Prompt,
    content: Content,
    choice: ModelChoice,
    inputs: JsonObject,
    parent: RunParent,
    replay: Replay,
) -> Result<ExecutionId, ApiError> {
    let priority = app.store.get_run(parent.run_id).await?.priority;
    let request = CreateRun {
        prompt: PromptKey::Id(prompt.id),
        version: None,
        content: Some(content),
        models: vec![choice],
        inputs,
        context: RunContext::default(),
        repeats: 1,
        priority,
        cap_usd: None,
        fallbacks: Vec::new(),
        concurrency: None,
        fail_fast: false,
        on_restart: OnRestart::Fail,
        replay,
        idempotency_key: None,
    };
    let started = create(app, caller, request, Some(parent)).await?;
    let (id, unneeded) = (started.run.id, CancellationToken::new());
    let guard = unneeded.clone().drop_guard();
    let engine = app.engine.clone();
    tokio::spawn(async move {
        unneeded.cancelled().await;
        // One that has ended stays as it is.
        let _ = engine.cancel_run(id).await;
    });
    app.engine.wait_run(id).await?;
    drop(guard);
    Ok(started.executions[0].id)
}

async fn create(
    app: &App,
    caller: &Caller,
    request: CreateRun,
    parent: Option<RunParent>,
) -> Result<RunDetail, ApiError> {
    caller.require_priority(request.priority)?;
    app.watch.require_room(request.priority)?;
    if !(1..=MOST_REPEATS).contains(&request.repeats) {
        let message = format!("`repeats` must be between 1 and {MOST_REPEATS}, got {}", request.repeats);
        return Err(ApiError::invalid("repeats", message));
    }
    check_cap(request.cap_usd)?;
    if request.concurrency.is_some_and(|most| most.get() > MOST_CONCURRENCY) {
        let message = format!("`concurrency` must be between 1 and {MOST_CONCURRENCY}");
        return Err(ApiError::invalid("concurrency", message));
    }
    let prompt = find_prompt(app, &request.prompt).await?;
    let (content, version) = if let Some(content) = request.content {
        check_attachments(&content)?;
        (content, None)
    } else {
        let version = find_version(app, &prompt, request.version.as_deref()).await?;
        (version.content.clone(), Some(version))
    };
    // What cannot be rendered, misses an input, or no model takes is said now, before anything is
    // kept or sent.
    let mut whole = Whole::now(app, content.clone()).await?;
    whole.render(app, &request.inputs, &request.context).await?;
    let columns = columns(&content.settings, request.models)?;
    let asked = columns.iter().map(|column| (&column.model, &column.parameters));
    let rates = rates(app, &content.body, asked).await?;
    let fallbacks = fallbacks(app, &content.body, &columns, request.fallbacks).await?;
    let version = if let Some(version) = version {
        version
    } else {
        let (author, at) = (app.actor(caller), app.now());
        let new = NewVersion { prompt: prompt.id, content, note: String::new(), author, at };
        app.store.snapshot_version(new).await?
    };
    let variant = |ModelChoice { model, parameters }| {
        let (version_id, version_number) = (version.id, version.number);
        Variant { prompt: None, version_id, version_number, model, parameters }
    };
    let asked = Asked {
        prompt,
        parent,
        variants: columns.into_iter().map(variant).collect(),
        rates,
        sensitive: whole.variables().iter().filter(|variable| variable.sensitive).cloned().collect(),
        partials: whole.called(),
        inputs: request.inputs,
        context: request.context,
        repeats: request.repeats,
        priority: request.priority,
        cap_usd: request.cap_usd,
        fallbacks,
        concurrency: request.concurrency,
        fail_fast: request.fail_fast,
        on_restart: request.on_restart,
        replay: request.replay,
    };
    submit(app, caller, asked).await
}

/// The models that may answer in the place of the one column, each as well able to as the one it stands in for.
async fn fallbacks(
    app: &App,
    body: &Body,
    columns: &[ModelChoice],
    models: Vec<ModelRef>,
) -> Result<Vec<Fallback>, ApiError> {
    let column = match columns {
        _ if models.is_empty() => return Ok(Vec::new()),
        [column] => column,
        _ => {
            return Err(ApiError {
                hint: "Leave `fallbacks` out, or run one model.".to_owned(),
                ..ApiError::invalid(
                    "fallbacks",
                    "a comparison has no fallback models: its columns would not be what they say",
                )
            });
        }
    };
    if models.len() > MOST_MODELS {
        let message = format!("a run has at most {MOST_MODELS} fallback models, got {}", models.len());
        return Err(ApiError::invalid("fallbacks", message));
    }
    let asked = models.iter().map(|model| (model, &column.parameters));
    let rates = rates(app, body, asked).await?;
    let fallback = |(model, Rate { price, max_output_tokens })| Fallback { model, price, max_output_tokens };
    Ok(models.into_iter().zip(rates).map(fallback).collect())
}

/// A run whose parts are all known.
struct Asked {
    prompt: Prompt,
    parent: Option<RunParent>,
    /// The sensitive variables.
    sensitive: Vec<Variable>,
    variants: Vec<Variant>,
    /// The versions that are called as partials.
    partials: Vec<RunPartial>,
    rates: Vec<Rate>,
    inputs: JsonObject,
    context: RunContext,
    repeats: u32,
    priority: Priority,
    cap_usd: Option<NanoUsd>,
    fallbacks: Vec<Fallback>,
    concurrency: Option<NonZeroU32>,
    fail_fast: bool,
    on_restart: OnRestart,
    replay: Replay,
}

pub(super) fn no_model() -> ApiError {
    ApiError {
        hint: "Name one, such as `dry-run:echo`.".to_owned(),
        ..ApiError::invalid("models", "no model was chosen, and the prompt suggests none")
    }
}

/// The columns with all their parameters: the model that the settings suggest where none is chosen.
pub(super) fn columns(settings: &Settings, choices: Vec<ModelChoice>) -> Result<Vec<ModelChoice>, ApiError> {
    let suggested =
        || settings.model.clone().map(|model| ModelChoice { model, parameters: Parameters::default() });
    let choices = if choices.is_empty() { suggested().into_iter().collect() } else { choices };
    if choices.is_empty() {
        return Err(no_model());
    }
    if choices.len() > MOST_MODELS {
        let message = format!("a run has at most {MOST_MODELS} models, got {}", choices.len());
        return Err(ApiError::invalid("models", message));
    }
    (0..)
        .zip(choices)
        .map(|(at, choice): (usize, _)| {
            let parameters = choice.parameters.over(&settings.parameters);
            parameters
                .check()
                .map_err(|wrong| ApiError::invalid(&format!("models[{at}].parameters"), wrong.to_string()))?;
            Ok(ModelChoice { model: choice.model, parameters })
        })
        .collect()
}

/// What each column costs today. Also finds out whether its provider is there, and whether its model
/// takes its parameters and what is attached: what it does not is told, never dropped in silence.
pub(super) async fn rates(
    app: &App,
    body: &Body,
    columns: impl Iterator<Item = (&ModelRef, &Parameters)>,
) -> Result<Vec<Rate>, ApiError> {
    let (mut rates, mut problems) = (Vec::new(), Vec::new());
    for (at, (model, parameters)) in columns.enumerate() {
        let known = find_model(app, model).await?;
        problems.extend(refusals(&known, at, parameters, body));
        rates.push(rate_of(known));
    }
    if problems.is_empty() { Ok(rates) } else { Err(ApiError::problems(ErrorCode::Invalid, problems)) }
}

/// What is known of what a model costs.
pub(super) fn rate_of(known: CatalogueModel) -> Rate {
    Rate { price: known.price, max_output_tokens: known.max_output_tokens.or(known.context_window) }
}

/// Whether somebody waits before a screen for the answers of a run, which is then not kept waiting by those behind it.
pub(super) fn is_watched(caller: &Caller, run: &Run) -> bool {
    caller.kind != CallerKind::ApiKey && run.suite.is_none() && run.parent.is_none()
}

async fn submit(app: &App, caller: &Caller, asked: Asked) -> Result<RunDetail, ApiError> {
    let versions = asked.variants.iter().map(|variant| variant.version_id);
    app.folder.admit(app, &asked.prompt, versions).await?;
    let (stored, sensitive) = mask(&asked.sensitive, asked.inputs);
    let run = Run {
        id: app.ids.run(),
        kind: if asked.variants.len() > 1 { RunKind::Compare } else { RunKind::Single },
        status: RunStatus::Pending,
        priority: asked.priority,
        prompt_id: asked.prompt.id,
        prompt_name: asked.prompt.name,
        suite: None,
        parent: asked.parent,
        variants: asked.variants,
        inputs: stored.clone(),
        context: asked.context,
        repeats: asked.repeats,
        cap_usd: asked.cap_usd,
        fallbacks: asked.fallbacks,
        concurrency: asked.concurrency,
        fail_fast: asked.fail_fast,
        on_restart: asked.on_restart,
        replay: asked.replay,
        regraded: None,
        progress: RunProgress::default(),
        created_by: app.actor(caller),
        created_at: app.now(),
        started_at: None,
        completed_at: None,
    };
    let cells = (0u32..)
        .zip(&run.variants)
        .flat_map(|(variant, _)| (0..run.repeats).map(move |repeat| (variant, repeat)))
        .map(|(variant, repeat)| NewCell { id: app.ids.execution(), variant, case: 0, repeat })
        .collect();
    let new = NewRun {
        run,
        rates: asked.rates,
        partials: asked.partials,
        cases: vec![Case::of(stored)],
        validations: Vec::new(),
        cells,
    };
    let run = app.store.insert_run(new).await?;
    let started = detail(app, run.id).await?;
    app.hub.publish(EventBody::RunUpdated { run: Box::new(run) });
    let mut submission = Submission::new(&started.run, &started.executions);
    submission.terms.watched = is_watched(caller, &started.run);
    submission.sensitive = sensitive;
    app.engine.submit(submission).await?;
    Ok(started)
}

/// The run as it is now with the newest generation of each cell, where there are not too many.
pub(super) async fn detail(app: &App, id: RunId) -> Result<RunDetail, ApiError> {
    let run = app.store.get_run(id).await?;
    let filter = ExecutionFilter { run: Some(id), newest: true, ..ExecutionFilter::default() };
    let (mut executions, mut cursor) = (Vec::new(), None);
    let mut goes_on = run.progress.total <= MOST_EXECUTIONS;
    while goes_on {
        let page = app.store.list_executions(filter, cursor.as_deref(), super::MOST_ITEMS).await?;
        executions.extend(page.items);
        cursor = page.next;
        goes_on = cursor.is_some();
    }
    executions.sort_by_key(|execution| (execution.variant, execution.case, execution.repeat));
    let is_stalled = app.engine.is_stalled(id) || app.regrades.is_stalled(id);
    let stalled = is_stalled && !run.status.is_terminal();
    let held_to = held_to(app, &run).await?;
    Ok(RunDetail { run, executions, stalled, held_to })
}

/// The lowest of the limits that somebody has set, where the run asks for more. Those that nobody has set give way.
async fn held_to(app: &App, run: &Run) -> Result<Option<HeldTo>, ApiError> {
    let Some(asked) = run.concurrency.filter(|_| !run.status.is_terminal()) else { return Ok(None) };
    let limit = |key| app.configuration.in_force().limit(key);
    let together = (limit(Key::AgentMaxConcurrent), "agent_max_concurrent");
    let each = (limit(Key::ProviderMaxConcurrent), "provider_max_concurrent");
    let setting =
        |(limit, name): (Option<NonZeroU32>, &str)| Some(HeldTo { most: limit?, by: name.to_owned() });
    let mut limits: Vec<_> = setting(together).into_iter().collect();
    let names: BTreeSet<_> = run.variants.iter().map(|variant| variant.model.provider.as_str()).collect();
    for provider in app.store.list_providers().await? {
        if names.contains(provider.name.as_str()) {
            let own = provider.max_concurrent.and_then(NonZeroU32::new);
            let own = own.map(|most| HeldTo { most, by: provider.name });
            limits.extend(own.or_else(|| setting(each)));
        }
    }
    Ok(limits.into_iter().filter(|limit| limit.most < asked).min_by_key(|limit| limit.most))
}

pub(crate) async fn run_get(app: &App, _: &Caller, request: GetRun) -> Result<RunDetail, ApiError> {
    detail(app, request.id).await
}

pub(crate) async fn run_cancel(app: &App, _: &Caller, request: CancelRun) -> Result<RunDetail, ApiError> {
    app.store.get_run(request.id).await?;
    app.regrades.cancel(request.id).await;
    app.engine.cancel_run(request.id).await?;
    detail(app, request.id).await
}

pub(crate) async fn run_update(app: &App, _: &Caller, request: UpdateRun) -> Result<Run, ApiError> {
    check_cap(request.cap_usd)?;
    app.store.get_run(request.id).await?;
    let run = app.set_run_cap(request.id, request.cap_usd).await?;
    publish(app, request.id).await?;
    Ok(run)
}

pub(crate) async fn run_repeat(
    app: &App,
    caller: &Caller,
    request: RepeatRun,
) -> Result<RunDetail, ApiError> {
    let RunDetail { run, executions, .. } = detail(app, request.id).await?;
    caller.require_priority(run.priority)?;
    app.watch.require_room(run.priority)?;
    let prompt = app.store.get_prompt(run.prompt_id).await?;
    let Some(first) = executions.first() else {
        return Err(ApiError::new(ErrorCode::Invalid, "the run has no executions", ""));
    };
    let content = app.store.get_version(run.prompt_id, first.version_id).await?.content;
    let body = content.body.clone();
    let whole = Whole::of_run(app, content, run.id).await?;
    let inputs = unmask(whole.variables(), run.inputs, request.sensitive_inputs)?;
    let columns = run.variants.iter().map(|column| (&column.model, &column.parameters));
    let rates = rates(app, &body, columns).await?;
    let asked = Asked {
        prompt,
        parent: run.parent,
        rates,
        sensitive: whole.variables().iter().filter(|variable| variable.sensitive).cloned().collect(),
        partials: whole.called(),
        variants: run.variants,
        inputs,
        context: run.context,
        repeats: run.repeats,
        priority: run.priority,
        cap_usd: run.cap_usd,
        fallbacks: run.fallbacks,
        concurrency: run.concurrency,
        fail_fast: run.fail_fast,
        on_restart: run.on_restart,
        replay: run.replay,
    };
    submit(app, caller, asked).await
}

/// Tells that a run was reopened or changed outside the engine.
pub(super) async fn publish(app: &App, id: RunId) -> Result<(), ApiError> {
    let run = app.store.get_run(id).await?;
    app.hub.publish(EventBody::RunUpdated { run: Box::new(run) });
    app.changed(Noun::Run, id);
    Ok(())
}
