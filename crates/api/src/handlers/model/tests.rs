//! What the user says of models, and parameters that a model does not take.

use crate::{ApiError, App, Caller, CallerKind, EventHub, configuration::Configuration};
use formaops_domain::ListedModel;
use formaops_store::ProviderModels;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A workspace with a provider for OpenAI and one for Azure, neither of which is ever called.
struct World {
    app: App,
    _dir: TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let configuration = Configuration::with_variables(dir.path().join("config.toml"), []);
        let app = App::open(dir.path(), EventHub::default(), configuration).await.unwrap();
        let world = Self { app, _dir: dir };
        for (name, kind, url) in [
            ("openai", "openai-chat", "https://api.openai.com/v1"),
            ("azure", "azure-openai", "https://mine.openai.azure.com/openai/v1"),
        ] {
            world
                .call("provider_create", json!({ "name": name, "kind": kind, "baseUrl": url }))
                .await
                .unwrap();
        }
        world.call("prompt_create", json!({ "name": "p" })).await.unwrap();
        world
    }

    async fn call(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.app.call(&Caller::person(CallerKind::Cli), operation, request).await
    }

    /// Starts a run of unsaved content on these columns.
    async fn run(&self, models: Value) -> Result<Value, ApiError> {
        let content = json!({ "body": { "kind": "text", "template": "Hi" } });
        self.call("run_create", json!({ "prompt": "p", "content": content, "models": models })).await
    }

    async fn model(&self, model: &str) -> Value {
        let provider = model.split(':').next();
        let page = self.call("model_list", json!({ "provider": provider })).await.unwrap();
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|known| known["model"] == model)
            .cloned()
            .unwrap_or_default()
    }
}

#[tokio::test]
async fn what_the_user_says_of_a_model_stands_until_it_is_reset() {
    let world = World::new().await;
    let shipped = world.model("openai:gpt-4o").await;
    let said =
        json!({ "model": "openai:gpt-4o", "contextWindow": 1000, "capabilities": { "images": false } });
    world.call("model_update", said).await.unwrap();
    let price = json!({ "input": 1_000_000, "output": 2_000_000 });
    world.call("model_update", json!({ "model": "openai:gpt-4o", "price": price })).await.unwrap();
    let known = world.model("openai:gpt-4o").await;
    assert_eq!((&known["contextWindow"], &known["price"]), (&json!(1000), &price), "what is absent stays");
    assert_eq!(known["capabilities"]["images"], false);
    assert_eq!(known["sources"]["price"]["source"], "user");
    assert_eq!(known["sources"]["maxOutputTokens"], shipped["sources"]["maxOutputTokens"]);

    let reset = world.call("model_reset", json!({ "model": "openai:gpt-4o" })).await.unwrap();
    assert_eq!((&reset, &world.model("openai:gpt-4o").await), (&shipped, &shipped));
}

#[tokio::test]
async fn one_fact_is_taken_back_and_the_others_stay_said() {
    let world = World::new().await;
    let shipped = world.model("openai:gpt-4o").await;
    let said = json!({
        "model": "openai:gpt-4o",
        "contextWindow": 1000,
        "retiresOn": "2027-12-31",
        "capabilities": { "images": false, "tools": false },
    });
    let known = world.call("model_update", said).await.unwrap();
    // Each fact says whose it is, and what it would be without the user.
    assert_eq!(known["sources"]["capabilities"]["images"]["source"], "user");
    assert_eq!(known["sources"]["capabilities"]["files"], shipped["sources"]["capabilities"]["files"]);
    assert_eq!(known["beneath"], shipped);
    assert_eq!(shipped["beneath"], Value::Null);

    let back =
        json!({ "model": "openai:gpt-4o", "clear": ["contextWindow", "images"], "maxOutputTokens": 7 });
    let known = world.call("model_update", back).await.unwrap();
    assert_eq!(known, world.model("openai:gpt-4o").await);
    for fact in
        ["/contextWindow", "/sources/contextWindow", "/capabilities/images", "/sources/capabilities/images"]
    {
        assert_eq!(known.pointer(fact), shipped.pointer(fact), "{fact}");
    }
    assert_eq!((&known["maxOutputTokens"], &known["retiresOn"]), (&json!(7), &json!("2027-12-31")));
    assert_eq!(
        (&known["capabilities"]["tools"], &known["sources"]["retiresOn"]["source"]),
        (&json!(false), &json!("user"))
    );
}

