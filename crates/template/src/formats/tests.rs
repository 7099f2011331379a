use super::*;
use crate::{check, render};
use formaops_domain::{
    ActorId, Body, Case, Columns, DatasetId, Message, ModelRef, PromptId, PromptStatus, RefKind, Role,
    RunContext, SuiteDataset, SuiteId, SuitePrompt, SuiteSpec, TemplateEngine, Timestamp, Variable,
    VariableType, Version, VersionId,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Write;

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn read_one(name: &str, text: &str) -> FoundPrompt {
    let mut understood = read(vec![file(name, text)]).unwrap();
    assert_eq!(understood.prompts.len(), 1, "{:?}", understood.prompts);
    understood.prompts.remove(0)
}

fn messages(content: &Content) -> Vec<(Role, &str)> {
    match &content.body {
        Body::Messages { messages } => messages.iter().map(|it| (it.role, it.template.as_str())).collect(),
        Body::Text { template } => vec![(Role::User, template)],
    }
}

fn said(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|note| format!("{}: {}", note.at.path, note.message)).collect()
}

fn rendered(content: &Content, inputs: Value) -> Vec<(Role, String)> {
    let inputs = serde_json::from_value(inputs).unwrap();
    let rendered = render(content, &inputs, &RunContext::default()).unwrap();
    rendered.messages.iter().map(|message| (message.role, message.text().to_owned())).collect()
}

