//! A configuration as a whole.

use crate::{
    cases::{Cases, chosen_prompts},
    environment::Environment,
    files::{self, Files, Sources},
    filters::{self, Filters},
    metric::{DerivedMetric, Expression},
    models::{ConfigModel, ModelName, Models, NeededProvider},
    numbers,
    problem::{ConfigError, Log},
    prompts::{self, ConfigPrompt},
    references,
    test_case::{Test, Tests},
};
use formaops_domain::{
    Assertion, Case, JsonObject, ModelRef, Validation, ValidationRule, Variable, VariableType,
};
use formaops_template::{Compiled, Partials, formats::Note};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a configuration is read with, beside its files.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The variables of the environment that it may use in `{{env.NAME}}`.
    pub env: BTreeMap<String, String>,
    /// Values of variables for every test that says nothing else.
    pub vars: JsonObject,
    /// What of it is asked for; holds over what it says itself.
    pub filters: Filters,
}

/// What a configuration would run.
#[derive(Debug, Clone)]
pub struct Config {
    /// What it is for; may be empty.
    pub description: String,
    /// The prompts, in their order; never empty.
    pub prompts: Vec<ConfigPrompt>,
    /// The models, in their order; never empty.
    pub models: Vec<ConfigModel>,
    /// The providers of the models and of the judges.
    pub providers: Vec<NeededProvider>,
    /// The cases, in their order; never empty.
    pub cases: Vec<ConfigCase>,
    /// How often each is executed.
    pub repeats: u32,
    /// How many calls are made at once, where it says so.
    pub concurrency: Option<u32>,
    /// The files that results are written to.
    pub outputs: Vec<String>,
    /// Metrics that are worked out of those of each column.
    pub derived: Vec<DerivedMetric>,
    /// Which of its tests are asked for. Of the providers and prompts, those that are not asked for were left out.
    pub filters: Filters,
    /// What is done in another way than there, each with its place.
    pub notes: Vec<Note>,
}

/// A case of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigCase {
    /// The case.
    pub case: Case,
    /// Its variables as they stand in the configuration, before names in their values are filled in; absent where they are
    /// the inputs of the case.
    pub vars: Option<JsonObject>,
    /// The number of its test, from 0: several cases come of a test with lists.
    pub test: usize,
    /// The places of the models that it is for; all where absent.
    pub models: Option<Vec<usize>>,
    /// The places of the prompts that it is for; all where absent.
    pub prompts: Option<Vec<usize>>,
}

impl Config {
    /// Gives the providers of all models and judges other names.
    pub fn rename_providers(&mut self, name: impl Fn(&str) -> String) {
        let rename = |model: &mut ModelRef| model.provider = name(&model.provider);
        self.models.iter_mut().for_each(|model| rename(&mut model.model));
        for case in &mut self.cases {
            for assertion in case.case.validations.iter_mut().flat_map(assertions_of) {
                assertion.model.iter_mut().for_each(rename);
            }
        }
    }

    /// Whether some assertion is judged by a model that is not named.
    #[must_use]
    pub fn needs_a_judge(&self) -> bool {
        self.leaves_open(crate::assertions::is_judged)
    }

    /// Whether some assertion compares vectors of a model that is not named.
    #[must_use]
    pub fn needs_vectors(&self) -> bool {
        self.leaves_open(crate::assertions::compares_vectors)
    }

    /// Whether some assertion of a kind names no model.
    fn leaves_open(&self, kind: fn(&str) -> bool) -> bool {
        let all = self.cases.iter().flat_map(|case| &case.case.validations);
        let parts = all.flat_map(|validation| match &validation.rule {
            ValidationRule::Assertion(assertion) => {
                let parts = assertion.assert.iter().filter_map(|part| match &part.rule {
                    ValidationRule::Assertion(part) => Some(part),
                    _ => None,
                });
                std::iter::once(assertion).chain(parts).collect()
            }
            _ => Vec::new(),
        });
        parts.into_iter().any(|assertion| {
            let base = assertion.name.strip_prefix("not-").unwrap_or(&assertion.name);
            kind(base) && assertion.model.is_none()
        })
    }
}

