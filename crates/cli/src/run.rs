//! `formaops run`: a prompt on one or more models, streaming to the terminal.

use crate::{
    Ending,
    call::{call, usage},
    output, run_end, wait,
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use formaops_api::{
    ApiError, ErrorCode, Session,
    handlers::{CreateRun, ExecutionDetail, LiveFigures, ModelChoice, PromptDetail, PromptKey, RunDetail},
};
use formaops_domain::{
    Attempt, AttemptStatus, BudgetAlert, Content, Event, EventBody, Execution, ExecutionId, ExecutionStatus,
    Finish, FinishReason, JsonObject, ModelRef, NanoUsd, Noun, OnRestart, OutputPart, OutputWindow,
    Parameters, Priority, PromptRef, Replay, RunContext, RunId, Timestamp, VersionSelector,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{collections::HashMap, io::Read, num::NonZeroU32, path::PathBuf, time::Duration};

/// What `formaops run` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArguments {
    /// The prompt: NAME, NAME@v12, NAME@label or NAME@hash
    name: PromptRef,
    /// A model, `provider:model`; once for each column
    #[arg(long = "model", short = 'm', value_name = "PROVIDER:MODEL")]
    models: Vec<ModelRef>,
    /// An input, `name=value`; JSON for arrays and objects
    #[arg(long = "var", short = 'v', value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// A JSON file with inputs; `-` reads standard input
    #[arg(long, short = 'i', value_name = "FILE")]
    input: Option<PathBuf>,
    /// A JSON file with context: `{"messages": [{"role", "text"}], "data": {…}}`
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// A parameter for all models, `name=value`, such as `temperature=0.2`
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// How often each model is asked
    #[arg(long, default_value_t = 1)]
    repeats: u32,
    /// How urgent it is
    #[arg(
        long,
        default_value = "normal",
        value_parser = PossibleValuesParser::new(["low", "normal", "high", "critical"]).try_map(priority)
    )]
    priority: Priority,
    /// The most that it may cost, in dollars: no call is made that could go past it
    #[arg(long, value_name = "USD")]
    cap: Option<NanoUsd>,
    /// A model that answers in the place of the one model, where that fails for good and the fallback strategy is
    /// `degrade`; several are asked in this order
    #[arg(long = "fallback", value_name = "PROVIDER:MODEL")]
    fallbacks: Vec<ModelRef>,
    /// How many executions may be on the wire at once, in place of the default limits
    #[arg(long, short = 'j', value_name = "N")]
    concurrency: Option<NonZeroU32>,
    /// Cancel what is left once an execution has failed
    #[arg(long)]
    fail_fast: bool,
    /// Answer from recordings: `only`, or `prefer` where they are there
    #[arg(long, default_value = "off", value_parser = PossibleValuesParser::new(["off", "only", "prefer"]).try_map(replay))]
    replay: Replay,
    /// Go on with it at the next start where FormaOps ends before it does
    #[arg(long)]
    resume: bool,
    /// Run the unsaved draft instead of a version
    #[arg(long)]
    draft: bool,
}

fn priority(text: String) -> Result<Priority, serde_json::Error> {
    serde_json::from_value(Value::from(text))
}

fn replay(text: String) -> Result<Replay, serde_json::Error> {
    serde_json::from_value(Value::from(text))
}

/// How long a run is waited for until it is asked whether it is held back.
const SILENCE: Duration = Duration::from_secs(1);

/// Runs, streams, and tells how it ended.
pub(crate) async fn perform(
    session: &Session,
    arguments: RunArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let request = request(session, arguments).await?;
    let mut events = session.subscribe();
    let request = serde_json::to_value(&request).map_err(|error| usage(error.to_string()))?;
    let started: RunDetail = call(session, "run_create", request).await?;
    run_end::tell_limit(&started);
    let mut screen = Screen::new(&started, as_json);
    let (mut cancelled, mut looked) = (false, false);
    // Where it is held back from its beginning, no event tells of that.
    let silence = tokio::time::sleep(SILENCE);
    tokio::pin!(silence);
    while !screen.is_done() {
        tokio::select! {
            batch = events.next() => {
                for event in batch {
                    screen.take(session, event).await?;
                }
            }
            () = &mut silence, if !looked => {
                looked = true;
                screen.look(session).await;
            }
            _ = tokio::signal::ctrl_c(), if !cancelled => {
                cancelled = true;
                let left: RunDetail = call(session, "run_cancel", json!({ "id": started.run.id })).await?;
                if !left.run.status.is_terminal() {
                    output::line_to_stderr(
                        "note: the run is cancelled; that is kept as soon as the workspace can be written",
                    );
                    return Ok(Ending::Cancelled);
                }
            }
        }
    }
    let ended: RunDetail = call(session, "run_get", json!({ "id": started.run.id })).await?;
    if as_json {
        output::json(&document(session, &ended).await?);
    } else {
        screen.summary(&ended);
    }
    let has = |status| ended.executions.iter().any(|execution| execution.status == status);
    Ok(if cancelled || has(ExecutionStatus::Cancelled) {
        Ending::Cancelled
    } else if has(ExecutionStatus::Failed) {
        Ending::ExecutionFailed
    } else {
        Ending::Done
    })
}

