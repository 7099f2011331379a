//! `formaops eval`: a suite, or a configuration of promptfoo as one, run to its end, reported and judged: the exit code
//! says whether it may pass.

mod configuration;
mod environment;
mod failed;
mod providers;
mod results;

pub(crate) use environment::restarted_with;

use crate::{
    Ending,
    call::{call, usage},
    output, recording,
    run::output_from,
    run_end::{Ended, until_ended},
};
use clap::{Args, ValueEnum};
use configuration::{Brought, bring_in};
use failed::Earlier;
use formaops_api::{
    ApiError, ErrorCode, Session, Standing,
    handlers::{CaseChoice, GridRow, RunComparison, RunSuiteRequest, RunSummary, SuiteKey, SuitePlan},
    report::{
        Cell, Facts, Report, ReportFormat, column_name, left_out, passed, standings, stopped_early, tries,
    },
};
use formaops_domain::{
    Execution, JsonObject, ModelRef, NanoUsd, OnRestart, Page, Priority, Rating, Replay, Run, RunId, Suite,
    SuiteModel, SuiteName, Thresholds,
};
use formaops_promptfoo::{MetadataFilter, TestRange};
use regex::Regex;
use results::Results;
use serde_json::json;
use std::{
    fs::File,
    io::{self, BufWriter},
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// What `formaops eval` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct EvalArguments {
    /// The suite, by its name or id
    #[arg(required_unless_present = "configuration")]
    suite: Option<SuiteKey>,
    /// A configuration of promptfoo, or the folder of one: brought into the workspace as a suite, and run
    #[arg(long, short = 'c', value_name = "FILE", conflicts_with = "suite")]
    configuration: Option<PathBuf>,
    /// A model in place of those of the suite, `provider:model`; once for each
    #[arg(long = "model", short = 'm', value_name = "PROVIDER:MODEL", conflicts_with = "configuration")]
    models: Vec<ModelRef>,
    /// How often each cell is executed, in place of what the suite says
    #[arg(long, alias = "repeat", value_name = "N")]
    repeats: Option<u32>,
    /// How many executions may be on the wire at once, in place of the default limits
    #[arg(long, short = 'j', alias = "max-concurrency", value_name = "N")]
    concurrency: Option<NonZeroU32>,
    /// The most that it may cost, in dollars: no call is made that could go past it
    #[arg(long, value_name = "USD")]
    cap: Option<NanoUsd>,
    /// Only cases from START up to before END, counted from 0, such as `0:10`, `10:` or `:10`; of a configuration, tests
    #[arg(long, alias = "filter-range", value_name = "START:END")]
    range: Option<TestRange>,
    /// Only so many cases, chosen by chance; the same seed chooses the same; of a configuration, tests
    #[arg(long, alias = "filter-sample", value_name = "N")]
    sample: Option<u32>,
    /// What the chance of `--sample` starts from
    #[arg(long, alias = "filter-sample-seed", default_value_t = 0)]
    seed: u64,
    /// Only cases with this tag
    #[arg(long, conflicts_with = "configuration")]
    tag: Option<String>,
    /// Only cases that failed in this earlier run; of a configuration, also what failed by a file of results
    #[arg(long, alias = "filter-failing", value_name = "RUN|FILE")]
    failing_in: Option<Earlier>,
    /// The run to compare with, in place of the suite's baseline
    #[arg(long, value_name = "RUN")]
    baseline: Option<RunId>,
    /// Cancel what is left once an execution has failed
    #[arg(long)]
    fail_fast: bool,
    /// Answer from recordings: a file of them, which is imported first; `only` for those that are here; `prefer` to ask
    /// for what is not
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Leave out what has not begun once every column is better or worse than its baseline for sure
    #[arg(long)]
    stop_when_decided: bool,
    /// A report: `.json`, `.jsonl`, `.csv`, `.html`, `.xml` (JUnit) or `.md`; once for each. Of a configuration, JSON and
    /// JSONL are as promptfoo writes them
    #[arg(long = "output", short = 'o', value_name = "FILE")]
    outputs: Vec<PathBuf>,
    /// What makes the exit code that of a failure
    #[arg(long, value_enum, default_value = "any", value_name = "WHAT")]
    fail_on: FailOn,
    /// The exit code of a failure
    #[arg(long, default_value_t = 100, value_name = "CODE")]
    failure_code: u8,
    /// Show what would be run and what it would cost, and run nothing
    #[arg(long)]
    plan: bool,
    /// The name of its suite, in place of that of its folder
    #[arg(long, value_name = "NAME", requires = "configuration", help_heading = CONFIGURATION)]
    suite_name: Option<SuiteName>,
    /// The value of a variable, for every test that says nothing else; once for each
    #[arg(long = "var", value_name = "NAME=VALUE", requires = "configuration", help_heading = CONFIGURATION)]
    vars: Vec<String>,
    /// A variable of the environment that `{{env.NAME}}` may use, or its value; once for each
    #[arg(long, value_name = "NAME[=VALUE]", requires = "configuration", help_heading = CONFIGURATION)]
    env: Vec<String>,
    /// A file of such variables, `NAME=value` a line; keys are found in it, too
    #[arg(long, value_name = "FILE", requires = "configuration", help_heading = CONFIGURATION)]
    env_file: Option<PathBuf>,
    /// Only the first tests
    #[arg(long, short = 'n', value_name = "N", requires = "configuration", help_heading = CONFIGURATION)]
    filter_first_n: Option<u32>,
    /// Only tests whose description has a match of this regular expression
    #[arg(long, value_name = "PATTERN", requires = "configuration", help_heading = CONFIGURATION)]
    filter_pattern: Option<Regex>,
    /// Only tests with this in their metadata: a field, and a part of its value; once for each
    #[arg(long, value_name = "KEY=VALUE", requires = "configuration", help_heading = CONFIGURATION)]
    filter_metadata: Vec<MetadataFilter>,
    /// Only providers whose id or label has a match of this regular expression
    #[arg(long, alias = "filter-targets", value_name = "PATTERN", requires = "configuration", help_heading = CONFIGURATION)]
    filter_providers: Option<Regex>,
    /// Only prompts whose id or label has a match of this regular expression
    #[arg(long, value_name = "PATTERN", requires = "configuration", help_heading = CONFIGURATION)]
    filter_prompts: Option<Regex>,
    /// Let the file send a key that it names to an address that it names
    #[arg(long, requires = "configuration", help_heading = CONFIGURATION)]
    trust: bool,
    #[command(flatten)]
    _taken: TakenAsTheyAre,
}

