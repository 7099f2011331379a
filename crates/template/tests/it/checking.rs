use formaops_domain::{Body, Content, Role, Variable, VariableType};
use formaops_template::{Compiled, Diagnostic, DiagnosticCode, Partials, Severity, check};

fn content(template: &str) -> Content {
    let variables = ["name", "items", "flag"];
    let kinds = [VariableType::String, VariableType::Array, VariableType::Boolean];
    let variables = variables.into_iter().zip(kinds).map(|(name, kind)| Variable::new(name, kind)).collect();
    Content { body: Body::text(template), variables, ..Content::default() }
}

/// The diagnostics but those about unused variables.
fn found(template: &str) -> Vec<Diagnostic> {
    let mut found = check(&content(template));
    found.retain(|diagnostic| diagnostic.code != DiagnosticCode::UnusedVariable);
    found
}

fn place(diagnostic: &Diagnostic) -> String {
    let Diagnostic { place, end_line, end_column, .. } = diagnostic;
    let number = |n: Option<u32>| n.unwrap_or_default();
    let (line, column) = (number(place.line), number(place.column));
    format!("{line}:{column}-{}:{}", number(*end_line), number(*end_column))
}

#[test]
fn each_problem_has_its_place_and_its_fix() {
    use DiagnosticCode::{
        HelperUse, Role, Syntax, UnclosedBlock, UndeclaredVariable, UnexpectedClose, UnknownHelper,
        UnknownPartial, Unsupported,
    };
    for (template, code, at, message, hint) in [
        ("a {{", Syntax, "1:5-1:5", "the template ends inside a tag", "a variable or helper belongs here"),
        ("a {{}} b", Syntax, "1:5-1:6", "`}` is not expected here", "a variable or helper belongs here"),
        ("{{name", Syntax, "1:7-1:7", "the template ends inside a tag", "a tag ends with `}}`"),
        ("{{name}", Syntax, "1:7-1:8", "`}` is not expected here", "a tag ends with `}}`"),
        (
            "ä\n{{json \"x}}",
            Syntax,
            "2:8-2:9",
            "the string that begins with \" never ends",
            "Close it with \"",
        ),
        ("{{json (lookup items 0}}", Syntax, "1:23-1:24", "`}` is not expected here", "`(` needs its `)`"),
        (
            "{{name.this}}",
            Syntax,
            "1:3-1:12",
            "`name.this` is no path",
            "`..`, `.` and `this` may only stand at the start of a path",
        ),
        ("{{!-- x }}", Syntax, "1:1-1:4", "the comment never ends", "Close it with `--}}`"),
        (
            "x\n  {{#if flag}}\n",
            UnclosedBlock,
            "2:3-2:15",
            "the block `{{#if}}` is never closed",
            "Add `{{/if}}` where it ends",
        ),
        (
            "{{#if flag}}{{/each}}",
            UnexpectedClose,
            "1:13-1:22",
            "`{{/each}}` does not end the block `{{#if}}`",
            "`{{#if}}` on line 1 ends with `{{/if}}`",
        ),
        (
            "{{/if}}",
            UnexpectedClose,
            "1:1-1:8",
            "`{{/if}}` ends a block that was never opened",
            "Remove it, or open the block with `{{#if}}`",
        ),
        (
            "{{else}}",
            UnexpectedClose,
            "1:1-1:9",
            "`{{else}}` stands outside of a block",
            "Remove it, or open a block before it",
        ),
        (
            "{{#if flag}}{{else}}{{else}}{{/if}}",
            UnexpectedClose,
            "1:21-1:29",
            "the block `{{#if}}` has a second `{{else}}`",
            "Remove it, or open a block before it",
        ),
        (
            "{{> header}}",
            UnknownPartial,
            "1:1-1:13",
            "there is no partial `header`",
            "Copy its text to where it is used, or define it with `{{#*inline}}`",
        ),
        (
            "{{#*mark}}{{/mark}}",
            Unsupported,
            "1:1-1:5",
            "a decorator block (`{{#*`) is not supported",
            "The one decorator is `{{#*inline \"name\"}}…{{/inline}}`",
        ),
        ("{{jsn name}}", UnknownHelper, "1:3-1:6", "there is no helper `jsn`", "Did you mean `json`?"),
        (
            "{{#ech items}}{{/ech}}",
            UnknownHelper,
            "1:4-1:7",
            "there is no helper `ech`",
            "Did you mean `each`?",
        ),
        (
            "{{media}}",
            HelperUse,
            "1:3-1:8",
            "`media` needs an argument named `url`",
            "Write `{{media url=url contentType=type}}`",
        ),
        (
            "{{section}}",
            HelperUse,
            "1:3-1:10",
            "`section` takes 1 argument, got 0",
            "Write `{{section \"name\"}}`, or `{{this.section}}` for a variable of that name",
        ),
        (
            "{{#if}}{{/if}}",
            HelperUse,
            "1:4-1:6",
            "`if` takes 1 argument, got 0",
            "Write `{{#if name}}…{{/if}}`",
        ),
        ("{{if flag}}", HelperUse, "1:3-1:10", "`if` is a block", "Write `{{#if name}}…{{/if}}`"),
        (
            "{{#json name}}{{/json}}",
            HelperUse,
            "1:4-1:13",
            "`json` is not a block",
            "Write `{{json value indent=2}}`",
        ),
        (
            "{{json name depth=2}}",
            HelperUse,
            "1:19-1:20",
            "`json` has no argument named `depth`",
            "Write `{{json value indent=2}}`",
        ),
        (
            "{{#if (role \"user\")}}{{/if}}",
            HelperUse,
            "1:7-1:20",
            "`role` is a tag of its own",
            "Write `{{role \"system\"}}`",
        ),
        (
            "{{role \"boss\"}}",
            Role,
            "1:8-1:14",
            "there is no role `boss`",
            "Write `system`, `user`, `assistant` or `tool` in quotes",
        ),
        (
            "{{role}}",
            HelperUse,
            "1:3-1:7",
            "`role` takes 1 argument, got 0",
            "Write `{{role \"system\"}}`, or `{{this.role}}` for a variable of that name",
        ),
        (
            "{{role name}}",
            Role,
            "1:8-1:12",
            "a role must be written out in quotes; a value can never decide it",
            "Write `system`, `user`, `assistant` or `tool` in quotes",
        ),
        (
            "a\n{{nmae}}",
            UndeclaredVariable,
            "2:3-2:7",
            "no variable `nmae` is declared",
            "Did you mean `name`?",
        ),
    ] {
        let found = found(template);
        let shown: Vec<_> =
            found.iter().map(|d| (d.code, place(d), d.message.as_str(), d.hint.as_str())).collect();
        assert_eq!(shown, [(code, at.to_owned(), message, hint)], "{template}");
        assert_eq!(found[0].place.path, "body");
    }
}

