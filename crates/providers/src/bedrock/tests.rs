//! What is sent and where, the messages that come, and what becomes of them.

use super::*;
use crate::http::tests::{cut, decode_as, joined};
use crate::{framing::aws, wire::Fault};
use formaops_domain::{
    Finish, FinishReason, JsonObject, Media, MediaSource, Parameters, ResponseFormat, Role, ToolCall,
    ToolChoice, ToolDefinition, ToolResult, Usage,
    ports::{MessagePart, ModelMessage},
};
use formaops_testkit::{ChatReply, Reply, request};
use proptest::prelude::*;
use serde_json::json;

const CLAUDE: &str = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn wire() -> Bedrock {
    Bedrock::at(None)
}

fn body_of(request: &ModelRequest) -> Value {
    wire().call(request).unwrap().body.into()
}

fn with(model: &str, parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request(model, "Hi") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_region_is_read_from_the_host() {
    for (host, region) in [
        (Some("bedrock-runtime.eu-central-1.amazonaws.com"), "eu-central-1"),
        (Some("bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "us-gov-west-1"),
        (Some("bedrock-runtime.cn-north-1.amazonaws.com.cn"), "cn-north-1"),
        (Some("bedrock-runtime.us-west-2.api.aws"), "us-west-2"),
        (Some("vpce-1-2.bedrock-runtime.ap-south-1.vpce.amazonaws.com"), "ap-south-1"),
        (Some("bedrock-runtime.example.com"), "us-east-1"),
        (Some("127.0.0.1"), "us-east-1"),
        (None, "us-east-1"),
    ] {
        let placement = Bedrock::at(host).placement(Timestamp::default());
        let expected = KeyPlacement::AwsSigV4 {
            region: region.to_owned(),
            service: "bedrock",
            at: Timestamp::default(),
        };
        assert_eq!(placement, expected, "{host:?}");
    }
}

#[test]
fn the_model_stands_in_the_path_and_what_is_not_set_is_not_sent() {
    let asked = wire().call(&with(CLAUDE, Parameters::default())).unwrap();
    assert_eq!(asked.address.path, ["model", CLAUDE, "converse-stream"]);
    assert!(asked.address.signed);
    let expected = json!({ "messages": [{ "role": "user", "content": [{ "text": "Hi" }] }] });
    assert_eq!(Value::from(asked.body), expected);
}

#[test]
fn every_parameter_has_its_field_and_the_free_object_is_merged_over_them() {
    let schema = object(json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let mut request = with(
        CLAUDE,
        Parameters {
            temperature: Some(0.5),
            top_p: Some(0.9),
            top_k: Some(7),
            max_tokens: Some(100),
            stop: vec!["END".to_owned()],
            reasoning_effort: Some("low".to_owned()),
            reasoning_budget: Some(2000),
            response_format: Some(ResponseFormat::Schema {
                name: "answer".to_owned(),
                schema: schema.clone(),
            }),
            tools: vec![ToolDefinition {
                name: "look".to_owned(),
                description: "Looks.".to_owned(),
                parameters: schema.clone(),
            }],
            tool_choice: Some(ToolChoice::Required),
            extra: object(json!({
                "serviceTier": { "type": "flex" }, "outputConfig": null, "inferenceConfig": { "topP": null },
                "additionalModelRequestFields": { "thinking": { "budget_tokens": 3000 } },
            })),
            ..Parameters::default()
        },
    );
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let mut expected = json!({
        "system": [{ "text": "Be brief." }],
        "messages": [{ "role": "user", "content": [{ "text": "Hi" }] }],
        "inferenceConfig": { "maxTokens": 100, "temperature": 0.5, "stopSequences": ["END"] },
        "additionalModelRequestFields": {
            "top_k": 7, "thinking": { "type": "enabled", "budget_tokens": 3000 },
        },
        "toolConfig": {
            "tools": [{ "toolSpec": {
                "name": "look", "description": "Looks.", "inputSchema": { "json": schema },
            } }],
            "toolChoice": { "any": {} },
        },
        "serviceTier": { "type": "flex" },
    });
    assert_eq!(body_of(&request), expected);

    // What was null left a field out; now it is there.
    request.parameters.extra.shift_remove("outputConfig");
    let schema = json!({ "name": "answer", "schema": Value::from(schema).to_string() });
    let format = json!({ "type": "json_schema", "structure": { "jsonSchema": schema } });
    expected["outputConfig"] = json!({ "textFormat": format, "effort": "low" });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn a_choice_has_its_form_where_there_are_tools_to_choose_from() {
    let look = || ToolDefinition {
        name: "look".to_owned(),
        description: String::new(),
        parameters: JsonObject::new(),
    };
    let chosen = |choice: ToolChoice, tools: Vec<ToolDefinition>| {
        body_of(&with("m", Parameters { tool_choice: Some(choice), tools, ..Parameters::default() }))
    };
    let config = |choice: Value| {
        let spec = json!({ "name": "look", "inputSchema": { "json": { "type": "object" } } });
        json!({ "tools": [{ "toolSpec": spec }], "toolChoice": choice })
    };
    assert_eq!(chosen(ToolChoice::Auto, vec![look()])["toolConfig"], config(json!({ "auto": {} })));
    assert_eq!(
        chosen(ToolChoice::Tool("look".to_owned()), vec![look()])["toolConfig"],
        config(json!({ "tool": { "name": "look" } }))
    );
    for choice in [ToolChoice::Auto, ToolChoice::None] {
        assert_eq!(chosen(choice, vec![])["toolConfig"], Value::Null);
    }
}

fn media(media_type: &str, name: Option<&str>, source: MediaSource) -> MessagePart {
    MessagePart::Media(Media { media_type: media_type.to_owned(), name: name.map(str::to_owned), source })
}

fn bytes() -> MediaSource {
    MediaSource::Bytes("abc".into())
}

fn saying(role: Role, parts: Vec<MessagePart>) -> ModelRequest {
    ModelRequest { messages: vec![ModelMessage { role, parts }], ..request("m", "") }
}

#[test]
fn images_and_documents_have_their_form_and_documents_their_own_names() {
    let bucket = MediaSource::Url("s3://bucket/a.pdf".parse().unwrap());
    let body = body_of(&saying(
        Role::User,
        vec![
            MessagePart::Text("See".to_owned()),
            media("image/png", None, bytes()),
            media("application/pdf", Some("Ärger_2024 (a).pdf"), bucket),
            media("text/markdown", Some("notes.md"), bytes()),
            media("text/plain", Some("notes md"), bytes()),
            media("text/csv", None, bytes()),
        ],
    ));
    let document = |format: &str, name: &str, source: Value| json!({ "document": { "format": format, "name": name, "source": source } });
    let here = json!({ "bytes": "YWJj" });
    let expected = json!([
        { "text": "See" },
        { "image": { "format": "png", "source": here } },
        document("pdf", "rger 2024 (a) pdf", json!({ "s3Location": { "uri": "s3://bucket/a.pdf" } })),
        document("md", "notes md", here.clone()),
        document("txt", "notes md (2)", here.clone()),
        document("csv", "document", here),
    ]);
    assert_eq!(body["messages"][0]["content"], expected);
    let long = "x".repeat(500);
    let body = body_of(&saying(Role::User, vec![media("text/plain", Some(&long), bytes())]));
    assert!(body["messages"][0]["content"][0]["document"]["name"].as_str().unwrap().len() < 200);
}

#[test]
fn calls_and_results_are_told_by_assistant_and_user() {
    let call = |id: &str, arguments: &str| {
        let (id, name, arguments) = (id.to_owned(), "look".to_owned(), arguments.to_owned());
        MessagePart::ToolCall(ToolCall { id, name, arguments })
    };
    let result = |id: &str, content: &str, is_error| {
        let (call_id, name, content) = (id.to_owned(), "look".to_owned(), content.to_owned());
        let parts = vec![MessagePart::ToolResult(ToolResult { call_id, name, content, is_error })];
        ModelMessage { role: Role::Tool, parts }
    };
    let mut request = saying(Role::Assistant, vec![call("c1", "{\"a\":1}"), call("c2", "")]);
    request.messages.extend([result("c1", "sunny", false), result("c2", "", true)]);
    let expected = json!([
        { "role": "assistant", "content": [
            { "toolUse": { "toolUseId": "c1", "name": "look", "input": { "a": 1 } } },
            { "toolUse": { "toolUseId": "c2", "name": "look", "input": {} } },
        ] },
        { "role": "user", "content": [
            { "toolResult": { "toolUseId": "c1", "content": [{ "text": "sunny" }] } },
            { "toolResult": { "toolUseId": "c2", "content": [], "status": "error" } },
        ] },
    ]);
    assert_eq!(body_of(&request)["messages"], expected);
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    let tools = vec![ToolDefinition {
        name: "look".to_owned(),
        description: String::new(),
        parameters: JsonObject::new(),
    }];
    for (parameters, name) in [
        (Parameters { seed: Some(1), ..Parameters::default() }, "`seed`"),
        (Parameters { frequency_penalty: Some(0.0), ..Parameters::default() }, "`frequencyPenalty`"),
        (Parameters { presence_penalty: Some(0.0), ..Parameters::default() }, "`presencePenalty`"),
        (Parameters { top_k: Some(5), ..Parameters::default() }, "`topK`"),
        (Parameters { reasoning_budget: Some(9), ..Parameters::default() }, "`reasoningBudget`"),
        (Parameters { reasoning_summary: Some(true), ..Parameters::default() }, "`reasoningSummary`"),
        (
            Parameters { response_format: Some(ResponseFormat::Json), ..Parameters::default() },
            "`responseFormat`",
        ),
        (Parameters { tools, tool_choice: Some(ToolChoice::None), ..Parameters::default() }, "`toolChoice`"),
    ] {
        let why = wire().call(&with("meta.llama3-3-70b-instruct-v1:0", parameters)).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
    for (part, named) in [
        (media("audio/wav", None, bytes()), "`audio/wav`"),
        (media("image/png", None, MediaSource::Url("https://example.com/a".parse().unwrap())), "`s3://`"),
    ] {
        let why = wire().call(&saying(Role::User, vec![part])).unwrap_err().to_string();
        assert!(why.contains(named), "{why}");
    }
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&wire(), pieces)
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn finish(reason: FinishReason, word: &str) -> StreamPart {
    StreamPart::Finish(Finish::new(reason, word))
}

fn tool_call(id: &str, arguments: &str) -> StreamPart {
    let (id, name, arguments) = (id.to_owned(), "look".to_owned(), arguments.to_owned());
    StreamPart::ToolCall(ToolCall { id, name, arguments })
}

fn stream(events: &[(&str, Value)]) -> Vec<u8> {
    let message = |(name, event): &(&str, Value)| {
        let headers = [(":event-type", *name), (":message-type", "event")];
        aws::message(&headers, event.to_string().as_bytes())
    };
    events.iter().flat_map(message).collect()
}

fn block(index: u64, name: &str, value: Value) -> Value {
    // Bedrock pads its events.
    let mut event = json!({ "contentBlockIndex": index, "p": "abcdefgh" });
    event[name] = value;
    event
}

#[test]
fn a_whole_stream_is_read_in_order() {
    let tool = |id: &str| json!({ "toolUse": { "toolUseId": id, "name": "look" } });
    let server =
        json!({ "toolUse": { "toolUseId": "s", "name": "nova_grounding", "type": "server_tool_use" } });
    let input = |text: &str| json!({ "toolUse": { "input": text } });
    let thought = |name: &str, text: &str| json!({ "reasoningContent": { name: text } });
    let usage = json!({
        "inputTokens": 5, "outputTokens": 89, "totalTokens": 117,
        "cacheReadInputTokens": 20, "cacheWriteInputTokens": 3,
    });
    let bytes = stream(&[
        ("messageStart", json!({ "role": "assistant", "p": "abc" })),
        ("contentBlockDelta", block(0, "delta", thought("text", "Let me think."))),
        ("contentBlockDelta", block(0, "delta", thought("signature", "EqQB"))),
        ("contentBlockDelta", block(0, "delta", thought("redactedContent", "b3BhcXVl"))),
        ("contentBlockStop", json!({ "contentBlockIndex": 0 })),
        ("contentBlockStart", block(1, "start", server)),
        ("contentBlockDelta", block(1, "delta", input("{\"query\":1}"))),
        ("contentBlockStop", json!({ "contentBlockIndex": 1 })),
        ("contentBlockDelta", block(2, "delta", json!({ "text": "Grüße" }))),
        ("contentBlockDelta", block(2, "delta", json!({ "citation": { "title": "no" } }))),
        ("contentBlockDelta", block(2, "delta", json!({ "text": " 😀" }))),
        ("contentBlockStop", json!({ "contentBlockIndex": 2 })),
        ("contentBlockStart", block(3, "start", tool("t1"))),
        ("contentBlockDelta", block(3, "delta", input("{\"a\""))),
        ("contentBlockDelta", block(3, "delta", input(":1}"))),
        ("contentBlockStop", json!({ "contentBlockIndex": 3 })),
        ("contentBlockStart", block(4, "start", tool("t2"))),
        ("contentBlockStop", json!({ "contentBlockIndex": 4 })),
        ("somethingNew", json!({ "delta": { "text": "of later days" } })),
        ("messageStop", json!({ "stopReason": "tool_use" })),
        ("metadata", json!({ "usage": usage, "metrics": { "latencyMs": 9 } })),
    ]);
    let usage = Usage {
        input_tokens: 28,
        cached_tokens: 20,
        cache_write_tokens: 3,
        output_tokens: 89,
        reasoning_tokens: 0,
    };
    let expected = [
        StreamPart::Reasoning("Let me think.".to_owned()),
        text("Grüße 😀"),
        tool_call("t1", "{\"a\":1}"),
        tool_call("t2", "{}"),
        finish(FinishReason::ToolCalls, "tool_use"),
        StreamPart::Usage(usage),
    ];
    assert_eq!(decode(&[&bytes]), (expected.to_vec(), Ok(())));
}

#[test]
fn every_stop_reason_has_its_place_and_an_unknown_one_keeps_its_word() {
    for (word, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("guardrail_intervened", FinishReason::ContentFilter),
        ("content_filtered", FinishReason::ContentFilter),
        ("refusal", FinishReason::Refusal),
        ("malformed_tool_use", FinishReason::Other),
    ] {
        let bytes = stream(&[("messageStop", json!({ "stopReason": word }))]);
        assert_eq!(decode(&[&bytes]), (vec![finish(reason, word)], Ok(())));
    }
}

#[test]
fn usage_that_is_missing_or_absurd_is_survived() {
    for (usage, expected) in [
        (Value::Null, None),
        (json!({}), None),
        (json!({ "inputTokens": -3 }), None),
        (json!({ "inputTokens": u64::MAX, "cacheReadInputTokens": 1, "outputTokens": null }), None),
    ] {
        let bytes = stream(&[
            ("messageStop", json!({ "stopReason": "end_turn" })),
            ("metadata", json!({ "usage": usage })),
        ]);
        let mut all = vec![finish(FinishReason::Stop, "end_turn")];
        all.extend(expected.map(StreamPart::Usage));
        assert_eq!(decode(&[&bytes]), (all, Ok(())), "{usage}");
    }
}

#[test]
fn a_whole_turn_in_place_of_a_stream_is_an_answer_too() {
    let document = json!({
        "output": { "message": { "role": "assistant", "content": [
            { "reasoningContent": { "reasoningText": { "text": "Hm.", "signature": "x" } } },
            { "text": "Hello" },
            { "toolUse": { "toolUseId": "t1", "name": "look", "input": { "a": 1 } } },
            { "toolUse": { "toolUseId": "t2", "name": "look", "input": {} } },
        ] } },
        "stopReason": "tool_use",
        "usage": { "inputTokens": 3, "outputTokens": 1, "totalTokens": 4 },
    });
    let expected = [
        StreamPart::Reasoning("Hm.".to_owned()),
        text("Hello"),
        tool_call("t1", "{\"a\":1}"),
        tool_call("t2", "{}"),
        finish(FinishReason::ToolCalls, "tool_use"),
        StreamPart::Usage(Usage { input_tokens: 3, output_tokens: 1, ..Usage::default() }),
    ];
    assert_eq!(decode(&[document.to_string().as_bytes()]), (expected.to_vec(), Ok(())));
}

fn so_far() -> Vec<u8> {
    Reply::from(ChatReply::at("/model/m/converse-stream").text("so far").unfinished()).body_bytes()
}

#[test]
fn an_exception_inside_the_stream_ends_it_and_the_text_before_stands() {
    let exception = [(":message-type", "exception"), (":exception-type", "modelStreamErrorException")];
    let error =
        [(":message-type", "error"), (":error-code", "InternalError"), (":error-message", "it broke")];
    for (message, kind) in [
        (aws::message(&exception, b"{\"message\":\"it broke\"}"), "modelstreamerrorexception"),
        (aws::message(&error, b""), "internalerror"),
    ] {
        let (parts, ended) = decode(&[&so_far(), &message]);
        assert_eq!(parts, [text("so far")]);
        let Err(Fault::Reported(reported)) = ended else { panic!("{kind}: {ended:?}") };
        assert_eq!((reported.message.as_str(), reported.is(&[kind])), ("it broke", true));
    }
    let (_, ended) = decode(&[b"{\"message\":\"no\"}"]);
    assert!(matches!(ended, Err(Fault::Reported(_))), "{ended:?}");
}

#[test]
fn a_message_that_was_changed_on_its_way_is_no_answer_and_the_text_before_stands() {
    let mut changed = stream(&[("messageStop", json!({ "stopReason": "end_turn" }))]);
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let (parts, ended) = decode(&[&so_far(), &changed]);
    assert_eq!(parts, [text("so far")]);
    assert!(matches!(&ended, Err(Fault::Unreadable(why)) if why.contains("checksum")), "{ended:?}");
}

#[test]
fn what_is_neither_stream_nor_turn_is_told_apart() {
    for garbage in ["hello", "hello from a proxy", "{\"unexpected\":true}", "{not json}", "[1,2]"] {
        assert_eq!(decode(&[garbage.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
    let page = "<title>Sign in</title>";
    assert_eq!(decode(&[page.as_bytes()]).1, Err(Fault::Html(page.to_owned())));
    assert_eq!(decode(&[b""]), (vec![], Err(Fault::Truncated)));
    assert_eq!(decode(&[b"\0\0"]), (vec![], Err(Fault::Truncated)));
}

proptest! {
    #[test]
    fn however_a_scripted_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        arguments in "[{}a-z\"é]{0,9}",
        broken in any::<bool>(),
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let call = ToolCall { id: "t1".to_owned(), name: "look".to_owned(), arguments };
        let chat = ChatReply::at("/model/m/converse-stream").reasoning("Hm.");
        let chat = chat.texts(texts.iter().map(String::as_str));
        let chat = if broken { chat.error("it broke", "server_error") } else { chat.call(&call) };
        let bytes = Reply::from(chat).body_bytes();
        let (whole, whole_end) = decode(&[&bytes]);
        let (parts, end) = decode(&cut(&bytes, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }
}
