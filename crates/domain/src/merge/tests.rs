use super::*;
use crate::{
    Attachment, Body, Message, ModelRef, Role, TemplateEngine, Validation, ValidationRule, Variable,
    VariableType,
};
use proptest::prelude::*;
use serde_json::json as j;

fn text(template: &str) -> Content {
    Content { body: Body::text(template), ..Content::default() }
}

fn messages(all: &[(Role, &str)]) -> Content {
    Content { body: Body::messages(all.iter().copied()), ..Content::default() }
}

fn variables(all: &[Variable]) -> Content {
    Content { variables: all.to_vec(), ..Content::default() }
}

fn string(name: &str) -> Variable {
    Variable::new(name, VariableType::String)
}

fn with(parameters: &Value) -> Content {
    serde_json::from_value(
        j!({ "body": { "kind": "text", "template": "" }, "settings": { "parameters": parameters } }),
    )
    .unwrap()
}

fn clean(base: &Content, ours: &Content, theirs: &Content) -> Content {
    let merged = merge(base, ours, theirs);
    assert_eq!(merged.conflicts, [], "{merged:#?}");
    merged.content
}

fn only(base: &Content, ours: &Content, theirs: &Content) -> (Content, Conflict) {
    let mut merged = merge(base, ours, theirs);
    assert_eq!(merged.conflicts.len(), 1, "{merged:#?}");
    (merged.content, merged.conflicts.remove(0))
}

#[test]
fn lines_that_only_one_side_changed_come_from_there() {
    let base = messages(&[(Role::System, "Be brief.\n\nBe kind.\n"), (Role::User, "{{text}}")]);
    let ours = messages(&[(Role::System, "Be very brief.\n\nBe kind.\n"), (Role::User, "{{text}}")]);
    let theirs = messages(&[(Role::System, "Be brief.\n\nBe kind and honest.\n"), (Role::User, "{{text}}")]);
    assert_eq!(
        clean(&base, &ours, &theirs),
        messages(&[(Role::System, "Be very brief.\n\nBe kind and honest.\n"), (Role::User, "{{text}}")])
    );
}

#[test]
fn the_same_line_changed_twice_is_a_conflict_that_names_message_lines_and_all_three_texts() {
    let of =
        |line: &str| messages(&[(Role::User, "Hello"), (Role::System, &format!("One.\n{line}\nThree.\n"))]);
    let (content, conflict) = only(&of("Two."), &of("Two, ours."), &of("Two, theirs."));
    assert_eq!(content, of("Two, ours."));
    assert_eq!(conflict.place, ConflictPlace::MessageText { index: 1 });
    assert_eq!(conflict.pointer, "/body/messages/1/template");
    assert_eq!(conflict.lines, Some(Lines { start: 1, count: 1 }));
    assert_eq!(
        (conflict.base, conflict.ours, conflict.theirs),
        (Some(j!("Two.\n")), Some(j!("Two, ours.\n")), Some(j!("Two, theirs.\n")))
    );
}

#[test]
fn a_message_that_moved_takes_along_what_the_other_side_wrote_in_it() {
    let (system, example, user) = ("Answer in one sentence.", "An example of a good answer", "{{question}}");
    let base = messages(&[(Role::System, system), (Role::Assistant, example), (Role::User, user)]);
    let ours = messages(&[(Role::Assistant, example), (Role::System, system), (Role::User, user)]);
    let changed = "An example of a very good answer";
    let theirs = messages(&[(Role::System, system), (Role::Assistant, changed), (Role::User, user)]);
    assert_eq!(
        clean(&base, &ours, &theirs),
        messages(&[(Role::Assistant, changed), (Role::System, system), (Role::User, user)])
    );
}

#[test]
fn messages_added_in_different_places_are_both_there() {
    let base = messages(&[(Role::System, "Be brief."), (Role::User, "{{question}}")]);
    let ours =
        messages(&[(Role::System, "Be brief."), (Role::User, "An example"), (Role::User, "{{question}}")]);
    let theirs =
        messages(&[(Role::System, "Be brief."), (Role::User, "{{question}}"), (Role::Assistant, "Sure:")]);
    assert_eq!(
        clean(&base, &ours, &theirs),
        messages(&[
            (Role::System, "Be brief."),
            (Role::User, "An example"),
            (Role::User, "{{question}}"),
            (Role::Assistant, "Sure:"),
        ])
    );
}

