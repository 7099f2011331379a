//! Runs of suites: what they would be, and their start.

use super::{
    PromptKey, SuiteKey,
    budget::check_cap,
    comparison::summary,
    early_stop::look_on,
    partial::Whole,
    prompt::find_prompt,
    run::{MOST_CONCURRENCY, MOST_MODELS, MOST_REPEATS, ModelChoice, columns, rates},
    sensitive::mask,
    suite::find_suite,
    version::find_version,
};
use crate::{ApiError, App, Caller, ErrorCode, Problem, configuration::Key};
use formaops_domain::{
    Case, CaseSample, EventBody, JsonObject, NanoUsd, Noun, OnRestart, Place, Priority, Prompt, Replay, Run,
    RunContext, RunId, RunKind, RunPartial, RunProgress, RunStatus, RunSuite, Suite, SuiteDataset,
    SuiteModel, SuitePrompt, Usage, Variable, Variant, VariantPrompt, ports::EventSink,
};
use formaops_engine::Submission;
use formaops_store::{CaseFilter, NewCell, NewRun, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    num::NonZeroU32,
};

/// Starts a run of a suite.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunSuiteRequest {
    /// The suite.
    pub id: SuiteKey,
    /// The prompts, in place of those of the suite.
    #[serde(default)]
    pub prompts: Option<Vec<SuitePrompt>>,
    /// The models, in place of those of the suite.
    #[serde(default)]
    pub models: Option<Vec<SuiteModel>>,
    /// Which of its cases are run; all where absent.
    #[serde(default)]
    pub cases: CaseChoice,
    /// How often each cell is executed, in place of what the suite says, 1 to 100.
    #[serde(default)]
    pub repeats: Option<u32>,
    /// The run that it is compared with, in place of the suite's baseline.
    #[serde(default)]
    pub baseline: Option<RunId>,
    /// The values of sensitive variables, for every case; they are not kept.
    #[serde(default)]
    pub sensitive_inputs: JsonObject,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// The most that it may cost, in dollars: no call is made that could go past it.
    #[serde(default)]
    pub cap_usd: Option<NanoUsd>,
    /// How many of its executions may be on the wire at once, 1 to 1,024; the default limits where absent.
    #[serde(default)]
    pub concurrency: Option<NonZeroU32>,
    /// Whether the first execution that fails cancels what is left.
    #[serde(default)]
    pub fail_fast: bool,
    /// Whether what has not begun is left out once every column is better or worse than its baseline for sure.
    #[serde(default)]
    pub stop_when_decided: bool,
    /// What becomes of it where FormaOps ends before it does.
    #[serde(default = "resume")]
    pub on_restart: OnRestart,
    /// Whether it is answered from recordings in the place of calls: `only`, or `prefer` where they are there.
    #[serde(default)]
    pub replay: Replay,
    /// The same key and request within 24 hours answer with the run that was started the first time.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

const fn resume() -> OnRestart {
    OnRestart::Resume
}

/// Which cases of a suite are run. All that is given must hold; the order of the cases stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseChoice {
    /// From this case on, counted from 0.
    #[serde(default)]
    pub from: Option<u32>,
    /// Up to this case, which is not run.
    #[serde(default)]
    pub to: Option<u32>,
    /// Only those at these places, counted from 0; all where none is given.
    #[serde(default)]
    pub at: Vec<u32>,
    /// Only those with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only so many of those that are left, chosen by chance.
    #[serde(default)]
    pub sample: Option<u32>,
    /// What the chance starts from: the same seed chooses the same cases.
    #[serde(default)]
    pub seed: u64,
    /// Only those that failed in this earlier run of the suite.
    #[serde(default)]
    pub failing_in: Option<RunId>,
}

/// What a run of a suite would be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuitePlan {
    /// How many cases are run.
    pub cases: u32,
    /// The columns: each version on each of its models.
    pub columns: Vec<Variant>,
    /// How often each cell is executed.
    pub repeats: u32,
    /// How many executions that makes.
    pub executions: u32,
    /// What they will about cost, in dollars: requests by estimate, answers as long as those of the same prompts and models
    /// were on average; unknown where some price is.
    pub estimate_usd: Option<NanoUsd>,
    /// The most that they can cost; unknown where some price or longest answer is.
    pub worst_usd: Option<NanoUsd>,
    /// How long they will about take, in seconds, by what those of the same models took; unknown where none have run.
    pub seconds: Option<f64>,
}

