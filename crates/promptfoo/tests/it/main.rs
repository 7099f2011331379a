//! Configurations as they are read, and what is said of those that cannot be run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use formaops_domain::{ProviderKind, ValidationRule};
use formaops_promptfoo::{Config, ConfigError, FileError, Files, Given, KeyOf, read};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Files that are told and lie nowhere.
#[derive(Default)]
struct Told(BTreeMap<String, String>);

impl Files for Told {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.0.get(path).map(|text| text.clone().into()).ok_or_else(|| FileError {
            message: format!("there is no file `{path}`"),
            hint: "Write it.".to_owned(),
        })
    }

    fn find(&self, pattern: &str) -> Result<Vec<String>, FileError> {
        let Some((before, after)) = pattern.split_once('*') else { return Ok(vec![pattern.to_owned()]) };
        let fits = |path: &&String| path.starts_with(before) && path.ends_with(after);
        Ok(self.0.keys().filter(fits).cloned().collect())
    }
}

fn with(config: &str, files: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut told = Told::default();
    let files = files.iter().copied().chain([("c.yaml", config)]);
    told.0.extend(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    read("c.yaml", &told, &Given::default())
}

fn good(config: &str) -> Config {
    with(config, &[]).unwrap_or_else(|error| panic!("{error:#?}"))
}

/// The first problem, as its message, its hint and its place.
fn bad(config: &str) -> (String, String, String) {
    let error = with(config, &[]).unwrap_err();
    let first = error.0.into_iter().next().unwrap();
    (first.message, first.hint, first.at.path)
}

#[test]
fn ids_of_providers_are_models_of_the_workspace() {
    for (id, preset, kind, model) in [
        ("openai:chat:gpt-4o", "openai", ProviderKind::OpenAiChat, "gpt-4o"),
        ("openai:gpt-4o-mini", "openai", ProviderKind::OpenAiChat, "gpt-4o-mini"),
        ("openai:responses:gpt-5", "openai-responses", ProviderKind::OpenAiResponses, "gpt-5"),
        ("openai:chat:ft:gpt-4o:acme:x", "openai", ProviderKind::OpenAiChat, "ft:gpt-4o:acme:x"),
        ("anthropic:messages:claude-sonnet-5", "anthropic", ProviderKind::Anthropic, "claude-sonnet-5"),
        ("google:gemini-3-pro", "google", ProviderKind::Gemini, "gemini-3-pro"),
        ("ollama:chat:llama3.3:8b", "ollama", ProviderKind::Ollama, "llama3.3:8b"),
        ("ollama:llama3.3:8b", "ollama", ProviderKind::Ollama, "llama3.3:8b"),
        ("bedrock:anthropic.claude-v3:0", "bedrock", ProviderKind::Bedrock, "anthropic.claude-v3:0"),
        ("openrouter:meta/llama-4", "openrouter", ProviderKind::OpenAiChat, "meta/llama-4"),
        ("groq:llama-3", "groq", ProviderKind::OpenAiChat, "llama-3"),
    ] {
        let config = good(&format!("prompts: [hi]\nproviders: ['{id}']\n"));
        let (needed, found) = (&config.providers[0], &config.models[0].model);
        assert_eq!((needed.preset, needed.kind, found.model.as_str()), (preset, kind, model), "{id}");
    }
    for (id, word) in [
        ("openai:embedding:x", "`embedding`"),
        ("openai:realtime:x", "`realtime`"),
        ("vertex:gemini", "`vertex`"),
        ("exec:./run.sh", "`exec:./run.sh`"),
        ("./provider.js", "`./provider.js`"),
        ("promptfoo:redteam:crescendo", "`promptfoo:redteam:crescendo`"),
        ("azure:chat:mine", "Azure"),
        ("openai:chat", "no model"),
    ] {
        let (message, hint, place) = bad(&format!("prompts: [hi]\nproviders: ['{id}']\n"));
        assert!(message.contains(word) && !hint.is_empty(), "{id}: {message}");
        assert_eq!(place, "c.yaml: providers[0]", "{id}");
    }
}

#[test]
fn a_key_goes_to_its_vendor_or_to_whom_the_file_names_it_for() {
    let key = |provider: &str| {
        let config = good(&format!("prompts: [hi]\nproviders: [{provider}]\n"));
        config.providers[0].key_of.clone()
    };
    let name = |text: &str| text.parse().unwrap();
    assert_eq!(key("openai:gpt-4o"), KeyOf::Vendor(vec![name("OPENAI_API_KEY")]));
    assert_eq!(key("{id: openai:x, config: {apiBaseUrl: 'https://a.example/v1'}}"), KeyOf::Nobody);
    let named = "{id: openai:x, config: {apiBaseUrl: 'https://a.example/v1', apiKeyEnvar: A_TOKEN}}";
    assert_eq!(key(named), KeyOf::Named(name("A_TOKEN")));
    let templated = "{id: openai:x, config: {apiKey: '{{env.A_API_KEY}}'}}";
    assert_eq!(key(templated), KeyOf::Named(name("A_API_KEY")));
    let azure = "{id: azure:chat:mine, config: {apiHost: r.openai.azure.com}}";
    assert_eq!(key(azure), KeyOf::Vendor(vec![name("AZURE_API_KEY"), name("AZURE_OPENAI_API_KEY")]));
    for (config, place) in [
        ("{apiKey: sk-secret}", "c.yaml: providers[0].config.apiKey"),
        ("{apiKeyEnvar: HOME}", "c.yaml: providers[0].config.apiKeyEnvar"),
        ("{apiBaseUrl: 'ftp://x'}", "c.yaml: providers[0].config.apiBaseUrl"),
    ] {
        let (message, _, found) =
            bad(&format!("prompts: [hi]\nproviders: [{{id: openai:x, config: {config}}}]\n"));
        assert_eq!(found, place);
        assert!(!message.contains("sk-secret"), "{message}");
    }
}

#[test]
fn parameters_are_taken_over_and_what_has_no_counterpart_is_noted() {
    let config = good(
        "prompts: [hi]\nproviders:\n  - openai:gpt-4o:\n      label: four\n      config:\n        temperature: 0.5\n        \
         max_tokens: 9\n        passthrough: {logprobs: true}\n        headers: {x: y}\n        verbosity: low\n",
    );
    let model = &config.models[0];
    assert_eq!(
        (model.name(), model.parameters.temperature, model.parameters.max_tokens),
        ("four", Some(0.5), Some(9))
    );
    assert_eq!(model.parameters.extra["logprobs"], true);
    let places: Vec<_> = config.notes.iter().map(|note| note.at.path.as_str()).collect();
    assert_eq!(places, ["c.yaml: providers[0].config.headers", "c.yaml: providers[0].config.verbosity"]);
}

#[test]
fn assertions_have_their_values_judges_and_transforms() {
    let config = with(
        "prompts: [hi]\nproviders: [openai:gpt-4o]\ndefaultTest:\n  options: {provider: 'anthropic:messages:c', transform: \
         output.trim()}\n  assert: [{type: not-contains, value: sorry}]\ntests:\n  - vars: {who: Ada}\n    assert:\n      \
         - {type: llm-rubric, value: 'greets {{who}}', metric: 'of {{who}}', weight: 2}\n      - {type: javascript, \
         value: file://check.js:long, transform: output.length}\n      - {type: not-contains, value: file://words.txt}\n",
        &[("check.js", "module.exports = { long: (o) => o > 3 };"), ("words.txt", "damn\n")],
    )
    .unwrap_or_else(|error| panic!("{error:#?}"));
    let rules = &config.cases[0].case.validations;
    let names: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["not-contains", "llm-rubric", "javascript", "not-contains 2"]);
    let assertion = |at: usize| match &rules[at].rule {
        ValidationRule::Assertion(assertion) => (**assertion).clone(),
        other => panic!("{other:?}"),
    };
    let judged = assertion(1);
    assert_eq!((judged.value, judged.model.unwrap().model), (Some(json!("greets Ada")), "c".to_owned()));
    assert_eq!((rules[1].metric.as_deref(), rules[1].weight), (Some("of Ada"), 2.0));
    let script = assertion(2);
    assert!(script.value.unwrap().as_str().unwrap().contains("module.exports.long"));
    let chained = script.transform.unwrap();
    assert!(chained.find("output.trim()").unwrap() > chained.find("output.length").unwrap(), "{chained}");
    assert_eq!(assertion(3).value, Some(json!("damn\n")), "a file is compared with as it is");
    assert!(!config.needs_a_judge());
}

