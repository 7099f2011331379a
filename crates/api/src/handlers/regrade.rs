//! Grading the answers of a run anew, by the rules as they are now. No model is called, and the run stays as it was: what
//! comes of it is a run of its own.

use super::{
    PromptKey, SuiteKey, partial::Whole, prompt::find_prompt, sensitive::mask, suite::find_suite,
    suite_run::all_cases, version::find_version,
};
use crate::{ApiError, App, Caller, ErrorCode, asks::Regrading, regrades::UnderWay};
use formaops_domain::{
    Case, EventBody, ExecutionStatus, Noun, OnRestart, Priority, Replay, Run, RunId, RunProgress, RunStatus,
    RunSuite, Suite, Validation, ValidationPhase, ValidationRule, Variable, Variant, ports::EventSink,
};
use formaops_engine::{Checked, Facts};
use formaops_store::{
    AnswerPlace, GradedAnswer, GradedBatch, NewRegrade, StoreError, StoredAnswer, name_of_inputs,
};
use formaops_template::RenderedMessage;
use futures::{StreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Grades the answers of a run anew.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegradeRun {
    /// The run, which has ended.
    pub id: RunId,
    /// The version of its prompt whose rules hold: `v12`, a label, a branch, or the start of a version's hash. Where it is
    /// absent, that which the suite runs, or the head.
    #[serde(default)]
    pub version: Option<String>,
    /// Whether judges are asked what they did not say of an answer before; that costs. Where not, a rule that needs it is
    /// an error.
    #[serde(default)]
    pub judges: bool,
    /// The same key and request within 24 hours answer with the run that was started the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// How many answers are read, graded and written at once.
const BATCH: u32 = 2_000;
/// How many such batches are read or graded before one is written.
const BATCHES_AHEAD: usize = 3;
/// How many answers ask for something at once.
const ASKING_AT_ONCE: usize = 16;

pub(crate) async fn run_regrade(app: &App, caller: &Caller, request: RegradeRun) -> Result<Run, ApiError> {
    let run = app.store.get_run(request.id).await?;
    if !run.status.is_terminal() {
        let message = format!("`{}` has not ended, so it has not all of its answers", run.id);
        return Err(ApiError::new(ErrorCode::Conflict, message, "Wait for its end, or cancel it."));
    }
    app.watch.require_room(run.priority)?;
    let suite = match &run.suite {
        Some(of) => Some(find_suite(app, &SuiteKey::Id(of.id)).await?),
        None => None,
    };
    let columns = columns(app, &run, suite.as_ref(), request.version.as_deref()).await?;
    let cases = match &suite {
        Some(suite) => changed_cases(app, suite, &run, &columns).await?,
        None => Vec::new(),
    };
    let validations = suite.as_ref().map(|suite| suite.spec.validations.clone()).unwrap_or_default();
    let new = new_run(app, caller, run, suite);
    let grading = Grading {
        of: request.id,
        by: new.id,
        asks: Arc::new(Regrading { answers: Arc::clone(&app.asks), judges: request.judges }),
        context: Arc::new(new.context.clone()),
        suite: validations.clone().into(),
        columns,
    };
    let started = app.store.insert_regrade(NewRegrade { run: new, validations, cases }).await?;
    app.hub.publish(EventBody::RunUpdated { run: Box::new(started.clone()) });
    if let Some(suite) = &started.suite {
        app.changed(Noun::Suite, suite.id);
    }
    let under_way = app.regrades.begin(started.id);
    tokio::spawn(Arc::new(grading).carry_out(app.clone(), under_way));
    Ok(started)
}

fn new_run(app: &App, caller: &Caller, of: Run, suite: Option<Suite>) -> Run {
    let total = of.progress.completed + of.progress.failed + of.progress.cancelled;
    Run {
        id: app.ids.run(),
        status: RunStatus::Pending,
        priority: Priority::Normal,
        // What it is compared with is the run before the rules had changed.
        suite: of.suite.zip(suite).map(|(before, now)| RunSuite {
            baseline: Some(of.id),
            thresholds: now.spec.thresholds,
            ..before
        }),
        parent: None,
        cap_usd: None,
        fallbacks: Vec::new(),
        concurrency: None,
        fail_fast: false,
        on_restart: OnRestart::Fail,
        replay: Replay::Off,
        regraded: Some(of.id),
        progress: RunProgress { total, ..RunProgress::default() },
        created_by: app.actor(caller),
        created_at: app.now(),
        started_at: None,
        completed_at: None,
        ..of
    }
}

/// A column of the run: what was sent, and the rules that hold for it now.
struct Column {
    rules: Arc<[Validation]>,
    whole: Arc<Whole>,
}

async fn columns(
    app: &App,
    run: &Run,
    suite: Option<&Suite>,
    version: Option<&str>,
) -> Result<Vec<Column>, ApiError> {
    let mut columns = Vec::new();
    for variant in &run.variants {
        let prompt = variant.prompt_of(run);
        let content = app.store.get_version(prompt, variant.version_id).await?.content;
        let in_suite =
            suite.and_then(|suite| suite.spec.prompts.iter().find(|asked| asked.prompt_id == prompt));
        let version = version.or(in_suite.and_then(|asked| asked.version.as_deref()));
        let rules = rules_now(app, PromptKey::Id(prompt), variant, version).await?;
        let whole = Arc::new(Whole::of_run(app, content, run.id).await?);
        columns.push(Column { rules: rules.into(), whole });
    }
    Ok(columns)
}

/// The rules that a prompt has now; of one that is not there any more, those that it had.
async fn rules_now(
    app: &App,
    prompt: PromptKey,
    variant: &Variant,
    version: Option<&str>,
) -> Result<Vec<Validation>, ApiError> {
    let prompt = match find_prompt(app, &prompt).await {
        Ok(prompt) if prompt.deleted_at.is_none() => prompt,
        Err(error) if error.code != ErrorCode::NotFound => return Err(error),
        Ok(_) | Err(_) => {
            let PromptKey::Id(id) = prompt else { return Ok(Vec::new()) };
            return Ok(app.store.get_version(id, variant.version_id).await?.content.validations);
        }
    };
    let version = find_version(app, &prompt, version).await?;
    app.folder.admit(app, &prompt, std::iter::once(version.id)).await?;
    Ok(version.content.validations)
}

/// The cases of which the suite says something else now than when they were run. They are known by their inputs; of
/// several with the same inputs the first is the first, and so on.
async fn changed_cases(
    app: &App,
    suite: &Suite,
    run: &Run,
    columns: &[Column],
) -> Result<Vec<(u32, Case)>, ApiError> {
    let variables: Vec<Variable> =
        columns.iter().flat_map(|column| column.whole.variables()).cloned().collect();
    let mut now: HashMap<Vec<u8>, VecDeque<Case>> = HashMap::new();
    for case in all_cases(app, suite).await? {
        let (inputs, _) = mask(&variables, case.inputs.clone());
        now.entry(name_of_inputs(&inputs)?).or_default().push_back(case);
    }
    let before = app.store.list_case_names(run.id).await?;
    let changed = before.into_iter().filter_map(|known| {
        let Case { validations, threshold, metadata, expected, tags, name, .. } =
            now.get_mut(&known.inputs)?.pop_front()?;
        // What was sent with it stays as it was.
        let case = Case { validations, threshold, metadata, expected, tags, name, ..known.case.clone() };
        (case != known.case).then_some((known.position, case))
    });
    Ok(changed.collect())
}

/// All that is needed to grade answers of a run.
struct Grading {
    of: RunId,
    by: RunId,
    asks: Arc<Regrading>,
    context: Arc<formaops_domain::RunContext>,
    suite: Arc<[Validation]>,
    columns: Vec<Column>,
}

impl Grading {
    /// Grades all answers, and ends the run whatever comes of that.
    async fn carry_out(self: Arc<Self>, app: App, under_way: UnderWay) {
        if let Err(error) = self.grade_all(&app, &under_way.cancel).await {
            tracing::error!(run = %self.by, code = ?error.code, "answers were not graded");
        }
        let ended = app.store.finish_regrade(self.by, app.now()).await;
        // It is over before it is told: who waits until nothing is under way looks when something is told.
        drop(under_way);
        match ended {
            Ok(run) => app.hub.publish(EventBody::RunUpdated { run: Box::new(run) }),
            Err(error) => {
                // The next start finds that it was cut off.
                tracing::error!(run = %self.by, %error, "the end of a run could not be kept");
                app.regrades.stall(self.by);
                app.changed(Noun::Run, self.by);
            }
        }
    }

    /// Reads on while answers are graded, and grades on while they are written: the store has one writer, and there may
    /// be several cores.
    async fn grade_all(self: &Arc<Self>, app: &App, cancel: &CancellationToken) -> Result<(), ApiError> {
        let (ahead, mut graded) = mpsc::channel(BATCHES_AHEAD);
        let (grading, reader, stop) = (Arc::clone(self), app.clone(), cancel.clone());
        let reading = tokio::spawn(async move {
            let mut after: Option<AnswerPlace> = None;
            while !stop.is_cancelled() {
                let mut answers = reader.store.list_answers(grading.of, grading.by, after, BATCH).await?;
                let Some(last) = answers.last() else { break };
                after = Some(last.place);
                if answers.iter().any(|answer| grading.looks_at_inputs(answer)) {
                    reader.store.read_inputs(&mut answers).await?;
                }
                let (grading, app, stop) = (Arc::clone(&grading), reader.clone(), stop.clone());
                let batch = tokio::spawn(async move { grading.grade(&app, answers, &stop).await });
                if ahead.send(batch).await.is_err() {
                    break;
                }
            }
            Ok::<_, StoreError>(())
        });
        while let Some(batch) = graded.recv().await {
            let batch = batch.await.map_err(|error| broken(&error))??;
            if cancel.is_cancelled() {
                break;
            }
            let run = app.store.insert_graded(self.by, batch, app.now()).await?;
            app.hub.publish(EventBody::RunUpdated { run: Box::new(run) });
        }
        drop(graded);
        Ok(reading.await.map_err(|error| broken(&error))??)
    }

    async fn grade(
        self: Arc<Self>,
        app: &App,
        answers: Vec<StoredAnswer>,
        cancel: &CancellationToken,
    ) -> Result<GradedBatch, ApiError> {
        let grading = Arc::clone(&self);
        let alone = tokio::task::spawn_blocking(move || {
            let alone = answers.into_iter().map(|answer| {
                let facts = grading.facts(&answer)?;
                let checked = match &facts {
                    Some(facts) => facts.check_alone(),
                    None => Some(Checked::skipped()),
                };
                Ok((answer, facts.map(Arc::new), checked))
            });
            alone.collect::<Result<Vec<_>, StoreError>>()
        });
        let alone = alone.await.map_err(|error| broken(&error))??;
        let asking = alone.into_iter().map(|(answer, facts, checked)| {
            let grading = &self;
            async move {
                let checked = match (checked, facts) {
                    (Some(checked), _) => checked,
                    (None, None) => Checked::skipped(),
                    (None, Some(facts)) => {
                        // Whatever is asked is asked for the execution that has the answer.
                        let execution = app.store.get_execution(answer.execution).await?;
                        facts.check(&*grading.asks, &execution, cancel, cancel).await
                    }
                };
                Ok(GradedAnswer {
                    id: app.ids.execution(),
                    of: answer.execution,
                    status: answer.status,
                    kept: answer.kept,
                    metrics: answer.metrics.replayed(answer.completed_at),
                    validation_status: checked.status,
                    score: checked.score,
                    results: checked.results,
                    validated_output: checked.validated,
                })
            }
        });
        let graded: Vec<Result<_, ApiError>> = stream::iter(asking).buffered(ASKING_AT_ONCE).collect().await;
        let graded = graded.into_iter().collect::<Result<Vec<_>, _>>()?;
        let packing = tokio::task::spawn_blocking(move || GradedBatch::of(&graded));
        Ok(packing.await.map_err(|error| broken(&error))??)
    }

    /// What the rules of an answer are decided from; `None` where there is no whole answer, or no rule.
    fn facts(&self, answer: &StoredAnswer) -> Result<Option<Facts>, StoreError> {
        let (_, _, variant, _) = answer.place;
        let Some(column) = self.columns.get(variant as usize) else { return Ok(None) };
        let validations: Arc<[Validation]> = if self.suite.is_empty() && answer.case.validations.is_empty() {
            Arc::clone(&column.rules)
        } else {
            column.rules.iter().chain(&*self.suite).chain(&answer.case.validations).cloned().collect()
        };
        let is_due = |rule: &Validation| rule.phase == ValidationPhase::After && !rule.off;
        if answer.status != ExecutionStatus::Completed || !validations.iter().any(is_due) {
            return Ok(None);
        }
        let (inputs, prompt) = if self.looks_at_inputs(answer) {
            let inputs = answer.inputs()?;
            let prompt = self.prompt(column, answer, &inputs);
            (inputs, prompt)
        } else {
            Default::default()
        };
        Ok(Some(Facts {
            validations,
            phase: ValidationPhase::After,
            output: answer.output()?,
            tools: answer.parameters.tools.clone(),
            tool_calls: answer.tool_calls.clone(),
            finish: answer.finish.clone(),
            inputs: Arc::new(inputs),
            prompt,
            model: answer.model.clone(),
            metrics: answer.metrics.clone().as_recorded(),
            metadata: Arc::new(answer.case.metadata.clone()),
            threshold: answer.case.threshold,
        }))
    }

    /// Whether some rule of an answer looks at more than the answer. Most do not, and reading, unpacking and rendering what
    /// it was asked for takes longer than they do.
    fn looks_at_inputs(&self, answer: &StoredAnswer) -> bool {
        let (_, _, variant, _) = answer.place;
        let of_column = self.columns.get(variant as usize).map_or(&[][..], |column| &*column.rules);
        let mut rules = of_column.iter().chain(&*self.suite).chain(&answer.case.validations);
        rules.any(|rule| !matches!(rule.rule, ValidationRule::Schema { .. } | ValidationRule::Regex { .. }))
    }

    /// The rendered prompt as rules saw it, with sensitive values masked; empty where it cannot be rendered with the mask.
    fn prompt(&self, column: &Column, answer: &StoredAnswer, inputs: &formaops_domain::JsonObject) -> String {
        let variables = column.whole.variables();
        let inputs = formaops_validate::check_inputs(variables, inputs).unwrap_or_else(|_| inputs.clone());
        let Ok(rendered) = column.whole.compiled().render(&inputs, &self.context) else {
            return String::new();
        };
        let texts: Vec<_> = rendered.messages.iter().map(RenderedMessage::text).collect();
        let Case { prefix, suffix, .. } = &answer.case;
        format!("{prefix}{}{suffix}", texts.join("\n\n"))
    }
}

fn broken(error: &tokio::task::JoinError) -> ApiError {
    tracing::error!(%error, "grading answers failed in a way it never should");
    ApiError::new(ErrorCode::Internal, "answers could not be graded", "Look into the log, and report it.")
}