/// The most executions that a run can have.
const MOST_EXECUTIONS: u64 = 1_000_000;
/// How many cases are rendered before anything is started; of the others the inputs are checked.
const RENDERED_CASES: usize = 100;
/// How many problems are told at once.
const MOST_PROBLEMS: usize = 20;

/// A column with all that is needed to run it.
struct Column {
    prompt: Prompt,
    variant: Variant,
    /// What its model is called in the suite; may be empty.
    label: String,
    rate: Rate,
    whole: usize,
}

/// A run of a suite whose parts are all known.
struct Resolved {
    suite: Suite,
    cases: Vec<Case>,
    columns: Vec<Column>,
    /// The templates of the versions, with their partials.
    wholes: Vec<Whole>,
    repeats: u32,
    sensitive: JsonObject,
}

pub(crate) async fn suite_plan(
    app: &App,
    _: &Caller,
    request: RunSuiteRequest,
) -> Result<SuitePlan, ApiError> {
    let resolved = Resolved::of(app, &request).await?;
    let plan = resolved.plan(app, request.concurrency).await?;
    Ok(match request.replay {
        // Nothing is called, so nothing is paid or waited for.
        Replay::Only => SuitePlan {
            estimate_usd: Some(NanoUsd::ZERO),
            worst_usd: Some(NanoUsd::ZERO),
            seconds: Some(0.0),
            ..plan
        },
        Replay::Off | Replay::Prefer => plan,
    })
}

pub(crate) async fn suite_run(app: &App, caller: &Caller, request: RunSuiteRequest) -> Result<Run, ApiError> {
    caller.require_priority(request.priority)?;
    app.watch.require_room(request.priority)?;
    app.watch.require_calm()?;
    check_cap(request.cap_usd)?;
    if request.concurrency.is_some_and(|most| most.get() > MOST_CONCURRENCY) {
        let message = format!("`concurrency` must be between 1 and {MOST_CONCURRENCY}");
        return Err(ApiError::invalid("concurrency", message));
    }
    let resolved = Resolved::of(app, &request).await?;
    let has_baseline = request.baseline.or(resolved.suite.baseline).is_some();
    if request.stop_when_decided && !has_baseline {
        return Err(ApiError {
            hint: "Name a baseline, or set that of the suite.".to_owned(),
            ..ApiError::invalid("stopWhenDecided", "without a baseline there is nothing to decide")
        });
    }
    for column in &resolved.columns {
        app.folder.admit(app, &column.prompt, [column.variant.version_id].into_iter()).await?;
    }
    resolved.start(app, caller, &request).await
}

impl Resolved {
    async fn of(app: &App, request: &RunSuiteRequest) -> Result<Self, ApiError> {
        let suite = find_suite(app, &request.id).await?;
        let repeats = request.repeats.unwrap_or(suite.spec.repeats);
        if !(1..=MOST_REPEATS).contains(&repeats) {
            let message = format!("`repeats` must be between 1 and {MOST_REPEATS}, got {repeats}");
            return Err(ApiError::invalid("repeats", message));
        }
        let prompts = request.prompts.as_ref().unwrap_or(&suite.spec.prompts);
        let models = request.models.as_ref().unwrap_or(&suite.spec.models);
        let (columns, wholes) = find_columns(app, prompts, models).await?;
        let cases = choose(app, all_cases(app, &suite).await?, &request.cases).await?;
        let executions = cells(&cases, &columns).count() as u64 * u64::from(repeats);
        if executions == 0 {
            return Err(ApiError {
                hint: "Correct the columns that its cases name, and the prompts that its models name."
                    .to_owned(),
                ..ApiError::invalid("cases", "no case is for any of the columns, so there is nothing to run")
            });
        }
        if executions > MOST_EXECUTIONS {
            return Err(ApiError {
                hint: "Run fewer cases, models or repeats.".to_owned(),
                ..ApiError::invalid(
                    "cases",
                    format!(
                        "a run has at most {MOST_EXECUTIONS} executions, this one would have {executions}"
                    ),
                )
            });
        }
        let sensitive = request.sensitive_inputs.clone();
        let mut resolved = Self { suite, cases, columns, wholes, repeats, sensitive };
        resolved.check(app).await?;
        Ok(resolved)
    }

