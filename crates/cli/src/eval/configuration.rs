//! `formaops eval -c FILE`: a configuration of promptfoo, brought into the workspace: its prompts as versions, its cases as
//! a dataset, and a suite of both. The same configuration again makes nothing new.

use super::{EvalArguments, environment, failed::Failed, providers};
use crate::{
    call::{call, usage},
    output,
};
use formaops_api::{ApiError, ErrorCode, Problem, Session, handlers::PromptDetail};
use formaops_domain::{
    Case, CaseColumns, CaseSample, Dataset, DatasetVersion, JsonObject, ModelRef, PromptId, Suite,
    SuiteDataset, SuiteModel, SuiteName, SuitePrompt, SuiteSpec, Version,
};
use formaops_promptfoo::{Config, ConfigCase, ConfigError, Filters, Folder, Given, read};
use formaops_template::formats::to_prompt_name;
use serde_json::{Map, Value, json};
use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A configuration as it is in the workspace, which has its cases.
pub(crate) struct Brought {
    pub(super) config: Config,
    pub(super) suite: Suite,
    /// The cases that are run, by their places in the configuration; all of them where it is empty.
    pub(super) chosen: Vec<u32>,
    /// What results say of their tests: of each case that is run, in this order.
    pub(super) tests: Vec<RunTest>,
    /// Where its relative paths start.
    pub(super) folder: PathBuf,
}

/// The test of a case.
pub(super) struct RunTest {
    /// The variables as they stand in the configuration, where they are not the inputs of the case.
    pub(super) vars: Option<JsonObject>,
    /// Its number, from 0.
    pub(super) number: usize,
}

/// Files that are a configuration by their names, in the order in which they are looked for in a folder.
const NAMES: [&str; 3] = ["promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json"];

/// Brings a configuration into the workspace.
pub(super) async fn bring_in(
    session: &Session,
    file: &Path,
    arguments: &EvalArguments,
) -> Result<Brought, ApiError> {
    let file = located(file)?;
    let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let given = Given {
        env: environment::given(&arguments.env, arguments.env_file.as_deref())?,
        vars: variables(&arguments.vars)?,
        filters: filters(arguments),
    };
    let files = Folder::new(&folder)
        .map_err(|error| usage(format!("`{}` cannot be read: {error}", folder.display())))?;
    let mut config = read(&name, &files, &given).map_err(refused)?;
    for note in &config.notes {
        say(&format!("note: {} (`{}`)", note.message, note.at.path));
    }
    for said in providers::settle(session, &mut config, arguments.trust).await? {
        say(&format!("note: {said}"));
    }
    find_judge(session, &config).await?;
    find_embeddings(session, &config).await?;

    let suite = match &arguments.suite_name {
        Some(name) => name.clone(),
        None => free_name(session, &file).await?,
    };
    let mut chosen = choose(session, &config, &suite, arguments).await?;
    let prompts = bring_prompts(session, &config, &suite).await?;
    // From here on the workspace has them: there may be very many.
    let cases = std::mem::take(&mut config.cases);
    let all = cases.len();
    let file_of_cases = NamedTempFile::new().map_err(|error| not_written(&error))?;
    let tests = write_lines(cases, &config, &suite, &chosen, file_of_cases.as_file())
        .map_err(|error| not_written(&error))?;
    if tests.len() == all {
        chosen.clear();
    }
    let dataset = bring_cases(session, &suite, file_of_cases.path()).await?;
    let suite = bring_suite(session, &config, &file, suite, &prompts, &dataset).await?;
    Ok(Brought { config, suite, chosen, tests, folder })
}

fn say(text: &str) {
    output::line_to_stderr(&output::visible(text));
}

/// The whole path of the configuration, which may be given by its folder.
fn located(file: &Path) -> Result<PathBuf, ApiError> {
    let missing = |what: String| {
        let hint = "Name a configuration of promptfoo in YAML or JSON, or the folder of one.";
        ApiError::new(ErrorCode::NotFound, what, hint)
    };
    let whole = std::path::absolute(file).map_err(|error| usage(error.to_string()))?;
    if whole.is_dir() {
        let found = NAMES.iter().map(|name| whole.join(name)).find(|path| path.is_file());
        return found.ok_or_else(|| missing(format!("there is no `{}` in `{}`", NAMES[0], whole.display())));
    }
    if whole.is_file() { Ok(whole) } else { Err(missing(format!("there is no file `{}`", file.display()))) }
}

fn refused(error: ConfigError) -> ApiError {
    let problems = error.0.into_iter();
    let problems: Vec<_> = problems
        .map(|problem| Problem { message: problem.message, hint: problem.hint, at: problem.at })
        .collect();
    ApiError::problems(ErrorCode::Invalid, problems)
}

/// `NAME=VALUE` as the variables of every test.
fn variables(given: &[String]) -> Result<Map<String, Value>, ApiError> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), Value::from(value))),
        None => Err(usage(format!("`{text}` is not `name=value`"))),
    };
    given.iter().map(pair).collect()
}