/// What people say to promptfoo that is always so here: every answer is asked for anew, nothing is shared or written but what
/// `-o` says, and there is neither a table nor a bar.
#[derive(Debug, Clone, Args)]
struct TakenAsTheyAre {
    #[arg(long, hide = true)]
    no_cache: bool,
    #[arg(long, hide = true)]
    no_table: bool,
    #[arg(long, hide = true)]
    no_progress_bar: bool,
    #[arg(long, hide = true)]
    no_write: bool,
    #[arg(long, hide = true)]
    no_share: bool,
}

/// What only configurations take.
const CONFIGURATION: &str = "Options of a configuration";

impl EvalArguments {
    /// The file of variables that belong into the environment.
    pub(crate) fn env_file(&self) -> Option<&Path> {
        self.env_file.as_deref()
    }
}

/// What makes the exit code that of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A cell that did not pass
    Any,
    /// A threshold of the suite that was missed
    Threshold,
    /// A column that is worse than its baseline, where that is unlikely to be chance
    Regression,
    /// Nothing
    Never,
}

/// How often the progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Runs a suite, reports it, and tells whether it may pass.
pub(crate) async fn perform(
    session: &Session,
    arguments: EvalArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let mut reports = formats(&arguments.outputs)?;
    if let Some(baseline) = arguments.baseline {
        find_baseline(session, baseline).await?;
    }
    if let Some(file) = arguments.replay.as_deref().filter(|replay| named(replay).is_none()) {
        recording::import(session, file).await?;
    }
    let mut brought = match &arguments.configuration {
        Some(file) => Some(bring_in(session, file, &arguments).await?),
        None => None,
    };
    if let Some(brought) = brought.as_ref().filter(|_| arguments.outputs.is_empty()) {
        reports = formats(&own_outputs(brought))?;
    }
    if !reports.iter().any(|(format, _)| is_results(*format)) {
        // Nobody asks for them, and there may be very many.
        brought.iter_mut().for_each(|brought| brought.tests = Vec::new());
    }
    check_gate(session, &arguments, brought.as_ref()).await?;
    let request = request(&arguments, brought.as_ref())?;
    let request = serde_json::to_value(request).map_err(|error| usage(error.to_string()))?;
    if arguments.plan {
        let plan: SuitePlan = call(session, "suite_plan", request).await?;
        show_plan(&plan, as_json);
        return Ok(Ending::Done);
    }
    let events = session.subscribe();
    let started: Run = call(session, "suite_run", request).await?;
    let mut told = Instant::now();
    let moved = |run: &Run| {
        if told.elapsed() >= TOLD_EVERY && !as_json {
            told = Instant::now();
            show_progress(run);
        }
    };
    let Ended { run: ended, cancelled } = until_ended(session, events, started, moved).await?;
    let summary: RunSummary = call(session, "run_summary", json!({ "id": ended.id })).await?;
    let comparison = comparison(session, &ended).await?;
    let facts = Facts { run: &ended, summary: &summary, comparison: comparison.as_ref() };
    let failing = write(session, &facts, brought.as_ref(), reports).await?;
    if as_json {
        output::json(
            &json!({ "run": ended, "summary": summary, "comparison": comparison, "failing": failing.cells }),
        );
    } else {
        show(&facts, failing);
        brought.iter().for_each(|brought| show_derived(&facts, brought));
    }
    if !cancelled && arguments.fail_on == FailOn::Regression {
        was_compared(&facts)?;
    }
    Ok(if cancelled {
        Ending::Cancelled
    } else if fails(arguments.fail_on, &facts, failing) {
        Ending::Judged(arguments.failure_code)
    } else {
        Ending::Done
    })
}