#[test]
fn a_set_of_data_meets_every_test_of_its_scenario() {
    let config = good(
        "prompts: ['{{a}} {{b}}']\nproviders: [echo]\ndefaultTest: {vars: {b: none}, threshold: 0.5}\nscenarios:\n  - config:\n      \
         - {vars: {a: 1}, assert: [{type: contains, value: '1'}]}\n      - {vars: {a: 2}}\n    tests:\n      - {vars: {b: x}}\n      \
         - {vars: {b: y}, threshold: 1}\n",
    );
    let seen: Vec<Value> = config
        .cases
        .iter()
        .map(|case| {
            json!([
                case.case.inputs["a"],
                case.case.inputs["b"],
                case.case.threshold,
                case.case.validations.len()
            ])
        })
        .collect();
    assert_eq!(
        seen,
        [json!([1, "x", 0.5, 1]), json!([1, "y", 1.0, 1]), json!([2, "x", 0.5, 0]), json!([2, "y", 1.0, 0])]
    );
}

#[test]
fn what_a_prompt_uses_is_declared_where_its_values_are_of_one_type() {
    let config = good(
        "prompts: ['{{n}} {{s}} {{mixed}} {{nothing}} {% for x in list %}{{x.y}}{% endfor %}']\nproviders: [echo]\ntests:\n  \
         - vars: {n: 1, s: a, mixed: 1, list: [{y: 1}]}\n  - vars: {n: 2.5, s: b, mixed: text, list: []}\n",
    );
    let declared: Vec<_> =
        config.prompts[0].content.variables.iter().map(|v| (v.name.as_str(), v.kind.as_str())).collect();
    assert_eq!(declared, [("n", "number"), ("s", "string"), ("list", "array")]);
}