/// What of the configuration is asked for.
fn filters(arguments: &EvalArguments) -> Filters {
    Filters {
        providers: arguments.filter_providers.clone(),
        prompts: arguments.filter_prompts.clone(),
        metadata: arguments.filter_metadata.clone(),
        pattern: arguments.filter_pattern.clone(),
        range: arguments.range,
        first: arguments.filter_first_n,
        sample: arguments.sample.map(|size| CaseSample { size, seed: arguments.seed }),
    }
}

/// The cases of the tests that are asked for.
async fn choose(
    session: &Session,
    config: &Config,
    suite: &SuiteName,
    arguments: &EvalArguments,
) -> Result<Vec<u32>, ApiError> {
    let failed = match &arguments.failing_in {
        Some(earlier) => Some(Failed::of(session, earlier).await?),
        None => None,
    };
    let chosen = config.filters.choose(&config.cases, |case| {
        failed.as_ref().is_none_or(|failed| failed.has(case, || kept(case.clone(), config, suite)))
    });
    if chosen.is_empty() {
        return Err(ApiError {
            hint: "Change `--filter-pattern` or whatever else narrows them, or what the configuration says of them.".to_owned(),
            ..usage("no test of the configuration is asked for")
        });
    }
    Ok(chosen)
}

/// That somebody judges, where something is to be judged.
async fn find_judge(session: &Session, config: &Config) -> Result<(), ApiError> {
    if !config.needs_a_judge() || is_set(session, "judge").await? {
        return Ok(());
    }
    let hint = "Name it in the configuration, as `defaultTest: {options: {provider: openai:gpt-4o}}`, or set the judge of \
                the workspace, as in `formaops setting put judge --value '\"openai:gpt-4o\"'`.";
    Err(ApiError::new(ErrorCode::Invalid, "some assertions are decided by a model, and none is named", hint))
}

/// That some model makes vectors, where some are compared.
async fn find_embeddings(session: &Session, config: &Config) -> Result<(), ApiError> {
    if !config.needs_vectors() || is_set(session, "embeddings").await? {
        return Ok(());
    }
    let hint = "Name it in the configuration, as `provider: openai:embedding:text-embedding-3-small` of the assertion or \
                `defaultTest: {options: {provider: {embedding: …}}}`, or set that of the workspace, as in `formaops setting \
                put embeddings --value '\"openai:text-embedding-3-small\"'`.";
    let message = "some assertions compare vectors that a model makes, and none is named";
    Err(ApiError::new(ErrorCode::Invalid, message, hint))
}

/// Whether a setting of the workspace names something.
async fn is_set(session: &Session, key: &str) -> Result<bool, ApiError> {
    let setting: Value = session.call("setting_get", json!({ "key": key })).await?;
    Ok(setting["value"].is_string())
}

/// What a suite that was made of a file says of it.
fn origin(file: &Path) -> String {
    format!("From `{}`.", file.display())
}

/// The name for the suite of a file: that of its folder, or of the file where it is called otherwise. One that is taken by
/// something else gets a number.
async fn free_name(session: &Session, file: &Path) -> Result<SuiteName, ApiError> {
    let part = |text: Option<&std::ffi::OsStr>| text.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, folder) = (part(file.file_stem()), part(file.parent().and_then(Path::file_name)));
    let words = if stem == "promptfooconfig" { folder } else { format!("{folder}/{stem}") };
    // Names of prompts and datasets are made of it too.
    let base: String = to_prompt_name(&words).to_string().chars().take(60).collect();
    let base = base.trim_end_matches(['/', '-', '.']).to_owned();
    for number in 1.. {
        let name = if number == 1 { base.clone() } else { format!("{base}-{number}") };
        let found: Result<Suite, _> = call(session, "suite_get", json!({ "id": name })).await;
        let is_free = match found {
            Ok(suite) => suite.deleted_at.is_none() && suite.description.contains(&origin(file)),
            Err(error) if error.code == ErrorCode::NotFound => is_unused(session, &name).await?,
            Err(error) => return Err(error),
        };
        if is_free {
            return name.parse().map_err(|_| usage(format!("`{name}` cannot be the name of a suite")));
        }
    }
    unreachable!("some number is free")
}