#[test]
fn of_messages_added_to_the_same_place_the_order_is_for_the_user_to_say() {
    let base = messages(&[(Role::System, "Be brief.")]);
    let ours = messages(&[(Role::System, "Be brief."), (Role::User, "Tell me of cats")]);
    let theirs = messages(&[(Role::System, "Be brief."), (Role::Assistant, "Dogs are loyal")]);
    let (content, conflict) = only(&base, &ours, &theirs);
    let all =
        [(Role::System, "Be brief."), (Role::User, "Tell me of cats"), (Role::Assistant, "Dogs are loyal")];
    assert_eq!(content, messages(&all));
    assert_eq!(conflict.place, ConflictPlace::Order { list: MergedList::Messages });
    assert_eq!((conflict.ours, conflict.theirs), (Some(j!([0, 1, 2])), Some(j!([0, 2, 1]))));
    let merged = merge(&base, &ours, &theirs);
    assert_eq!(merged.prefer(Side::Theirs), messages(&[all[0], all[2], all[1]]));
}

#[test]
fn a_message_that_one_side_removed_and_the_other_changed_stays_until_somebody_decides() {
    let (system, user) = ((Role::System, "Be brief and to the point."), (Role::User, "{{question}}"));
    let base = messages(&[system, user]);
    let changed = (Role::System, "Be brief and to the point, always.");
    let (content, conflict) = only(&base, &messages(&[user]), &messages(&[changed, user]));
    assert_eq!(content, messages(&[changed, user]));
    assert_eq!(conflict.place, ConflictPlace::Message { index: 0 });
    assert_eq!(conflict.ours, None);
    let merged = merge(&base, &messages(&[user]), &messages(&[changed, user]));
    assert_eq!(merged.prefer(Side::Ours), messages(&[user]));
    assert_eq!(merged.prefer(Side::Theirs), messages(&[changed, user]));
}

#[test]
fn a_text_against_messages_is_one_conflict() {
    let (content, conflict) = only(&text("a"), &messages(&[(Role::User, "a")]), &text("b"));
    assert_eq!(content, messages(&[(Role::User, "a")]));
    assert_eq!((conflict.place, conflict.pointer.as_str()), (ConflictPlace::Body, "/body"));
    assert_eq!(
        clean(&text("a"), &messages(&[(Role::User, "b")]), &text("a")),
        messages(&[(Role::User, "b")])
    );
}

#[test]
fn variables_are_merged_by_name_and_field() {
    let base = variables(&[string("topic"), string("tone")]);
    let ours = variables(&[string("topic").required(), string("tone"), string("length")]);
    let described = Variable { description: "What it is about".into(), ..string("topic") };
    let theirs = variables(&[described.clone(), string("audience")]);
    assert_eq!(
        clean(&base, &ours, &theirs),
        variables(&[described.required(), string("audience"), string("length")])
    );
}

#[test]
fn a_field_of_a_variable_that_both_changed_is_named() {
    let of = |most: f64| variables(&[string("other"), Variable { max: Some(most), ..string("topic") }]);
    let (content, conflict) = only(&of(1.0), &of(2.0), &of(3.0));
    assert_eq!(content, of(2.0));
    assert_eq!(conflict.place, ConflictPlace::Variable { name: "topic".into(), field: Some("max".into()) });
    assert_eq!(conflict.pointer, "/variables/1/max");
    assert_eq!((conflict.ours, conflict.theirs), (Some(j!(2.0)), Some(j!(3.0))));
}

#[test]
fn a_type_is_not_mixed_with_limits_that_belong_to_another() {
    let base = variables(&[string("count")]);
    let number = variables(&[Variable::new("count", VariableType::Number)]);
    let limited = variables(&[Variable { max: Some(10.0), ..string("count") }]);
    let (content, conflict) = only(&base, &number, &limited);
    assert_eq!(content, number);
    assert_eq!(conflict.place, ConflictPlace::Variable { name: "count".into(), field: None });

    let described = variables(&[Variable { description: "How many".into(), ..string("count") }]);
    let both = Variable { description: "How many".into(), ..Variable::new("count", VariableType::Number) };
    assert_eq!(clean(&base, &number, &described), variables(&[both]));
}

