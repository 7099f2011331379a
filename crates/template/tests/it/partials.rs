//! Prompts that call others by name.

use formaops_domain::{Body, Content, JsonObject, Role, RunContext, Variable, VariableType};
use formaops_template::{
    Compiled, Diagnostic, DiagnosticCode, MissingPartial, Partial, Partials, Rendered, Segment, TemplateError,
};
use serde_json::json;
use std::sync::Arc;

fn text(template: &str) -> Content {
    Content { body: Body::text(template), ..Content::default() }
}

/// A library of prompts by the names they are called by.
fn library<const N: usize>(prompts: [(&str, Content); N]) -> Partials {
    let mut partials = Partials::new();
    for (name, content) in prompts {
        partials.insert(name, Arc::new(Partial::of(&content)));
    }
    partials
}

fn render(compiled: &Compiled, inputs: serde_json::Value) -> Result<Rendered, TemplateError> {
    let inputs: JsonObject = serde_json::from_value(inputs).unwrap();
    compiled.render(&inputs, &RunContext::default())
}

fn texts(rendered: &Rendered) -> Vec<(Role, String)> {
    rendered.messages.iter().map(|message| (message.role, message.text().to_owned())).collect()
}

fn told(compiled: &Compiled) -> Vec<(DiagnosticCode, u32, String)> {
    let told = |found: Diagnostic| (found.code, found.place.column.unwrap_or_default(), found.message);
    compiled.check().into_iter().map(told).collect()
}

#[test]
fn a_partial_is_found_by_the_name_it_is_called_by() {
    let partials = library([
        ("shared/tone", text("Be {{style}}.")),
        ("shared/tone@production", text("Stay {{style}}.")),
        ("shared/tone@v3", text("Always {{style}}.")),
    ]);
    let all =
        r#"{{> shared/tone}} {{> "shared/tone@production"}} {{> "shared/tone@v3"}} {{> (lookup . "which")}}"#;
    let compiled = Compiled::new(text(all), partials);
    let rendered = render(&compiled, json!({ "style": "kind", "which": "shared/tone@v3" })).unwrap();
    assert_eq!(texts(&rendered), [(Role::User, "Be kind. Stay kind. Always kind. Always kind.".to_owned())]);
    // A value in a partial leads to its input, and to the call in the text that is edited.
    let value = rendered.messages[0].segments.iter().find(|segment| segment.text() == "kind").unwrap();
    let Segment::Value { path, source, .. } = value else { panic!("{value:?}") };
    assert_eq!((&*path, source.column), ("style", 1));
}

#[test]
fn a_partial_of_several_messages_is_its_messages_in_role_tags() {
    let frame = Content {
        body: Body::messages([(Role::System, "Be brief."), (Role::User, "About {{topic}}: ")]),
        ..Content::default()
    };
    let partials = || library([("frame", frame.clone())]);
    let compiled = Compiled::new(text("{{> frame}}{{question}}"), partials());
    assert_eq!(
        texts(&render(&compiled, json!({ "topic": "tea", "question": "Why?" })).unwrap()),
        [(Role::System, "Be brief.".to_owned()), (Role::User, "About tea: Why?".to_owned())]
    );

    let own = Content { body: Body::messages([(Role::User, "{{> frame}}")]), ..Content::default() };
    let compiled = Compiled::new(own, partials());
    assert_eq!(
        told(&compiled)[0],
        (
            DiagnosticCode::Role,
            1,
            "this message has its role already, and the partial `frame` begins others".to_owned()
        )
    );
    assert!(matches!(render(&compiled, json!({ "topic": "" })), Err(TemplateError::Invalid(_))));
}