#[tokio::test]
async fn with_the_last_fact_goes_a_model_that_only_the_user_spoke_of() {
    let world = World::new().await;
    let said = json!({ "model": "azure:mine", "sameAs": "o3", "contextWindow": 5 });
    let known = world.call("model_update", said).await.unwrap();
    assert_eq!(known["beneath"]["contextWindow"], 200_000, "beneath is the model that it is said to be");
    let which = world
        .call("model_update", json!({ "model": "azure:mine", "clear": ["contextWindow"] }))
        .await
        .unwrap();
    assert_eq!((&which["contextWindow"], &which["sameAs"]), (&json!(200_000), &json!("o3")));
    let unknown =
        world.call("model_update", json!({ "model": "azure:mine", "clear": ["sameAs"] })).await.unwrap();
    assert_eq!((&unknown["contextWindow"], &unknown["sameAs"]), (&Value::Null, &Value::Null));
    assert_eq!(world.model("azure:mine").await, Value::Null);
}

#[tokio::test]
async fn a_fact_is_not_said_and_taken_back_at_once() {
    let world = World::new().await;
    let kept = json!({ "model": "openai:gpt-4o", "capabilities": { "tools": false } });
    let known = world.call("model_update", kept).await.unwrap();
    let both =
        json!({ "model": "openai:gpt-4o", "capabilities": { "tools": true }, "clear": ["price", "tools"] });
    let refused = world.call("model_update", both).await.unwrap_err();
    assert_eq!(
        (refused.message.as_str(), refused.at.unwrap().path.as_str()),
        ("`tools` is both said and taken back", "clear")
    );
    assert_eq!(world.model("openai:gpt-4o").await, known);
}

#[tokio::test]
async fn what_azure_lists_is_the_models_behind_deployments_and_none_that_can_be_called() {
    let world = World::new().await;
    let azure = world.app.store.find_provider_by_name("azure").await.unwrap().unwrap();
    let base = ListedModel { max_output_tokens: Some(9), ..ListedModel::new("o3") };
    let list = ProviderModels { models: vec![base, ListedModel::new("gpt-4o")], listed_at: world.app.now() };
    world.app.store.update_provider_models(azure.id, list).await.unwrap();
    let models = world.call("model_list", json!({ "provider": "azure" })).await.unwrap();
    assert_eq!(models["items"], json!([]), "no model is called by these names");

    // A deployment is not missing from a list that could not have it; the model that it is may be there.
    world.call("model_update", json!({ "model": "azure:gpt-4o", "sameAs": "o3" })).await.unwrap();
    let mine = world.model("azure:gpt-4o").await;
    assert_eq!((&mine["listed"], &mine["maxOutputTokens"]), (&json!("unknown"), &json!(9)));
    let providers = world.call("provider_list", json!({})).await.unwrap();
    let own = |name: &str| {
        let named = providers["items"].as_array().unwrap().iter().find(|one| one["name"] == name);
        named.unwrap()["ownNames"].clone()
    };
    assert_eq!((own("azure"), own("openai")), (json!(true), json!(false)));
}

#[tokio::test]
async fn a_model_that_nobody_lists_can_be_described_and_is_listed_then() {
    let world = World::new().await;
    assert_eq!(world.model("azure:mine").await, Value::Null);
    let said = json!({ "model": "azure:mine", "sameAs": "o3", "retiresOn": "2027-01-31" });
    let known = world.call("model_update", said).await.unwrap();
    assert_eq!(known, world.model("azure:mine").await);
    assert_eq!((&known["contextWindow"], &known["retiresOn"]), (&json!(200_000), &json!("2027-01-31")));
    assert_eq!(known["sources"]["retiresOn"]["source"], "user");
}