/// Whether no dataset has a name; one of a suite that is gone would be written over.
async fn is_unused(session: &Session, name: &str) -> Result<bool, ApiError> {
    match session.call("dataset_get", json!({ "id": name })).await {
        Ok(_) => Ok(false),
        Err(error) if error.code == ErrorCode::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// The prompts with the names of their newest versions.
async fn bring_prompts(
    session: &Session,
    config: &Config,
    suite: &SuiteName,
) -> Result<Vec<(PromptId, String, String)>, ApiError> {
    let mut found = Vec::new();
    for prompt in &config.prompts {
        let name = format!("{suite}/{}", prompt.name);
        let detail: Result<PromptDetail, _> = call(session, "prompt_get", json!({ "id": name })).await;
        let detail = match detail {
            Ok(detail) => detail,
            Err(error) if error.code == ErrorCode::NotFound => {
                let title = if prompt.label == prompt.raw { "" } else { prompt.label.as_str() };
                let request = json!({
                    "name": name, "title": title, "description": config.description, "content": prompt.content,
                });
                call(session, "prompt_create", request).await?
            }
            Err(error) => return Err(error),
        };
        let request =
            json!({ "id": detail.prompt.id, "content": prompt.content, "note": "From its configuration" });
        let version: Version = call(session, "version_create", request).await?;
        let number = version.number.map_or_else(|| version.id.to_string(), |number| format!("v{number}"));
        found.push((detail.prompt.id, name, number));
    }
    Ok(found)
}

fn not_written(error: &io::Error) -> ApiError {
    let message = format!("`{}` cannot be written: {error}", std::env::temp_dir().display());
    let hint = "The cases are written there before the workspace takes them. Make room, or set `TMPDIR` to another folder.";
    ApiError::new(ErrorCode::Storage, message, hint)
}

/// Writes the cases as lines of JSON; answers what results say of the tests of those that are run. Beside what was read of
/// the configuration there is no room for a text of all of them.
fn write_lines(
    cases: Vec<ConfigCase>,
    config: &Config,
    suite: &SuiteName,
    chosen: &[u32],
    file: &File,
) -> io::Result<Vec<RunTest>> {
    let (mut lines, mut tests) = (BufWriter::new(file), Vec::with_capacity(chosen.len()));
    let mut chosen = chosen.iter().peekable();
    for (place, mut case) in (0..).zip(cases) {
        let (vars, number) = (case.vars.take(), case.test);
        let mut line = json!(kept(case, config, suite));
        if let Some(line) = line.as_object_mut() {
            line.shift_remove("position");
        }
        writeln!(lines, "{line}")?;
        if chosen.next_if_eq(&&place).is_some() {
            tests.push(RunTest { vars, number });
        }
    }
    lines.flush()?;
    Ok(tests)
}

/// A case as the dataset keeps it.
fn kept(case: ConfigCase, config: &Config, suite: &SuiteName) -> Case {
    let names = |places: Option<Vec<usize>>, name: &dyn Fn(usize) -> String| -> Vec<String> {
        places.into_iter().flatten().map(name).collect()
    };
    let columns = CaseColumns {
        prompts: names(case.prompts, &|place| format!("{suite}/{}", config.prompts[place].name)),
        models: names(case.models, &|place| label(config, place)),
    };
    Case { columns, ..case.case }
}

async fn bring_cases(session: &Session, suite: &SuiteName, lines: &Path) -> Result<(Dataset, u32), ApiError> {
    let request = json!({
        "dataset": suite, "name": "cases.jsonl", "path": lines, "existing": "replace", "note": "From its configuration",
    });
    let version: DatasetVersion = call(session, "dataset_import", request).await?;
    let dataset = call(session, "dataset_get", json!({ "id": version.dataset_id })).await?;
    Ok((dataset, version.number))
}

/// What a model is called in the suite: as there, with a number where two are called the same.
fn label(config: &Config, place: usize) -> String {
    let name = config.models[place].name();
    let before = config.models[..place].iter().filter(|model| model.name() == name).count();
    if before == 0 { name.to_owned() } else { format!("{name} ({})", before + 1) }
}

async fn bring_suite(
    session: &Session,
    config: &Config,
    file: &Path,
    name: SuiteName,
    prompts: &[(PromptId, String, String)],
    (dataset, number): &(Dataset, u32),
) -> Result<Suite, ApiError> {
    let asked = |places: &Option<Vec<usize>>| -> Vec<PromptId> {
        places.iter().flatten().map(|place| prompts[*place].0).collect()
    };
    let models = (0..).zip(&config.models).map(|(place, model)| SuiteModel {
        model: ModelRef { provider: model.model.provider.clone(), model: model.model.model.clone() },
        parameters: model.parameters.clone(),
        label: label(config, place),
        prompts: asked(&model.prompts),
    });
    let spec = SuiteSpec {
        prompts: prompts
            .iter()
            .map(|(prompt_id, _, version)| SuitePrompt {
                prompt_id: *prompt_id,
                version: Some(version.clone()),
            })
            .collect(),
        models: models.collect(),
        dataset: Some(SuiteDataset { dataset_id: dataset.id, version: Some(*number) }),
        repeats: config.repeats,
        ..SuiteSpec::default()
    };
    let description = [config.description.as_str(), &origin(file)].join(" ").trim().to_owned();
    let found: Result<Suite, _> = call(session, "suite_get", json!({ "id": name })).await;
    match found {
        Ok(suite) if suite.spec == spec && suite.description == description => Ok(suite),
        Ok(suite) => {
            let request = json!({ "id": suite.id, "description": description, "spec": spec });
            call(session, "suite_update", request).await
        }
        Err(error) if error.code == ErrorCode::NotFound => {
            call(session, "suite_create", json!({ "name": name, "description": description, "spec": spec }))
                .await
        }
        Err(error) => Err(error),
    }
}