fn assertions_of(validation: &mut Validation) -> Vec<&mut Assertion> {
    let ValidationRule::Assertion(assertion) = &mut validation.rule else { return Vec::new() };
    if assertion.assert.is_empty() {
        return vec![assertion];
    }
    // A set asks nobody itself.
    assertion
        .assert
        .iter_mut()
        .filter_map(|part| match &mut part.rule {
            ValidationRule::Assertion(part) => Some(&mut **part),
            _ => None,
        })
        .collect()
}

/// Fields that mean nothing to a run.
const NO_EFFECT: [&str; 6] =
    ["sharing", "writeLatestResults", "metadata", "tags", "env", "assertionTemplates"];

/// Reads the configuration in a file, with all the files that it names.
///
/// # Errors
/// All of it that is malformed or cannot be run here, each with its place and what to do.
pub fn read(file: &str, files: &dyn Files, given: &Given) -> Result<Config, ConfigError> {
    let mut log = Log::new(file);
    if files::is_code(file) {
        let message = format!("`{file}` is a program, which is never run");
        log.wrong(file, message, "Write the configuration in YAML or JSON.");
        return Err(ConfigError(log.problems));
    }
    let config = match files::document(files, file, "", &mut log) {
        Some(Value::Object(fields)) => whole(fields, files, given, &mut log),
        Some(_) => {
            log.wrong(
                "",
                format!("`{file}` is no configuration"),
                "Write `prompts`, `providers` and `tests`.",
            );
            None
        }
        None => None,
    };
    match config {
        Some(config) if log.problems.is_empty() => Ok(Config { notes: log.notes, ..config }),
        _ => Err(ConfigError(log.problems)),
    }
}

