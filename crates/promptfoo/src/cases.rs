//! The cases of a configuration: every test over its defaults, once for each choice from its lists.

use crate::{
    assertions::{Assertions, Grading},
    config::{ConfigCase, Offered},
    files::Sources,
    models::{self, ConfigModel, ModelName, Models},
    problem::Log,
    prompts::{self, ConfigPrompt},
    scripts,
    test_case::{Test, Tests},
    vars,
};
use formaops_domain::{Case, JsonObject, Validations};
use formaops_template::render_nunjucks;
use serde_json::Value;

/// Options of a test that are understood, or have no effect here.
const OPTIONS: [&str; 9] = [
    "prefix",
    "suffix",
    "transform",
    "postprocess",
    "provider",
    "rubricPrompt",
    "disableVarExpansion",
    "disableDefaultAsserts",
    "disableConversationVar",
];

/// What the cases are made of.
pub(crate) struct Cases<'r, 'm> {
    pub(crate) files: &'r Sources<'r>,
    pub(crate) models: &'r mut Models<'m>,
    pub(crate) log: &'r mut Log,
    /// The prompts and the models that tests can be for.
    pub(crate) prompts: &'r Offered<ConfigPrompt>,
    pub(crate) columns: &'r Offered<ConfigModel, ModelName>,
    pub(crate) default: Test,
}

impl Cases<'_, '_> {
    /// The cases of `tests` and `scenarios`; a single one where there is neither.
    pub(crate) fn read(&mut self, tests: Option<Value>, scenarios: Option<Value>) -> Vec<ConfigCase> {
        let has_scenarios = scenarios.is_some();
        let (mut all, mut number) = (Vec::new(), 0);
        match tests {
            // One after the other, so that of very many none is held twice.
            Some(Value::Array(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    let at = format!("tests[{index}]");
                    let tests = Tests { files: self.files, log: self.log }.item(item, &at);
                    self.add_all(&tests, &mut number, &mut all);
                }
            }
            other => {
                let tests = other.unwrap_or_default();
                let tests = Tests { files: self.files, log: self.log }.all(tests, "tests");
                self.add_all(&tests, &mut number, &mut all);
            }
        }
        if number == 0 && !has_scenarios {
            let single = Test { at: "defaultTest".to_owned(), ..Test::default() };
            self.add_all(&[single], &mut number, &mut all);
        }
        let tests = self.scenarios(scenarios);
        self.add_all(&tests, &mut number, &mut all);
        for (position, case) in (0u32..).zip(&mut all) {
            case.case.position = position;
        }
        all
    }

