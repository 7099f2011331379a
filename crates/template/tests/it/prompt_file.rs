use crate::properties::{body, hostile};
use formaops_domain::{
    Attachment, Body, Content, JsonObject, Message, ModelRef, Parameters, ResponseFormat, Role, RunContext,
    Settings, TemplateEngine, ToolChoice, ToolDefinition, Validation, ValidationRule, Variable, VariableType,
};
use formaops_template::{PromptFileError, PromptMeta, from_prompt_file, render, to_prompt_file};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;

#[test]
fn a_prompt_is_written_in_the_words_of_dotprompt() {
    let schema = json!({"type": "object"});
    let content = Content {
        engine: TemplateEngine::Handlebars,
        body: Body::messages([
            (Role::System, "You review {{language}}.\n"),
            (Role::User, "{{#each files}}{{this}}\n{{/each}}"),
            (Role::Assistant, "OK"),
        ]),
        variables: vec![
            Variable {
                default: Some(json!("rust")),
                description: "The language".into(),
                ..Variable::new("language", VariableType::String)
            },
            Variable::new("files", VariableType::Array).required(),
            Variable {
                options: vec!["low".into(), "high".into()],
                sensitive: true,
                ..Variable::new("level", VariableType::Enum)
            },
        ],
        settings: Settings {
            model: Some(ModelRef { provider: "openai".into(), model: "gpt-5".into() }),
            parameters: Parameters {
                temperature: Some(0.5),
                max_tokens: Some(100),
                stop: vec!["END".into()],
                ..Parameters::default()
            },
        },
        validations: vec![Validation::new("shape", ValidationRule::Schema { schema })],
    };
    let meta =
        PromptMeta { title: "Review".into(), description: "Finds bugs.".into(), tags: vec!["code".into()] };
    let text = to_prompt_file(&content, &meta);
    let expected = r#"---
description: Finds bugs.
model: openai/gpt-5
config:
  temperature: 0.5
  maxOutputTokens: 100
  stopSequences:
  - END
input:
  schema:
    language?: string, The language
    files(array): any
    level?(enum):
    - low
    - high
  default:
    language: rust
ext:
  formaops:
    title: Review
    tags:
    - code
    sensitive:
    - level
    validations:
    - name: shape
      rule:
        kind: schema
        schema:
          type: object
---
{{role "system"}}You review {{language}}.
{{role "user"}}{{#each files}}{{this}}
{{/each}}{{role "model"}}OK"#;
    assert_eq!(text, expected);
    let file = from_prompt_file(&text).unwrap();
    assert_eq!((file.meta, file.content, file.ignored), (meta, content, vec![]));
}

#[test]
fn a_file_of_another_tool_is_read_for_what_it_says() {
    let text = "# A licence\n\n---\nmodel: googleai/gemini-2.0-flash\nname: greet\ntools: [search]\nconfig:\n  \
        temperature: 1\n  topK: 40\n  tone: dry\ninput:\n  schema:\n    who: string, the name\n    tags?(array, words): string\n    \
        mood?(enum): [GOOD, BAD]\n    place?(object):\n      city: string\n    many?: integer\n    \
        what: any\n  default: {who: you}\noutput:\n  format: json\n  schema:\n    text: string\n---\nHello {{who}}\n";
    let file = from_prompt_file(text).unwrap();
    assert_eq!(file.ignored, ["input.schema.what.type", "name", "tools"]);
    let Content { body, engine, variables, settings, validations } = file.content;
    assert_eq!(engine, TemplateEngine::Handlebars);
    assert_eq!(body, Body::text("Hello {{who}}\n"));
    assert_eq!(settings.model.unwrap().to_string(), "googleai:gemini-2.0-flash");
    assert_eq!(settings.parameters.temperature, Some(1.0));
    assert_eq!(settings.parameters.top_k, Some(40));
    assert_eq!(settings.parameters.extra["tone"], "dry");
    let shown: Vec<_> = variables.iter().map(|v| (v.name.as_str(), v.kind.as_str(), v.required)).collect();
    let expected = [
        ("who", "string", true),
        ("tags", "array", false),
        ("mood", "enum", false),
        ("place", "object", false),
        ("many", "number", false),
        ("what", "string", true),
    ];
    assert_eq!(shown, expected);
    assert_eq!(variables[0].default, Some(json!("you")));
    assert_eq!(variables[1].schema, Some(object(json!({"type": "string"}))));
    assert_eq!(variables[2].options, ["GOOD", "BAD"]);
    let place = json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false});
    assert_eq!(variables[3].schema, Some(object(place)));
    let ValidationRule::Schema { schema } = &validations[0].rule else { panic!("{validations:?}") };
    assert_eq!(schema["properties"]["text"]["type"], "string");
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn attachments_stand_beside_the_messages_they_belong_to() {
    let image = Attachment::new("a.png".to_owned(), "image/png".to_owned(), b"abc").unwrap();
    let messages = [(Role::System, vec![]), (Role::User, vec![image.clone()])]
        .map(|(role, attachments)| Message { role, template: "Look.\n".to_owned(), attachments });
    let content = Content { body: Body::Messages { messages: messages.into() }, ..Content::default() };
    let text = to_prompt_file(&content, &PromptMeta::default());
    let expected = format!(
        "---
ext:
  formaops:
    attachments:
      \"1\":
      - name: a.png
        mediaType: image/png
        hash: {}
        bytes: 3
---
{{{{role \"system\"}}}}Look.
{{{{role \"user\"}}}}Look.
",
        image.hash,
    );
    assert_eq!(text, expected);
    assert_eq!(from_prompt_file(&text).unwrap().content, content);
}

#[test]
fn role_tags_are_messages_only_where_that_changes_nothing() {
    for (text, messages) in [
        ("{{role \"system\"}}a {{x}}\n{{role \"user\"}}b", 2),
        ("\n{{role \"model\"}}a{{history}}\n{{role \"user\"}}b", 2),
        ("{{role \"user\"}}{{#if x}}\n a\n{{/if}} b", 0),
        ("{{role \"user\"}}\n{{#if x}}\na\n{{/if}}\n{{role \"user\"}}b", 2),
        ("before {{role \"user\"}}b", 0),
        ("{{#if x}}{{role \"user\"}}{{/if}}b", 0),
        ("{{role \"user\"}}a{{#if x}}{{role \"system\"}}{{/if}}b", 0),
        ("{{role \"user\"}}a{{history}}b", 0),
        ("{{role \"user\"}}a{{history}}{{x}}", 0),
        ("{{role \"user\"}}a{{history}}{{#if x}}b{{/if}}", 0),
        ("{{~role \"user\"}}a", 0),
        ("{{role \"user\"}}a{{#if", 0),
        ("no role", 0),
    ] {
        let read = from_prompt_file(text).unwrap().content.body;
        let count = match &read {
            Body::Text { template } => {
                assert_eq!(template, text);
                0
            }
            Body::Messages { messages } => messages.len(),
        };
        assert_eq!(count, messages, "{text}");
        if count > 0 {
            let run = |body| {
                let content = Content { body, ..Content::default() };
                let rendered = render(&content, &object(json!({"x": 1})), &RunContext::default()).unwrap();
                rendered.into_model_messages(&HashMap::new())
            };
            assert_eq!(run(read), run(Body::text(text)), "{text}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_says_where() {
    let error = from_prompt_file("---\nmodel: a/b\nconfig: [\n---\nx").unwrap_err();
    let PromptFileError::Yaml { line: Some(line), .. } = error else { panic!("{error:?}") };
    assert!((3..=4).contains(&line), "{line}");
    for (yaml, message) in [
        ("model: gpt", "`model` in the front matter must be `provider/model`, got `gpt`"),
        (
            "config: {temperature: hot}",
            "`config.temperature` in the front matter does not hold what it must: invalid type: string \"hot\", expected f64",
        ),
        (
            "input: {schema: {a: strin}}",
            "`input.schema.a` in the front matter names the type `strin`, which is not known",
        ),
        (
            "input: {schema: {a(enum): 5}}",
            "`input.schema.a(enum)` in the front matter must be a type or a mapping of fields, got a number",
        ),
        ("- a", "the front matter cannot be read: it must be a mapping of fields"),
        (
            "ext: {formaops: {attachments: {0: []}}}",
            "`ext.formaops.attachments.0` in the front matter names one of 0 messages, counted from 0",
        ),
        (
            "ext: {formaops: {messages: []}}",
            "the file has both `ext.formaops.messages` and a body; remove one of them",
        ),
    ] {
        let error = from_prompt_file(&format!("---\n{yaml}\n---\nx")).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let previous = level - 1;
        let aliases = vec![format!("*a{previous}"); 9].join(", ");
        yaml.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(matches!(from_prompt_file(&format!("---\n{yaml}---\n")), Err(PromptFileError::Yaml { .. })));
    let deep = format!("---\na: {}{}\n---\n", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(from_prompt_file(&deep), Err(PromptFileError::Yaml { .. })));
}

#[test]
fn a_schema_as_deep_as_json_may_be_comes_back() {
    for levels in [40, 41, 42, 43, 44, 60, 110] {
        let schema = (0..levels).fold(json!({}), |inner, _| json!({"not": inner}));
        let validations = vec![Validation::new("deep", ValidationRule::Schema { schema })];
        let content = Content { validations, ..Content::default() };
        let text = to_prompt_file(&content, &PromptMeta::default());
        assert_eq!(from_prompt_file(&text).unwrap().content, content, "{levels}");
    }
}

/// Texts that YAML could take for something else.
fn odd_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        "yes",
        "no",
        "null",
        "~",
        "true",
        "1",
        "1.0",
        "0x1F",
        "1e3",
        "-",
        "- a",
        "a: b",
        "# c",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "'",
        "\"",
        "\\",
        " lead",
        "trail ",
        "two\nlines",
        "\n",
        "\r\n",
        "\t",
        "---",
        "...",
        "2026-01-01",
        "a # b",
        "{a",
        "[b",
        "%x",
        "@x",
        "`x",
        "ä😀",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\u{7f}",
        "\u{0}",
        "<<",
    ]);
    prop_oneof![odd.prop_map(str::to_owned), "\\PC{0,20}", hostile(), "[a-z ,()]{0,100}"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9f64..1e9).prop_map(Value::from),
        prop::sample::select(vec![0.0, -0.0, 1.0, 1e300, 1e-300, 0.1]).prop_map(Value::from),
        odd_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((odd_text(), inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

fn json_object() -> impl Strategy<Value = JsonObject> {
    prop::collection::vec((odd_text(), json_value()), 0..3).prop_map(|fields| fields.into_iter().collect())
}

fn variable() -> impl Strategy<Value = Variable> {
    use VariableType::{Array, Boolean, Enum, Number, Object, String};
    let kind = prop::sample::select(vec![String, Number, Boolean, Enum, Array, Object]);
    let name = prop_oneof![4 => "[a-z_][a-z0-9_]{0,6}", 1 => odd_text()];
    let limit = prop_oneof![3 => Just(None), 1 => (-5i32..50).prop_map(|n| Some(f64::from(n) / 2.0))];
    let default = json_value().prop_filter("null is no default", |value| !value.is_null());
    let rare = || prop::option::weighted(0.2, odd_text());
    let text = (name, rare(), rare(), prop::option::weighted(0.2, json_object()));
    let rest =
        (kind, any::<bool>(), prop::option::weighted(0.3, default), prop::collection::vec(odd_text(), 0..3));
    (text, rest, limit.clone(), limit, any::<bool>()).prop_map(
        |((name, pattern, description, schema), (kind, required, default, options), min, max, sensitive)| {
            Variable {
                required,
                default,
                options,
                min,
                max,
                pattern,
                sensitive,
                schema,
                description: description.unwrap_or_default(),
                ..Variable::new(name, kind)
            }
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let model = prop::option::of(("[a-z/]{1,6}", "[a-z:/.0-9-]{1,8}"))
        .prop_map(|model| model.map(|(provider, model)| ModelRef { provider, model }));
    let numbers = (prop::option::of(0.0f64..2.0), prop::option::of(1u32..9), prop::option::of(any::<i64>()));
    let rest = (prop::collection::vec(odd_text(), 0..3), prop::option::of(odd_text()), json_object());
    let tool = (odd_text(), odd_text(), json_object())
        .prop_map(|(name, description, parameters)| ToolDefinition { name, description, parameters });
    let choice = prop_oneof![Just(ToolChoice::Required), odd_text().prop_map(ToolChoice::Tool)];
    let format = prop_oneof![
        Just(ResponseFormat::Json),
        (odd_text(), json_object()).prop_map(|(name, schema)| ResponseFormat::Schema { name, schema }),
    ];
    let shape = (
        prop::collection::vec(tool, 0..2),
        prop::option::of(choice),
        prop::option::of(format),
        any::<Option<bool>>(),
    );
    (model, numbers, rest, shape).prop_map(
        |(
            model,
            (temperature, max_tokens, seed),
            (stop, reasoning_effort, extra),
            (tools, tool_choice, response_format, reasoning_summary),
        )| {
            let parameters = Parameters {
                temperature,
                max_tokens,
                seed,
                stop,
                reasoning_effort,
                reasoning_summary,
                response_format,
                tools,
                tool_choice,
                extra,
                ..Parameters::default()
            };
            Settings { model, parameters }
        },
    )
}

pub(crate) fn content() -> impl Strategy<Value = Content> {
    let validation = (odd_text(), json_value())
        .prop_map(|(name, schema)| Validation::new(name, ValidationRule::Schema { schema }));
    let variables = prop::collection::vec(variable(), 0..4);
    let engine = prop::sample::select(vec![
        TemplateEngine::Handlebars,
        TemplateEngine::Nunjucks,
        TemplateEngine::None,
    ]);
    (body(), engine, variables, settings(), prop::collection::vec(validation, 0..2)).prop_map(
        |(body, engine, variables, settings, validations)| Content {
            body,
            engine,
            variables,
            settings,
            validations,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_and_read_again_is_equal_and_renders_the_same(
        content in content(), title in odd_text(), description in odd_text(), tags in prop::collection::vec(odd_text(), 0..3),
        x in hostile(),
    ) {
        let meta = PromptMeta { title, description, tags };
        let text = to_prompt_file(&content, &meta);
        let file = from_prompt_file(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&file.content, &content, "{}", text);
        prop_assert_eq!(file.meta, meta, "{}", text);
        prop_assert_eq!(file.ignored, Vec::<String>::new(), "{}", text);
        let inputs = object(json!({"x": x, "y": [x]}));
        let run = |content| render(content, &inputs, &RunContext::default());
        prop_assert_eq!(run(&file.content), run(&content));
    }
}