    /// What cannot be rendered or misses an input is said now, before anything is kept or sent.
    async fn check(&mut self, app: &App) -> Result<(), ApiError> {
        let mut problems = Vec::new();
        for whole in &mut self.wholes {
            for (at, case) in self.cases.iter().enumerate() {
                let inputs = overlay(&case.inputs, &self.sensitive);
                let wrong = formaops_validate::check_inputs(whole.variables(), &inputs).err();
                let wrong = wrong.into_iter().flatten().map(Problem::from);
                problems.extend(wrong.map(|problem| in_case(problem, at, case)));
                if problems.len() >= MOST_PROBLEMS {
                    return Err(ApiError::problems(ErrorCode::Invalid, problems));
                }
            }
        }
        if !problems.is_empty() {
            return Err(ApiError::problems(ErrorCode::Invalid, problems));
        }
        for whole in &mut self.wholes {
            for (at, case) in self.cases.iter().enumerate().take(RENDERED_CASES) {
                let inputs = overlay(&case.inputs, &self.sensitive);
                whole.render(app, &inputs, &RunContext::default()).await.map_err(|error| ApiError {
                    message: format!("case {}: {}", at + 1, error.message),
                    ..error
                })?;
            }
        }
        Ok(())
    }

    fn executions(&self) -> usize {
        cells(&self.cases, &self.columns).count() * self.repeats as usize
    }

    async fn plan(self, app: &App, concurrency: Option<NonZeroU32>) -> Result<SuitePlan, ApiError> {
        let (mut estimate, mut worst, mut busy) = (Some(NanoUsd::ZERO), Some(NanoUsd::ZERO), Some(0.0));
        for column in &self.columns {
            let cells =
                cells(&self.cases, std::slice::from_ref(column)).count() as u64 * u64::from(self.repeats);
            let Variant { model, parameters, .. } = &column.variant;
            let usual = app.store.find_usual(column.prompt.id, model).await?;
            let counter = |text: &str| app.tokens.count(&model.model, text).tokens;
            let input = self.wholes[column.whole].mean_tokens(&self.cases, &self.sensitive, counter);
            let longest = parameters.asked_output_tokens().or(column.rate.max_output_tokens);
            let price = column.rate.price.as_ref();
            let output = usual.as_ref().map(|usual| usual.output_tokens).or(longest);
            let usage = |output_tokens| Usage { input_tokens: input, output_tokens, ..Usage::default() };
            let about = price.and_then(|price| match output {
                _ if price.is_free() => Some(NanoUsd::ZERO),
                output => output.map(|output| price.cost(&usage(output)).times(cells)),
            });
            let most = price.and_then(|price| match longest {
                _ if price.is_free() => Some(NanoUsd::ZERO),
                longest => longest.map(|longest| price.worst_case(input, longest).times(cells)),
            });
            estimate = estimate.zip(about).map(|(sum, cost)| sum + cost);
            worst = worst.zip(most).map(|(sum, cost)| sum + cost);
            busy = busy.zip(usual).map(|(sum, usual)| sum + usual.seconds * cells as f64);
        }
        let at_once = concurrency
            .map_or_else(|| app.configuration.in_force().number(Key::AgentMaxConcurrent), NonZeroU32::get);
        Ok(SuitePlan {
            cases: count(self.cases.len()),
            executions: count(self.executions()),
            columns: self.columns.into_iter().map(|column| column.variant).collect(),
            repeats: self.repeats,
            estimate_usd: estimate,
            worst_usd: worst,
            seconds: busy.map(|seconds| seconds / f64::from(at_once)),
        })
    }

