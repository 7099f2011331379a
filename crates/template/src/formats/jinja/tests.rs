use super::*;
use crate::render;
use formaops_domain::{Body, Content, JsonObject, RunContext};
use proptest::prelude::*;
use serde_json::json;

fn rendered(template: &str, inputs: serde_json::Value) -> String {
    let inputs: JsonObject = serde_json::from_value(inputs).unwrap();
    let content = Content { body: Body::text(template), ..Content::default() };
    render(&content, &inputs, &RunContext::default()).unwrap().messages[0].text().to_owned()
}

#[test]
fn what_has_a_counterpart_renders_as_it_did() {
    let inputs = || {
        json!({
            "name": "Ada", "items": ["a", "b", "c"], "user": {"name": "Bo", "odd key": 1}, "n": 3, "empty": [],
            "history": "long", "rows": [{"k": "x", "v": [1, 2]}, {"k": "y", "v": []}],
        })
    };
    for (jinja, expected) in [
        ("Hi {{ name }}!", "Hi Ada!"),
        ("{{user.name}} {{ user['odd key'] }} {{ items[1] }}", "Bo 1 b"),
        ("{{ name | upper }} {{ items | join(', ') }} {{ items|length }}", "ADA a, b, c 3"),
        ("{{ missing | default('none', true) }}", "none"),
        ("{% if n == 3 %}three{% elif n > 3 %}more{% else %}less{% endif %}", "three"),
        ("{% if not empty %}none{% endif %}{% if name and n >= 2 %}!{% endif %}", "none!"),
        ("{% if 'b' in items and not (n < 2 or empty) %}yes{% endif %}", "yes"),
        ("{% for i in items %}{{ i }} {% endfor %}", "a b c "),
        ("{% for i in items %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}", "a, b, c"),
        ("{% for i in items %}{{ i }}{{ name }}{% endfor %}", "aAdabAdacAda"),
        (
            "{% for r in rows %}{{ r.k }}{% for v in r.v %}{{ v }}{{ r.k }}{% else %}-{% endfor %}{% endfor %}",
            "x1x2xy-",
        ),
        ("{% for k, v in user.items() %}{{ k }}={{ v }};{% endfor %}", "name=Bo;odd key=1;"),
        ("a {%- if n %} b {%- endif %} c", "a b c"),
        ("Hello{# not rendered #} World", "Hello World"),
        ("{% raw %}{{ as it is }}{% endraw %}.", "{{ as it is }}."),
        ("{{ history }}", "long"),
        ("C:\\{{ name }}\\ { {{name}} }", "C:\\Ada\\ { Ada }"),
    ] {
        let translated = translate(jinja, "body", 1).unwrap();
        assert_eq!(rendered(&translated.text, inputs()), expected, "{jinja} became {}", translated.text);
    }
}

#[test]
fn what_has_none_is_noted_with_its_place_and_cannot_be_rendered() {
    let source = "Hi\n  {{ name | weird }} {% set x = 1 %}{% for a, b, c in list %}{% endfor %}";
    let translated = translate(source, "body", 10).unwrap();
    let places: Vec<_> =
        translated.notes.iter().map(|note| (note.kind, note.at.line, note.at.column)).collect();
    let unknown = NoteKind::NotUnderstood;
    assert_eq!(
        places,
        [
            (unknown, Some(11), Some(3)),
            (unknown, Some(11), Some(22)),
            (unknown, Some(11), Some(37)),
            (unknown, Some(11), Some(62))
        ]
    );
    let content = Content { body: Body::text(translated.text), ..Content::default() };
    assert_eq!(crate::check(&content).iter().filter(|found| found.message.contains("jinja")).count(), 4);
    assert!(render(&content, &JsonObject::new(), &RunContext::default()).is_err());
}

#[test]
fn blocks_that_do_not_fit_together_are_refused_with_their_place() {
    for (source, line, column) in [
        ("a\n{% if x %}b", 2, 1),
        ("{% endif %}", 1, 1),
        ("{% if x %}{% endfor %}", 1, 11),
        ("{% else %}", 1, 1),
        ("x {{ y", 1, 3),
        ("{% raw %}x", 1, 1),
    ] {
        let error = translate(source, "body", 1).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{source}: {}", error.message);
    }
}

#[test]
fn lines_that_leave_no_blank_line_are_told() {
    let translated = translate("a\n{% if x %}\nb\n{% endif %}\nc", "body", 1).unwrap();
    assert_eq!(translated.notes.len(), 1, "{:?}", translated.notes);
    assert_eq!(translated.notes[0].kind, NoteKind::Changed);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_translated_or_refused(text in r#"([ a-z\n\\{}%#"'|.()=-]|\{%|%\}|\{\{|\}\}|if |for |endif|in ){0,24}"#) {
        if let Ok(translated) = translate(&text, "body", 1)
            && translated.notes.is_empty()
        {
            let content = Content { body: Body::text(translated.text.clone()), ..Content::default() };
            let broken: Vec<_> = crate::check(&content)
                .into_iter()
                .filter(|found| found.severity == crate::Severity::Error)
                .collect();
            prop_assert!(broken.is_empty(), "{text:?} became {:?}: {broken:?}", translated.text);
        }
    }

    #[test]
    fn text_and_names_render_as_plain_substitution(
        pieces in prop::collection::vec(prop_oneof![
            3 => r"[ a-z\n\\{}!~^#/]{0,6}".prop_map(Ok),
            1 => prop::sample::select(vec!["x", "history", "if"]).prop_map(Err),
        ], 0..8),
    ) {
        let (mut source, mut expected) = (".".to_owned(), ".".to_owned());
        for piece in &pieces {
            match piece {
                Ok(text) => {
                    // What looks like a name, or would make one with its neighbours, is one.
                    prop_assume!(!text.contains("{{") && !text.contains("}}"));
                    source.push_str(text);
                    expected.push_str(text);
                }
                Err(name) => {
                    prop_assume!(!source.ends_with('{'));
                    source.push_str(&format!("{{{{{name}}}}}"));
                    expected.push_str("VALUE");
                }
            }
        }
        let template = super::super::template::from_names_only(&source);
        let rendered = rendered(&template, json!({"x": "VALUE", "history": "VALUE", "if": "VALUE"}));
        prop_assert_eq!(rendered, expected, "{:?} became {:?}", source, template);
    }

    #[test]
    fn text_without_names_stays_as_it_is(text in r"[ a\n\\{}!~^#/]{0,24}") {
        // A message that is blank is none.
        let text = format!(".{text}");
        prop_assume!(!text.contains("{{a}}"));
        let template = super::super::template::from_names_only(&text);
        let rendered = rendered(&template, json!({}));
        prop_assert_eq!(rendered, text, "became {:?}", template);
    }
}