/// That there is a run to compare with.
async fn find_baseline(session: &Session, id: RunId) -> Result<(), ApiError> {
    match session.call("run_get", json!({ "id": id })).await {
        Err(error) if error.code == ErrorCode::NotFound => {
            let hint = "`formaops runs list` shows those of this workspace.";
            Err(ApiError::new(ErrorCode::NotFound, format!("there is no run `{id}` to compare with"), hint))
        }
        other => other.map(drop),
    }
}

/// That what the exit code is to tell can be found out: a gate that holds nothing against anything lets all through.
async fn check_gate(
    session: &Session,
    arguments: &EvalArguments,
    brought: Option<&Brought>,
) -> Result<(), ApiError> {
    let suite = match (brought, &arguments.suite) {
        (Some(brought), _) => brought.suite.clone(),
        (None, Some(key)) => call::<Suite>(session, "suite_get", json!({ "id": key })).await?,
        (None, None) => return Ok(()),
    };
    let refused = |message: &str, hint: String| Err(ApiError::new(ErrorCode::Invalid, message, hint));
    match arguments.fail_on {
        FailOn::Regression if arguments.baseline.or(suite.baseline).is_none() => {
            let hint = format!(
                "Name a run with `--baseline`, or set that of the suite: `formaops baseline put {} --run RUN`.",
                suite.name
            );
            refused("`--fail-on regression` has nothing to compare with: the suite has no baseline", hint)
        }
        FailOn::Threshold if suite.spec.thresholds == Thresholds::default() => {
            let hint =
                "Set `thresholds` of the suite, such as `{\"passRate\": 0.9}`, or use `--fail-on any`.";
            refused("`--fail-on threshold` has nothing to hold: the suite has no thresholds", hint.to_owned())
        }
        _ => Ok(()),
    }
}

