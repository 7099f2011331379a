use formaops_domain::{Body, Content, JsonObject, RunContext};
use formaops_template::{
    DiagnosticCode, HelperDoc, RenderedMessage, Severity, TemplateError, check, helper_docs, render,
};
use serde_json::{Value, json};

fn run(template: &str, inputs: Value) -> Result<String, TemplateError> {
    let content = Content { body: Body::text(template), ..Content::default() };
    let inputs: JsonObject = serde_json::from_value(inputs).expect("an object");
    let rendered = render(&content, &inputs, &RunContext::default())?;
    Ok(rendered.messages.iter().map(RenderedMessage::text).collect())
}

fn same(inputs: &Value, cases: &[(&str, &str)]) {
    for (template, expected) in cases {
        assert_eq!(run(template, inputs.clone()).as_deref(), Ok(*expected), "{template}");
    }
}

#[test]
fn comparisons_are_values_and_blocks() {
    let inputs = json!({
        "n": 5, "f": 5.0, "t": "5", "a": "apple", "b": "banana", "none": null, "yes": true, "no": false,
        "list": [1, "x", null], "object": { "k": 1 }, "empty": "",
    });
    same(
        &inputs,
        &[
            ("{{eq n 5}} {{eq n f}} {{eq n t}} {{eq none missing}}", "true true false true"),
            ("{{ne n 6}} {{ne a \"apple\"}}", "true false"),
            ("{{lt n 6}} {{lt 6 n}} {{lte n f}} {{gt n 4.5}} {{gte n 5.1}}", "true false true true false"),
            ("{{lt a b}} {{gt a b}} {{lt n b}} {{lt none n}}", "true false false false"),
            ("{{#if (and yes (gt n 4))}}a{{/if}}{{#if (or no none)}}b{{else}}c{{/if}}", "ac"),
            ("{{or empty none a}} {{and yes a}} [{{and yes empty}}] {{not no}}", "apple apple [] true"),
            ("{{#eq n 5}}a{{else}}b{{/eq}}{{#lt 6 n}}a{{else}}b{{/lt}}{{^eq n 6}}c{{/eq}}", "abc"),
            ("{{#eq n 4}}a{{else eq n 5}}b{{else}}c{{/eq}}{{#if no}}{{else gt n 1}}d{{/if}}", "bd"),
            ("{{#eq n 5}}{{a}}{{#with object}}{{../a}}{{/with}}{{/eq}}", "appleapple"),
            (
                "{{contains list \"x\"}} {{contains list \"y\"}} {{contains a \"ppl\"}} {{contains object \"k\"}}",
                "true false true true",
            ),
        ],
    );
}