async fn request(session: &Session, arguments: RunArguments) -> Result<CreateRun, ApiError> {
    let prompt = PromptKey::Name(arguments.name.name.clone());
    let detail: PromptDetail = call(session, "prompt_get", json!({ "id": prompt })).await?;
    let version = match arguments.name.version {
        VersionSelector::Head => None,
        VersionSelector::Number(number) => Some(format!("v{number}")),
        VersionSelector::Hash(text) => Some(text),
        VersionSelector::Named(name) => Some(name.to_string()),
    };
    let content = if arguments.draft {
        let draft = detail.draft.ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("`{prompt}` has no unsaved draft"),
                "Leave `--draft` out.",
            )
        })?;
        Some(draft.content)
    } else {
        None
    };
    let declared = match (&content, &version) {
        (Some(content), _) => content.clone(),
        (None, Some(version)) => {
            let version: formaops_domain::Version =
                call(session, "version_get", json!({ "id": prompt, "version": version })).await?;
            version.content
        }
        (None, None) => detail.head.map(|head| head.content).unwrap_or_default(),
    };
    let mut inputs = match &arguments.input {
        Some(file) => read_json::<JsonObject>(file)?,
        None => JsonObject::new(),
    };
    for assignment in &arguments.variables {
        let (name, text) = split(assignment, "--var")?;
        inputs.insert(name.to_owned(), input(&declared, name, text)?);
    }
    let mut parameters = JsonObject::new();
    for assignment in &arguments.parameters {
        let (name, text) = split(assignment, "--param")?;
        parameters.insert(name.to_owned(), serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
    }
    let parameters: Parameters =
        serde_json::from_value(parameters.into()).map_err(|error| usage(format!("`--param`: {error}")))?;
    let context = match &arguments.context {
        Some(file) => read_json::<RunContext>(file)?,
        None => RunContext::default(),
    };
    let models = arguments
        .models
        .into_iter()
        .map(|model| ModelChoice { model, parameters: parameters.clone() })
        .collect();
    Ok(CreateRun {
        prompt,
        version,
        content,
        models,
        inputs,
        context,
        repeats: arguments.repeats,
        priority: arguments.priority,
        cap_usd: arguments.cap,
        fallbacks: arguments.fallbacks,
        concurrency: arguments.concurrency,
        fail_fast: arguments.fail_fast,
        on_restart: if arguments.resume { OnRestart::Resume } else { OnRestart::Fail },
        replay: arguments.replay,
        idempotency_key: None,
    })
}

fn split<'a>(assignment: &'a str, flag: &str) -> Result<(&'a str, &'a str), ApiError> {
    assignment
        .split_once('=')
        .ok_or_else(|| usage(format!("`{flag} {assignment}` needs the form `name=value`")))
}

fn input(declared: &Content, name: &str, text: &str) -> Result<Value, ApiError> {
    match declared.variables.iter().find(|variable| variable.name == name) {
        Some(variable) => formaops_validate::coerce_text(variable, text)
            .map_err(|problem| ApiError::invalid(&format!("inputs.{name}"), problem.message)),
        None => Ok(Value::from(text)),
    }
}

fn read_json<T: DeserializeOwned>(file: &PathBuf) -> Result<T, ApiError> {
    let shown = file.display();
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| usage(format!("cannot read `{shown}`: {error}")))?;
    serde_json::from_str(&text)
        .map_err(|error| usage(format!("`{shown}` does not hold what is expected: {error}")))
}

/// One document with the run and every execution with its whole answer.
async fn document(session: &Session, ended: &RunDetail) -> Result<Value, ApiError> {
    let mut executions = Vec::new();
    for execution in &ended.executions {
        let output = output_from(session, execution.id, 0).await?;
        let mut value = serde_json::to_value(execution).map_err(|error| usage(error.to_string()))?;
        value["output"] = Value::from(output);
        executions.push(value);
    }
    Ok(json!({ "run": ended.run, "executions": executions }))
}

