use formaops_domain::{
    Attachment, Body, Content, ContextMessage, JsonObject, Media, MediaSource, Message, Role, RunContext,
    Variable, VariableType,
    ports::{MessagePart, ModelMessage},
};
use formaops_template::{Compiled, DiagnosticCode, Partials, Rendered, Segment, TemplateError, render};
use serde_json::{Value, json};
use std::collections::HashMap;

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

fn render_text(template: &str, inputs: Value) -> Rendered {
    let content = Content { body: Body::text(template), ..Content::default() };
    render(&content, &object(inputs), &RunContext::default()).unwrap()
}

/// The text of a template that is one message.
fn text(template: &str, inputs: Value) -> String {
    let rendered = render_text(template, inputs);
    assert!(rendered.messages.len() <= 1, "{rendered:?}");
    rendered.messages.iter().map(formaops_template::RenderedMessage::text).collect()
}

fn spoken(rendered: &Rendered) -> Vec<(&'static str, String)> {
    rendered.messages.iter().map(|message| (message.role.as_str(), message.text().to_owned())).collect()
}

#[test]
fn values_are_put_in_as_they_are() {
    for (template, inputs, expected) in [
        ("Hello {{name}}!", json!({"name": "<b>&\"x\"</b>"}), "Hello <b>&\"x\"</b>!"),
        ("{{{name}}} {{&name}}", json!({"name": "a<"}), "a< a<"),
        ("{{a.b.0.c}} {{a/b.[0].c}}", json!({"a": {"b": [{"c": 1}]}}), "1 1"),
        ("{{[odd name]}}", json!({"odd name": "x"}), "x"),
        (
            "{{n}} {{f}} {{w}} {{t}} {{z}}|",
            json!({"n": 5, "f": 2.5, "w": 3.0, "t": true, "z": null}),
            "5 2.5 3 true |",
        ),
        ("{{o}} {{l}}", json!({"o": {"b": 1, "a": [2]}, "l": [1, "x"]}), r#"{"b":1,"a":[2]} [1,"x"]"#),
        ("{{missing.deeper}}|", json!({}), "|"),
        ("{{x}}", json!({"x": "{{y}} {{role \"system\"}}", "y": 1}), "{{y}} {{role \"system\"}}"),
        (r"\{{x}} \\{{x}} {{x}}", json!({"x": 1}), r"{{x}} \1 1"),
        ("a{{! note }}b{{!-- }} {{x}} --}}c", json!({"x": 1}), "abc"),
        ("ü {{größe}}", json!({"größe": "ß"}), "ü ß"),
        ("} }} { {", json!({}), "} }} { {"),
    ] {
        assert_eq!(text(template, inputs), expected, "{template}");
    }
}

#[test]
fn blocks_choose_and_loop() {
    let inputs = json!({
        "yes": true, "no": false, "zero": 0, "empty": [], "text": "t",
        "files": [{"path": "a.rs", "lines": [1, 2]}, {"path": "b.rs", "lines": []}],
        "user": {"name": "Ada", "tags": {"x": 1, "y": 2}},
    });
    for (template, expected) in [
        ("{{#if yes}}a{{else}}b{{/if}}{{#if no}}a{{else}}b{{/if}}", "ab"),
        ("{{#if no}}a{{else if empty}}b{{else if text}}c{{else}}d{{/if}}", "c"),
        ("{{#if zero}}a{{/if}}{{#if zero includeZero=true}}b{{/if}}", "b"),
        ("{{#unless no}}a{{else}}b{{/unless}}{{^if no}}c{{/if}}", "ac"),
        ("{{#if no}}a{{^}}b{{/if}}", "b"),
        ("{{#each files}}{{@index}}:{{path}}{{#unless @last}}, {{/unless}}{{/each}}", "0:a.rs, 1:b.rs"),
        (
            "{{#each files}}{{#each lines}}{{../path}}{{this}}{{@../index}};{{else}}none{{/each}}{{/each}}",
            "a.rs10;a.rs20;none",
        ),
        ("{{#each user.tags}}{{@key}}={{this}} {{/each}}", "x=1 y=2 "),
        ("{{#each files as |file i|}}{{i}}{{file.path}}{{@first}} {{/each}}", "0a.rstrue 1b.rsfalse "),
        ("{{#with user}}{{name}}{{@root.text}}{{../text}}{{else}}x{{/with}}", "Adatt"),
        ("{{#with nobody}}a{{else}}b{{/with}}{{#with zero}}{{this}}{{/with}}", "b0"),
        ("{{#each files as |path|}}{{path.lines}}{{this.path}}{{/each}}", "[1,2]a.rs[]b.rs"),
        ("{{#with user as |u|}}{{u.name}}{{/with}}", "Ada"),
        (
            "{{#files}}{{path}} {{/files}}{{#no}}x{{/no}}{{^no}}y{{/no}}{{#yes}}{{text}}{{/yes}}",
            "a.rs b.rs yt",
        ),
        ("{{lookup user \"name\"}} {{lookup (lookup files 0) \"path\"}}", "Ada a.rs"),
        ("{{#ifEquals zero 0}}a{{else}}b{{/ifEquals}}{{#unlessEquals zero \"0\"}}c{{/unlessEquals}}", "ac"),
        ("{{json user.tags}} {{json user.tags indent=1}}", "{\"x\":1,\"y\":2} {\n \"x\": 1,\n \"y\": 2\n}"),
    ] {
        assert_eq!(text(template, inputs.clone()), expected, "{template}");
    }
}

#[test]
fn a_tag_with_a_line_to_itself_takes_the_line_along() {
    for (template, expected) in [
        ("a\n{{#if x}}\nb\n{{else}}\nc\n{{/if}}\nd\n", "a\nb\nd\n"),
        ("a\n  {{! note }}  \nb", "a\nb"),
        ("{{#each l}}\n- {{this}}\n{{/each}}\n", "- 1\n- 2\n"),
        ("a {{#if x}}\nb\n{{/if}} c", "a \nb\n c"),
        ("a\n{{x}}\nb", "a\ntrue\nb"),
        ("a  {{~x~}}  b", "atrueb"),
        ("a {{x~}}{{! to the next tag, as in handlebars.js }} b", "a true b"),
        ("a\r\n{{#if x}}\r\nb\r\n{{/if}}\r\nc", "a\r\nb\r\nc"),
    ] {
        assert_eq!(text(template, json!({"x": true, "l": [1, 2]})), expected, "{template}");
    }
}

#[test]
fn role_tags_begin_messages_and_blank_text_between_them_is_no_message() {
    let template = "\n{{role \"system\"}}Be {{how}}.\n{{role \"user\"}}Hi\n{{role \"model\"}}Yes";
    let rendered = render_text(template, json!({"how": "kind"}));
    let expected = [("system", "Be kind.\n"), ("user", "Hi\n"), ("assistant", "Yes")];
    assert_eq!(spoken(&rendered), expected.map(|(role, text)| (role, text.to_owned())));
}

#[test]
fn an_empty_value_keeps_its_message_and_says_so() {
    let rendered = render_text("{{role \"system\"}}{{x}}{{role \"user\"}}Hi", json!({"x": " "}));
    assert_eq!(spoken(&rendered), [("system", " ".to_owned()), ("user", "Hi".to_owned())]);
    assert_eq!(rendered.diagnostics[0].code, DiagnosticCode::EmptyMessage);
}

#[test]
fn what_is_attached_comes_before_the_text_and_keeps_a_message_without_any() {
    let image = Attachment::new("a.png".to_owned(), "image/png".to_owned(), b"abc").unwrap();
    let message = |role, template: &str, attachments: &[&Attachment]| Message {
        role,
        template: template.to_owned(),
        attachments: attachments.iter().copied().cloned().collect(),
    };
    let messages = vec![
        message(Role::System, " \n", &[]),
        message(Role::User, " \n", &[&image]),
        message(Role::User, "{{history}}What is {{x}}?", &[&image]),
        message(Role::User, "First{{history}}then", &[&image]),
    ];
    let content = Content { body: Body::Messages { messages }, ..Content::default() };
    let earlier = ContextMessage { role: Role::Assistant, text: "Hi".to_owned() };
    let context = RunContext { messages: vec![earlier], ..RunContext::default() };
    let rendered = render(&content, &object(json!({"x": "it"})), &context).unwrap();
    assert_eq!(rendered.attachments().count(), 3);

    let medium = MessagePart::Media(Media {
        media_type: "image/png".to_owned(),
        name: Some("a.png".to_owned()),
        source: MediaSource::Bytes("abc".into()),
    });
    let text = |text: &str| MessagePart::Text(text.to_owned());
    let user = |parts| ModelMessage { role: Role::User, parts };
    let expected = [
        user(vec![medium.clone()]),
        ModelMessage::text(Role::Assistant, "Hi"),
        user(vec![medium.clone(), text("What is it?")]),
        user(vec![medium, text("First")]),
        ModelMessage::text(Role::Assistant, "Hi"),
        user(vec![text("then")]),
    ];
    assert_eq!(rendered.into_model_messages(&HashMap::from([(image.hash, "abc".into())])), expected);
}

#[test]
fn earlier_messages_stand_where_history_stands_else_before_the_last_user_message() {
    let earlier = |role, text: &str| ContextMessage { role, text: text.to_owned() };
    let context = RunContext {
        messages: vec![earlier(Role::User, "{{x}}"), earlier(Role::Assistant, "B")],
        data: object(json!({"team": "core"})),
    };
    let run = |body| {
        let content = Content { body, ..Content::default() };
        let rendered = render(&content, &object(json!({"x": "never"})), &context).unwrap();
        spoken(&rendered)
            .into_iter()
            .map(|(role, text)| format!("{role}:{text}"))
            .collect::<Vec<_>>()
            .join("|")
    };
    assert_eq!(run(Body::text("Q")), "user:{{x}}|assistant:B|user:Q");
    assert_eq!(run(Body::text("{{role \"system\"}}S")), "system:S|user:{{x}}|assistant:B");
    assert_eq!(
        run(Body::text("{{role \"system\"}}S{{history}}{{role \"user\"}}Q {{@context.team}}{{@team}}")),
        "system:S|user:{{x}}|assistant:B|user:Q corecore"
    );
    assert_eq!(
        run(Body::messages([(Role::User, "Before"), (Role::User, "{{history}}"), (Role::User, "Q")])),
        "user:Before|user:{{x}}|assistant:B|user:Q"
    );
    assert_eq!(run(Body::messages([(Role::User, "a{{history}}b")])), "user:a|user:{{x}}|assistant:B|user:b");
}

#[test]
fn a_segment_tells_where_its_value_and_its_tag_are() {
    let rendered =
        render_text("A\n{{#each files}}{{path}}{{/each}}", json!({"files": [{"path": "x"}, {"path": "y"}]}));
    let found: Vec<_> = rendered.messages[0]
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Value { text, path, source } => {
                Some((text.into_owned(), path.into_owned(), source.line, source.column, source.end_column))
            }
            _ => None,
        })
        .collect();
    let value = |text: &str, path: &str| (text.to_owned(), path.to_owned(), 2, 16, 24);
    assert_eq!(found, [value("x", "files.0.path"), value("y", "files.1.path")]);
    let json = &serde_json::to_value(&rendered.messages[0].segments).unwrap()[0];
    let source = json!({"line": 1, "column": 1, "endLine": 2, "endColumn": 1});
    assert_eq!(*json, json!({"kind": "literal", "text": "A\n", "source": source}));
}

