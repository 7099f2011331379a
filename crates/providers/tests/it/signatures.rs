//! Signatures of thoughts, which a vendor wants back one day with the results of tools: they are kept byte by byte
//! in the recording, and are no text.
//!
//! Sources: the Anthropic API reference, "Extended thinking" (`signature_delta`, `redacted_thinking`); the Gemini
//! API, "Thought signatures" (on a thought, on a call, and on an empty text at the end of a stream).

use crate::world::World;
use formaops_domain::{
    FinishReason::{self, Stop, ToolCalls},
    ProviderKind,
    ports::StreamPart,
};
use formaops_testkit::Reply;
use serde_json::{Value, json};

const SIGNATURE: &str = "EqQBCkgIARABGAIiQL2U/UhLbO+x8r2=";
const OPAQUE: &str = "EmwKAhgBEgy3va3pzix/LafPsn4a=";

fn anthropic() -> Vec<Value> {
    let begin =
        |at: u64, block: Value| json!({ "type": "content_block_start", "index": at, "content_block": block });
    let delta = |at: u64, delta: Value| json!({ "type": "content_block_delta", "index": at, "delta": delta });
    let end = |at: u64| json!({ "type": "content_block_stop", "index": at });
    vec![
        json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message", "usage": {} } }),
        begin(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Hm." })),
        delta(0, json!({ "type": "signature_delta", "signature": SIGNATURE })),
        end(0),
        begin(1, json!({ "type": "redacted_thinking", "data": OPAQUE })),
        end(1),
        begin(2, json!({ "type": "text", "text": "" })),
        delta(2, json!({ "type": "text_delta", "text": "Hello" })),
        end(2),
        begin(3, json!({ "type": "tool_use", "id": "c1", "name": "look", "input": {} })),
        delta(3, json!({ "type": "input_json_delta", "partial_json": "{\"a\":1}" })),
        end(3),
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" } }),
        json!({ "type": "message_stop" }),
    ]
}

fn gemini(parts: &[Value]) -> Vec<Value> {
    let chunk = |part: &Value| json!({ "candidates": [{ "content": { "role": "model", "parts": [part] } }] });
    let end = json!({ "candidates": [{ "finishReason": "STOP" }] });
    parts.iter().map(chunk).chain([end]).collect()
}

#[tokio::test]
async fn signatures_of_thoughts_stay_in_the_recording_and_are_never_text() {
    let signed_call = gemini(&[
        json!({ "text": "Hm.", "thought": true, "thoughtSignature": OPAQUE }),
        json!({ "text": "Hello" }),
        json!({ "functionCall": { "id": "c1", "name": "look", "args": { "a": 1 } }, "thoughtSignature": SIGNATURE }),
    ]);
    let signed_end = gemini(&[
        json!({ "text": "Hm.", "thought": true }),
        json!({ "text": "Hello", "thoughtSignature": OPAQUE }),
        json!({ "text": "", "thoughtSignature": SIGNATURE }),
    ]);
    let cases: [(ProviderKind, &str, Vec<Value>, FinishReason); 3] = [
        (ProviderKind::Anthropic, "/v1", anthropic(), ToolCalls),
        (ProviderKind::Gemini, "/v1beta", signed_call, ToolCalls),
        (ProviderKind::Gemini, "/v1beta", signed_end, Stop),
    ];
    for (kind, base_path, events, finish) in cases {
        let world = World::speaking(kind, base_path).await;
        let event = |event: &Value| {
            // Only Anthropic names its events.
            let name = event["type"].as_str().map(|name| format!("event: {name}\n")).unwrap_or_default();
            format!("{name}data: {event}\n\n")
        };
        let sent: String = events.iter().map(event).collect();
        let reply = Reply::status(200).header("content-type", "text/event-stream").bytes(sent.clone());
        world.server.enqueue(reply);
        let answer = world.call("any").await;

        assert_eq!((&answer.failure, answer.finish()), (&None, Some(finish)), "{kind:?}");
        assert_eq!(String::from_utf8_lossy(&answer.raw()), sent, "{kind:?}: every byte is recorded");
        for signature in [SIGNATURE, OPAQUE] {
            assert!(sent.contains(signature), "{kind:?}: the story holds both");
        }
        let heard: Vec<_> = answer.parts.iter().filter(|part| !matches!(part, StreamPart::Raw(_))).collect();
        assert_eq!(answer.text(), "Hello", "{kind:?}");
        assert!(heard.contains(&&StreamPart::Reasoning("Hm.".to_owned())), "{kind:?}: {heard:?}");
        let told = format!("{heard:?}");
        assert!(!told.contains(SIGNATURE) && !told.contains(OPAQUE), "{kind:?}: {told}");
    }
}