/// The answer of an execution from some byte on.
pub(crate) async fn output_from(
    session: &Session,
    id: ExecutionId,
    mut offset: u64,
) -> Result<String, ApiError> {
    let mut text = String::new();
    loop {
        let window: OutputWindow =
            call(session, "execution_output", json!({ "id": id, "offset": offset })).await?;
        text.push_str(&window.text);
        if window.next == offset || window.next >= window.total {
            return Ok(text);
        }
        offset = window.next;
    }
}

/// What the terminal shows while a run goes on: one answer streams at once, the others wait their turn.
struct Screen {
    run: RunId,
    since: Timestamp,
    ended: bool,
    order: Vec<ExecutionId>,
    cells: HashMap<ExecutionId, Cell>,
    shown: usize,
    quiet: bool,
    priority: Priority,
    /// Why it is held back, as far as the level of the whole goes.
    held: Option<String>,
    /// Whether it was told to wait.
    waits: bool,
}

struct Cell {
    execution: Execution,
    text: String,
    received: u64,
    printed: usize,
}

impl Screen {
    fn new(started: &RunDetail, quiet: bool) -> Self {
        let cell = |execution: &Execution| Cell {
            execution: execution.clone(),
            text: String::new(),
            received: 0,
            printed: 0,
        };
        let cells = started.executions.iter().map(|execution| (execution.id, cell(execution))).collect();
        let order = started.executions.iter().map(|execution| execution.id).collect();
        let (run, since, priority) = (started.run.id, started.run.created_at, started.run.priority);
        let (held, waits) = (None, false);
        let mut screen =
            Self { run, since, ended: false, order, cells, shown: 0, quiet, priority, held, waits };
        screen.header();
        screen
    }

    fn is_done(&self) -> bool {
        self.ended && self.cells.values().all(|cell| cell.execution.status.is_terminal())
    }

    async fn take(&mut self, session: &Session, event: Event) -> Result<(), ApiError> {
        match event.body {
            EventBody::ExecutionChunk { part: OutputPart::Reasoning, .. } => {}
            EventBody::ExecutionChunk { execution_id, offset, bytes, text, .. } => {
                let Some(cell) = self.cells.get_mut(&execution_id) else { return Ok(()) };
                if offset == cell.received {
                    cell.text.push_str(&text);
                    cell.received += bytes;
                } else if offset > cell.received {
                    catch_up(session, cell).await?;
                }
            }
            EventBody::ExecutionUpdated { execution } => self.update(session, *execution).await?,
            EventBody::Changed { noun: Noun::Run, id } if id == Some(self.run.to_string()) => {
                run_end::look(session, self.run).await?;
            }
            EventBody::Resync => {
                let detail = run_end::look(session, self.run).await?;
                self.ended = detail.run.status.is_terminal();
                for execution in detail.executions {
                    self.update(session, execution).await?;
                }
                self.look(session).await;
            }
            EventBody::Changed { noun: Noun::Health, .. } => self.look(session).await,
            EventBody::RunUpdated { run } if run.id == self.run => self.ended = run.status.is_terminal(),
            EventBody::Alert { alert: BudgetAlert { state, percent } } => {
                let scope = state.budget.scope.to_string();
                let (scope, cap) = (output::visible(&scope), state.budget.cap_usd);
                let spent = state.settled_usd;
                output::line_to_stderr(&format!(
                    "warning: {percent} % of the budget for {scope}: ${spent} of ${cap}"
                ));
            }
            EventBody::RunUpdated { .. } | EventBody::Changed { .. } => {}
        }
        self.print();
        self.tell_wait();
        Ok(())
    }

    /// Finds out whether the run is held back. Where that cannot be answered now, the next event asks again.
    async fn look(&mut self, session: &Session) {
        if let Ok(LiveFigures { level, .. }) =
            call::<LiveFigures>(session, "figures_get", json!({ "after": self.since })).await
        {
            self.held = wait::at_level(&level, self.priority);
        }
        self.tell_wait();
    }

    /// Says why nothing goes on, once, and when it does again.
    fn tell_wait(&mut self) {
        let executions = || self.cells.values().map(|cell| &cell.execution);
        let is_waiting = executions().any(|execution| execution.status == ExecutionStatus::Pending);
        let why = wait::for_room(executions()).or_else(|| self.held.clone().filter(|_| is_waiting));
        if let Some(why) = why.as_ref().filter(|_| !self.waits) {
            output::line_to_stderr(&format!("waiting: {}", output::visible(why)));
        }
        if why.is_none() && self.waits && !self.is_done() {
            output::line_to_stderr("note: the run goes on");
        }
        self.waits = why.is_some();
    }

