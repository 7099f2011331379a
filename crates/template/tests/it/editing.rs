use crate::prompt_file::content;
use formaops_domain::{Body, Content, Role, Variable, VariableType};
use formaops_template::{PromptMeta, edit_prompt_file, from_prompt_file};
use proptest::prelude::*;
use serde_json::json;

const REVIEW: &str = "\
# Reviewed by the platform team.
---
# The model is pinned: see the incident of May.
model: openai/gpt-5   # do not change
name: review
config:
    temperature: 0.5 # warm
    # Long answers are cut.
    maxOutputTokens: 100
    stopSequences: [END, 'STOP HERE']
tools: [search]
input:
  schema:
    language?: string, The language
    # One path a line.
    files(array): string
    level?(enum): [low, high]
  default: {language: rust, level: low}
ext:
  acme: &team {owner: platform}
  formaops:
    tags:
    - code # first
    - review
x-owner: *team
---
{{ role \"system\" }}
You review {{language}}.
{{role 'user'}}
{{#each files}}{{this}}{{/each}}
";

fn edited(text: &str, change: impl FnOnce(&mut Content, &mut PromptMeta)) -> String {
    let mut file = from_prompt_file(text).unwrap();
    change(&mut file.content, &mut file.meta);
    let edited = edit_prompt_file(text, &file.content, &file.meta).unwrap();
    let read = from_prompt_file(&edited).unwrap();
    assert_eq!((&read.content, &read.meta), (&file.content, &file.meta), "{edited}");
    edited
}

/// The lines that went and those that came.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let ends = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = ends.take_while(|(old, new)| old == new).count();
    let gone = old[head..old.len() - tail].iter().map(|line| format!("-{line}"));
    let came = new[head..new.len() - tail].iter().map(|line| format!("+{line}"));
    gone.chain(came).collect()
}

#[test]
fn only_what_changed_is_written_anew() {
    type Change = fn(&mut Content, &mut PromptMeta);
    let cases: [(&str, Change, &str); 14] = [
        (
            "a parameter",
            |content, _| content.settings.parameters.temperature = Some(0.7),
            "-    temperature: 0.5 # warm\n+    temperature: 0.7 # warm\n",
        ),
        (
            "a parameter that goes leaves its comment",
            |content, _| content.settings.parameters.temperature = None,
            "-    temperature: 0.5 # warm\n+    # warm\n",
        ),
        ("a parameter that comes", |content, _| content.settings.parameters.seed = Some(7), "+    seed: 7\n"),
        (
            "a list between brackets",
            |content, _| content.settings.parameters.stop.push("no, more".into()),
            "-    stopSequences: [END, 'STOP HERE']\n+    stopSequences: [END, \"STOP HERE\", \"no, more\"]\n",
        ),
        (
            "the model",
            |content, _| content.settings.model.as_mut().unwrap().model = "gpt-6".into(),
            "-model: openai/gpt-5   # do not change\n+model: openai/gpt-6   # do not change\n",
        ),
        ("a tag", |_, meta| meta.tags.insert(1, "new".into()), "+    - new\n"),
        (
            "all tags",
            |_, meta| meta.tags.clear(),
            "-  formaops:\n-    tags:\n-    - code # first\n-    - review\n+  # first\n",
        ),
        ("a title", |_, meta| meta.title = "Review".into(), "+    title: Review\n"),
        (
            "a description of several lines",
            |_, meta| meta.description = "Finds bugs.\n\nAnd more.".into(),
            "+description: |-\n+  Finds bugs.\n+\n+  And more.\n",
        ),
        (
            "a default",
            |content, _| content.variables[0].default = Some(json!("go")),
            "-  default: {language: rust, level: low}\n+  default: {language: go, level: low}\n",
        ),
        (
            "a variable that comes",
            |content, _| content.variables.insert(1, Variable::new("focus", VariableType::String).required()),
            "+    focus: string\n",
        ),
        (
            "a variable that is described",
            |content, _| content.variables[2].description = "How deep".into(),
            "-    level?(enum): [low, high]\n+    \"level?(enum, How deep)\":\n+    - low\n+    - high\n",
        ),
        (
            "a message",
            |content, _| message(content, 1, "\n{{files}}\n"),
            "-{{#each files}}{{this}}{{/each}}\n+{{files}}\n",
        ),
        (
            "a message that comes",
            |content, _| {
                let Body::Messages { messages } = &mut content.body else { panic!() };
                let Body::Messages { messages: new } = Body::messages([(Role::Assistant, "OK\n")]) else {
                    panic!()
                };
                messages.splice(1..1, new);
            },
            "+{{role \"model\"}}OK\n",
        ),
    ];
    for (what, change, expected) in cases {
        assert_eq!(difference(REVIEW, &edited(REVIEW, change)), expected, "{what}");
    }
}

fn message(content: &mut Content, at: usize, template: &str) {
    let Body::Messages { messages } = &mut content.body else { panic!("not a list of messages") };
    template.clone_into(&mut messages[at].template);
}

#[test]
fn the_way_in_which_a_file_is_kept_stays() {
    let windows = format!("\u{feff}{}", REVIEW.replace('\n', "\r\n"));
    let text = edited(&windows, |content, meta| {
        meta.description = "Two\nlines".into();
        message(content, 0, "\nYou are {{language}}.\nBe brief.\n");
    });
    assert!(
        text.starts_with('\u{feff}') && text.contains("You are {{language}}.\r\nBe brief.\r\n"),
        "{text:?}"
    );
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());

    let json = "---\n{\"model\": \"a/b\", \"name\": \"x\"}\n---\nHi\n";
    let text = edited(json, |content, _| content.settings.parameters.seed = Some(1));
    assert!(text.contains("name: x") && text.ends_with("---\nHi\n"), "{text}");

    let plain = "Hello {{name}}\n";
    let text = edited(plain, |_, meta| meta.description = "Greets".into());
    assert_eq!(text, "---\ndescription: Greets\n---\nHello {{name}}\n");
    let text = edited(&text, |content, meta| {
        meta.description = String::new();
        content.body = Body::text("Bye");
    });
    assert_eq!(text, "---\n---\nBye");
}

#[test]
fn what_means_nothing_here_stays_also_where_everything_is_said_anew() {
    let anchored = "---\nconfig: &c {temperature: 1}\nx-same: *c # the same\nmodel: a/b\n---\nHi\n";
    let text = edited(anchored, |content, _| content.settings.parameters.temperature = Some(0.5));
    assert!(text.contains("# the same"), "{text}");
    let front = |text: &str| {
        let yaml = text.split("---\n").nth(1).unwrap().to_owned();
        serde_saphyr::from_str::<serde_json::Value>(&yaml).unwrap()
    };
    assert_eq!(front(&text)["x-same"], json!({ "temperature": 1 }));

    let merged = "---\nbase: &b {seed: 1}\nconfig:\n  <<: *b\n  temperature: 1\n---\nHi\n";
    let text = edited(merged, |content, _| content.settings.parameters.temperature = Some(0.5));
    assert_eq!(front(&text)["base"], json!({ "seed": 1 }));

    let output = "---\noutput:\n  format: json\n  schema: # strict\n    answer: string\n---\nHi\n";
    let text = edited(output, |content, _| content.validations.clear());
    assert_eq!(text, "---\noutput:\n  format: json\n  # strict\n---\nHi\n");
}

#[test]
fn a_broken_file_is_told_with_its_place_and_never_written_over() {
    let content = Content { body: Body::text("new"), ..Content::default() };
    for (text, place) in [
        ("---\nmodel: a/b\nconfig: [\n---\nx", (3, 9)),
        ("\u{feff}# note\n---\nmodel: a/b\nconfig:\n  temperature: hot\n---\nx", (5, 3)),
        ("---\r\ninput:\r\n  schema:\r\n    a(enum): 5\r\n---\r\nx", (4, 5)),
        ("---\nmodel: gpt\n---\nx", (2, 1)),
        ("---\na: 1\na: 2\n---\nx", (3, 1)),
        ("---\next:\n  formaops: {messages: []}\n---\nx", (3, 14)),
    ] {
        let error = edit_prompt_file(text, &content, &PromptMeta::default()).unwrap_err();
        assert_eq!(error.place(text), Some(place), "{error}");
    }
}

fn file() -> impl Strategy<Value = String> {
    let files = prop::sample::select(vec![
        REVIEW,
        "Hello {{name}}\n",
        "",
        "\u{feff}---\n---\n",
        "---\n# only a note\n---\nx",
        "---\nmodel: a/b\nconfig: &c\n  temperature: 1 # hot\n  extra: {a: [1, {b: 2}]} # deep\nx: *c\n---\n{{role \"user\"}}x",
        "---\ninput:\n  schema:\n    type: object # strict\n    properties:\n      # first\n      a: {type: string, minLength: 1}\n      b:\n        type: array\n        items: {type: number}\n    required: [a]\n  default:\n    a: x # y\n---\nx\n",
        "---\ndescription: >-\n  folded\n  text\n\n# after\noutput: {format: json, schema: {a: string}}\n---\n\nx",
        "---\next:\n  formaops:\n    validations:\n    - name: one # 1\n      rule: {kind: schema, schema: {}}\n    # two\n    - name: two\n      rule:\n        kind: schema\n        schema: {type: object}\n    title: |\n      A\n      # not a note\n    settings: {parameters: {}}\n---\nx",
        "---\n? model\n: a/b # odd\n---\nx",
        "---\n{model: a/b, x-keep: 1}\n---\nx",
        "---\n- a\n---\nno front",
    ]);
    (files, any::<bool>())
        .prop_map(|(file, windows)| if windows { file.replace('\n', "\r\n") } else { file.to_owned() })
}

fn meta() -> impl Strategy<Value = PromptMeta> {
    ("[a-z\n:#]{0,12}", "[ -~\n]{0,12}", prop::collection::vec("[a-z#: ]{1,6}", 0..3))
        .prop_map(|(title, description, tags)| PromptMeta { title, description, tags })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_file_reads_as_what_was_wanted_and_loses_no_comment(
        text in file(), content in content(), meta in meta(),
    ) {
        let Ok(old) = from_prompt_file(&text) else {
            prop_assert!(edit_prompt_file(&text, &content, &meta).is_err());
            return Ok(());
        };
        prop_assert_eq!(edit_prompt_file(&text, &old.content, &old.meta).unwrap(), text.as_str());
        let edited = edit_prompt_file(&text, &content, &meta).unwrap();
        let read = from_prompt_file(&edited).unwrap();
        prop_assert_eq!(&read.content, &content);
        prop_assert_eq!(&read.meta, &meta);
        for note in ["# do not change", "# warm", "# One path a line.", "# first", "# deep", "# strict", "# after", "# odd", "# only a note", "# two", "# y", "# 1"] {
            if text.contains(note) {
                prop_assert!(edited.contains(note), "{note} is gone: {edited}");
            }
        }
        for kept in old.ignored.iter().filter(|name| name.starts_with("x-") || *name == "tools" || *name == "name") {
            prop_assert!(read.ignored.contains(kept), "{kept} is gone: {edited}");
        }
        // What was edited back and forth is the same to whoever reads it.
        let back = edit_prompt_file(&edited, &old.content, &old.meta).unwrap();
        prop_assert_eq!(from_prompt_file(&back).unwrap().content, old.content);
    }
}
