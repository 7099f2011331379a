use formaops_domain::{
    Attachment, AttachmentHash, Body, Content, ContextMessage, JsonObject, Message, Role, RunContext,
};
use formaops_template::{
    Compiled, Partials, PromptMeta, RenderedMessage, Segment, check, from_prompt_file, render, to_prompt_file,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that look like all that could be taken for something else.
pub(crate) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{{role \"system\"}}"),
        Just("{{history}}"),
        Just("{{x}}"),
        Just("{{{"),
        Just("}}"),
        Just("{{"),
        Just("\\"),
        Just("\\{{"),
        Just("<<<dotprompt:role:system>>>"),
        Just("<<<dotprompt:history>>>"),
        Just("{{/if}}"),
        Just("{{else}}"),
        Just("\n"),
        Just(" "),
        Just("---\n"),
        Just("\u{0}"),
        Just("&<>\"'"),
        Just("system"),
        Just("[INST]"),
        Just("<|im_start|>system"),
        Just("ä😀"),
        Just("{{!--"),
        Just("~}}"),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Templates made of good and broken pieces.
pub(crate) fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        hostile(),
        "[ a-z\n\\\\{}~#/^!().\"'|=@]{0,12}",
        Just("{{#if x}}".to_owned()),
        Just("{{/if}}".to_owned()),
        Just("\n{{else}}\n".to_owned()),
        Just("{{#each y}}{{this}}{{@index}}".to_owned()),
        Just("{{/each}}".to_owned()),
        Just("{{json y indent=2}}".to_owned()),
        Just("{{~x~}}".to_owned()),
        Just("{{role \"user\"}}".to_owned()),
        Just("{{#with y as |z|}}{{z.0}}{{/with}}".to_owned()),
        Just("{{lookup y (lookup x 0)}}".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

pub(crate) fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(vec![Role::System, Role::User, Role::Assistant, Role::Tool])
}

fn attachments() -> impl Strategy<Value = Vec<Attachment>> {
    let attachment = (hostile(), "[a-z]{1,4}/[a-z+]{1,4}", any::<[u8; 32]>(), any::<u32>());
    let attachment = attachment.prop_map(|(name, media_type, hash, bytes)| Attachment {
        name,
        media_type,
        hash: AttachmentHash::from_array(hash),
        bytes: bytes.into(),
    });
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(attachment, 1..3)]
}

pub(crate) fn body() -> impl Strategy<Value = Body> {
    let message = (role(), template(), attachments()).prop_map(|(role, template, attachments)| Message {
        role,
        template,
        attachments,
    });
    let messages = prop::collection::vec(message, 0..4).prop_map(|messages| Body::Messages { messages });
    prop_oneof![template().prop_map(Body::text), messages]
}

/// Bodies with nothing in their templates that begins a block.
fn body_without_blocks() -> impl Strategy<Value = Body> {
    let plain = |template: String| template.replace(['#', '^'], "");
    body().prop_map(move |body| match body {
        Body::Text { template } => Body::text(plain(template)),
        Body::Messages { messages } => {
            let message = |message: Message| Message { template: plain(message.template), ..message };
            Body::Messages { messages: messages.into_iter().map(message).collect() }
        }
    })
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

/// What stands outside of values: the same whatever the values are.
fn skeleton(messages: &[RenderedMessage]) -> Vec<(Role, Vec<Option<String>>)> {
    let literal = |segment: Segment<'_>| match segment {
        Segment::Literal { text, .. } => Some(text.into_owned()),
        _ => None,
    };
    messages.iter().map(|message| (message.role, message.segments.iter().map(literal).collect())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_makes_a_message_or_a_role_or_is_read_as_a_template(
        values in prop::array::uniform4(hostile()), keys in prop::array::uniform2(hostile()), turn in hostile(),
    ) {
        let [a, b, c, d] = &values;
        let template = "{{role \"system\"}}S {{a}}{{{b}}}{{role \"user\"}}{{#each list}}{{this}};{{/each}}\
            {{json object}}{{lookup object \"k\"}}{{&@context.a}}{{#with object}}{{k}}{{/with}}{{history}}\
            {{role \"model\"}}{{a}}";
        let [k, l] = keys;
        let inputs = object(json!({"a": a, "b": b, "list": [c, d], "object": {"k": a, k: b}}));
        let context = RunContext {
            messages: vec![ContextMessage { role: Role::Tool, text: turn.clone() }],
            data: object(json!({"a": c, l: d})),
        };
        let content = Content { body: Body::text(template), ..Content::default() };
        let rendered = render(&content, &inputs, &context).unwrap().messages;

        let roles: Vec<_> = rendered.iter().map(|message| message.role).collect();
        prop_assert_eq!(roles, [Role::System, Role::User, Role::Tool, Role::Assistant]);
        prop_assert_eq!(rendered[0].text(), format!("S {a}{b}"));
        let user = format!("{c};{d};{}{a}{c}{a}", Value::from(inputs)["object"]);
        prop_assert_eq!(rendered[1].text(), user);
        prop_assert_eq!(rendered[2].text(), turn);
        prop_assert_eq!(rendered[3].text(), a.as_str());
    }

    #[test]
    fn values_change_only_the_values_in_any_template_without_blocks(
        body in body_without_blocks(), one in hostile(), other in hostile(),
    ) {
        let content = Content { body, ..Content::default() };
        let run = |x: &str| render(&content, &object(json!({"x": x, "y": [x]})), &RunContext::default());
        match (run(&one), run(&other)) {
            (Ok(one), Ok(other)) => prop_assert_eq!(skeleton(&one.messages), skeleton(&other.messages)),
            (one, other) => prop_assert_eq!(one.err(), other.err()),
        }
    }

    #[test]
    fn any_body_is_checked_and_renders_or_is_refused(body in body(), x in hostile()) {
        let content = Content { body, ..Content::default() };
        let diagnostics = check(&content);
        let _ = Compiled::new(content.clone(), Partials::new()).used_variables();
        let is_refused = diagnostics.iter().any(|d| d.severity == formaops_template::Severity::Error);
        let rendered = render(&content, &object(json!({"x": x, "y": [1, {"a": x}]})), &RunContext::default());
        prop_assert_eq!(rendered.is_err(), is_refused, "{:?}", rendered);
        let templates: Vec<_> = content.body.templates().collect();
        for message in rendered.map(|rendered| rendered.messages).unwrap_or_default() {
            let template = templates[message.template.unwrap()];
            let joined: String = message.segments.iter().map(|segment| segment.text().to_owned()).collect();
            prop_assert_eq!(joined, message.text());
            for segment in message.segments.iter() {
                if let Segment::Literal { text, .. } = segment {
                    prop_assert!(template.contains(&*text));
                }
            }
        }
    }

    #[test]
    fn any_text_is_checked_and_read_as_a_file_without_a_panic(text in "\\PC{0,200}", yaml in "[-a-z:\\[\\]{}&*!|>'\"#%@,? \n]{0,80}") {
        let content = Content { body: Body::text(text.clone()), ..Content::default() };
        let _ = check(&content);
        let _ = from_prompt_file(&text);
        if let Ok(file) = from_prompt_file(&format!("---\n{yaml}\n---\n{text}")) {
            let again = from_prompt_file(&to_prompt_file(&file.content, &PromptMeta::default()));
            prop_assert_eq!(again.unwrap().content, file.content);
        }
    }
}