#[test]
fn each_format_is_recognised_by_what_it_holds_and_not_by_its_name() {
    for (name, text, format) in [
        ("a.txt", "---\nmodel:\n  api: chat\nsample:\n  x: 1\n---\nsystem:\nHi {{x}}", Format::Prompty),
        ("a", "---\nconfig:\n  temperature: 1\n---\n{{role \"system\"}}Hi", Format::Prompt),
        ("a.json", r#"{"name": "a", "prompt": "Hi {{x}}", "type": "text", "version": 1}"#, Format::Langfuse),
        ("a.json", r#"[{"name": "a", "prompt": [], "type": "chat"}]"#, Format::Langfuse),
        ("a.json", r#"{"model": "gpt-x", "input": "Hi {{x}}"}"#, Format::Openai),
        ("a.json", r#"[{"role": "user", "content": "Hi"}]"#, Format::Openai),
        ("a.txt", "prompts: [Hi]\nproviders: [openai:m]\n", Format::Promptfoo),
        ("a.json", r#"{"prompts": ["Hi"], "tests": []}"#, Format::Promptfoo),
        ("a.json", r#"{"formaops": 1, "prompts": []}"#, Format::Json),
        ("a", "formaops: 1\nprompts: []\n", Format::Yaml),
        ("a.prompt", "Just text", Format::Prompt),
    ] {
        let understood = read(vec![file(name, text)]).unwrap();
        assert_eq!(understood.files, [(name.to_owned(), format)], "{text}");
    }
}

#[test]
fn what_is_of_no_format_is_refused_with_the_formats_that_are_known() {
    for text in ["Just text", "{}", "[1, 2]", "{\"name\": \"x\"}"] {
        let error = read(vec![file("notes.txt", text)]).unwrap_err();
        assert_eq!(error.message, "no prompt was found in `notes.txt`");
        assert!(error.hint.contains("promptfoo"), "{}", error.hint);
    }
    assert!(read(Vec::new()).is_err());
}

#[test]
fn a_malformed_file_names_the_place() {
    for (name, text, line, path) in [
        ("a.json", "{\n  \"formaops\": 1,\n  \"prompts\": [}\n", Some(3), "a.json"),
        ("a.yaml", "prompts:\n  - [\nproviders: x\n", Some(3), "a.yaml"),
        ("a.prompty", "---\nname: [x\n---\nHi", Some(3), "a.prompty"),
        ("a.prompty", "---\nname: x\n---\nsystem:\nHi\n{% if x %}", Some(6), "a.prompty"),
        ("a.prompt", "---\nconfig:\n  temperature: warm\n---\nHi", None, "a.prompt: config.temperature"),
        ("a.json", r#"{"formaops": 2, "prompts": []}"#, None, "a.json: formaops"),
        ("a.json", r#"{"formaops": 1, "prompts": [{"name": "Bad Name"}]}"#, None, "a.json: prompts[0]"),
        ("a.yaml", "prompts: ['{% for x in y %}']\ntests: []\n", Some(1), "a.yaml: prompts[0]"),
    ] {
        let error = read(vec![file(name, text)]).unwrap_err();
        assert!(error.at.path.starts_with(path), "{error:?} for {text}");
        if line.is_some() {
            assert!(error.at.line.is_some_and(|found| found <= line.unwrap()), "{error:?} for {text}");
        }
    }
    let latin = SourceFile { name: "a.prompt".to_owned(), bytes: b"one\ntw\xf6".to_vec() };
    let error = read(vec![latin]).unwrap_err();
    assert_eq!((error.at.line, error.message.as_str()), (Some(2), "`a.prompt` is not a text in UTF-8"));
}

#[test]
fn a_prompty_of_the_first_shape_is_understood() {
    let text = r#"---
name: Reply to a guest
description: Answers in the house's voice
authors: [somebody]
tags: [hotel]
model:
  api: chat
  configuration:
    type: azure_openai
    azure_deployment: small-one
    azure_endpoint: https://example.test
  parameters:
    max_tokens: 200
    temperature: 0.2
    logit_bias: {}
sample:
  guest: Ada
  nights: 3
  question: Late?
---
system:
You work at a hotel.
{% if nights > 2 %}Offer breakfast.{% endif %}

user:
{{ guest }} asks:
{{ question | shout }}
"#;
    let prompt = read_one("reply.prompty", text);
    assert_eq!((prompt.name.as_str(), prompt.title.as_str()), ("reply-to-a-guest", "Reply to a guest"));
    assert_eq!(prompt.tags, ["hotel"]);
    let content = &prompt.versions[0].content;
    assert_eq!(
        content.settings.model,
        Some(ModelRef { provider: "azure".into(), model: "small-one".into() })
    );
    assert_eq!(content.settings.parameters.max_tokens, Some(200));
    assert_eq!(
        messages(content),
        [
            (Role::System, "You work at a hotel.\n{{#if (gt nights 2)}}Offer breakfast.{{/if}}"),
            (Role::User, "{{guest}} asks:\n{{jinja \"question | shout\"}}"),
        ]
    );
    let variables: Vec<_> = content.variables.iter().map(|it| (it.name.as_str(), it.kind)).collect();
    let (text, number) = (VariableType::String, VariableType::Number);
    assert_eq!(variables, [("nights", number), ("guest", text), ("question", text)]);
    assert_eq!(
        prompt.input_sets[0].inputs,
        *json!({"guest": "Ada", "nights": 3, "question": "Late?"}).as_object().unwrap()
    );
    let notes = said(&prompt.notes);
    assert!(notes.iter().any(|note| note.contains("addresses and keys are never taken over")), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("logit_bias")), "{notes:#?}");
    let shout = prompt.notes.iter().find(|note| note.message.contains("shout")).unwrap();
    assert_eq!((shout.at.line, shout.at.column), (Some(27), Some(1)), "{shout:?}");
}

#[test]
fn a_prompty_of_the_second_shape_is_understood() {
    let text = r#"---
name: weather
model:
  id: gpt-5
  provider: openai
  apiType: responses
  connection: { kind: key, apiKey: "${env:KEY}" }
  options: { temperature: 0.7, maxOutputTokens: 1000, additionalProperties: { reasoning_effort: low } }
inputs:
  properties:
    - { name: city, kind: string, required: true, example: Oslo }
    - { name: unit, kind: string, default: celsius, enumValues: [celsius, fahrenheit] }
tools:
  - { name: look, kind: function, description: Looks, parameters: [{ name: place, kind: string, required: true }] }
  - { name: files, kind: mcp, serverName: fs }
template: { format: { kind: mustache }, parser: { kind: prompty } }
---
No marker: the instructions.

assistant:
Where?

user:
{{city}} in {{unit}}
"#;
    let prompt = read_one("weather.prompty", text);
    let content = &prompt.versions[0].content;
    assert_eq!(
        messages(content),
        [
            (Role::System, "No marker: the instructions."),
            (Role::Assistant, "Where?"),
            (Role::User, "{{city}} in {{unit}}")
        ]
    );
    let parameters = &content.settings.parameters;
    assert_eq!((parameters.temperature, parameters.max_tokens), (Some(0.7), Some(1000)));
    assert_eq!(parameters.reasoning_effort.as_deref(), Some("low"));
    assert_eq!(parameters.tools[0].parameters["required"], json!(["place"]));
    assert!(content.variables[0].required && content.variables[1].options.len() == 2);
    assert_eq!(prompt.input_sets[0].inputs["city"], "Oslo");
    assert!(said(&prompt.notes).iter().any(|note| note.contains("`mcp`")), "{:?}", prompt.notes);
}

#[test]
fn a_block_around_a_message_makes_one_text_of_the_prompty() {
    let text = "---\nname: x\ninputs: {}\n---\nsystem:\nA\n{% if more %}\nuser:\nB {{more}}\n{% endif %}\n";
    let prompt = read_one("x.prompty", text);
    let content = &prompt.versions[0].content;
    let roles = |inputs| rendered(content, inputs).iter().map(|(role, _)| *role).collect::<Vec<_>>();
    assert_eq!(roles(json!({"more": "yes"})), [Role::System, Role::User]);
    assert_eq!(roles(json!({})), [Role::System]);
}

#[test]
fn a_promptfoo_configuration_is_understood_with_the_files_beside_it() {
    let config = r#"
description: Greets
prompts:
  - file://prompts/greet.txt
  - id: chat
    raw: '[{"role": "system", "content": "Be {{mood}}"}, {"role": "user", "content": "{{ name | upper }}"}]'
  - file://make.py
  - file://missing.txt
providers:
  - id: openai:chat:gpt-4o
    config: { temperature: 0.5, apiKey: secret-value }
defaultTest:
  vars: { mood: kind }
tests:
  - description: Ada
    vars: { name: Ada }
    assert: [{ type: contains, value: Ada }, { type: llm-rubric, value: nice }]
  - vars: { name: file://name.txt, mood: short }
    assert: [{ type: contains, value: Bo }]
sharing: false
"#;
    let zip = pack(&[
        file("suite/promptfooconfig.yaml", config),
        file("suite/prompts/greet.txt", "Hello {{name}}\n---\nHi {{name}}, {{mood}}"),
        file("suite/name.txt", "Bo"),
        file("suite/make.py", "print('no')"),
    ])
    .unwrap();
    let understood = read(vec![SourceFile { name: "suite.zip".to_owned(), bytes: zip }]).unwrap();
    let names: Vec<_> = understood.prompts.iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["greet-1", "greet-2", "chat"]);
    let chat = &understood.prompts[2];
    let content = &chat.versions[0].content;
    assert_eq!(messages(content), [(Role::System, "Be {{mood}}"), (Role::User, "{{upper name}}")]);
    assert_eq!(content.settings.model, Some(ModelRef { provider: "openai".into(), model: "gpt-4o".into() }));
    assert_eq!(content.settings.parameters.temperature, Some(0.5));
    let sets: Vec<_> = chat.input_sets.iter().map(|set| (set.name.as_str(), &set.inputs)).collect();
    assert_eq!(sets[0], ("Ada", json!({"mood": "kind", "name": "Ada"}).as_object().unwrap()));
    assert_eq!(sets[1], ("test 2", json!({"mood": "short", "name": "Bo"}).as_object().unwrap()));
    let notes = said(&understood.notes).join("\n");
    for expected in [
        "`contains` (2), `llm-rubric` (1)",
        "make.py` is a program",
        "`missing.txt` is not among the files",
        "config.apiKey: addresses and keys",
        "sharing",
    ] {
        assert!(notes.contains(expected), "{expected} is not in {notes}");
    }
    assert!(!format!("{understood:?}").contains("secret-value"));
}

#[test]
fn a_promptfoo_prompt_that_handlebars_has_no_words_for_stays_in_nunjucks() {
    let config = "providers: [echo]\nprompts:\n  - 'Hi {{ name | replace(\"a\", \"b\") }}, {% set x = 1 %}{{ x }}'\n  \
                  - 'Hi {{ name | upper }}'\n  - '{% if x %}never ended'\n";
    let understood = read(vec![file("promptfooconfig.yaml", config)]);
    // What is a template in neither language is refused as before.
    assert!(understood.is_err(), "{understood:?}");
    let sound = config.replace("  - '{% if x %}never ended'\n", "");
    let understood = read(vec![file("promptfooconfig.yaml", &sound)]).unwrap();
    let contents: Vec<_> = understood.prompts.iter().map(|prompt| &prompt.versions[0].content).collect();
    assert_eq!(contents[0].engine, TemplateEngine::Nunjucks);
    assert_eq!(rendered(contents[0], json!({"name": "Ada"})), [(Role::User, "Hi Adb, 1".to_owned())]);
    assert!(contents[1].engine.is_handlebars());
    let notes = said(&understood.prompts[0].notes).join("\n");
    assert!(notes.contains("stays in Nunjucks"), "{notes}");
}

#[test]
fn versions_of_a_langfuse_prompt_are_one_prompt() {
    let text = json!([
        {"name": "Movie Critic", "version": 2, "type": "chat", "labels": ["production", "latest"], "tags": ["film"],
         "config": {"model": "gpt-4o", "temperature": 0.3, "supported_languages": ["en"]}, "commitMessage": "as a chat",
         "prompt": [{"role": "system", "content": "You know {{movie}} {{#not a tag}}"},
                    {"type": "placeholder", "name": "turns"}, {"role": "user", "content": "{{ history }}"}]},
        {"name": "Movie Critic", "version": 1, "type": "text", "prompt": "Rate {{movie}}", "labels": [], "tags": []},
    ]);
    let prompt = read_one("critic.json", &text.to_string());
    assert_eq!((prompt.name.as_str(), prompt.title.as_str()), ("movie-critic", "Movie Critic"));
    assert_eq!(prompt.labels, [("production".parse().unwrap(), 1)]);
    assert_eq!(messages(&prompt.versions[0].content), [(Role::User, "Rate {{movie}}")]);
    assert_eq!(prompt.versions[1].note, "as a chat");
    let newest = &prompt.versions[1].content;
    assert!(check(newest).iter().all(|found| found.severity != crate::Severity::Error));
    let shown = rendered(newest, json!({"movie": "M", "history": "said"}));
    assert_eq!(
        shown,
        [(Role::System, "You know M {{#not a tag}}".to_owned()), (Role::User, "said".to_owned())]
    );
    let notes = said(&prompt.notes).join("\n");
    for expected in ["[0].prompt[1]: the placeholder `turns`", "supported_languages", "`openai:gpt-4o`"] {
        assert!(notes.contains(expected), "{expected} is not in {notes}");
    }
}

#[test]
fn a_request_of_openai_is_a_prompt_with_its_variables() {
    let text = json!({
        "model": "gpt-5", "instructions": "You translate to {{language}}.",
        "input": [{"role": "developer", "content": [{"type": "input_text", "text": "Be exact."},
                                                     {"type": "input_image", "image_url": "https://example.test/x.png"}]},
                  {"role": "user", "content": "{{text}}"}],
        "reasoning": {"effort": "low"}, "max_output_tokens": 50, "store": true,
        "text": {"format": {"type": "json_schema", "name": "t", "schema": {"type": "object"}}},
        "prompt": {"id": "pmpt_1", "version": "2", "variables": {"language": "French"}},
    });
    let prompt = read_one("request.json", &text.to_string());
    let content = &prompt.versions[0].content;
    assert_eq!(
        messages(content),
        [
            (Role::System, "You translate to {{language}}."),
            (Role::System, "Be exact."),
            (Role::User, "{{text}}")
        ]
    );
    let parameters = &content.settings.parameters;
    assert_eq!((parameters.max_tokens, parameters.reasoning_effort.as_deref()), (Some(50), Some("low")));
    assert!(parameters.response_format.is_some());
    assert_eq!(prompt.input_sets[0].inputs["language"], "French");
    let notes = said(&prompt.notes).join("\n");
    for expected in ["`pmpt_1` names a prompt that OpenAI keeps", "`input_image`", "`store`", "`developer`"] {
        assert!(notes.contains(expected), "{expected} is not in {notes}");
    }
}

#[test]
fn names_are_made_from_whatever_a_file_is_called() {
    for (text, name) in [
        ("Reply to Customer", "reply-to-customer"),
        ("../../etc/passwd", "etc/passwd"),
        ("  Über straße!  ", "ber-stra-e"),
        ("..", "imported"),
        ("", "imported"),
        ("A/B\\C", "a/b/c"),
        ("v1.2_x", "v1.2_x"),
    ] {
        assert_eq!(to_prompt_name(text).as_str(), name, "{text}");
    }
    assert_eq!(to_prompt_name(&"ab/".repeat(100)).as_str().len(), 128);
    let twice = read(vec![file("x/a.prompt", "one"), file("X/a.prompt", "two")]).unwrap();
    let names: Vec<_> = twice.prompts.iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["x/a", "x/a-2"]);
}

#[test]
fn zips_are_bounded_in_path_count_size_and_kind() {
    type Writer = ::zip::ZipWriter<std::io::Cursor<Vec<u8>>>;
    let zip = |build: &dyn Fn(&mut Writer)| {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        build(&mut writer);
        let bytes = writer.finish().unwrap().into_inner();
        unpack(vec![SourceFile { name: "a.zip".to_owned(), bytes }])
    };
    let options = ::zip::write::SimpleFileOptions::default();
    for name in ["../out.txt", "/etc/passwd", "a/../../b", "..\\out.txt"] {
        let error = zip(&|writer| writer.start_file(name, options).unwrap()).unwrap_err();
        assert!(error.message.contains("leads out of the zip"), "{name}: {error:?}");
    }
    let error = zip(&|writer| writer.add_symlink("link", "/etc", options).unwrap()).unwrap_err();
    assert!(error.message.contains("symbolic link"), "{error:?}");
    let zeros = vec![0; 8 << 20];
    let error = zip(&|writer| {
        writer.start_file("zeros", options).unwrap();
        writer.write_all(&zeros).unwrap();
    })
    .unwrap_err();
    assert!(error.message.contains("200 times larger"), "{error:?}");
    let error = zip(&|writer| {
        for number in 0..=MOST_FILES {
            writer.start_file(number.to_string(), options).unwrap();
        }
    })
    .unwrap_err();
    assert!(error.message.contains("more than 10000 files"), "{error:?}");
    let damaged = SourceFile { name: "a.zip".to_owned(), bytes: b"PK\x03\x04 not a zip".to_vec() };
    assert!(unpack(vec![damaged]).unwrap_err().message.contains("no zip that can be read"));
    let large = SourceFile { name: "large".to_owned(), bytes: vec![b'x'; MOST_BYTES + 1] };
    assert!(unpack(vec![large]).unwrap_err().message.contains("at most 64 MiB"));
    let files = zip(&|writer| {
        writer.add_directory("d", options).unwrap();
        writer.start_file("d/a.txt", options).unwrap();
        writer.start_file("__MACOSX/x", options).unwrap();
    })
    .unwrap();
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["d/a.txt"]);
}

#[test]
fn aliases_that_grow_without_end_are_refused() {
    let mut yaml = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in
        ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        let items = vec![format!("*{before}"); 10].join(", ");
        yaml.push_str(&format!("{name}: &{name} [{items}]\n"));
    }
    let error = read(vec![file("a.yaml", &yaml)]).unwrap_err();
    assert!(error.message.contains("no valid YAML"), "{error:?}");
}

fn archive_of(contents: Vec<Content>, inputs: JsonObject) -> Archive {
    let id = |n: u8| [n; 16];
    let author = ActorId::from_bytes(&id(1)).unwrap();
    let prompt_id = PromptId::from_bytes(&id(2)).unwrap();
    let at = Timestamp::from_micros(1_700_000_000_000_001);
    let mut versions: Vec<ArchivedVersion> = Vec::new();
    for (number, content) in (1u32..).zip(contents) {
        let parents = versions.last().map(|version| version.id).into_iter().collect();
        let version = Version::new(prompt_id, content, parents, author, format!("note {number}"), at);
        versions.push(Version { number: Some(number), ..version }.into());
    }
    let head = versions.last().unwrap().clone();
    let main = ArchivedRef {
        kind: RefKind::Branch,
        name: "main".parse().unwrap(),
        version: head.id,
        updated_at: at,
    };
    let label = ArchivedRef {
        kind: RefKind::Label,
        name: "x".parse().unwrap(),
        version: versions[0].id,
        updated_at: at,
    };
    let branch = ArchivedRef {
        kind: RefKind::Branch,
        name: "y".parse().unwrap(),
        version: versions[0].id,
        updated_at: at,
    };
    versions[0].tags = vec!["good".into()];
    let prompt = ArchivedPrompt {
        id: prompt_id,
        name: "a/b".parse().unwrap(),
        title: "A: title".into(),
        description: "- looks like a list\n\ttab ".into(),
        status: PromptStatus::Published,
        tags: vec!["yes".into(), "1.0".into()],
        created_at: at,
        updated_at: at,
        published_at: Some(at),
        versions,
        refs: vec![main, label, branch],
        draft: Some(ArchivedDraft {
            content: head.content,
            branch: "y".parse().unwrap(),
            base: Some(head.id),
            inputs: inputs.clone(),
            updated_at: at,
        }),
        input_sets: vec![ArchivedInputSet { name: "one".into(), inputs, created_at: at, updated_at: at }],
    };
    let actor = ArchivedActor { id: author, name: "Ada".into(), kind: "person".into() };
    Archive { actors: vec![actor], prompts: vec![prompt], ..Archive::default() }
}

/// The same with a dataset of these cases in two versions, and a suite of both.
fn evaluated(archive: Archive, cases: Vec<Case>) -> Archive {
    let author = archive.actors[0].id;
    let at = Timestamp::from_micros(1_700_000_000_000_001);
    let mut columns = Columns::default();
    cases.iter().for_each(|case| columns.see(case).unwrap());
    let columns = columns.finish();
    let version = |number| ArchivedDatasetVersion {
        number,
        author,
        note: format!("note {number}"),
        created_at: at,
        columns: columns.clone(),
        cases: cases.clone(),
    };
    let dataset = ArchivedDataset {
        id: DatasetId::from_bytes(&[3; 16]).unwrap(),
        name: "cities".parse().unwrap(),
        description: "- where: we go ".into(),
        created_at: at,
        updated_at: at,
        versions: vec![version(1), version(4)],
    };
    let spec = SuiteSpec {
        prompts: vec![SuitePrompt { prompt_id: archive.prompts[0].id, version: Some("v1".into()) }],
        dataset: Some(SuiteDataset { dataset_id: dataset.id, version: Some(4) }),
        cases,
        ..SuiteSpec::default()
    };
    let suite = ArchivedSuite {
        id: SuiteId::from_bytes(&[4; 16]).unwrap(),
        name: "travel".parse().unwrap(),
        description: String::new(),
        spec,
        baseline: None,
        created_at: at,
        updated_at: at,
    };
    Archive { datasets: vec![dataset], suites: vec![suite], ..archive }
}

/// A run of both prompts of an archive, with one execution of the second.
fn run_of_two() -> (Archive, Value) {
    let content = |text: &str| vec![Content { body: Body::text(text), ..Content::default() }];
    let mut archive = evaluated(archive_of(content("one"), JsonObject::new()), vec![Case::default()]);
    let mut second = archive_of(content("two"), JsonObject::new()).prompts.remove(0);
    second.id = PromptId::from_bytes(&[9; 16]).unwrap();
    second.name = "second".parse().unwrap();
    archive.prompts.push(second);
    let [first, second] = [&archive.prompts[0], &archive.prompts[1]];
    let run = "run_00000000000000000000000001";
    let at = archive.prompts[0].created_at;
    let variant = |version: VersionId| json!({ "versionId": version, "versionNumber": 1, "model": "a:b", "parameters": {} });
    let mut other = variant(second.versions[0].id);
    other["prompt"] = json!({ "id": second.id, "name": second.name });
    let execution = json!({
        "id": "exe_00000000000000000000000001", "runId": run, "promptId": second.id, "versionId": second.versions[0].id,
        "variant": 1, "case": 0, "repeat": 0, "generation": 0, "status": "completed", "model": "a:b", "parameters": {},
        "preview": "", "outputBytes": 0, "reasoningBytes": 0, "failure": null, "finish": null,
        "metrics": { "latencyMs": null, "firstTokenMs": null, "tokensPerSecond": null, "tokenUsage": null, "costUsd": null, "basis": "unknown" },
        "validationStatus": "skipped", "validations": [], "createdAt": at, "startedAt": null, "completedAt": at,
    });
    let attempt = json!({
        "id": "att_00000000000000000000000001", "executionId": execution["id"], "number": 1, "status": "failed",
        "model": "a:b", "requestHash": null, "requestId": null, "httpStatus": 500,
        "failure": { "class": "server_error", "message": "It is down.", "hint": "", "retryable": true },
        "metrics": execution["metrics"], "price": null, "reservedUsd": null, "day": "2026-11-27", "startedAt": at,
        "completedAt": at,
    });
    let mut again = attempt.clone();
    again["number"] = json!(2);
    let step = json!({ "at": at, "attempt": 1, "level": "warn", "message": "Failed", "metadata": {} });
    let suite = json!({ "id": archive.suites[0].id, "name": "travel", "cases": 1 });
    let progress = json!({
        "total": 1, "pending": 0, "running": 0, "completed": 1, "failed": 0, "cancelled": 0, "costUsd": "0",
    });
    let archived = json!({
        "run": {
            "id": run, "kind": "suite", "status": "completed", "priority": "normal", "promptId": first.id,
            "promptName": first.name, "suite": suite, "variants": [variant(first.versions[0].id), other], "inputs": {},
            "repeats": 1, "progress": progress, "createdBy": archive.actors[0].id, "createdAt": at, "startedAt": null,
            "completedAt": at,
        },
        "cases": [{}], "details": [{ "name": "one" }], "executions": [
            { "execution": execution, "attempts": [attempt, again], "log": [step] },
        ],
    });
    archive.runs = vec![serde_json::from_value(archived).unwrap()];
    archive.suites[0].baseline = Some(archive.runs[0].run.id);
    let value = serde_json::to_value(&archive).unwrap();
    (archive, value)
}

#[test]
fn datasets_suites_and_runs_that_do_not_hold_together_are_refused_with_their_place() {
    let (archive, value) = run_of_two();
    let is_read = |value: &Value| read(vec![file("a.json", &value.to_string())]).map(|read| read.archives);
    assert_eq!(is_read(&value), Ok(vec![archive]));
    let dataset = value["datasets"][0].clone();
    let suite = value["suites"][0].clone();
    let renamed = |thing: &Value| {
        let mut thing = thing.clone();
        thing["name"] = json!("another");
        thing
    };
    let first = value["prompts"][0]["versions"][0]["id"].clone();
    for (place, wrong, at) in [
        ("/datasets/1", dataset.clone(), "datasets[1].name"),
        ("/datasets/1", renamed(&dataset), "datasets[1].id"),
        ("/datasets/0/versions", json!([]), "datasets[0].versions"),
        ("/datasets/0/versions/0/number", json!(0), "datasets[0].versions[0].number"),
        ("/datasets/0/versions/1/number", json!(1), "datasets[0].versions[1].number"),
        (
            "/datasets/0/versions/0/author",
            json!("act_00000000000000000000000009"),
            "datasets[0].versions[0].author",
        ),
        ("/suites/1", suite.clone(), "suites[1].name"),
        ("/suites/1", renamed(&suite), "suites[1].id"),
        ("/suites/0/spec/dataset/version", json!(2), "suites[0].spec.dataset.version"),
        ("/suites/0/baseline", json!("run_00000000000000000000000002"), "suites[0].baseline"),
        ("/runs/0/run/variants/1/versionId", first.clone(), "runs[0].run.variants[1].versionId"),
        (
            "/runs/0/run/variants/1/prompt/id",
            json!("prm_00000000000000000000000009"),
            "runs[0].run.variants[1].prompt.id",
        ),
        ("/runs/0/details/1", json!({}), "runs[0].details"),
        ("/runs/0/executions/0/execution/variant", json!(0), "runs[0].executions[0].execution"),
        ("/runs/0/executions/0/execution/case", json!(1), "runs[0].executions[0].execution"),
        (
            "/runs/0/executions/0/attempts/0/executionId",
            json!("exe_00000000000000000000000002"),
            "runs[0].executions[0].attempts[0]",
        ),
        ("/runs/0/executions/0/attempts/1/number", json!(1), "runs[0].executions[0].attempts[1]"),
        ("/runs/0/executions/0/attempts/1/status", json!("running"), "runs[0].executions[0].attempts[1]"),
        ("/runs/0/executions/0/attempts/1/failure", json!(null), "runs[0].executions[0].attempts[1]"),
        (
            "/runs/0/executions/0/attempts/1/completedAt",
            json!("2001-01-01T00:00:00Z"),
            "runs[0].executions[0].attempts[1]",
        ),
        ("/runs/0/executions/0/attempts/0/metrics/costUsd", json!("1000000.01"), "runs[0].executions[0]"),
        ("/runs/0/executions/0/log/0/message", json!(""), "runs[0].executions[0].log[0]"),
    ] {
        let mut broken = value.clone();
        let (parent, field) = place.rsplit_once('/').unwrap();
        match broken.pointer_mut(parent).unwrap() {
            Value::Array(items) if field.parse() == Ok(items.len()) => items.push(wrong),
            Value::Array(items) => items[field.parse::<usize>().unwrap()] = wrong,
            other => other[field] = wrong,
        }
        let refused = is_read(&broken).unwrap_err();
        assert_eq!(refused.at.path, format!("a.json: {at}"), "{refused:?}");
    }
}

#[test]
fn a_version_that_was_changed_after_the_export_is_refused_with_its_place() {
    let content = Content { body: Body::text("one"), ..Content::default() };
    let text = write_archive(&archive_of(vec![content], JsonObject::new()), false);
    let wrong = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        read(vec![file("a.json", &changed)]).unwrap_err().at.path
    };
    assert_eq!(
        wrong("\"template\": \"one\"", "\"template\": \"two\""),
        "a.json: prompts[0].versions[0].content"
    );
    assert_eq!(wrong("\"note\": \"note 1\"", "\"note\": \"note 2\""), "a.json: prompts[0].versions[0].id");
    assert_eq!(wrong("\"number\": 1", "\"number\": 0"), "a.json: prompts[0].versions[0].number");
    // Names of versions that nothing could refer to, and a label beside a branch of the same name.
    assert_eq!(wrong("\"kind\": \"label\"", "\"kind\": \"pin\""), "a.json: prompts[0].refs[1].kind");
    assert_eq!(wrong("\"name\": \"x\"", "\"name\": \"v12\""), "a.json: prompts[0].refs[1].name");
    assert_eq!(wrong("\"name\": \"x\"", "\"name\": \"main\""), "a.json: prompts[0].refs[1]");
    assert_eq!(wrong("\"branch\": \"y\"", "\"branch\": \"z\""), "a.json: prompts[0].draft.branch");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[ a-z\n\t{}:#'\x22\\|>&*%@`!?~-]{0,12}",
        any::<String>(),
        prop::sample::select(vec![
            "yes",
            "no",
            "null",
            "~",
            "1.0",
            "0x1f",
            "2024-01-01",
            "---",
            "- a",
            "a: b",
            " x",
            "x ",
            "\u{85}",
            "\u{feff}x",
            "a\r\nb",
            "\u{0}",
            "*a",
            "&a",
            "!t",
            "\u{2028}",
            "|\n a",
            "\n\nx\n\n",
            "=",
            "<<",
        ])
        .prop_map(str::to_owned),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |n| n.is_finite()).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Content in the words that every format of other tools has.
fn plain_content() -> impl Strategy<Value = Content> {
    let piece = prop_oneof![
        r"[ a-z.,'\x22\\{}\n]{0,10}".prop_map(Ok),
        prop::sample::select(vec!["{{name}}", "{{this.history}}", "{{city}}"]).prop_map(Err),
    ];
    let template = prop::collection::vec(piece, 0..5).prop_map(|pieces| {
        let mut template = template::Template::default();
        // The ends of messages are trimmed by some formats.
        template.text("x ");
        for piece in pieces {
            match piece {
                Ok(text) => template.text(&text),
                Err(tag) => template.tag(tag),
            }
        }
        template.text(" y");
        template.finish()
    });
    let role = prop::sample::select(vec![Role::System, Role::User, Role::Assistant]);
    let message =
        (role, template).prop_map(|(role, template)| Message { role, template, attachments: Vec::new() });
    prop::collection::vec(message, 1..4)
        .prop_map(|messages| Content { body: Body::Messages { messages }, ..Content::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn our_own_format_loses_nothing(templates in prop::collection::vec(text(), 1..4), inputs in json(), default in json()) {
        // Null is the same as absent.
        let default = Some(default).filter(|default| !default.is_null());
        let variable = Variable { default, ..Variable::new("x", VariableType::Object) };
        let contents = templates.into_iter().map(|template| Content {
            body: Body::text(template),
            variables: vec![variable.clone()],
            ..Content::default()
        });
        let inputs = JsonObject::from_iter([("x".to_owned(), inputs)]);
        let cases = vec![Case { tags: vec!["yes".into()], ..Case::of(inputs.clone()) }];
        let archive = evaluated(archive_of(contents.collect(), inputs), cases);
        for (name, as_yaml) in [("a.json", false), ("a.yaml", true)] {
            let text = write_archive(&archive, as_yaml);
            let read = read(vec![file(name, &text)]);
            prop_assert_eq!(read.map(|read| read.archives), Ok(vec![archive.clone()]), "{}", text);
        }
    }

    #[test]
    fn what_other_formats_can_say_renders_the_same_when_it_comes_back(content in plain_content(), name in "[a-z]{0,3}") {
        let inputs = json!({"name": name, "history": "h", "city": "C"});
        let version = VersionToWrite { content: content.clone(), number: Some(1), note: String::new(), labels: vec![] };
        let prompt = PromptToWrite {
            name: "a".parse().unwrap(),
            title: String::new(),
            description: String::new(),
            tags: Vec::new(),
            versions: vec![version],
            input_sets: Vec::new(),
        };
        for format in [Format::Prompt, Format::Prompty, Format::Promptfoo, Format::Langfuse, Format::Openai] {
            let written = write_prompts(format, std::slice::from_ref(&prompt));
            if written.files.is_empty() {
                prop_assert!(said(&written.notes).iter().any(|note| note.contains("left out")), "{:?}", written);
                continue;
            }
            let text = String::from_utf8_lossy(&written.files[0].bytes).into_owned();
            let read = read(written.files).unwrap();
            prop_assert_eq!(
                rendered(&read.prompts[0].versions[0].content, inputs.clone()),
                rendered(&content, inputs.clone()),
                "{:?}: {}", format, text
            );
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), text in text(), ends in "(json|yaml|prompt|prompty|zip|txt)") {
        let name = format!("a.{ends}");
        let _ = read(vec![SourceFile { name: name.clone(), bytes }]);
        let front = format!("---\nmodel: {text}\ninputs: {text}\n---\n{text}");
        let _ = read(vec![file(&name, &text), file("b.prompty", &front)]);
    }
}