fn whole(fields: JsonObject, files: &dyn Files, given: &Given, log: &mut Log) -> Option<Config> {
    let mut document = Value::Object(fields);
    references::resolve(&mut document, log);
    let environment = Environment::new(&given.env, document.get("env"), log);
    environment.fill(&mut document, "", log);
    let sources = Sources { files, environment };
    let files = &sources;
    let Value::Object(mut fields) = document else { return None };
    let mut take = |name: &str| fields.shift_remove(name).filter(|value| !value.is_null());

    let mut settings = Settings::default();
    for name in ["evaluateOptions", "commandLineOptions"] {
        if let Some(Value::Object(own)) = take(name) {
            settings.add(own, name, log);
        }
    }
    let filters = given.filters.clone().or(settings.filters);
    let description = take("description").and_then(|value| value.as_str().map(str::to_owned));
    let mut found = Models::new(files, filters.providers.as_ref());
    let (providers, targets) = (take("providers"), take("targets"));
    let field = if providers.is_some() { "providers" } else { "targets" };
    let prompts = offered_prompts(take("prompts"), &filters, files, log);
    let models = offered_models(&mut found, providers.or(targets), field, &prompts, log);
    for (is_empty, at) in [(prompts.all.is_empty(), "prompts"), (models.all.is_empty(), field)] {
        if is_empty && log.problems.is_empty() {
            log.wrong(at, format!("none of the {at} is asked for"), "Change the filter.");
        }
    }
    check_columns(&models.all, &prompts.all, log);

    let (tests, scenarios, default) = (take("tests"), take("scenarios"), take("defaultTest"));
    let mut default = default_test(default, files, log);
    default.vars.extend(given.vars.clone());
    let mut reader = Cases { files, models: &mut found, log, prompts: &prompts, columns: &models, default };
    let cases = reader.read(tests, scenarios);
    if cases.is_empty() && log.problems.is_empty() {
        log.wrong("tests", "there is no test to run", "Write one under `tests`.");
    }
    let outputs = match take("outputPath") {
        Some(Value::String(path)) => vec![path],
        Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let derived = derived(take("derivedMetrics").as_ref(), log);
    refuse_the_rest(&fields, log);
    let mut config = Config {
        description: description.unwrap_or_default(),
        prompts: prompts.all,
        models: models.all,
        providers: found.needed,
        cases,
        repeats: settings.repeat.unwrap_or(1).max(1),
        concurrency: settings.concurrency,
        outputs,
        derived,
        filters,
        notes: Vec::new(),
    };
    declare(&mut config);
    Some(config)
}

fn offered_prompts(
    value: Option<Value>,
    filters: &Filters,
    files: &Sources<'_>,
    log: &mut Log,
) -> Offered<ConfigPrompt> {
    let is_asked_for =
        |prompt: &ConfigPrompt| filters::matches(filters.prompts.as_ref(), &[&prompt.id, &prompt.label]);
    let (all, left_out) = prompts::read(value, files, log).into_iter().partition(is_asked_for);
    Offered { all, left_out }
}

fn offered_models(
    found: &mut Models<'_>,
    value: Option<Value>,
    field: &str,
    prompts: &Offered<ConfigPrompt>,
    log: &mut Log,
) -> Offered<ConfigModel, ModelName> {
    let mut models = found.read(value, field, log);
    for model in &mut models {
        let at = format!("{}.prompts", model.at);
        if model.wanted.as_ref().is_some_and(Vec::is_empty) {
            log.wrong(
                &at,
                "the provider names no prompt, so it would be asked nothing",
                "Name some, or remove it.",
            );
        }
        model.prompts = model.wanted.as_ref().map(|wanted| chosen_prompts(prompts, wanted, &at, log));
    }
    // One that is for other prompts alone is asked nothing.
    let (unasked, all): (Vec<_>, Vec<_>) =
        models.into_iter().partition(|model| model.prompts.as_ref().is_some_and(Vec::is_empty));
    Offered { all, left_out: found.left_out.drain(..).chain(unasked.iter().map(ModelName::of)).collect() }
}

/// What tests can be for.
pub(crate) struct Offered<T, N = T> {
    /// What is asked for.
    pub(crate) all: Vec<T>,
    /// What is there and not asked for. What is for nothing else is left out, too.
    pub(crate) left_out: Vec<N>,
}

/// What a configuration says of how it is run.
#[derive(Default)]
struct Settings {
    repeat: Option<u32>,
    concurrency: Option<u32>,
    filters: Filters,
}

impl Settings {
    /// Takes over what stands under `at`; it holds over what was there before.
    fn add(&mut self, mut own: JsonObject, at: &str, log: &mut Log) {
        let mut whole =
            |name: &str| numbers::whole(own.shift_remove(name).as_ref(), &format!("{at}.{name}"), log);
        self.repeat = whole("repeat").or(self.repeat);
        self.concurrency = whole("maxConcurrency").or(self.concurrency);
        let delay = whole("delay").unwrap_or_default();
        if delay > 0 {
            let message =
                "`delay` between calls is not there: give the provider a limit of requests a minute";
            log.note(&format!("{at}.delay"), message);
        }
        self.filters = Filters::read(&mut own, at, log).or(std::mem::take(&mut self.filters));
    }
}

fn default_test(value: Option<Value>, files: &Sources<'_>, log: &mut Log) -> Test {
    let value = match value {
        Some(Value::String(path)) => {
            let path = files::of_url(&path).unwrap_or(&path).to_owned();
            files.part(&path, "defaultTest", log)
        }
        other => other,
    };
    let read = value.and_then(|value| Tests { files, log }.one(value, "defaultTest"));
    read.unwrap_or_default()
}

/// What cannot be told apart by case: what is made of answers must be the same for all models, and only texts can be
/// echoed.
fn check_columns(models: &[ConfigModel], prompts: &[ConfigPrompt], log: &mut Log) {
    let Some(first) = models.first() else { return };
    for model in models {
        if model.transform != first.transform {
            let message = "a `transform` of one provider and not of the others cannot be run";
            let hint = "Give all providers the same, or move it to `defaultTest.options.transform`.";
            log.wrong(&format!("{}.transform", model.at), message, hint);
        }
        let is_echo = model.model.provider == "dry-run";
        let asked = |place: &usize| model.prompts.as_ref().is_none_or(|places| places.contains(place));
        let echoed = (0..prompts.len()).filter(asked);
        if is_echo && echoed.into_iter().any(|place| prompts[place].is_chat()) {
            let message = "`echo` answers with the JSON of a chat there, and with its messages here";
            let hint = "Let it have prompts that are one text: name them under its `prompts`.";
            log.wrong(&model.at, message, hint);
        }
        for (place, prompt) in prompts.iter().enumerate().filter(|(place, _)| asked(place)) {
            let set = |parameters| serde_json::to_value(parameters).unwrap_or_default();
            let (of_prompt, of_model) = (set(&prompt.content.settings.parameters), set(&model.parameters));
            let both = of_prompt
                .as_object()
                .into_iter()
                .flatten()
                .find(|(name, value)| of_model.get(name.as_str()).is_some_and(|other| other != *value));
            if let Some((name, _)) = both {
                let message = format!("`{name}` is set by the prompt and by `{}`", model.name());
                log.wrong(&format!("prompts[{place}].config"), message, "Set it in one of both places.");
            }
        }
    }
}

fn derived(value: Option<&Value>, log: &mut Log) -> Vec<DerivedMetric> {
    let mut found = Vec::new();
    for (index, item) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = format!("derivedMetrics[{index}]");
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let (Some(name), Some(expression)) = (text("name"), text("value")) else {
            log.wrong(&at, "a derived metric has a `name` and a `value`", "Write both as texts.");
            continue;
        };
        match Expression::parse(expression) {
            Ok(expression) => found.push(DerivedMetric { name: name.to_owned(), expression }),
            Err(error) => {
                let hint = "Use numbers, names of metrics, `+ - * / % ^`, brackets, and functions such as `sqrt`, `min`, `max`.";
                log.wrong(&format!("{at}.value"), error.to_string(), hint);
            }
        }
    }
    found
}