#[test]
fn parameters_are_merged_one_by_one_and_free_fields_at_any_depth() {
    let base = with(&j!({ "temperature": 0.5, "extra": { "a": { "x": 1 } } }));
    let ours = with(&j!({ "temperature": 0.7, "extra": { "a": { "x": 1, "y": 2 } } }));
    let theirs = with(&j!({ "temperature": 0.5, "maxTokens": 9, "extra": { "a": { "x": 3 } } }));
    assert_eq!(
        clean(&base, &ours, &theirs),
        with(&j!({ "temperature": 0.7, "maxTokens": 9, "extra": { "a": { "x": 3, "y": 2 } } }))
    );
    let (_, conflict) = only(&base, &ours, &with(&j!({ "extra": { "a": { "x": 1 } } })));
    assert_eq!(conflict.place, ConflictPlace::Parameter { path: vec!["temperature".into()] });
    assert_eq!((conflict.ours, conflict.theirs), (Some(j!(0.7)), None));
}

#[test]
fn a_key_with_a_slash_is_still_found_by_its_pointer() {
    let of = |value: u8| with(&j!({ "extra": { "a/b~c": value } }));
    let merged = merge(&of(1), &of(2), &of(3));
    assert_eq!(merged.conflicts[0].pointer, "/settings/parameters/extra/a~1b~0c");
    assert_eq!(merged.prefer(Side::Theirs), of(3));
}

#[test]
fn the_model_is_one_value() {
    let of = |model: &str| {
        let mut content = text("");
        content.settings.model = Some(model.parse::<ModelRef>().unwrap());
        content
    };
    assert_eq!(clean(&of("a:x"), &of("a:x"), &of("b:y")), of("b:y"));
    let (content, conflict) = only(&of("a:x"), &of("a:y"), &of("a:z"));
    assert_eq!((content, conflict.place), (of("a:y"), ConflictPlace::Model));
}

#[test]
fn tools_and_validations_are_merged_by_name_and_attachments_as_a_whole() {
    let tool = |name: &str, description: &str| j!({ "name": name, "description": description });
    let tools = |all: &[Value]| with(&j!({ "tools": all }));
    assert_eq!(
        clean(
            &tools(&[tool("find", "")]),
            &tools(&[tool("find", "Finds."), tool("send", "")]),
            &tools(&[tool("find", ""), tool("ask", "")])
        ),
        tools(&[tool("find", "Finds."), tool("ask", ""), tool("send", "")])
    );
    let rule = |schema: Value| Validation::new("shape", ValidationRule::Schema { schema });
    let checked = |schema| Content { validations: vec![rule(schema)], ..text("") };
    assert_eq!(
        clean(
            &checked(j!({ "type": "object", "properties": { "a": {} } })),
            &checked(j!({ "type": "object", "properties": { "a": {}, "b": {} } })),
            &checked(j!({ "type": "object", "properties": { "a": { "type": "string" } } }))
        ),
        checked(j!({ "type": "object", "properties": { "a": { "type": "string" }, "b": {} } }))
    );
    let picture = |bytes: &[u8]| {
        let attachment = Attachment::new("a.png".into(), "image/png".into(), bytes).unwrap();
        let body = Message { role: Role::User, template: "See".into(), attachments: vec![attachment] };
        Content { body: Body::Messages { messages: vec![body] }, ..Content::default() }
    };
    let (content, conflict) = only(&picture(b"1"), &picture(b"22"), &picture(b"333"));
    assert_eq!(content, picture(b"22"));
    assert_eq!(conflict.place, ConflictPlace::Attachment { index: 0, name: "a.png".into() });
    assert_eq!(
        merge(&picture(b"1"), &picture(b"22"), &picture(b"333")).prefer(Side::Theirs),
        picture(b"333")
    );
}

const WORDS: [&str; 5] = ["cats are kind", "be brief", "{{question}}", "answer in verse", "think first"];