    async fn start(self, app: &App, caller: &Caller, request: &RunSuiteRequest) -> Result<Run, ApiError> {
        let Self { suite, cases, columns, wholes, repeats, sensitive } = self;
        let Some(first) = columns.first() else { return Err(no_prompts()) };
        let (prompt_id, prompt_name) = (first.prompt.id, first.prompt.name.clone());
        let variables: Vec<Variable> = wholes.iter().flat_map(Whole::variables).cloned().collect();
        let cases: Vec<Case> = cases
            .into_iter()
            .map(|case| Case { inputs: mask(&variables, overlay(&case.inputs, &sensitive)).0, ..case })
            .collect();
        let partials: BTreeMap<String, RunPartial> =
            wholes.iter().flat_map(Whole::called).map(|partial| (partial.name.clone(), partial)).collect();
        let run = Run {
            id: app.ids.run(),
            kind: RunKind::Suite,
            status: RunStatus::Pending,
            priority: request.priority,
            prompt_id,
            prompt_name,
            suite: Some(RunSuite {
                id: suite.id,
                name: suite.name,
                baseline: request.baseline.or(suite.baseline),
                cases: count(cases.len()),
                thresholds: suite.spec.thresholds,
                stop_when_decided: request.stop_when_decided,
                stopped: None,
            }),
            parent: None,
            variants: columns.iter().map(|column| column.variant.clone()).collect(),
            inputs: cases.first().map(|case| case.inputs.clone()).unwrap_or_default(),
            context: RunContext::default(),
            repeats,
            cap_usd: request.cap_usd,
            fallbacks: Vec::new(),
            concurrency: request.concurrency,
            fail_fast: request.fail_fast,
            replay: request.replay,
            regraded: None,
            on_restart: if sensitive.is_empty() { request.on_restart } else { OnRestart::Fail },
            progress: RunProgress::default(),
            created_by: app.actor(caller),
            created_at: app.now(),
            started_at: None,
            completed_at: None,
        };
        // Case by case, so that a row of the grid is complete before the next begins.
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); cases.len()];
        for (case, variant) in self::cells(&cases, &columns) {
            rows[case].push(count(variant));
        }
        let cells: Vec<NewCell> = (0u32..)
            .zip(&rows)
            .flat_map(|(case, row)| (0..repeats).map(move |repeat| (case, repeat, row)))
            .flat_map(|(case, repeat, row)| row.iter().map(move |&variant| (case, repeat, variant)))
            .map(|(case, repeat, variant)| NewCell { id: app.ids.execution(), variant, case, repeat })
            .collect();
        let executions = cells.iter().map(|cell| (cell.id, &run.variants[cell.variant as usize].model));
        let submission = Submission { sensitive, ..Submission::of(&run, executions) };
        let new = NewRun {
            run,
            rates: columns.into_iter().map(|column| column.rate).collect(),
            partials: partials.into_values().collect(),
            cases,
            validations: suite.spec.validations,
            cells,
        };
        let run = app.store.insert_run(new).await?;
        app.hub.publish(EventBody::RunUpdated { run: Box::new(run.clone()) });
        app.engine.submit(submission).await?;
        look_on(app, &run);
        prepare_once_over(app, &run);
        app.changed(Noun::Suite, suite.id);
        Ok(run)
    }
}

/// Works out what the run came to once it has ended, so that it is there when somebody looks.
fn prepare_once_over(app: &App, run: &Run) {
    let (app, id) = (app.clone(), run.id);
    let baseline = run.suite.as_ref().and_then(|suite| suite.baseline).filter(|baseline| *baseline != id);
    tokio::spawn(async move {
        // Whoever looks at a run that could not be ended, or closed before, works it out then.
        let Ok(run) = app.engine.wait_run(id).await else { return };
        let prepared = async {
            summary(&app, &run).await?;
            app.store.prepare_grid(id, baseline).await?;
            Ok::<_, ApiError>(())
        };
        if let Err(error) = prepared.await {
            tracing::debug!(run = %id, code = ?error.code, "the figures of the run are not ready");
        }
    });
}

/// The places of case and column of each cell, case by case: a case is run in all columns, unless it names some.
fn cells<'a>(cases: &'a [Case], columns: &'a [Column]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let is_run = |case: &Case, column: &Column| {
        case.columns.has(column.prompt.name.as_str(), &column.label, &column.variant.model)
    };
    cases.iter().enumerate().flat_map(move |(row, case)| {
        let own = columns.iter().enumerate().filter(move |(_, column)| is_run(case, column));
        own.map(move |(place, _)| (row, place))
    })
}