/// That some column was held against the baseline.
fn was_compared(facts: &Facts<'_>) -> Result<(), ApiError> {
    if facts.comparison.is_some_and(|comparison| !comparison.columns.is_empty()) {
        return Ok(());
    }
    let hint = "Name a baseline with the same prompts, models or number of columns.";
    Err(ApiError::new(
        ErrorCode::Invalid,
        "no column of the run has one in the baseline to be compared with",
        hint,
    ))
}

fn request(arguments: &EvalArguments, brought: Option<&Brought>) -> Result<RunSuiteRequest, ApiError> {
    let cases = match brought {
        Some(brought) => CaseChoice { at: brought.chosen.clone(), ..CaseChoice::default() },
        None => CaseChoice {
            from: arguments.range.map(|range| range.from),
            to: arguments.range.and_then(|range| range.to),
            tag: arguments.tag.clone(),
            sample: arguments.sample,
            seed: arguments.seed,
            failing_in: arguments.failing_in.as_ref().map(Earlier::run).transpose()?,
            ..CaseChoice::default()
        },
    };
    let suite = match (brought, &arguments.suite) {
        (Some(brought), _) => SuiteKey::Id(brought.suite.id),
        (None, Some(key)) => key.clone(),
        (None, None) => unreachable!("a suite or a configuration is required"),
    };
    let own = brought.and_then(|brought| brought.config.concurrency).and_then(NonZeroU32::new);
    let models = arguments.models.iter();
    let models = models.map(|model| SuiteModel::new(model.clone(), Default::default()));
    Ok(RunSuiteRequest {
        id: suite,
        prompts: None,
        models: (!arguments.models.is_empty()).then(|| models.collect()),
        cases,
        repeats: arguments.repeats,
        baseline: arguments.baseline,
        sensitive_inputs: JsonObject::new(),
        priority: Priority::Normal,
        cap_usd: arguments.cap,
        concurrency: arguments.concurrency.or(own),
        fail_fast: arguments.fail_fast,
        stop_when_decided: arguments.stop_when_decided,
        on_restart: OnRestart::Fail,
        replay: arguments
            .replay
            .as_deref()
            .map_or(Replay::Off, |replay| named(replay).unwrap_or(Replay::Only)),
        idempotency_key: None,
    })
}

/// What of recordings is replayed, where that is no file.
fn named(replay: &Path) -> Option<Replay> {
    match replay.to_str() {
        Some("only") => Some(Replay::Only),
        Some("prefer") => Some(Replay::Prefer),
        _ => None,
    }
}

/// The reports that are asked for. That their files can be written is found out before anything is run; what is in
/// them stays until there is something new, and where there is none yet, none is left behind.
pub(crate) fn formats(paths: &[PathBuf]) -> Result<Vec<(ReportFormat, PathBuf)>, ApiError> {
    let check = |path: &PathBuf| {
        let format = ReportFormat::of(path).ok_or_else(|| ApiError {
            hint: "Use `.json`, `.jsonl`, `.csv`, `.html`, `.xml` (JUnit) or `.md`.".to_owned(),
            ..usage(format!("`{}` says no format of reports by its name", path.display()))
        })?;
        match can_be_written(path) {
            Ok(()) => Ok((format, path.clone())),
            Err(error) => Err(usage(format!("`{}` cannot be written: {error}", path.display()))),
        }
    };
    paths.iter().map(check).collect()
}

/// Whether a file can be written; nothing is changed by asking.
fn can_be_written(path: &Path) -> io::Result<()> {
    match File::options().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            File::create_new(path)?;
            std::fs::remove_file(path)
        }
        other => other.map(drop),
    }
}

/// How a run stands beside its baseline, where it has one.
pub(crate) async fn comparison(session: &Session, run: &Run) -> Result<Option<RunComparison>, ApiError> {
    match run.suite.as_ref().and_then(|suite| suite.baseline) {
        Some(_) => call(session, "run_compare", json!({ "id": run.id })).await.map(Some),
        None => Ok(None),
    }
}