#[test]
fn all_problems_are_told_in_the_order_of_the_text() {
    let template =
        "{{#if flag}}\n{{jsn name}}\n{{/if}}\n{{name\n{{json}}\n{{#each items}}\n{{wrong}} {{@root.other}}";
    let shown: Vec<_> = found(template).iter().map(|d| (d.code, d.place.line)).collect();
    use DiagnosticCode::{HelperUse, Syntax, UnclosedBlock, UndeclaredVariable, UnknownHelper};
    let expected =
        [(UnknownHelper, 2), (Syntax, 5), (HelperUse, 5), (UnclosedBlock, 6), (UndeclaredVariable, 7)];
    assert_eq!(shown, expected.map(|(code, line)| (code, Some(line))));
}

#[test]
fn names_are_looked_up_where_they_stand() {
    for (template, used) in [
        ("{{name}} {{items.0.x}} {{[flag]}}", "flag items name"),
        (
            "{{#each items}}{{title}}{{this.a}}{{../name}}{{@root.flag}}{{@index}}{{else}}{{none}}{{/each}}",
            "flag items name none",
        ),
        (
            "{{#with this as |flag|}}{{this.name}}{{this.flag}}{{/with}}{{#with this as |x|}}{{x}}{{/with}}",
            "flag name",
        ),
        ("{{#each items as |item|}}{{item.name}}{{/each}}", "items"),
        ("{{#if flag}}{{name}}{{/if}}{{#flag}}{{name}}{{/flag}}{{#items}}{{x}}{{/items}}", "flag items name"),
        ("{{#with this}}{{name}}{{/with}}{{#with items}}{{../../name}}{{/with}}", "items name"),
        ("{{json (lookup items name) indent=flag}}", "flag items name"),
        ("{{@context.user}} {{json this}} {{history}} {{../up}}", ""),
        ("{{#if flag}}{{else if other}}{{/if}}", "flag other"),
    ] {
        let names: Vec<_> =
            Compiled::new(content(template), Partials::new()).used_variables().into_iter().collect();
        assert_eq!(names.join(" "), used, "{template}");
    }
}

#[test]
fn unused_variables_are_told_unless_the_inputs_are_used_as_a_whole() {
    let found = check(&content("{{name}}"));
    let shown: Vec<_> = found.iter().map(|d| (d.severity, d.place.path.as_str())).collect();
    assert_eq!(shown, [(Severity::Info, "variables[1]"), (Severity::Info, "variables[2]")]);
    assert_eq!(check(&content("{{json this}}")), []);
    assert_eq!(check(&content("{{#each @root}}{{this}}{{/each}}")), []);
}

#[test]
fn a_message_is_named_by_its_index_and_keeps_its_role() {
    let body = Body::messages([(Role::System, "ok"), (Role::User, "{{role \"system\"}}")]);
    let found = check(&Content { body, ..Content::default() });
    assert_eq!(found[0].place.path, "messages[1]");
    assert_eq!((found[0].code, found[0].severity), (DiagnosticCode::Role, Severity::Error));
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(json["code"], "role");
    assert_eq!(json["place"], serde_json::json!({"path": "messages[1]", "line": 1, "column": 3}));
    assert_eq!((&json["endLine"], &json["endColumn"]), (&1.into(), &16.into()));
}
