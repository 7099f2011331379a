//! Images and files, from a file on the disk to the request of a vendor.

use formaops_testkit::{ChatReply, ScriptedServer};
use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\r\
    IDATx\xdac\xf8q\xe0\xc3\x7f\0\x09\x04\x03\xa84\x8eWp\0\0\0\0IEND\xaeB`\x82";
/// The same as text.
const BASE64: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP4ceDDfwAJBAOoNI5XcAAAAABJRU5ErkJggg==";

/// Content whose user message has this attached.
fn content(attachment: &Value) -> Value {
    json!({ "body": { "kind": "messages", "messages": [
        { "role": "system", "template": "Be brief." },
        { "role": "user", "template": "What is on {{what}}?", "attachments": [attachment] },
    ] } })
}

/// A workspace with a prompt called `look`, to whose message a picture is attached.
async fn with_picture(cli: &Cli) -> Value {
    let attachment = cli.json(&["attachment", "create", &cli.file("a.png", PNG)]).await;
    let content = content(&attachment).to_string();
    cli.json(&["prompt", "create", "--name", "look", "--content", &content]).await;
    attachment
}

#[tokio::test]
async fn a_picture_goes_to_each_vendor_in_its_own_words_and_is_there_after_a_restart() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    cli.add_provider_of_kind("claude", "anthropic", server.base_url().as_str()).await;
    let attachment = with_picture(&cli).await;
    assert_eq!(
        (&attachment["name"], &attachment["mediaType"], &attachment["bytes"]),
        (&json!("a.png"), &json!("image/png"), &json!(PNG.len()))
    );

    cli.json(&["run", "look", "--var", "what=this", "-m", "local:words-3"]).await;
    let expected = json!([
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{BASE64}") } },
        { "type": "text", "text": "What is on this?" },
    ]);
    assert_eq!(server.last_request().body["messages"][1]["content"], expected);

    cli.json(&["run", "look", "--var", "what=this", "-m", "claude:words-3"]).await;
    let source = json!({ "type": "base64", "media_type": "image/png", "data": BASE64 });
    let sent = &server.last_request().body["messages"][0]["content"];
    assert_eq!(sent[0], json!({ "type": "image", "source": source }));
    assert_eq!(sent[1]["text"], "What is on this?");

    Host::open(&cli).await.kill().await;
    let host = Host::open(&cli).await;
    let path = format!("/api/attachments/{}", attachment["hash"].as_str().unwrap());
    assert_eq!(host.get(&path).await.body, json!({ "mediaType": "image/png", "data": BASE64 }));
    let runs = host.get("/api/runs").await.body;
    let repeated = format!("/api/runs/{}/repeat", runs["items"][1]["id"].as_str().unwrap());
    host.post(&repeated, json!({})).await;
    server.wait_for(|counts| counts.received == 3).await;
    assert_eq!(server.last_request().body["messages"][1]["content"], expected);
}

#[tokio::test]
async fn the_dry_run_names_what_is_attached() {
    let cli = Cli::new();
    with_picture(&cli).await;
    let done = cli.json(&["run", "look", "--var", "what=it", "-m", "dry-run:echo"]).await;
    let expected =
        format!("## system\n\nBe brief.\n\n## user\n\n[image a.png, {} bytes]\nWhat is on it?", PNG.len());
    assert_eq!(done["executions"][0]["output"], expected);
    let id = done["executions"][0]["id"].as_str().unwrap();
    let execution = cli.json(&["execution", "get", id]).await;
    assert_eq!(execution["messages"][1]["attachments"][0]["name"], "a.png");
}

#[tokio::test]
async fn a_model_that_is_known_to_take_no_images_is_refused_before_anything_is_sent() {
    let (cli, server) = (Cli::new(), ScriptedServer::start().await);
    cli.add_provider(server.base_url().as_str()).await;
    with_picture(&cli).await;
    let says = async |what: &str| {
        cli.json(&["model", "update", "--model", "local:blind", "--capabilities", what]).await
    };
    let run = ["--json", "run", "look", "--var", "what=it", "-m", "dry-run:echo", "-m", "local:blind"];
    says(r#"{"images": false}"#).await;
    let refused = cli.run(&run).await;
    let error = &refused.json()["error"];
    assert_eq!(
        (error["message"].as_str(), error["at"]["path"].as_str()),
        (
            Some("`local:blind` takes no images, and `messages[1].attachments[0]` is `a.png`"),
            Some("models[1].model")
        ),
        "{refused:?}"
    );
    assert!(server.requests().is_empty());

    server.script("blind", ChatReply::new().text("I see"));
    says(r#"{"images": true}"#).await;
    assert_eq!(cli.run(&run).await.code, Some(0));
}

#[tokio::test]
async fn an_attachment_that_breaks_a_rule_or_is_not_there_is_refused_with_its_place() {
    let cli = Cli::new();
    let attachment = with_picture(&cli).await;
    let host = Host::open(&cli).await;
    let changed = |field: &str, value: Value| {
        let mut changed = attachment.clone();
        changed[field] = value;
        content(&changed)
    };
    let elsewhere = json!(format!("att_{}", "0".repeat(64)));
    for (content, path) in [
        (changed("hash", elsewhere), "messages[1].attachments[0]"),
        (changed("bytes", json!(1)), "messages[1].attachments[0]"),
        (changed("name", json!("../a.png")), "messages[1].attachments[0].name"),
        (changed("mediaType", json!("png")), "messages[1].attachments[0].mediaType"),
    ] {
        let run = json!({
            "prompt": "look", "content": content, "inputs": { "what": "it" }, "models": [{ "model": "dry-run:echo" }],
        });
        for answer in [
            host.post("/api/prompts", json!({ "name": "other", "content": content })).await,
            host.post("/api/prompts/look/versions", json!({ "content": content })).await,
            host.put("/api/prompts/look/draft", json!({ "content": content })).await,
            host.post("/api/runs", run).await,
        ] {
            assert_eq!((answer.status, &answer.body["at"]["path"]), (422, &json!(path)), "{answer:?}");
        }
    }
    assert_eq!(host.get("/api/prompts/other").await.status, 404, "a prompt without a version was left");
}

#[tokio::test]
async fn a_file_of_twenty_megabytes_is_kept_and_one_byte_more_is_refused() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    let create = async |data: String| {
        host.post("/api/attachments", json!({ "name": "zeros.bin", "data": data })).await
    };
    let kept = create("AAAA".repeat(6_666_666) + "AAA=").await;
    assert_eq!((kept.status, &kept.body["bytes"]), (200, &json!(20_000_000)), "{kept:?}");
    assert_eq!(kept.body["mediaType"], "application/octet-stream");
    let refused = create("AAAA".repeat(6_666_667)).await;
    assert_eq!((refused.status, &refused.body["at"]["path"]), (422, &json!("data")), "{refused:?}");
    assert!(refused.body["message"].as_str().unwrap().contains("20 MB"), "{refused:?}");

    // As a client of the owner, over its socket, and back again.
    let large = cli.file("large.bin", vec![0; 20_000_000]);
    assert_eq!(cli.json(&["attachment", "create", &large]).await["hash"], kept.body["hash"]);
    let got = cli.json(&["attachment", "get", kept.body["hash"].as_str().unwrap()]).await;
    assert_eq!(got["data"].as_str().unwrap().len(), 26_666_668);
    let larger = cli.run(&["attachment", "create", &cli.file("larger.bin", vec![0; 20_000_001])]).await;
    assert!(larger.stderr.contains("`larger.bin` has 20000001"), "{larger:?}");
}
