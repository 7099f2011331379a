//! Everything found by words, over the command line and HTTP.

use formaops_tests::{Cli, Host};
use serde_json::{Value, json};

/// What a hit is, and of which prompt.
fn short(answer: &Value) -> Vec<String> {
    let word = |hit: &Value, field: &str| hit[field].as_str().unwrap().to_owned();
    let hits = answer["items"].as_array().unwrap().iter();
    hits.map(|hit| format!("{} {}", word(hit, "kind"), word(hit, "promptName"))).collect()
}

#[tokio::test]
async fn a_search_finds_prompts_versions_and_answers_and_shows_where() {
    let cli = Cli::new();
    cli.add_prompt("letters/refund", "Write about money").await;
    cli.add_prompt("greet", "Offer {{name}} a refund").await;
    cli.json(&["run", "greet", "-m", "dry-run:echo", "--var", "name=Bob"]).await;

    let found = cli.run(&["search", "REFU"]).await;
    let lines: Vec<_> = found.stdout.lines().collect();
    let (execution, others) = lines.split_at(4);
    assert_eq!(
        execution,
        ["letters/refund", "    letters/[refu]nd", "greet@v1", "    Offer {{name}} a [refund]"]
    );
    assert!(others[0].starts_with("greet on dry-run:echo: exe_"), "{found:?}");
    assert_eq!(others[1], "    Offer Bob a [refund]");

    let only = cli.json(&["search", "refund", "--kinds", "version", "--kinds", "execution"]).await;
    assert_eq!(short(&only), ["version greet", "execution greet"]);
    let none = cli.run(&["search", "refund \"parcel"]).await;
    assert_eq!((none.code, none.stderr.as_str()), (Some(0), "Nothing has all of these words.\n"));
}

#[tokio::test]
async fn over_http_a_search_is_filtered_and_paged_and_takes_whatever_is_typed() {
    let cli = Cli::new();
    let host = Host::open(&cli).await;
    for name in ["needle-a", "needle-b", "needle-c"] {
        let content = json!({ "body": { "kind": "text", "template": "a needle" } });
        host.post("/api/prompts", json!({ "name": name, "tags": [name], "content": content })).await;
    }
    let first = host.get("/api/hits?text=needl&limit=2").await.body;
    assert_eq!(short(&first), ["prompt needle-c", "prompt needle-b"]);
    let next = first["next"].as_str().unwrap();
    let second = host.get(&format!("/api/hits?text=needl&limit=2&cursor={next}")).await.body;
    assert_eq!(short(&second), ["prompt needle-a", "version needle-c"]);
    let tagged = host.get(r#"/api/hits?text=needle&tag=needle-b&kinds=["version","execution"]"#).await.body;
    assert_eq!(short(&tagged), ["version needle-b"]);

    let typed: String = "\"NEAR(*\" 🎉 本".repeat(400).bytes().map(|byte| format!("%{byte:02x}")).collect();
    assert_eq!(host.get(&format!("/api/hits?text={typed}")).await.status, 200);
    assert_eq!(host.get("/api/hits?text=").await.body, json!({ "items": [] }));
    for wrong in ["text=a&limit=0", "text=a&cursor=x", "text=a&kinds=letters", "limit=1"] {
        let refused = host.get(&format!("/api/hits?{wrong}")).await;
        assert!((400..500).contains(&refused.status), "{wrong}: {refused:?}");
    }
}