#[test]
fn lists_and_texts_are_taken_apart_and_put_together() {
    let inputs = json!({
        "list": ["b", "a", "c", "a"], "n": [10, 9, 2.5], "mixed": ["x", 2, "a", 1], "text": " héllo ", "csv": "a,b,,c",
        "people": [{ "name": "Zoe", "age": 3 }, { "name": "Ada", "age": 2 }, { "age": 1 }], "o": { "k": 1, "l": [2] },
        "same": [5, 5.0, "5", null, null],
    });
    same(
        &inputs,
        &[
            ("{{count list}} {{count text}} {{count o}} {{count missing}}", "4 7 2 0"),
            ("{{first list}} {{last list}} [{{first missing}}]", "b a []"),
            (
                "{{first list 2}} {{last list 2}} {{first list 9}} {{first list 0}}",
                r#"["b","a"] ["c","a"] ["b","a","c","a"] []"#,
            ),
            (
                "{{slice list 1 3}} {{slice list -2}} {{slice list 0 -1}} {{slice list 3 1}}",
                r#"["a","c"] ["c","a"] ["b","a","c"] []"#,
            ),
            ("{{slice \"héllo\" 1 3}} {{first \"héllo\" 2}} {{reverse \"abc\"}}", "él hé cba"),
            (
                "{{join list}} {{join list \"-\"}} {{join n \"\"}} {{join missing}}|",
                "b, a, c, a b-a-c-a 1092.5 |",
            ),
            (
                "{{#each (split csv \",\")}}[{{.}}]{{/each}}{{join (split \"abc\" \"\") \" \"}}",
                "[a][b][][c]a b c",
            ),
            (
                "{{join (sort list)}} {{join (sort n)}} {{join (sort mixed)}}",
                "a, a, b, c 2.5, 9, 10 1, 2, a, x",
            ),
            ("{{#each (sort people by=\"name\")}}{{name}}{{age}} {{/each}}", "Ada2 Zoe3 1 "),
            (
                "{{join (reverse (sort people by=\"age\")) \"\"}}",
                r#"{"name":"Zoe","age":3}{"name":"Ada","age":2}{"age":1}"#,
            ),
            ("{{unique list}} {{unique same}}", r#"["b","a","c"] [5,"5",null]"#),
            ("{{#each (range 3)}}{{.}}{{/each}} {{join (range 2 5)}} [{{range 5 2}}]", "012 2, 3, 4 [[]]"),
            ("{{keys o}} {{values o}} {{keys list}}", r#"["k","l"] [1,[2]] [0,1,2,3]"#),
            ("{{upper text}}{{lower \"ÄB\"}}[{{trim text}}]", " HÉLLO äb[héllo]"),
            ("{{#each (first list 2) as |item i|}}{{i}}{{item}}{{/each}}", "0b1a"),
        ],
    );
}

#[test]
fn dates_are_read_moved_and_written_without_a_clock() {
    let inputs = json!({ "day": "2026-01-31", "moment": "2026-03-01T23:30:00Z", "there": "2026-03-01T23:30:00+02:00", "ms": 0 });
    same(
        &inputs,
        &[
            ("{{date day}} {{date moment}} {{date ms}}", "2026-01-31 2026-03-01 1970-01-01"),
            (
                "{{date day format=\"%d.%m.%Y\"}} {{date moment format=\"%A, %H:%M\"}}",
                "31.01.2026 Sunday, 23:30",
            ),
            ("{{date there format=\"%H:%M %z\"}}", "23:30 +0200"),
            ("{{date moment format=\"%F %H:%M\" timezone=\"Europe/Berlin\"}}", "2026-03-02 00:30"),
            (
                "{{dateAdd day months=1}} {{dateAdd day days=-31}} {{dateAdd day hours=1}}",
                "2026-02-28 2025-12-31 2026-01-31T01:00:00Z",
            ),
            (
                "{{dateAdd moment minutes=45}} {{dateAdd there days=1}}",
                "2026-03-02T00:15:00Z 2026-03-02T23:30:00+02:00",
            ),
            (
                "{{dateDiff moment day}} {{dateDiff day moment}} {{dateDiff moment there unit=\"hours\"}}",
                "29 -29 2",
            ),
            ("{{#if (gt (dateDiff moment day unit=\"weeks\") 3)}}late{{/if}}", "late"),
        ],
    );
}

#[test]
fn a_json_path_finds_one_value_or_a_list() {
    let inputs = json!({
        "shop": { "books": [{ "t": "A", "price": 8 }, { "t": "B", "price": 12 }], "odd name": "x", "a.b": [1], "*": "star" },
        "text": "{\"k\": [1, 2]}",
    });
    same(
        &inputs,
        &[
            ("{{jsonPath shop \"$.books[0].t\"}} {{jsonPath shop \"$.books[-1].t\"}}", "A B"),
            (
                "{{jsonPath shop \"$['odd name']\"}} {{jsonPath shop \"$['a.b'][0]\"}} {{jsonPath shop \"$['*']\"}}",
                "x 1 star",
            ),
            ("[{{jsonPath shop \"$.nope.deeper\"}}] {{jsonPath shop \"$.nope[*]\"}}", "[] []"),
            (
                "{{jsonPath shop \"$.books[*].t\"}} {{join (jsonPath shop \"$..price\")}}",
                r#"["A","B"] 8, 12"#,
            ),
            (
                "{{jsonPath shop \"$.books[?@.price < 10].t\"}} {{jsonPath shop \"$.books[:1].t\"}}",
                r#"["A"] ["A"]"#,
            ),
            ("{{#each (jsonPath shop \"$.books[*]\")}}{{t}}{{/each}}", "AB"),
            ("{{#with (parseJson text)}}{{k.[1]}}{{/with}}", "2"),
        ],
    );
}

#[test]
fn a_name_of_a_helper_is_a_variable_where_nothing_is_given_to_it() {
    let inputs = json!({ "date": "D", "first": ["x"], "count": 3, "not": true, "o": { "date": 1 } });
    same(
        &inputs,
        &[
            (
                "{{date}} {{count}}{{#each first}}{{.}}{{/each}}{{#if not}}y{{/if}}{{#first}}{{.}}{{/first}}",
                "D 3xyx",
            ),
            ("{{#with \"2026-01-01\" as |date|}}{{date 1}} {{../o.date}}{{/with}}", "2026-01-01 1"),
        ],
    );
}

#[test]
fn what_a_helper_cannot_use_is_an_error_with_its_place() {
    let inputs = json!({ "x": "no date", "big": vec![json!({ "a": vec![0; 60] }); 60] });
    for (template, message) in [
        ("a\n{{date x}}", "`no date` is no date"),
        ("a\n{{date \"2026-01-01\" timezone=\"Mars\"}}", "there is no time zone `Mars`"),
        ("a\n{{date \"2026-01-01\" format=\"%!\"}}", "the format `%!` cannot be used"),
        ("a\n{{first big x}}", "`no date` is no number"),
        ("a\n{{range 1000000}}", "at most 100000 numbers"),
        ("a\n{{dateDiff \"2026-01-01\" \"2026-01-01\" unit=\"eons\"}}", "`unit` must be"),
        ("a\n{{dateAdd \"2026-01-01\" days=x}}", "must be a whole number"),
        ("a\n{{dateAdd \"2026-01-01\" years=9999999}}", "are too many"),
        ("a\n{{jsonPath big \"a.b\"}}", "is no JSON path"),
        ("a\n{{jsonPath big \"$..a[?@..b]\"}}", "too much to look through"),
        ("a\n{{parseJson x}}", "the text is no JSON"),
    ] {
        let error = run(template, inputs.clone()).unwrap_err();
        let place = error.place().unwrap();
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!((place.line, place.column), (Some(2), Some(3)), "{template}");
    }
    for (template, message) in [
        ("{{eq 1}}", "`eq` takes 2 arguments, got 1"),
        ("{{slice x}}", "`slice` takes 2 to 3 arguments, got 1"),
        ("{{#count x}}a{{/count}}", "`count` is not a block"),
        ("{{date x fmt=1}}", "`date` has no argument named `fmt`"),
    ] {
        let content = Content { body: Body::text(template), ..Content::default() };
        let found = check(&content);
        let misuse = found.iter().find(|found| found.code == DiagnosticCode::HelperUse);
        assert_eq!(misuse.map(|misuse| misuse.message.as_str()), Some(message));
    }
}

#[test]
fn helpers_over_much_are_bounded_like_everything() {
    let inputs = json!({ "list": vec![0; 8000], "long": "x".repeat(1_000_000) });
    let error = run("{{#each list}}{{count ../list}}{{/each}}", inputs.clone()).unwrap_err();
    assert!(matches!(error, TemplateError::TooManySteps { .. }), "{error}");
    let error = run("{{join list long}}", inputs).unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
}

#[test]
fn every_helper_tells_what_it_does_and_its_example_is_a_call_of_it() {
    for HelperDoc { name, example, does, .. } in helper_docs() {
        assert!(does.ends_with('.') && example.contains(name), "`{name}` says {does:?}, {example:?}");
        let errors: Vec<_> = check(&Content { body: Body::text(example), ..Content::default() })
            .into_iter()
            .filter(|found| found.severity == Severity::Error)
            .collect();
        assert_eq!(errors, [], "`{name}`");
    }
}