/// Each version of the prompts on each of the models that are asked it.
async fn find_columns(
    app: &App,
    prompts: &[SuitePrompt],
    models: &[SuiteModel],
) -> Result<(Vec<Column>, Vec<Whole>), ApiError> {
    let (mut found, mut wholes) = (Vec::new(), Vec::new());
    let mut first = None;
    for asked in prompts {
        let prompt = find_prompt(app, &PromptKey::Id(asked.prompt_id)).await?;
        let version = find_version(app, &prompt, asked.version.as_deref()).await?;
        let own = models.iter().filter(|model| model.is_asked(prompt.id));
        let (labels, choices): (Vec<String>, Vec<ModelChoice>) = own
            .map(|SuiteModel { model, parameters, label, .. }| {
                (label.clone(), ModelChoice { model: model.clone(), parameters: parameters.clone() })
            })
            .unzip();
        if choices.is_empty() && !models.is_empty() {
            // Every model names other prompts.
            continue;
        }
        let choices = columns(&version.content.settings, choices)?;
        // A model that the version suggests has no label.
        let labels = labels.into_iter().chain(std::iter::repeat(String::new()));
        let asked = choices.iter().map(|choice| (&choice.model, &choice.parameters));
        let rates = rates(app, &version.content.body, asked).await?;
        let other = first.get_or_insert(prompt.id) != &prompt.id;
        for ((ModelChoice { model, parameters }, rate), label) in choices.into_iter().zip(rates).zip(labels) {
            let variant = Variant {
                prompt: other.then(|| VariantPrompt { id: prompt.id, name: prompt.name.clone() }),
                version_id: version.id,
                version_number: version.number,
                model,
                parameters,
            };
            found.push(Column { prompt: prompt.clone(), variant, label, rate, whole: wholes.len() });
        }
        wholes.push(Whole::now(app, version.content).await?);
    }
    if found.is_empty() {
        return Err(no_prompts());
    }
    if found.len() > MOST_MODELS {
        let message = format!("a run has at most {MOST_MODELS} columns, this one would have {}", found.len());
        return Err(ApiError::invalid("models", message));
    }
    Ok((found, wholes))
}

fn no_prompts() -> ApiError {
    ApiError {
        hint: "Add a prompt to the suite.".to_owned(),
        ..ApiError::invalid("prompts", "the suite has no prompt, so there is nothing to run")
    }
}

/// The suite's own cases, and those of its dataset.
pub(super) async fn all_cases(app: &App, suite: &Suite) -> Result<Vec<Case>, ApiError> {
    let mut cases = suite.spec.cases.clone();
    if let Some(SuiteDataset { dataset_id, version }) = &suite.spec.dataset {
        let dataset = app.store.get_dataset(*dataset_id).await?;
        let (number, filter, mut cursor) = (version.unwrap_or(dataset.head), CaseFilter::default(), None);
        loop {
            let page = app
                .store
                .list_dataset_cases(dataset.id, number, &filter, cursor.as_deref(), super::MOST_ITEMS)
                .await?;
            for mut case in page.items {
                // Most have the same as the one before.
                if let Some(before) = cases.last() {
                    case.validations.share(&before.validations);
                }
                cases.push(case);
            }
            if page.next.is_none() {
                break;
            }
            cursor = page.next;
        }
    }
    for (position, case) in (0u32..).zip(&mut cases) {
        case.position = position;
    }
    Ok(cases)
}

async fn choose(app: &App, mut cases: Vec<Case>, choice: &CaseChoice) -> Result<Vec<Case>, ApiError> {
    let (from, to) = (choice.from.unwrap_or(0), choice.to.unwrap_or(u32::MAX));
    let at: HashSet<u32> = choice.at.iter().copied().collect();
    let is_wanted = |case: &Case| choice.tag.as_ref().is_none_or(|tag| case.tags.contains(tag));
    let is_placed =
        |case: &Case| (from..to).contains(&case.position) && (at.is_empty() || at.contains(&case.position));
    cases.retain(|case| is_placed(case) && is_wanted(case));
    if let Some(run) = choice.failing_in {
        let failing = app.store.list_failing_cases(run).await?;
        cases.retain(|case| failing.contains(&case.hash()));
    }
    if let Some(size) = choice.sample {
        let sample = CaseSample { size, seed: choice.seed };
        let chosen = sample.choose(cases.iter().map(|case| case.position));
        cases.retain(|case| chosen.binary_search(&case.position).is_ok());
    }
    if cases.is_empty() {
        return Err(ApiError {
            hint: "Add cases to the suite, give it a dataset, or choose others.".to_owned(),
            ..ApiError::invalid("cases", "there is no case to run")
        });
    }
    Ok(cases)
}

/// The inputs of a case with the values that hold for every case.
fn overlay(inputs: &JsonObject, sensitive: &JsonObject) -> JsonObject {
    let mut all = inputs.clone();
    all.extend(sensitive.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}

fn in_case(problem: Problem, at: usize, case: &Case) -> Problem {
    let name = if case.name.is_empty() { String::new() } else { format!(" (`{}`)", case.name) };
    Problem {
        message: format!("case {}{name}: {}", at + 1, problem.message),
        at: Place { path: format!("cases[{at}].{}", problem.at.path), ..problem.at },
        ..problem
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