#[test]
fn what_is_wrong_is_told_all_at_once_with_its_place() {
    let error = with(
        "prompts: [file://p.py, 'hi {{_conversation}}', '[{\"role\": \"user\", \"content\": [1]}]']\nproviders: [echo]\nredteam: \
         {plugins: [x]}\nextensions: ['file://e.js:f']\nderivedMetrics: [{name: x, value: 'a ? b : c'}]\ntests:\n  - assert: \
         [{type: moderation, value: x}, {value: x}, nothing]\n    options: {storeOutputAs: x}\n  - threshold: 7\n  - vars: \
         {x: file://image.png}\n    providers: [none]\n",
        &[],
    )
    .unwrap_err();
    let mut places: Vec<_> =
        error.0.iter().map(|problem| problem.at.path.replacen("c.yaml: ", "", 1)).collect();
    places.sort();
    let expected = [
        "derivedMetrics[0].value",
        "extensions",
        "prompts[0]",
        "prompts[1]",
        "prompts[2]",
        "providers[0]",
        "redteam",
        "tests[0].assert[0].type",
        "tests[0].assert[1]",
        "tests[0].assert[2]",
        "tests[0].options.storeOutputAs",
        "tests[1].threshold",
        "tests[2].providers",
        "tests[2].vars.x",
    ];
    assert_eq!(places, expected, "{error:#?}");
    assert!(error.0.iter().all(|problem| !problem.message.is_empty() && !problem.hint.is_empty()));
}