/// How many cells did not pass, and how many were left out because it was decided without them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Failing {
    pub(crate) cells: u64,
    pub(crate) left_out: u64,
}

/// The files that a configuration itself wants results in: only below its folder, and in formats that are known.
fn own_outputs(brought: &Brought) -> Vec<PathBuf> {
    let mut wanted = Vec::new();
    for path in &brought.config.outputs {
        let whole = brought.folder.join(path);
        if is_below(&whole, &brought.folder) && ReportFormat::of(&whole).is_some() {
            wanted.push(whole);
        } else {
            output::line_to_stderr(&output::visible(&format!(
                "note: nothing is written to `{path}`: `outputPath` is followed below the folder of the file and for \
                 `.json`, `.jsonl`, `.csv`, `.html`, `.xml` and `.md`; say it with `-o`"
            )));
        }
    }
    wanted
}

/// Whether a file lies below a folder, and no link leads elsewhere.
fn is_below(file: &Path, folder: &Path) -> bool {
    let real = |path: Option<&Path>| path.and_then(|path| path.canonicalize().ok());
    let (parent, folder) = (real(file.parent()), real(Some(folder)));
    parent.zip(folder).is_some_and(|(parent, folder)| parent.starts_with(folder)) && !file.is_symlink()
}

/// Whether a report of a configuration has the shape of promptfoo.
fn is_results(format: ReportFormat) -> bool {
    matches!(format, ReportFormat::Json | ReportFormat::Jsonl)
}

