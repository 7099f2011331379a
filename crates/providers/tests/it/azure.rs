//! A resource of Azure OpenAI: where calls go, and what its filters say.
//!
//! Sources: Microsoft Learn, "Azure OpenAI v1 API" and "Content filtering"; the streams are as the service
//! sends them.

use crate::world::{Answer, ENV, KEY, call_with, connect};
use formaops_domain::{
    ErrorClass, FinishReason, Provider as Config, ProviderKind,
    ports::{RateLimits, StreamPart},
};
use formaops_testkit::{ChatReply, Reply, ScriptedServer, provider};
use serde_json::{Value, json};

async fn answered(reply: impl Into<Reply>) -> (Answer, ScriptedServer) {
    let server = ScriptedServer::start().await;
    let base_url = server.base_url().join("/openai/v1").expect("it is a path");
    let config = Config { kind: ProviderKind::AzureOpenAi, ..provider(base_url, Some(ENV)) };
    server.enqueue(reply);
    let answer = call_with(&connect(&config), |request| {
        request.model = "my-deployment".to_owned();
        request.parameters.max_tokens = Some(9);
    })
    .await;
    (answer, server)
}

#[tokio::test]
async fn a_call_names_its_deployment_as_the_model_and_the_key_has_a_header_of_its_own() {
    let reply = ChatReply::at("/openai/v1/chat/completions").text("Hello");
    let (answer, server) = answered(reply.header("apim-request-id", "1b2c")).await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("Hello", &None));
    // The id of its gateway is the one that it logs, and that its support asks for.
    let head = StreamPart::Head {
        http_status: Some(200),
        request_id: Some("1b2c".to_owned()),
        rates: RateLimits::default(),
    };
    assert_eq!(answer.parts[1], head);
    let sent = server.last_request();
    assert_eq!(sent.path, "/openai/v1/chat/completions");
    assert_eq!((sent.header("api-key"), sent.header("authorization")), (Some(KEY), None));
    assert_eq!(
        (&sent.body["model"], &sent.body["max_completion_tokens"]),
        (&json!("my-deployment"), &json!(9))
    );
}

/// What a filter says of a text in which it found nothing.
fn safe() -> Value {
    let category = json!({ "filtered": false, "severity": "safe" });
    json!({ "hate": category, "sexual": category, "protected_material_text": { "filtered": false, "detected": false } })
}

#[tokio::test]
async fn what_the_filters_say_beside_the_text_is_no_text() {
    let chunk = |choices: Value| json!({ "object": "chat.completion.chunk", "choices": choices });
    let filtered = |results: Value, reason: Value| {
        chunk(
            json!([{ "index": 0, "delta": {}, "finish_reason": reason, "content_filter_results": results }]),
        )
    };
    let reply = || {
        // Before all others: what was found in the prompt, with a choice and an id of nobody.
        let prompt = json!([{ "prompt_index": 0, "content_filter_results": safe() }]);
        let first = json!({ "id": "", "object": "", "created": 0, "model": "", "choices": [], "prompt_filter_results": prompt });
        let offsets = json!({ "check_offset": 0, "start_offset": 0, "end_offset": 5 });
        // A filter that runs beside the model speaks in choices without a delta.
        let beside = json!([{
            "index": 0, "finish_reason": null, "content_filter_results": safe(), "content_filter_offsets": offsets,
        }]);
        let failed = json!({ "error": { "code": "content_filter_error", "message": "The contents are not filtered" } });
        ChatReply::new()
            .event(&first)
            .text("Hello")
            .event(&chunk(beside))
            .event(&filtered(failed, Value::Null))
    };
    let (answer, _) = answered(reply()).await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("Hello", &None));
    assert_eq!(answer.finish(), Some(FinishReason::Stop));

    // An answer that is cut for what it says keeps what came before.
    let found = json!({ "violence": { "filtered": true, "severity": "medium" } });
    let cut = reply().event(&filtered(found, "content_filter".into())).without_finish();
    let (answer, _) = answered(cut).await;
    assert_eq!((answer.text().as_str(), &answer.failure), ("Hello", &None));
    assert_eq!(answer.finish(), Some(FinishReason::ContentFilter));
}

#[tokio::test]
async fn a_prompt_that_is_blocked_is_told_with_what_was_found_in_it() {
    let found = json!({ "hate": { "filtered": false, "severity": "safe" }, "violence": { "filtered": true, "severity": "medium" } });
    let inner = json!({ "code": "ResponsibleAIPolicyViolation", "content_filter_result": found });
    let error = json!({ "error": {
        "message": "The response was filtered.", "type": null, "param": "prompt", "code": "content_filter",
        "status": 400, "innererror": inner,
    } });
    let stream = ChatReply::new().unfinished().event(&error);
    for reply in [Reply::status(400).json(&error), stream.into()] {
        let (answer, _) = answered(reply).await;
        assert_eq!(answer.class(), ErrorClass::ContentFilter);
        let detail = "The response was filtered.\nFiltered: violence (medium).";
        assert_eq!(answer.failure().detail.as_deref(), Some(detail));
        assert!(answer.failure().hint.contains("wording"), "{}", answer.failure().hint);
    }
}

#[tokio::test]
async fn what_the_gateway_and_the_service_refuse_has_its_class() {
    let service = |code: &str, message: &str| json!({ "error": { "code": code, "message": message } });
    for (status, body, class) in [
        (
            401,
            json!({ "statusCode": 401, "message": "Unauthorized. Access token is missing." }),
            ErrorClass::Authentication,
        ),
        (401, service("401", "Access denied due to invalid subscription key."), ErrorClass::Authentication),
        (
            401,
            service("PermissionDenied", "The principal lacks the required data action."),
            ErrorClass::Permission,
        ),
        (403, service("403", "Access denied due to Virtual Network/Firewall rules."), ErrorClass::Permission),
        (404, service("DeploymentNotFound", "The API deployment does not exist."), ErrorClass::NotFound),
        (404, service("404", "Resource not found"), ErrorClass::NotFound),
        (429, service("429", "Requests have exceeded the call rate limit."), ErrorClass::RateLimited),
        (
            503,
            service("ServiceUnavailable", "The service is temporarily unable to process."),
            ErrorClass::ServerError,
        ),
    ] {
        let (answer, _) = answered(Reply::status(status).json(&body)).await;
        assert_eq!(answer.class(), class, "{body}");
        let message = body.pointer("/error/message").unwrap_or(&body["message"]).as_str();
        assert_eq!(answer.failure().detail.as_deref(), message);
    }
}

#[tokio::test]
async fn what_is_missing_is_a_deployment_and_nobody_is_sent_to_the_list_of_models() {
    for code in ["DeploymentNotFound", "model_not_found"] {
        let error =
            json!({ "error": { "code": code, "message": "The model `my-deployment` does not exist." } });
        let (answer, _) = answered(Reply::status(404).json(&error)).await;
        assert_eq!(answer.failure().message, "`local` has no deployment `my-deployment`", "{code}");
        assert!(answer.failure().hint.starts_with("Give the name of a deployment"), "{code}");
    }
}
