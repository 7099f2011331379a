//! The same templates through the `handlebars` crate, as a second opinion.

use formaops_domain::{Body, Content, JsonObject, RunContext};
use formaops_template::render;
use handlebars::Handlebars;
use proptest::prelude::*;
use serde_json::json;

/// Templates of the part of the language on which both agree to the letter.
fn template() -> impl Strategy<Value = String> {
    let text = "[ a-z.,\n]{0,6}";
    let leaf = prop_oneof![
        text.prop_map(String::from),
        Just("{{name}}".to_owned()),
        Just("{{{name}}}".to_owned()),
        Just("{{list.0}}".to_owned()),
        Just("{{n}}".to_owned()),
        Just("{{yes}}".to_owned()),
        Just("{{nothing}}".to_owned()),
        Just("{{! note }}".to_owned()),
        Just("{{lookup user \"name\"}}".to_owned()),
        Just("{{~name~}}".to_owned()),
        Just("{{@root.name}}".to_owned()),
        Just("\\{{name}} ".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let many = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        (many.clone(), many, 0usize..7).prop_map(|(a, b, kind)| match kind {
            0 => format!("{{{{#if yes}}}}{a}{{{{else}}}}{b}{{{{/if}}}}"),
            1 => format!("{{{{#unless yes}}}}{a}{{{{else}}}}{b}{{{{/unless}}}}"),
            2 => format!("{{{{#each list}}}}{a}{{{{this}}}}{{{{@index}}}}{{{{else}}}}{b}{{{{/each}}}}"),
            3 => format!("{{{{#with user}}}}{a}{{{{name}}}}{{{{/with}}}}{b}"),
            4 => format!("{{{{#each user}}}}{{{{@key}}}}{{{{#if @first}}}}{a}{{{{/if}}}}{{{{/each}}}}{b}"),
            // The crate takes the blanks before the end of a chain, which handlebars.js leaves where they are.
            5 => format!("{{{{#if no}}}}{a}{{{{else if yes}}}}{b}.{{{{/if}}}}"),
            _ => format!("{a}{b}"),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn both_render_the_same(template in template()) {
        // The crate strips blanks beyond a comment too, which handlebars.js does not.
        prop_assume!(!template.contains("~}}{{!"));
        let inputs: JsonObject = serde_json::from_value(json!({
            "name": "A<b>", "n": 5, "yes": true, "no": false, "list": ["x", "y"],
            "user": {"name": "Ada", "tags": "t"},
        })).unwrap();
        let mut registry = Handlebars::new();
        registry.register_escape_fn(handlebars::no_escape);
        let expected = registry.render_template(&template, &inputs).unwrap();
        let content = Content { body: Body::text(template.as_str()), ..Content::default() };
        let rendered = render(&content, &inputs, &RunContext::default()).unwrap();
        let text: String = rendered.messages.iter().map(formaops_template::RenderedMessage::text).collect();
        // A text of blanks alone is no message.
        let expected = if rendered.messages.is_empty() { expected.trim().to_owned() } else { expected };
        prop_assert_eq!(text, expected);
    }
}
