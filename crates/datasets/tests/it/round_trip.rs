//! What is written is read again as it was.

use crate::cases;
use formaops_datasets::{Shape, TableFormat, Writer, validation_of};
use formaops_domain::{Case, CaseColumns, JsonObject, Validation, ValidationRule};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

fn written(format: TableFormat, cases: &[Case]) -> String {
    let mut shape = Shape::default();
    cases.iter().for_each(|case| shape.see(case));
    let mut writer = Writer::new(format, shape, Vec::new()).unwrap();
    cases.iter().for_each(|case| writer.write(case).unwrap());
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// Texts with all that could be taken for something else.
fn any_text() -> impl Strategy<Value = String> {
    let awkward = "[a-z0-9 ,;:|\"'=+@\\-\t\n\r\\\\{}\\[\\]#&*!ä€😀]{0,12}";
    prop_oneof![
        awkward,
        Just("=1+2".to_owned()),
        Just("'=x".to_owned()),
        Just("007".to_owned()),
        Just("true".to_owned())
    ]
}

fn visible() -> impl Strategy<Value = String> {
    any_text().prop_filter("a cell of blanks says nothing", |text| !text.trim().is_empty())
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any_text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(json!(1.5)),
        Just(Value::Null),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec(inner, 0..3).prop_map(|items| json!({ "k": items }))
        ]
    })
}

fn assertions() -> impl Strategy<Value = Vec<Validation>> {
    let one = prop_oneof![
        Just(validation_of("contains:a,\"b\"")),
        Just(validation_of("Paris")),
        Just(validation_of("similar(0.9):x")),
        Just(Validation::new("Is JSON", ValidationRule::Schema { schema: json!({ "type": "object" }) })),
        Just(Validation { weight: 2.0, ..validation_of("not-is-json") }),
    ];
    vec(one, 0..3).prop_map(|mut validations| {
        for (number, validation) in (1..).zip(&mut validations) {
            if number > 1 {
                validation.name = format!("{} {number}", validation.name);
            }
        }
        validations
    })
}

/// Cases with the same three inputs, whose values are given.
fn any_case(
    value: impl Strategy<Value = Value>,
    expected: impl Strategy<Value = Option<Value>>,
    field: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Case> {
    let texts = (visible(), visible(), prop_oneof![Just(String::new()), visible()]);
    (vec(value, 3), expected, assertions(), vec("[a-z]{1,5}", 0..3), field, prop::option::of(0u8..=4), texts)
        .prop_map(|(values, expected, validations, tags, field, threshold, (name, prefix, suffix))| {
            let inputs: JsonObject = ["a", "b c", "ü"].map(str::to_owned).into_iter().zip(values).collect();
            let metadata: JsonObject = [("m".to_owned(), field)].into_iter().collect();
            let threshold = threshold.map(|quarters| f64::from(quarters) / 4.0);
            let columns = CaseColumns { models: tags.clone(), ..CaseColumns::default() };
            Case {
                columns,
                name,
                expected,
                validations: validations.into(),
                tags,
                metadata,
                threshold,
                prefix,
                suffix,
                ..Case::of(inputs)
            }
        })
}

proptest! {
    #[test]
    fn csv_gives_back_what_texts_can_say(
        table in vec(
            any_case(
                any_text().prop_map(Value::from),
                prop::option::of(visible().prop_map(Value::from)),
                visible().prop_map(Value::from),
            ),
            1..6,
        ),
    ) {
        let text = written(TableFormat::Csv, &table);
        prop_assert_eq!(cases(&text, "a.csv"), table, "{}", text);
    }

    #[test]
    fn formats_with_types_give_back_everything(
        table in vec(any_case(any_value(), prop::option::of(any_text().prop_map(Value::from)), any_value()), 0..5),
    ) {
        for (format, name) in [(TableFormat::Jsonl, "a.jsonl"), (TableFormat::Json, "a.json"), (TableFormat::Yaml, "a.yaml")] {
            let text = written(format, &table);
            prop_assert_eq!(&cases(&text, name), &table, "{}", text);
        }
    }

    #[test]
    fn whatever_is_read_ends_and_never_panics(bytes in vec(any::<u8>(), 0..200), name in prop::sample::select(vec!["a.csv", "a.jsonl", "a.json", "a.yaml", "a.md", "a.xlsx", ""])) {
        let _ = crate::rows(&bytes, name, &formaops_datasets::Options::default());
    }
}

#[test]
fn no_cell_begins_a_formula() {
    let inputs = json!({ "a": "=cmd()", "b": "@x", "c": "-5", "d": "+x", "e": "\tx" });
    let case = Case::of(inputs.as_object().unwrap().clone());
    assert_eq!(written(TableFormat::Csv, &[case]), "a,b,c,d,e\r\n'=cmd(),'@x,-5,'+x,\"'\tx\"\r\n");
}