#[test]
fn what_a_partial_uses_counts_and_what_it_declares_holds_where_the_caller_says_nothing() {
    let style = Variable { default: Some(json!("kind")), ..Variable::new("style", VariableType::String) };
    let declared = vec![style, Variable::new("who", VariableType::String).required()];
    let tone = Content { variables: declared, ..text("Be {{style}} to {{who}}, {{topic}}.") };
    let own = vec![Variable::new("topic", VariableType::String)];
    let caller = |template| Content { variables: own.clone(), ..text(template) };
    let partials = || library([("tone", tone.clone())]);

    let compiled = Compiled::new(caller("{{> tone}}"), partials());
    let names: Vec<_> = compiled.variables().iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["topic", "style", "who"]);
    // `topic` is used, `style` has a default; only `who` is asked for by nothing that is seen here.
    let message = "`tone` needs a value of `who`, which is not declared here".to_owned();
    assert_eq!(told(&compiled), [(DiagnosticCode::UndeclaredVariable, 1, message)]);
    let missing = render(&compiled, json!({ "topic": "x" })).unwrap_err();
    assert_eq!(missing, TemplateError::MissingVariable { name: "who".to_owned() });
    let rendered = render(&compiled, json!({ "who": "Ada", "topic": "tea" })).unwrap();
    assert_eq!(rendered.messages[0].text(), "Be kind to Ada, tea.");

    // What a call gives is no input, and a part of the inputs has no variables.
    let given = Compiled::new(caller(r#"{{topic}}{{> tone who="Bo" style="cool"}}"#), partials());
    assert_eq!(given.variables().len(), 1);
    assert_eq!(told(&given), []);
    assert_eq!(render(&given, json!({ "topic": "x" })).unwrap().messages[0].text(), "xBe cool to Bo, x.");
    let part = Compiled::new(caller("{{#each topic}}{{> tone}}{{/each}}{{> tone topic}}"), partials());
    assert_eq!(part.variables().len(), 1);

    // What the caller declares is what holds.
    let mut variables = own.clone();
    variables.push(Variable::new("who", VariableType::String));
    let compiled = Compiled::new(Content { variables, ..text("{{> tone}}") }, partials());
    assert_eq!(render(&compiled, json!({})).unwrap().messages[0].text(), "Be kind to , .");
}

#[test]
fn what_is_wrong_in_a_partial_is_told_where_it_is_called() {
    use DiagnosticCode::{BrokenPartial, PartialUse, UndeclaredVariable, UnknownPartial};
    let mut partials = library([
        ("a", text("{{> b}}")),
        ("b", text("{{> a}}")),
        ("tree", text("{{#each items}}{{> tree}}{{/each}}")),
        ("broken", text("one\n{{#if x}}")),
        ("calls", text("{{> nothing}}")),
        ("slot", text("{{> body}}")),
        ("tone", text("{{style}}")),
    ]);
    let missing = MissingPartial {
        message: "`tone` has no label `live`".to_owned(),
        hint: "Call its newest version".to_owned(),
    };
    partials.insert_missing("tone@live", missing);
    for (template, expected) in [
        ("x {{> tona}}", vec![(UnknownPartial, 3, "there is no partial `tona`")]),
        (r#"{{> "tone@live"}}"#, vec![(UnknownPartial, 1, "`tone` has no label `live`")]),
        ("x {{> a}}", vec![(BrokenPartial, 3, "partials call each other without end: `a` → `b` → `a`")]),
        ("{{> tree}}", vec![(UndeclaredVariable, 1, "no variable `items` is declared")]),
        (
            "x {{> broken}}",
            vec![
                (UndeclaredVariable, 3, "no variable `x` is declared"),
                (BrokenPartial, 3, "`broken`, line 2, column 1: the block `{{#if}}` is never closed"),
            ],
        ),
        ("{{> calls}}", vec![(BrokenPartial, 1, "`calls`: there is no partial `nothing`")]),
        ("{{#> slot}}{{#*inline \"body\"}}x{{/inline}}{{/slot}}", vec![]),
        ("{{#> nothing}}x{{/nothing}}", vec![]),
        ("{{> tone@v3}}", vec![(PartialUse, 1, "`@v3` is the context of `tone` here, not its version")]),
    ] {
        let compiled = Compiled::new(text(template), partials.clone());
        let mut found = told(&compiled);
        found.sort_by_key(|(code, ..)| *code == BrokenPartial);
        let found: Vec<_> =
            found.iter().map(|(code, column, message)| (*code, *column, &**message)).collect();
        assert_eq!(found, expected, "{template}");
    }
    let hint = |template| Compiled::new(text(template), partials.clone()).check()[0].hint.clone();
    assert_eq!(hint("{{> tona}}"), "Did you mean `tone`?");
    assert_eq!(hint(r#"{{> "tone@live"}}"#), "Call its newest version");
    assert_eq!(hint("{{> tone@v3}}"), r#"Put both in quotes: `{{> "tone@v3"}}`"#);
    // A mistake in what is not come to stops nothing; its place is in the partial.
    let compiled = Compiled::new(text("{{#if go}}{{> broken}}{{/if}}ok"), partials.clone());
    assert_eq!(render(&compiled, json!({})).unwrap().messages[0].text(), "ok");
    let error = render(&compiled, json!({ "go": true })).unwrap_err();
    let place = error.place().unwrap();
    assert_eq!((place.path.as_str(), place.line), ("partials.broken", Some(2)));
}

#[test]
fn a_name_that_a_value_gives_is_looked_for_before_it_is_said_to_be_nothing() {
    let template = text("{{> (lookup . \"which\")}}");
    let unresolved = TemplateError::UnresolvedPartial { name: "tone".to_owned() };
    let mut partials = Partials::open();
    let at = |partials: &Partials| {
        render(&Compiled::new(template.clone(), partials.clone()), json!({ "which": "tone" }))
    };
    assert_eq!(at(&partials).unwrap_err(), unresolved);
    partials.insert("tone", Arc::new(Partial::new("found")));
    assert_eq!(at(&partials).unwrap().messages[0].text(), "found");
    partials.insert_missing("tone", MissingPartial::unknown("tone", ["tome"]));
    let TemplateError::Invalid(found) = at(&partials).unwrap_err() else { panic!() };
    assert_eq!(
        (found[0].message.as_str(), found[0].hint.as_str()),
        ("there is no partial `tone`", "Did you mean `tome`?")
    );
}

#[test]
fn checking_ends_also_where_partials_call_each_other_in_every_way() {
    let calls: String = (0..12).map(|n| format!("{{{{#if x}}}}{{{{> p{n} a{n}=1}}}}{{{{/if}}}}")).collect();
    let mut partials = Partials::new();
    for n in 0..12 {
        partials.insert(format!("p{n}"), Arc::new(Partial::new(calls.clone())));
    }
    let compiled = Compiled::new(text("{{> p0}}"), partials);
    assert_eq!(compiled.used_variables().into_iter().collect::<Vec<_>>(), ["x"]);
}