#[tokio::test]
async fn what_cannot_be_of_a_model_is_refused_with_the_field() {
    let world = World::new().await;
    let tier = json!({ "above": 5, "input": 1, "output": 1 });
    for (field, value) in [
        ("contextWindow", json!(0)),
        ("maxOutputTokens", json!(u64::MAX)),
        ("sameAs", json!("")),
        ("retiresOn", json!("soon")),
        ("price", json!({ "input": u64::MAX, "output": 1 })),
        ("price.tiers", json!({ "input": 1, "output": 1, "tiers": [tier, tier] })),
    ] {
        let name = field.split('.').next().unwrap();
        let refused =
            world.call("model_update", json!({ "model": "openai:m", name: value })).await.unwrap_err();
        assert_eq!(refused.at.unwrap().path, field);
    }
    let nowhere = world.call("model_update", json!({ "model": "nobody:m" })).await.unwrap_err();
    assert_eq!(nowhere.code, crate::ErrorCode::NotFound);
}

#[tokio::test]
async fn a_run_whose_models_do_not_take_its_parameters_is_refused_before_anything_is_kept() {
    let world = World::new().await;
    world.call("model_update", json!({ "model": "azure:mine", "sameAs": "o3" })).await.unwrap();
    let refused = world
        .run(json!([
            { "model": "openai:gpt-4o", "parameters": { "temperature": 0.2, "extra": { "top_k": 5 } } },
            { "model": "openai:gpt-5", "parameters": { "temperature": 0.2, "topP": 0.5 } },
            { "model": "azure:mine", "parameters": { "stop": ["END"] } },
        ]))
        .await
        .unwrap_err();
    let told: Vec<_> = refused.problems.iter().map(|problem| problem.at.path.as_str()).collect();
    assert_eq!(
        told,
        ["models[1].parameters.temperature", "models[1].parameters.topP", "models[2].parameters.stop"]
    );
    assert_eq!(refused.message, "`temperature` can only be 1 for `gpt-5`, got 0.2");
    assert!(refused.problems.iter().all(|problem| !problem.hint.is_empty()));
    let runs = world.call("run_list", json!({})).await.unwrap();
    assert_eq!(runs["items"], json!([]));
    // The unsaved content was not kept as a version either.
    let versions = world.call("version_list", json!({ "id": "p" })).await.unwrap();
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
}

/// An image of three bytes, as content names it.
async fn picture(world: &World) -> Value {
    let picture = json!({ "name": "a.png", "mediaType": "image/png", "data": "YWJj" });
    world.call("attachment_create", picture).await.unwrap()
}

#[tokio::test]
async fn what_a_model_cannot_see_call_or_bind_is_said_while_it_is_edited_as_it_is_when_it_is_run() {
    let world = World::new().await;
    let unable = json!({ "images": false, "tools": false, "jsonSchema": false });
    let models = ["openai:blind", "openai:own"];
    world.call("model_update", json!({ "model": models[0], "capabilities": unable })).await.unwrap();
    let message = json!({ "role": "user", "template": "Look.", "attachments": [picture(&world).await] });
    let content = json!({
        "body": { "kind": "messages", "messages": [message] },
        "settings": { "parameters": {
            "tools": [{ "name": "look" }],
            "responseFormat": { "kind": "schema", "name": "answer", "schema": {} },
        } },
    });
    let rendered = world
        .call(
            "content_render",
            json!({ "content": content, "models": models.map(|model| json!({ "model": model })) }),
        )
        .await
        .unwrap();
    let [blind, own] = &rendered["estimates"].as_array().unwrap()[..] else { panic!() };
    let untaken = &blind["untakenAttachments"][0];
    assert_eq!((&untaken["kind"], &untaken["name"]), (&json!("image"), &json!("a.png")));
    assert_eq!(untaken["place"], "messages[0].attachments[0]");
    let parameters = blind["parameterProblems"].as_array().unwrap();
    let told: Vec<_> = parameters.iter().map(|problem| &problem["parameter"]).collect();
    assert_eq!(told, ["tools", "responseFormat"]);
    // Of a model nobody knows, nothing is presumed.
    assert_eq!((&own["untakenAttachments"], &own["parameterProblems"]), (&Value::Null, &Value::Null));

    let run = json!({ "prompt": "p", "content": content, "models": [{ "model": models[0] }] });
    let refused = world.call("run_create", run).await.unwrap_err();
    let expected = parameters.iter().chain([untaken]).map(|told| told["message"].clone());
    assert_eq!(
        refused.problems.iter().map(|problem| json!(problem.message)).collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
        "the run says the same in the same words"
    );
}