fn a_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n")];
    let piece = (prop::sample::select(&WORDS[..]), line).prop_map(|(words, end)| format!("{words}{end}"));
    (prop::collection::vec(piece, 0..5), prop::sample::select(&["", "no end"][..]))
        .prop_map(|(pieces, end)| pieces.concat() + end)
}

fn a_message() -> impl Strategy<Value = Message> {
    let role = prop::sample::select(&[Role::System, Role::User][..]);
    let attachments = prop::collection::vec(
        (prop::sample::select(&["a.png", "b.png"][..]), 1_usize..4).prop_map(|(name, size)| {
            Attachment::new(name.into(), "image/png".into(), &vec![0; size]).unwrap()
        }),
        0..2,
    );
    (role, a_text(), attachments).prop_map(|(role, template, attachments)| Message {
        role,
        template,
        attachments,
    })
}

fn a_body() -> impl Strategy<Value = Body> {
    prop_oneof![
        1 => a_text().prop_map(Body::text),
        4 => prop::collection::vec(a_message(), 0..5).prop_map(|messages| Body::Messages { messages }),
    ]
}

fn a_variable() -> impl Strategy<Value = Variable> {
    let kind = prop::sample::select(&[VariableType::String, VariableType::Number][..]);
    let name = prop::sample::select(&["a", "b", "c", "d"][..]);
    (name, kind, any::<bool>(), prop::option::of(1_u8..3), prop::option::of(0_u8..3), "[xy]?").prop_map(
        |(name, kind, required, max, default, description)| Variable {
            required,
            max: max.map(f64::from),
            default: default.map(Value::from),
            description,
            ..Variable::new(name, kind)
        },
    )
}

fn a_parameters() -> impl Strategy<Value = Value> {
    let extra = prop::option::of(
        (0_u8..3, prop::option::of(0_u8..2)).prop_map(|(x, y)| j!({ "a": { "x": x, "y": y } })),
    );
    let tool = (prop::sample::select(&["find", "send"][..]), 0_u8..3)
        .prop_map(|(name, of)| j!({ "name": name, "description": of.to_string() }));
    (prop::option::of(0_u8..3), prop::option::of(1_u8..3), extra, prop::collection::vec(tool, 0..3)).prop_map(
        |(temperature, most, extra, tools)| {
            let mut parameters = j!({ "tools": tools });
            if let Some(temperature) = temperature {
                parameters["temperature"] = j!(f64::from(temperature) / 2.0);
            }
            if let Some(most) = most {
                parameters["maxTokens"] = j!(most);
            }
            if let Some(extra) = extra {
                parameters["extra"] = extra;
            }
            parameters
        },
    )
}

fn a_content() -> impl Strategy<Value = Content> {
    let model = prop::option::of(prop::sample::select(&["a:x", "b:y"][..]));
    let validations = prop::collection::vec(
        (prop::sample::select(&["shape", "size"][..]), 0_u8..3).prop_map(|(name, of)| {
            Validation::new(name, ValidationRule::Schema { schema: j!({ "const": of }) })
        }),
        0..3,
    );
    let engine = prop::sample::select(vec![TemplateEngine::Handlebars, TemplateEngine::Nunjucks]);
    let body = (a_body(), engine);
    (body, prop::collection::vec(a_variable(), 0..4), a_parameters(), model, validations).prop_map(
        |((body, engine), variables, parameters, model, validations)| Content {
            body,
            engine,
            variables,
            validations,
            settings: crate::Settings {
                model: model.map(|model| model.parse().unwrap()),
                parameters: serde_json::from_value(parameters).unwrap(),
            },
        },
    )
}

/// A base and two sides that each changed a little of it, as people do.
pub(crate) fn three_contents() -> impl Strategy<Value = (Content, Content, Content)> {
    let edit = || (0..6_u8, 0..8_usize, a_message(), a_content());
    (a_content(), prop::collection::vec(edit(), 0..4), prop::collection::vec(edit(), 0..4)).prop_map(
        |(base, ours, theirs)| {
            let apply = |edits: Vec<(u8, usize, Message, Content)>| {
                edits.into_iter().fold(base.clone(), |content, (kind, place, message, other)| {
                    edited(content, kind, place, message, other)
                })
            };
            let (ours, theirs) = (apply(ours), apply(theirs));
            (base.clone(), ours, theirs)
        },
    )
}