/// What is left of the configuration: refused where it would change what is run, noted where it is not known.
fn refuse_the_rest(fields: &JsonObject, log: &mut Log) {
    for (name, value) in fields {
        let is_empty = match value {
            Value::Null => true,
            Value::Object(fields) => fields.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        match name.as_str() {
            _ if is_empty || name.starts_with('$') || NO_EFFECT.contains(&name.as_str()) => {}
            "nunjucksFilters" => {
                let message = "`nunjucksFilters` are programs, which are never run";
                log.wrong(
                    name,
                    message,
                    "Use the filters that templates have, or write the value into the test.",
                );
            }
            "extensions" => {
                let message = "`extensions` are programs, which are never run";
                log.wrong(name, message, "Remove them, and do before the run what they do.");
            }
            "redteam" | "plugins" | "strategies" => {
                let message = format!("`{name}` asks for red teaming, which is not there");
                log.wrong(name, message, "Remove it to run the tests of the configuration.");
            }
            "tracing" => log.note(name, "traces are not collected"),
            _ => log.note(name, format!("`{name}` means nothing here")),
        }
    }
}

/// Declares what each prompt uses, where all cases have values of one type.
fn declare(config: &mut Config) {
    for prompt in &mut config.prompts {
        let compiled = Compiled::new(prompt.content.clone(), Partials::new());
        let text = &prompt.raw;
        let mut names: Vec<String> = compiled.used_variables().into_iter().collect();
        names.sort_by_key(|name| text.find(name.as_str()));
        for name in names {
            let values = config.cases.iter().filter_map(|case| case.case.inputs.get(&name));
            let mut kinds: Vec<VariableType> = values.filter_map(type_of).collect();
            kinds.dedup();
            if let [kind] = kinds[..] {
                prompt.content.variables.push(Variable::new(name, kind));
            }
        }
    }
}

fn type_of(value: &Value) -> Option<VariableType> {
    Some(match value {
        Value::Null => return None,
        Value::String(_) => VariableType::String,
        Value::Bool(_) => VariableType::Boolean,
        Value::Number(_) => VariableType::Number,
        Value::Array(_) => VariableType::Array,
        Value::Object(_) => VariableType::Object,
    })
}