    /// The tests of the scenarios: each set of data with each test.
    fn scenarios(&mut self, value: Option<Value>) -> Vec<Test> {
        let items = match value {
            Some(Value::Array(items)) => items,
            Some(Value::Null) | None => Vec::new(),
            Some(other) => vec![other],
        };
        let mut found = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let mut at = format!("scenarios[{index}]");
            let item = match item {
                Value::String(path) => {
                    let path = path.trim_start_matches("file://").to_owned();
                    let read = self.files.part(&path, &at, self.log);
                    at = format!("{path}: scenario");
                    read
                }
                other => Some(other),
            };
            let Some(Value::Object(mut fields)) = item else {
                let hint = "Write an object with `config` and `tests`.";
                self.log.wrong(&at, "this is no scenario", hint);
                continue;
            };
            let mut tests = Tests { files: self.files, log: self.log };
            let data = tests.all(fields.shift_remove("config").unwrap_or_default(), &format!("{at}.config"));
            let own = tests.all(fields.shift_remove("tests").unwrap_or_default(), &format!("{at}.tests"));
            let own = if own.is_empty() { vec![Test { at: at.clone(), ..Test::default() }] } else { own };
            fields.shift_remove("description");
            for name in fields.keys() {
                self.log.note(&format!("{at}.{name}"), format!("`{name}` of a scenario means nothing here"));
            }
            for data in &data {
                found.extend(own.iter().map(|test| over(data, test)));
            }
        }
        found
    }

    /// Adds the cases that tests stand for, which are counted on.
    fn add_all(&mut self, tests: &[Test], number: &mut usize, all: &mut Vec<ConfigCase>) {
        for test in tests {
            self.add(test, *number, all);
            *number += 1;
        }
    }

    /// Adds the cases that a test stands for.
    fn add(&mut self, test: &Test, number: usize, all: &mut Vec<ConfigCase>) {
        let Test { at, description, assert, .. } = test;
        let mut given = self.default.vars.clone();
        given.extend(test.vars.clone());
        let mut options = self.default.options.clone();
        options.extend(test.options.clone());
        let mut metadata = self.default.metadata.clone();
        metadata.extend(test.metadata.clone());
        let is_on = |name: &str| options.get(name).and_then(Value::as_bool).unwrap_or_default();
        let Some(grading) = self.grading(&options, at) else { return };
        let without_default = is_on("disableDefaultAsserts");
        let defaults: &[_] = if without_default { &[] } else { &self.default.assert };
        let asserts: Vec<_> = defaults.iter().chain(assert).cloned().collect();
        let threshold = test.threshold.or(self.default.threshold);
        if threshold.is_some_and(|threshold| !(0.0..=1.0).contains(&threshold)) {
            let hint = "Scores lie from 0 to 1, so a threshold does, too.";
            self.log.wrong(&format!("{at}.threshold"), "the threshold lies outside of 0 to 1", hint);
            return;
        }
        let providers = test.providers.clone().or_else(|| self.default.providers.clone());
        let models = providers.map(|wanted| self.chosen_models(&wanted, at));
        let prompts = test.prompts.clone().or_else(|| self.default.prompts.clone());
        let place = format!("{at}.prompts");
        let prompts = prompts.map(|wanted| chosen_prompts(self.prompts, &wanted, &place, self.log));
        let is_for_nothing = [&models, &prompts].into_iter().flatten().any(Vec::is_empty);
        let at_vars = format!("{at}.vars");
        let is_whole = is_on("disableVarExpansion");
        for values in vars::combinations(&given, !is_whole, &at_vars, self.files, self.log) {
            let inputs = vars::resolved(values.clone(), &at_vars, self.files, self.log);
            let mut reader = Assertions { files: self.files, models: self.models, log: self.log };
            let mut validations = Validations::from(reader.read(&asserts, &inputs, &grading));
            // Most tests have the same as the one before: those of `defaultTest`.
            if let Some(before) = all.last() {
                validations.share(&before.case.validations);
            }
            let prefix = self.around("prefix", &options, &inputs, at);
            let suffix = self.around("suffix", &options, &inputs, at);
            let case = Case {
                name: description.clone(),
                validations,
                metadata: metadata.clone(),
                threshold,
                prefix,
                suffix,
                ..Case::of(inputs)
            };
            if is_for_nothing {
                // It was read for what is wrong with it.
                continue;
            }
            let (models, prompts) = (models.clone(), prompts.clone());
            let vars = (values != case.inputs).then_some(values);
            all.push(ConfigCase { case, vars, test: number, models, prompts });
        }
    }

    fn grading(&mut self, options: &JsonObject, at: &str) -> Option<Grading> {
        for (name, value) in options {
            let place = format!("{at}.options.{name}");
            match name.as_str() {
                known if OPTIONS.contains(&known) => {}
                "storeOutputAs" | "transformVars" => {
                    let message = format!(
                        "`{name}` is not there: tests know nothing of one another and are not computed"
                    );
                    self.log.wrong(&place, message, "Write the values out.");
                }
                _ if value.is_null() => {}
                _ => self.log.note(&place, format!("`{name}` of a test has no counterpart here")),
            }
        }
        let mut transforms: Vec<String> =
            self.columns.all.first().and_then(|model| model.transform.clone()).into_iter().collect();
        for name in ["transform", "postprocess"] {
            if let Some(Value::String(text)) = options.get(name)
                && (name == "transform" || !options.contains_key("transform"))
            {
                transforms.push(scripts::source(
                    text,
                    &format!("{at}.options.{name}"),
                    self.files,
                    self.log,
                )?);
            }
        }
        let (given, place) = (options.get("provider"), format!("{at}.options.provider"));
        let judge = given.and_then(|given| self.models.judge(given, &place, self.log));
        let embedding = given.and_then(|given| self.models.embedding(given, &place, self.log));
        Some(Grading { judge, embedding, rubric_prompt: options.get("rubricPrompt").cloned(), transforms })
    }

    /// A text that is sent around the prompt; it is a part of its template.
    fn around(&mut self, name: &str, options: &JsonObject, inputs: &JsonObject, at: &str) -> String {
        let Some(Value::String(text)) = options.get(name) else { return String::new() };
        match render_nunjucks(text, inputs) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("the template cannot be filled in: {error}");
                self.log.wrong(&format!("{at}.options.{name}"), message, error.hint());
                String::new()
            }
        }
    }

    fn chosen_models(&mut self, wanted: &[String], at: &str) -> Vec<usize> {
        let Offered { all, left_out } = self.columns;
        let at = format!("{at}.providers");
        let names: Vec<_> = all.iter().map(ModelName::of).collect();
        chosen(wanted, &names, left_out, models::is_named, |name| {
            let known: Vec<_> = all.iter().map(ConfigModel::name).collect();
            let hint = format!("These are there: `{}`.", known.join("`, `"));
            self.log.wrong(&at, format!("there is no provider `{name}`"), hint);
        })
    }
}

/// The places of the prompts that are named.
pub(crate) fn chosen_prompts(
    Offered { all, left_out }: &Offered<ConfigPrompt>,
    wanted: &[String],
    at: &str,
    log: &mut Log,
) -> Vec<usize> {
    chosen(wanted, all, left_out, prompts::is_named, |name| {
        let known: Vec<_> = all.iter().map(|prompt| prompt.name.as_str()).collect();
        let hint = format!("These are there: `{}`.", known.join("`, `"));
        log.wrong(at, format!("there is no prompt `{name}`"), hint);
    })
}

/// The places of those that are named, in order; tells of names that nothing has.
fn chosen<T>(
    wanted: &[String],
    all: &[T],
    left_out: &[T],
    is_named: fn(&T, &str) -> bool,
    mut unknown: impl FnMut(&str),
) -> Vec<usize> {
    let mut chosen = Vec::new();
    for name in wanted {
        let before = chosen.len();
        chosen.extend((0..all.len()).filter(|place| is_named(&all[*place], name)));
        if chosen.len() == before && !left_out.iter().any(|other| is_named(other, name)) {
            unknown(name);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// A test over the data of its scenario.
///
/// Source: `mergeScenarioTest` in `src/evaluator.ts`, where the options of the data are not taken over either.
fn over(data: &Test, test: &Test) -> Test {
    let mut vars = data.vars.clone();
    vars.extend(test.vars.clone());
    let mut metadata = data.metadata.clone();
    metadata.extend(test.metadata.clone());
    let name = [&test.description, &data.description].into_iter().find(|name| !name.is_empty());
    Test {
        at: test.at.clone(),
        description: name.cloned().unwrap_or_default(),
        vars,
        assert: data.assert.iter().chain(&test.assert).cloned().collect(),
        options: test.options.clone(),
        metadata,
        threshold: test.threshold.or(data.threshold),
        providers: test.providers.clone().or_else(|| data.providers.clone()),
        prompts: test.prompts.clone().or_else(|| data.prompts.clone()),
    }
}