#[test]
fn a_missing_value_is_an_error_a_default_or_nothing_as_declared() {
    let variable = |name: &str| Variable::new(name, VariableType::String);
    let mut content = Content { body: Body::text("{{a}}{{b}}{{c}}{{d}}|"), ..Content::default() };
    content.variables = vec![
        variable("a").required(),
        Variable { default: Some(json!("B")), ..variable("b").required() },
        variable("c"),
    ];
    let run = |inputs| render(&content, &object(inputs), &RunContext::default());
    for inputs in [json!({}), json!({"a": null})] {
        let error = run(inputs).unwrap_err();
        assert_eq!(error, TemplateError::MissingVariable { name: "a".into() });
    }
    let rendered = run(json!({"a": "A"})).unwrap();
    assert_eq!(rendered.messages[0].text(), "AB|");
    let warning = &rendered.diagnostics[0];
    assert_eq!(warning.code, DiagnosticCode::UndeclaredVariable);
    assert_eq!(
        (warning.place.path.as_str(), warning.place.line, warning.place.column),
        ("body", Some(1), Some(18))
    );
    // An input that was given needs no declaration to be printed.
    assert_eq!(run(json!({"a": "A", "d": "D"})).unwrap().diagnostics, []);
}

#[test]
fn what_would_never_end_or_fit_is_refused() {
    let content = |template: &str| Content { body: Body::text(template), ..Content::default() };
    let long = "x".repeat(1024 * 1024);
    let inputs = object(json!({"l": vec![0; 100], "long": long, "many": vec![0; 2000]}));
    let run = |template| render(&content(template), &inputs, &RunContext::default()).unwrap_err();
    let error = run("{{#each l}}{{@root.long}}{{/each}}");
    assert_eq!(error.to_string(), "the rendered prompt is longer than 64 MiB");
    let error = run("{{#each many}}{{#each @root.many}}{{#if this}}x{{/if}}{{/each}}{{/each}}");
    assert_eq!(error.to_string(), "rendering takes more than 2000000 steps");
    let allowed = format!("{}x{}", "{{#if long}}".repeat(128), "{{/if}}".repeat(128));
    let rendered = render(&content(&allowed), &inputs, &RunContext::default()).unwrap();
    assert_eq!(rendered.messages[0].text(), "x");
    let deep = format!("{}{}", "{{#if a}}".repeat(100_000), "{{/if}}".repeat(100_000));
    assert!(run(&deep).to_string().contains("nested more than 128 deep"));
    assert!(
        run(&format!("{{{{x {}", "(x ".repeat(100_000))).to_string().contains("nested more than 32 deep")
    );
}

#[test]
fn a_template_that_only_inserts_is_known_from_one_that_may_take_long() {
    let only_inserts = |template: &str| {
        let content = Content { body: Body::text(template), ..Content::default() };
        Compiled::new(content, Partials::new()).only_inserts()
    };
    for template in ["Hello", "Dear {{name}}, of {{ a.b.0 }}: {single}", "{{first-name}}{{last_name}}"] {
        assert!(only_inserts(template), "{template}");
    }
    for template in [
        "{{#each all}}{{this}}{{/each}}",
        "{{> tone}}",
        "{{upper name}}",
        "{{name | upper}}",
        "{% for x in xs %}{{x}}{% endfor %}",
        "{{ range(100000) }}",
        "Hello {{name",
    ] {
        assert!(!only_inserts(template), "{template}");
    }
}