#[test]
fn a_number_in_quotes_is_refused_and_never_left_out() {
    let config = "prompts: [hi]\nproviders: [echo]\n";
    for (more, place, expected) in [
        ("tests: [{threshold: '0.9'}]", "tests[0].threshold", "a number, got `\"0.9\"`"),
        ("defaultTest: {threshold: high}", "defaultTest.threshold", "a number, got `\"high\"`"),
        (
            "tests: [{assert: [{type: rouge-n, value: x, threshold: '0.99'}]}]",
            "tests[0].assert[0].threshold",
            "a number",
        ),
        (
            "tests: [{assert: [{type: equals, value: x, weight: '5'}]}]",
            "tests[0].assert[0].weight",
            "a number",
        ),
        (
            "tests: [{assert: [{type: assert-set, assert: [{type: equals, value: x, weight: true}]}]}]",
            "tests[0].assert[0].assert[0].weight",
            "a number",
        ),
        ("evaluateOptions: {repeat: '3'}", "evaluateOptions.repeat", "a whole number from 0 on, got `\"3\"`"),
        ("evaluateOptions: {maxConcurrency: 2.5}", "evaluateOptions.maxConcurrency", "a whole number"),
        ("commandLineOptions: {filterFirstN: -1}", "commandLineOptions.filterFirstN", "a whole number"),
    ] {
        let (message, hint, found) = bad(&format!("{config}{more}\n"));
        assert_eq!(found, format!("c.yaml: {place}"), "{message}");
        assert!(
            message.contains(&format!("must be {expected}")) && hint.contains("quotes"),
            "{message} {hint}"
        );
    }
    assert!(bad(&format!("{config}evaluateOptions: {{repeat: '3'}}\n")).1.contains("`3`"));
}