fn edited(mut content: Content, kind: u8, place: usize, message: Message, other: Content) -> Content {
    match (&mut content.body, kind) {
        (Body::Messages { messages }, 0) => messages.insert(place.min(messages.len()), message),
        (Body::Messages { messages }, 1) if place < messages.len() => drop(messages.remove(place)),
        (Body::Messages { messages }, 2) if place < messages.len() => {
            messages[place].template.push_str(&message.template);
        }
        (Body::Messages { messages }, 3) if messages.len() > 1 => {
            let count = messages.len();
            messages.swap(place % count, (place + 1) % count);
        }
        (_, 4) => content.variables = other.variables,
        (_, 5) => content.settings = other.settings,
        _ => content.body = other.body,
    }
    content
}

/// All lines of all templates.
fn lines(content: &Content) -> Vec<String> {
    content.body.templates().flat_map(str::lines).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn what_only_one_side_changed_is_taken_as_it_is((base, other, _) in three_contents(), unrelated in a_content()) {
        for content in [&other, &unrelated] {
            prop_assert_eq!(merge(&base, content, &base), Merged { content: content.clone(), conflicts: vec![] });
            prop_assert_eq!(merge(&base, &base, content), Merged { content: content.clone(), conflicts: vec![] });
            prop_assert_eq!(merge(&base, content, content), Merged { content: content.clone(), conflicts: vec![] });
        }
    }

    #[test]
    fn it_does_not_matter_who_is_ours_but_for_conflicts((base, ours, theirs) in three_contents()) {
        let (one, other) = (merge(&base, &ours, &theirs), merge(&base, &theirs, &ours));
        prop_assert_eq!(one.conflicts.len(), other.conflicts.len());
        if one.conflicts.is_empty() {
            prop_assert_eq!(one.content, other.content);
        }
    }

    #[test]
    fn no_line_that_a_side_added_is_lost((base, ours, theirs) in three_contents()) {
        let merged = merge(&base, &ours, &theirs);
        let told = serde_json::to_string(&merged.conflicts).unwrap();
        let (was, kept) = (lines(&base), lines(&merged.content));
        for line in lines(&ours).into_iter().chain(lines(&theirs)).filter(|line| !was.contains(line)) {
            let quoted = serde_json::to_string(&line).unwrap();
            prop_assert!(kept.contains(&line) || told.contains(quoted.trim_matches('"')), "{}", line);
        }
    }

    #[test]
    fn every_conflict_is_where_it_says_and_can_be_settled_either_way((base, ours, theirs) in three_contents()) {
        let merged = merge(&base, &ours, &theirs);
        let content = json(&merged.content);
        for conflict in &merged.conflicts {
            prop_assert!(conflict.ours != conflict.theirs);
            let at = content.pointer(&conflict.pointer);
            if let ConflictPlace::Order { .. } = conflict.place {
                prop_assert!(at.is_some_and(Value::is_array));
            } else if conflict.lines.is_none() {
                prop_assert_eq!(at, conflict.ours.as_ref().or(conflict.theirs.as_ref()));
            } else {
                let part = conflict.ours.as_ref().and_then(Value::as_str).unwrap_or_default();
                prop_assert!(at.and_then(Value::as_str).is_some_and(|text| text.contains(part)));
            }
        }
        let removed = merged.conflicts.iter().any(|conflict| conflict.ours.is_none());
        prop_assert_eq!(merged.prefer(Side::Ours) == merged.content, !removed);
        // With everything settled in favour of one side, only what is not in conflict is left of the other.
        let theirs_wins = merge(&base, &theirs, &ours).prefer(Side::Ours);
        let settled = merged.prefer(Side::Theirs);
        prop_assert_eq!(&settled.variables, &theirs_wins.variables);
        prop_assert_eq!(&settled.settings, &theirs_wins.settings);
        prop_assert_eq!(&settled.body, &theirs_wins.body);
    }
}
