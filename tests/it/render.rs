//! `formaops render`: a prompt file without a workspace, by hand and from a program.

use formaops_tests::Cli;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

const FILE: &str = "---\nmodel: openai/gpt\ninput:\n  schema:\n    name: string\n    tags?(array): string\n---\n\
    {{role \"system\"}}Be kind to {{name}}.\n{{role \"user\"}}{{> sign}}{{#each tags}} #{{.}}{{/each}}\n";

#[tokio::test]
async fn a_file_is_rendered_with_inputs_and_partials_and_opens_no_workspace() {
    let cli = Cli::new();
    let file = cli.file("hello.prompt", FILE);
    let partial = format!("sign={}", cli.file("sign.txt", "-- {{name}}"));
    let inputs = cli.file("inputs.json", r#"{"name": "Ada", "tags": ["a"]}"#);
    let arguments =
        ["render", &file, "--input", &inputs, "--var", r#"tags=["x","y"]"#, "--partial", &partial];

    let done = cli.run(&arguments).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.stdout, "system:\nBe kind to Ada.\n\nuser:\n-- Ada #x #y\n");

    let result = cli.json(&arguments).await;
    assert_eq!(result["model"], "openai/gpt");
    assert_eq!(result["messages"][1]["content"], json!([{ "text": "-- Ada #x #y" }]));
    assert_eq!(result["input"]["schema"]["properties"]["tags"]["items"], json!({ "type": "string" }));
    assert!(!cli.workspace().exists());
}

#[tokio::test]
async fn a_mistake_is_told_with_its_place_in_the_file() {
    let cli = Cli::new();
    let file = cli.file("wrong.prompt", "---\nmodel: a/b\n---\n\nHello\n{{#if x}}\n");
    let done = cli.run(&["render", &file]).await;
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("line 6, column 1"), "{done:?}");

    let file = cli.file("hello.prompt", FILE);
    let partial = format!("sign={}", cli.file("sign.txt", "a\n {{oops 1}}"));
    let done = cli.run(&["render", &file, "-v", "name=Ada", "--partial", &partial]).await;
    assert!(done.stderr.contains("`partial sign`, line 2, column 4"), "{done:?}");

    let done = cli.run(&["render", &file, "--partial", &partial]).await;
    assert!(done.stderr.contains("`name` is required and has no value"), "{done:?}");
    assert_eq!(cli.run(&["render"]).await.code, Some(2));
    assert_eq!(cli.run(&["render", "--batch", &file]).await.code, Some(2));
}

#[tokio::test]
async fn each_line_of_a_batch_is_answered_before_the_next_is_read() {
    let cli = Cli::new();
    let mut process = cli.converse(&["render", "--batch"]);
    let mut stdin = process.stdin.take().unwrap();
    let mut answers = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut ask = async |line: &str| -> Value {
        stdin.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        serde_json::from_str(&answers.next_line().await.unwrap().unwrap()).unwrap()
    };

    let answer =
        ask(r#"{"template": "Hi {{name}}{{> p}}", "input": {"name": "A\nB"}, "partials": {"p": "!"}}"#).await;
    let messages = json!([{ "role": "user", "content": [{ "text": "Hi A\nB!" }] }]);
    assert_eq!(answer, json!({ "config": {}, "ext": {}, "metadata": {}, "messages": messages }));

    let answer = ask(r#"{"template": "a\n  {{name", "input": {}}"#).await;
    let message = "the template ends inside a tag";
    let error = json!({ "code": "syntax", "message": message, "line": 2, "column": 9 });
    assert_eq!(answer, json!({ "error": error }));

    for wrong in ["{\"template\": ", "[]", "", r#"{"template": "a", "inputs": {}}"#] {
        assert_eq!(ask(wrong).await["error"]["code"], "bad_request", "{wrong}");
    }
    let answer = ask(r#"{"template": "{{@auth.who}}{{history}}", "context": {"auth": {"who": "me"}},
            "messages": [{"role": "model", "content": [{"text": "x"}]}], "options": {"config": {"t": 1}}}"#
        .replace('\n', " ")
        .as_str())
    .await;
    assert_eq!(answer["config"], json!({ "t": 1 }));
    assert_eq!(answer["messages"][1]["metadata"], json!({ "purpose": "history" }));

    drop(stdin);
    assert_eq!(process.wait().await.unwrap().code(), Some(0));
}