    async fn update(&mut self, session: &Session, execution: Execution) -> Result<(), ApiError> {
        let Some(cell) = self.cells.get_mut(&execution.id) else { return Ok(()) };
        let began = cell.execution.started_at;
        let is_new = began.is_some() && execution.started_at != began;
        cell.execution = execution;
        if is_new {
            begin_anew(session, cell, self.quiet).await?;
        }
        if cell.execution.status.is_terminal() && cell.received < cell.execution.output_bytes {
            catch_up(session, cell).await?;
        }
        Ok(())
    }

    fn header(&mut self) {
        if self.quiet || self.order.len() < 2 {
            return;
        }
        if let Some(cell) = self.order.get(self.shown).and_then(|id| self.cells.get(id)) {
            let repeat = match cell.execution.repeat {
                0 => String::new(),
                repeat => format!(", repeat {}", repeat + 1),
            };
            output::line(&format!("── {}{repeat} ──", output::visible(&cell.execution.model.to_string())));
        }
    }

    fn print(&mut self) {
        if self.quiet {
            return;
        }
        while let Some(cell) = self.order.get(self.shown).and_then(|id| self.cells.get_mut(id)) {
            output::text(&output::visible(&cell.text[cell.printed..]));
            cell.printed = cell.text.len();
            if !cell.execution.status.is_terminal() {
                return;
            }
            if !cell.text.is_empty() && !cell.text.ends_with('\n') {
                output::line("");
            }
            for call in &cell.execution.tool_calls {
                let asked = format!("asks for {}({})", call.name, call.arguments);
                output::line_to_stderr(&output::visible(&asked));
            }
            if let Some(failure) = &cell.execution.failure {
                output::line_to_stderr(&format!("failed: {}", output::visible(&failure.message)));
                output::line_to_stderr(&format!("hint: {}", output::visible(&failure.hint)));
            }
            self.shown += 1;
            self.header();
        }
    }

    fn summary(&self, ended: &RunDetail) {
        if let Some(cap) = ended.run.cap_usd {
            output::line_to_stderr(&format!("spent ${} of ${cap}", ended.run.progress.cost_usd));
        }
        for execution in &ended.executions {
            let metrics = &execution.metrics;
            let millis = |span: Option<formaops_domain::Span>| {
                span.map_or("–".to_owned(), |span| format!("{:.0} ms", span.as_secs_f64() * 1000.0))
            };
            let tokens = metrics.token_usage.map_or("– · –".to_owned(), |usage| {
                format!("{} · {}", usage.input_tokens, usage.output_tokens)
            });
            let cost = metrics.cost_usd.map_or("unknown".to_owned(), |cost| format!("${cost}"));
            let finish = execution.finish.as_ref().map(finish_text).unwrap_or_default();
            let model = match &execution.answered_by {
                Some(other) => format!("{other} in place of {}", execution.model),
                None => execution.model.to_string(),
            };
            output::line_to_stderr(&format!(
                "{}  {}{finish}  first token {}  in · out {tokens}  cost {cost}  latency {}",
                output::visible(&model),
                format!("{:?}", execution.status).to_lowercase(),
                millis(metrics.first_token_ms),
                millis(metrics.latency_ms),
            ));
        }
    }
}

/// Why the model stopped, where that is worth a word: an ordinary end is not.
fn finish_text(finish: &Finish) -> String {
    let reason = match finish.reason {
        FinishReason::Stop => return String::new(),
        FinishReason::Length => "cut at the most tokens",
        FinishReason::ContentFilter => "held back by the provider",
        FinishReason::Refusal => "declined by the model",
        FinishReason::ToolCalls => "asks for tools",
        FinishReason::Other => finish.word.as_deref().unwrap_or("stopped"),
    };
    format!(" ({})", output::visible(reason))
}

/// The owner of the workspace went away in the middle of an answer, and its execution is begun once more: nothing of
/// what came before is part of the answer that comes now.
async fn begin_anew(session: &Session, cell: &mut Cell, quiet: bool) -> Result<(), ApiError> {
    if cell.printed > 0 && !quiet {
        if !cell.text.ends_with('\n') {
            output::line("");
        }
        let detail: ExecutionDetail =
            call(session, "execution_get", json!({ "id": cell.execution.id })).await?;
        let is_cut = |attempt: &&Attempt| attempt.status == AttemptStatus::Interrupted;
        let next = detail.attempts.iter().rfind(is_cut).map_or(1, |attempt| attempt.number + 1);
        output::line_to_stderr(&format!("— interrupted; attempt {next} —"));
    }
    cell.text.clear();
    (cell.received, cell.printed) = (0, 0);
    Ok(())
}

async fn catch_up(session: &Session, cell: &mut Cell) -> Result<(), ApiError> {
    let missing = output_from(session, cell.execution.id, cell.received).await?;
    cell.received += missing.len() as u64;
    cell.text.push_str(&missing);
    Ok(())
}