#[tokio::test]
async fn what_is_known_of_a_model_by_now_holds_for_a_retry_too() {
    let world = World::new().await;
    world.call("network_put", json!({ "offline": true })).await.unwrap();
    let message = json!({ "role": "user", "template": "Look.", "attachments": [picture(&world).await] });
    let content = json!({ "body": { "kind": "messages", "messages": [message] } });
    let hot = json!({ "model": "openai:own", "parameters": { "temperature": 0.2 } });
    let run = json!({ "prompt": "p", "content": content, "models": [{ "model": "dry-run:echo" }, hot] });
    let started = world.call("run_create", run).await.unwrap();
    world.app.engine.wait_run(started["run"]["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let failed = &started["executions"][1]["id"];

    let said = json!({ "model": "openai:own", "sameAs": "o3", "capabilities": { "images": false } });
    world.call("model_update", said).await.unwrap();
    let refused = world.call("execution_retry", json!({ "id": failed })).await.unwrap_err();
    let told: Vec<_> = refused.problems.iter().map(|problem| problem.at.path.as_str()).collect();
    assert_eq!(told, ["models[1].parameters.temperature", "models[1].model"]);
    assert_eq!(refused.code, crate::ErrorCode::Invalid);
    let executions = world.call("execution_list", json!({})).await.unwrap();
    assert_eq!(executions["items"].as_array().unwrap().len(), 2, "no generation was made");

    world.call("model_reset", json!({ "model": "openai:own" })).await.unwrap();
    let again = world.call("execution_retry", json!({ "id": failed })).await.unwrap();
    assert_eq!(again["generation"], 1);
}

#[tokio::test]
async fn while_content_is_edited_each_model_says_what_it_would_not_take() {
    let world = World::new().await;
    let content = json!({ "body": { "kind": "text", "template": "Hi" } });
    let warm = json!({ "temperature": 0.2 });
    let models = json!([
        { "model": "openai:gpt-4o", "parameters": warm },
        { "model": "openai:o3" },
        { "model": "openai:o3", "parameters": warm },
    ]);
    let rendered =
        world.call("content_render", json!({ "content": content, "models": models })).await.unwrap();
    let estimates = &rendered["estimates"];
    assert_eq!(estimates[0]["parameterProblems"], Value::Null);
    assert_eq!(estimates[1]["parameterProblems"], Value::Null);
    assert_eq!(estimates[2]["parameterProblems"][0]["parameter"], "temperature");
    assert_eq!(estimates[2]["retiresOn"], "2026-12-11");
}

#[tokio::test]
async fn a_check_tells_what_is_wrong_what_comes_of_it_or_why_nothing_does() {
    let world = World::new().await;
    let check = async |template: &str, inputs: Value| {
        let content = json!({
            "body": { "kind": "text", "template": template },
            "variables": [{ "name": "who", "type": "string" }],
        });
        let models = json!([{ "model": "openai:gpt-4o" }]);
        world
            .call("content_check", json!({ "content": content, "inputs": inputs, "models": models }))
            .await
            .unwrap()
    };
    let good = check("Hi {{who}}, {{other}}", json!({ "who": "Ada" })).await;
    assert_eq!(good["usedVariables"], json!(["other", "who"]));
    assert_eq!(good["diagnostics"][0]["place"]["column"], 15);
    assert_eq!(good["rendered"]["messages"][0]["segments"][1]["text"], "Ada");
    assert_eq!(good["rendered"]["estimates"][0]["model"], "openai:gpt-4o");
    assert_eq!(good["error"], Value::Null);

    let broken = check("Hi {{who", json!({ "who": "Ada" })).await;
    assert_eq!(broken["diagnostics"][0]["severity"], "error");
    assert_eq!(broken["rendered"], Value::Null);
    assert_eq!(broken["error"]["at"]["line"], 1);

    let refused = check("Hi {{who}}", json!({ "who": 1 })).await;
    assert_eq!(refused["diagnostics"], json!([]));
    assert_eq!(refused["rendered"], Value::Null);
    assert_eq!(refused["error"]["problems"][0]["at"]["path"], "inputs.who");
}