#[test]
fn the_environment_is_put_into_every_file_that_is_a_part_of_the_configuration() {
    let given = Given { env: [("PLACE".to_owned(), "Rome \"I\"".to_owned())].into(), ..Given::default() };
    let mut told = Told::default();
    for (path, text) in [
        (
            "c.yaml",
            "prompts: [file://p.txt, file://chat.json]\nproviders: file://models.yaml\ndefaultTest:              file://default.yaml\ntests: [file://t.yaml, file://t.csv, file://t.jsonl, {vars: file://vars.yaml}, {vars:              {text: file://text.txt}}]\n",
        ),
        ("p.txt", "{{n}} in {{env.PLACE}}"),
        ("chat.json", "[{\"role\": \"user\", \"content\": \"{{n}} in {{env.PLACE}}\"}]"),
        ("models.yaml", "- {id: openai:gpt-4o, label: 'of {{env.PLACE}}'}"),
        ("default.yaml", "assert: [{type: contains, value: '{{env.PLACE}}'}]"),
        ("t.yaml", "- {vars: {text: '{{env.PLACE}}'}, assert: [{type: equals, value: '{{env.PLACE}}'}]}"),
        ("t.csv", "text,__expected\n{{env.PLACE}},starts-with:{{env.PLACE}}\n"),
        ("t.jsonl", "{\"vars\": {\"text\": \"{{env.PLACE}}\"}}"),
        ("vars.yaml", "text: '{{env.PLACE}}'"),
        ("text.txt", "{{env.PLACE}}"),
    ] {
        told.0.insert(path.to_owned(), text.to_owned());
    }
    let config = read("c.yaml", &told, &given).unwrap_or_else(|error| panic!("{error:#?}"));
    assert_eq!(config.prompts[0].raw, "{{n}} in Rome \"I\"");
    let chat: Value = serde_json::from_str(&config.prompts[1].raw).unwrap();
    assert_eq!(chat[0]["content"], "{{n}} in Rome \"I\"");
    assert_eq!(config.models[0].name(), "of Rome \"I\"");
    let texts: Vec<_> = config.cases.iter().map(|case| case.case.inputs["text"].clone()).collect();
    assert_eq!(texts, vec![json!("Rome \"I\""); 5]);
    let values =
        config.cases.iter().take(2).flat_map(|case| &case.case.validations).map(|rule| match &rule.rule {
            ValidationRule::Assertion(assertion) => assertion.value.clone().unwrap(),
            other => panic!("{other:?}"),
        });
    assert_eq!(values.collect::<Vec<_>>(), vec![json!("Rome \"I\""); 4]);
    // What was not given is named where it stands.
    let error = read("c.yaml", &told, &Given::default()).unwrap_err();
    let places: Vec<_> = error.0.iter().map(|problem| problem.at.path.as_str()).collect();
    for place in ["p.txt", "models.yaml: [0].label", "default.yaml: assert[0].value", "t.yaml: [0].vars.text"]
    {
        assert!(places.iter().any(|at| at.starts_with(place)), "{place}: {places:?}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_the_matter_of_its_test() {
    let config = with(
        "prompts: [hi]\nproviders: [echo]\ndefaultTest: {assert: [{type: icontains, value: '{{expected}}'}, {type: \
         assert-set, assert: [{type: icontains, value: '{{expected}}'}]}]}\ntests: file://t.csv\n",
        &[("t.csv", "expected\nParis\n\"\"\n")],
    )
    .unwrap_or_else(|error| panic!("{error:#?}"));
    assert_eq!(config.cases.len(), 2);
    let said = config.notes.iter().filter(|note| note.message.contains("do not pass"));
    let places: Vec<_> = said.map(|note| note.at.path.as_str()).collect();
    assert_eq!(places[0], "c.yaml: defaultTest.assert[0].value", "{:?}", config.notes);
    assert!(places[1].starts_with("c.yaml: defaultTest.assert[1].assert[0]"), "{places:?}");
    // One that is written so is a mistake of the configuration.
    let (_, _, place) =
        bad("prompts: [hi]\nproviders: [echo]\ntests: [{assert: [{type: icontains, value: ''}]}]\n");
    assert_eq!(place, "c.yaml: tests[0].assert[0].value");
}

#[test]
fn vectors_are_made_by_the_model_that_is_named_for_them() {
    let model = |more: &str| {
        let config = format!("prompts: [hi]\nproviders: [openai:gpt-4o]\n{more}\n");
        let config = with(&config, &[]).unwrap_or_else(|error| panic!("{error:#?}"));
        let rule = &config.cases[0].case.validations[0].rule;
        let ValidationRule::Assertion(assertion) = rule else { panic!("{rule:?}") };
        (
            assertion.model.clone().map(|model| model.to_string()),
            config.needs_vectors(),
            config.needs_a_judge(),
        )
    };
    let own = "{id: openai:embedding:echo, config: {apiBaseUrl: 'http://127.0.0.1:1/v1'}}";
    let at = |address: &str| Some(format!("openai at {address}:echo"));
    for given in [
        format!("tests: [{{assert: [{{type: similar, value: x, provider: {own}}}]}}]"),
        format!(
            "defaultTest: {{options: {{provider: {{embedding: {own}, text: openai:gpt-4o}}}}}}\ntests: [{{assert: [{{type: \
             'similar:dot', value: x}}]}}]"
        ),
        format!(
            "defaultTest: {{options: {{provider: {own}}}}}\ntests: [{{assert: [{{type: similar, value: x}}]}}]"
        ),
    ] {
        assert_eq!(model(&given), (at("http://127.0.0.1:1/v1"), false, false), "{given}");
    }
    let judge =
        "defaultTest: {options: {provider: openai:gpt-4o}}\ntests: [{assert: [{type: similar, value: x}]}]";
    assert_eq!(model(judge), (None, true, false), "one that chats makes no vectors");
    let only = "defaultTest: {options: {provider: {embedding: openai:embedding:x}}}\ntests: [{assert: [{type: \
                llm-rubric, value: x}]}]";
    assert_eq!(model(only), (None, false, true), "and one that makes vectors does not judge");
}

#[test]
fn a_malformed_file_is_refused_with_its_line() {
    let error = with("prompts: [hi]\nproviders: [echo]\ntests: file://t.csv\n", &[("t.csv", "a,b\n1\n")])
        .unwrap_err();
    assert_eq!((error.0[0].at.path.as_str(), error.0[0].at.line), ("t.csv", Some(2)), "{error:?}");
    let error = with("prompts: [hi]\n  providers: x\n", &[]).unwrap_err();
    assert!(error.0[0].at.line.is_some() && error.0[0].message.contains("malformed"), "{error:?}");
}