/// A report that is being written, in a shape of ours or in that of promptfoo.
enum Sheet<'a> {
    Report(Report<'a, BufWriter<File>>),
    Results(Results<'a, BufWriter<File>>),
}

impl<'a> Sheet<'a> {
    fn begin(
        format: ReportFormat,
        facts: Facts<'a>,
        brought: Option<&'a Brought>,
        file: File,
    ) -> io::Result<Self> {
        let out = BufWriter::new(file);
        match brought {
            Some(Brought { config, tests, .. }) if is_results(format) => {
                let is_lines = format == ReportFormat::Jsonl;
                Results::begin(config, tests, facts, is_lines, out).map(Self::Results)
            }
            _ => Report::begin(format, facts, out).map(Self::Report),
        }
    }

    fn cell(&mut self, cell: &Cell<'_>) -> io::Result<()> {
        match self {
            Self::Report(report) => report.cell(cell),
            Self::Results(results) => results.cell(cell),
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Report(report) => report.end().map(drop),
            Self::Results(results) => results.end(),
        }
    }
}

/// Writes all reports in one pass over the grid, and answers how many cells did not pass.
pub(crate) async fn write(
    session: &Session,
    facts: &Facts<'_>,
    brought: Option<&Brought>,
    files: Vec<(ReportFormat, PathBuf)>,
) -> Result<Failing, ApiError> {
    let unwritten = |error: io::Error| usage(format!("a report cannot be written: {error}"));
    let mut sheets = Vec::new();
    for (format, path) in files {
        let file = File::create(path).map_err(unwritten)?;
        sheets.push(Sheet::begin(format, *facts, brought, file).map_err(unwritten)?);
    }
    let (mut cursor, mut failing): (Option<String>, Failing) = (None, Failing::default());
    loop {
        let request = json!({ "id": facts.run.id, "cursor": cursor, "limit": 200 });
        let page: Page<GridRow> = call(session, "grid_list", request).await?;
        for row in &page.items {
            for execution in &row.cells {
                if left_out(facts.run, execution) {
                    failing.left_out += 1;
                } else {
                    failing.cells += u64::from(!passed(execution));
                }
                if sheets.is_empty() {
                    continue;
                }
                let text = whole_output(session, execution).await?;
                let is_own = |rating: &&Rating| rating.execution_id == execution.id;
                let ratings: Vec<_> = row.ratings.iter().filter(is_own).cloned().collect();
                let cell = Cell { case: &row.case, execution, output: &text, ratings: &ratings };
                for sheet in &mut sheets {
                    sheet.cell(&cell).map_err(unwritten)?;
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    for sheet in sheets {
        sheet.end().map_err(unwritten)?;
    }
    Ok(failing)
}

/// The whole answer; a short one is known already.
async fn whole_output(session: &Session, execution: &Execution) -> Result<String, ApiError> {
    if execution.preview.len() as u64 == execution.output_bytes {
        return Ok(execution.preview.clone());
    }
    output_from(session, execution.id, 0).await
}

fn fails(on: FailOn, facts: &Facts<'_>, failing: Failing) -> bool {
    match on {
        FailOn::Any => {
            failing.cells > 0 || facts.summary.thresholds.iter().any(|threshold| !threshold.reached)
        }
        FailOn::Threshold => facts.summary.thresholds.iter().any(|threshold| !threshold.reached),
        FailOn::Regression => facts
            .comparison
            .iter()
            .flat_map(|comparison| &comparison.columns)
            .any(|column| column.comparison.standing == Standing::Worse),
        FailOn::Never => false,
    }
}

fn show_plan(plan: &SuitePlan, as_json: bool) {
    if as_json {
        return output::json(&json!(plan));
    }
    let SuitePlan { cases, columns, repeats, executions, .. } = plan;
    output::line(&format!(
        "{executions} executions: {cases} cases x {} columns x {repeats} repeats",
        columns.len()
    ));
    let dollars =
        |amount: Option<NanoUsd>| amount.map_or_else(|| "unknown".to_owned(), |amount| format!("${amount}"));
    output::line(&format!("about {}, at most {}", dollars(plan.estimate_usd), dollars(plan.worst_usd)));
    if let Some(seconds) = plan.seconds {
        output::line(&format!("about {seconds:.0} s"));
    }
}

fn show_progress(run: &Run) {
    let progress = &run.progress;
    let done = progress.completed + progress.failed + progress.cancelled;
    output::line_to_stderr(&format!(
        "{done} of {}, {} failed, ${}",
        progress.total,
        progress.failed,
        progress.spent()
    ));
}

/// The summary as people read it in a terminal.
pub(crate) fn show(facts: &Facts<'_>, failing: Failing) {
    for (variant, column) in facts.run.variants.iter().zip(&facts.summary.columns) {
        let score = column.mean_score.map_or_else(String::new, |score| format!(", score {score:.3}"));
        let rate = column.pass_rate * 100.0;
        output::line(&format!("{}: {rate:.1} % passed{score}", column_name(facts.run, variant)));
    }
    for threshold in &facts.summary.thresholds {
        let word = if threshold.reached { "reached" } else { "missed" };
        output::line(&format!("{} {word}: {} of {}", threshold.name, threshold.value, threshold.limit));
    }
    for (variant, column) in facts.run.variants.iter().zip(&facts.summary.columns) {
        if let Some(tries) = tries(column) {
            output::line(&format!("{}: {tries}", column_name(facts.run, variant)));
        }
    }
    if let Some(stopped) = stopped_early(facts) {
        output::line(&stopped);
    }
    for (name, words) in standings(facts) {
        output::line(&format!("{name}: {words}"));
    }
    let total = u64::from(facts.run.progress.total) - failing.left_out;
    let (passed, cost, id) = (total - failing.cells, facts.run.progress.spent(), facts.run.id);
    output::line(&format!("{passed} of {total} cells passed, ${cost} ({id})"));
}

/// The metrics that a configuration works out of others. Where promptfoo has sums, these are made of means.
fn show_derived(facts: &Facts<'_>, brought: &Brought) {
    for (variant, metrics) in facts.run.variants.iter().zip(&facts.summary.metrics) {
        let mut names = metrics.clone();
        for derived in &brought.config.derived {
            let value = derived.expression.value(&names).filter(|value| value.is_finite());
            let Some(value) = value else { continue };
            names.insert(derived.name.clone(), value);
            output::line(&format!("{}: {} {value:.3}", column_name(facts.run, variant), derived.name));
        }
    }
}
