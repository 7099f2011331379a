//! What is sent, the events that come, and what becomes of them.

use super::*;
use crate::http::tests::{cut, decode_as, joined};
use crate::wire::Fault;
use formaops_domain::{
    Finish, FinishReason, JsonObject, Media, MediaSource, Parameters, ResponseFormat, Role, ToolCall,
    ToolChoice, ToolDefinition, ToolResult, Usage,
    ports::{MessagePart, ModelMessage},
};
use formaops_testkit::{ChatReply, Reply, request};
use proptest::prelude::*;
use serde_json::json;

fn body_of(request: &ModelRequest) -> Value {
    Anthropic.call(request).unwrap().body.into()
}

fn with(parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request("claude-sonnet-4-6", "Hi") }
}

fn saying(messages: Vec<ModelMessage>) -> ModelRequest {
    ModelRequest { messages, ..request("claude-sonnet-4-6", "") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_is_not_set_is_not_sent_but_the_most_tokens_must_be() {
    let expected = json!({
        "model": "claude-sonnet-4-6",
        "max_tokens": 8192,
        "messages": [{ "role": "user", "content": "Hi" }],
        "stream": true,
    });
    let asked = Anthropic.call(&with(Parameters::default())).unwrap();
    assert_eq!(Value::from(asked.body), expected);
    assert_eq!(asked.address.path, ["messages"]);
    assert_eq!(asked.address.headers, [("anthropic-version", "2023-06-01".to_owned())]);
}

#[test]
fn every_parameter_has_its_field_and_the_free_object_is_merged_over_them() {
    let schema = object(json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let mut request = with(Parameters {
        temperature: Some(0.5),
        top_p: Some(0.9),
        top_k: Some(7),
        max_tokens: Some(100),
        stop: vec!["END".to_owned()],
        reasoning_effort: Some("xhigh".to_owned()),
        reasoning_summary: Some(true),
        response_format: Some(ResponseFormat::Schema { name: "answer".to_owned(), schema: schema.clone() }),
        tools: vec![
            ToolDefinition {
                name: "look".to_owned(),
                description: "Looks.".to_owned(),
                parameters: schema.clone(),
            },
            ToolDefinition {
                name: "wait".to_owned(),
                description: String::new(),
                parameters: JsonObject::new(),
            },
        ],
        tool_choice: Some(ToolChoice::Tool("look".to_owned())),
        // What is null is left out, so that a server can be spared a field that it does not take.
        extra: object(json!({
            "temperature": 1, "top_k": null, "service_tier": "auto", "output_config": { "effort": "low" },
        })),
        ..Parameters::default()
    });
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let expected = json!({
        "model": "claude-sonnet-4-6",
        "max_tokens": 100,
        "system": "Be brief.",
        "messages": [{ "role": "user", "content": "Hi" }],
        "stream": true,
        "temperature": 1, "top_p": 0.9, "stop_sequences": ["END"],
        "thinking": { "type": "adaptive", "display": "summarized" },
        "output_config": { "effort": "low", "format": { "type": "json_schema", "schema": schema } },
        "tools": [
            { "name": "look", "description": "Looks.", "input_schema": schema },
            { "name": "wait", "input_schema": { "type": "object" } },
        ],
        "tool_choice": { "type": "tool", "name": "look" },
        "service_tier": "auto",
    });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn how_a_model_thinks_follows_from_budget_effort_and_summary() {
    for (budget, effort, summary, thinking, most) in [
        (None, None, None, Value::Null, 8192),
        (None, None, Some(false), Value::Null, 8192),
        (None, None, Some(true), json!({ "type": "adaptive", "display": "summarized" }), 8192),
        (None, Some("low"), None, json!({ "type": "adaptive" }), 8192),
        (None, Some("low"), Some(false), json!({ "type": "adaptive", "display": "omitted" }), 8192),
        (Some(0), None, None, json!({ "type": "disabled" }), 8192),
        (Some(0), Some("low"), Some(false), json!({ "type": "disabled" }), 8192),
        // The budget is a part of the most tokens, and must be less than they are.
        (Some(2000), None, None, json!({ "type": "enabled", "budget_tokens": 2000 }), 10192),
        (
            Some(2000),
            Some("low"),
            Some(true),
            json!({ "type": "enabled", "budget_tokens": 2000, "display": "summarized" }),
            10192,
        ),
    ] {
        let body = body_of(&with(Parameters {
            reasoning_budget: budget,
            reasoning_effort: effort.map(str::to_owned),
            reasoning_summary: summary,
            ..Parameters::default()
        }));
        assert_eq!(body["thinking"], thinking, "{budget:?} {effort:?} {summary:?}");
        assert_eq!(body["output_config"]["effort"], json!(effort));
        assert_eq!(body["max_tokens"], most);
    }
}

#[test]
fn a_model_that_thinks_by_budget_alone_is_not_told_to_think_as_it_sees_fit() {
    let opus = |parameters| ModelRequest { parameters, ..request("claude-opus-4-5", "Hi") };
    let effort = Parameters { reasoning_effort: Some("low".to_owned()), ..Parameters::default() };
    let body = body_of(&opus(effort));
    assert_eq!((&body["thinking"], &body["output_config"]), (&Value::Null, &json!({ "effort": "low" })));
    let shown = Parameters { reasoning_summary: Some(true), ..Parameters::default() };
    let why = Anthropic.call(&opus(shown)).unwrap_err().to_string();
    assert!(why.contains("`reasoningBudget`"), "{why}");
}

#[test]
fn a_choice_is_sent_where_there_are_tools_to_choose_from() {
    let choice = |choice: ToolChoice, extra: Value| {
        let parameters =
            Parameters { tool_choice: Some(choice), extra: object(extra), ..Parameters::default() };
        body_of(&with(parameters))["tool_choice"].clone()
    };
    let tools = || json!({ "tools": [{ "type": "web_search_20260318", "name": "web_search" }] });
    assert_eq!(choice(ToolChoice::Auto, json!({})), Value::Null);
    assert_eq!(choice(ToolChoice::Auto, tools()), json!({ "type": "auto" }));
    assert_eq!(choice(ToolChoice::None, tools()), json!({ "type": "none" }));
    assert_eq!(choice(ToolChoice::Required, tools()), json!({ "type": "any" }));
}

fn media(media_type: &str, name: Option<&str>, source: MediaSource) -> MessagePart {
    MessagePart::Media(Media { media_type: media_type.to_owned(), name: name.map(str::to_owned), source })
}

fn address(url: &str) -> MediaSource {
    MediaSource::Url(url.parse().unwrap())
}

fn call(id: &str, arguments: &str) -> MessagePart {
    let (id, name, arguments) = (id.to_owned(), "look".to_owned(), arguments.to_owned());
    MessagePart::ToolCall(ToolCall { id, name, arguments })
}

fn result(id: &str, is_error: bool) -> ModelMessage {
    let (call_id, name, content) = (id.to_owned(), "look".to_owned(), "sunny".to_owned());
    let parts = vec![MessagePart::ToolResult(ToolResult { call_id, name, content, is_error })];
    ModelMessage { role: Role::Tool, parts }
}

#[test]
fn a_conversation_is_told_in_turns_with_the_system_apart() {
    let text = |text: &str| MessagePart::Text(text.to_owned());
    let body = body_of(&saying(vec![
        ModelMessage::text(Role::System, "Be brief."),
        ModelMessage::text(Role::User, "Here is"),
        ModelMessage {
            role: Role::User,
            parts: vec![
                text("all:"),
                media("image/png", None, MediaSource::Bytes("abc".into())),
                media("image/jpeg", None, address("https://example.com/a.jpg")),
                media("application/pdf", Some("a.pdf"), MediaSource::Bytes("abc".into())),
                media("application/pdf", None, address("https://example.com/b.pdf")),
                media("text/markdown", Some("c.md"), MediaSource::Bytes("# ü".into())),
            ],
        },
        ModelMessage::text(Role::System, "Be kind."),
        ModelMessage {
            role: Role::Assistant,
            parts: vec![text(""), call("c1", "{\"a\":1}"), call("c2", "")],
        },
        result("c1", false),
        result("c2", true),
        ModelMessage::text(Role::User, "Well?"),
        ModelMessage::text(Role::Assistant, "It is"),
    ]));
    assert_eq!(
        body["system"],
        json!([{ "type": "text", "text": "Be brief." }, { "type": "text", "text": "Be kind." }])
    );
    let expected = json!([
        { "role": "user", "content": [
            { "type": "text", "text": "Here is" },
            { "type": "text", "text": "all:" },
            { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "YWJj" } },
            { "type": "image", "source": { "type": "url", "url": "https://example.com/a.jpg" } },
            {
                "type": "document", "title": "a.pdf",
                "source": { "type": "base64", "media_type": "application/pdf", "data": "YWJj" },
            },
            { "type": "document", "source": { "type": "url", "url": "https://example.com/b.pdf" } },
            {
                "type": "document", "title": "c.md",
                "source": { "type": "text", "media_type": "text/plain", "data": "# ü" },
            },
        ] },
        { "role": "assistant", "content": [
            { "type": "tool_use", "id": "c1", "name": "look", "input": { "a": 1 } },
            { "type": "tool_use", "id": "c2", "name": "look", "input": {} },
        ] },
        { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "c1", "content": "sunny" },
            { "type": "tool_result", "tool_use_id": "c2", "content": "sunny", "is_error": true },
            { "type": "text", "text": "Well?" },
        ] },
        { "role": "assistant", "content": "It is" },
    ]);
    assert_eq!(body["messages"], expected);
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    let zero = || Some(0.0);
    for (parameters, name) in [
        (Parameters { seed: Some(1), ..Parameters::default() }, "`seed`"),
        (Parameters { frequency_penalty: zero(), ..Parameters::default() }, "`frequencyPenalty`"),
        (Parameters { presence_penalty: zero(), ..Parameters::default() }, "`presencePenalty`"),
        (
            Parameters { response_format: Some(ResponseFormat::Json), ..Parameters::default() },
            "`responseFormat`",
        ),
        (
            Parameters { reasoning_budget: Some(0), reasoning_summary: Some(true), ..Parameters::default() },
            "`reasoningSummary`",
        ),
    ] {
        let why = Anthropic.call(&with(parameters)).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
    let image = || media("image/png", None, MediaSource::Bytes("abc".into()));
    for (role, part, named) in [
        (Role::System, image(), "system message"),
        (Role::Assistant, call("c1", "[1]"), "`look`"),
        (Role::User, media("audio/wav", None, MediaSource::Bytes("abc".into())), "`audio/wav`"),
        (Role::User, media("text/plain", None, address("https://example.com/a.txt")), "`text/plain`"),
        (Role::User, media("text/plain", Some("a"), MediaSource::Bytes(vec![255].into())), "`a`"),
    ] {
        let why =
            Anthropic.call(&saying(vec![ModelMessage { role, parts: vec![part] }])).unwrap_err().to_string();
        assert!(why.contains(named), "{why}");
    }
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&Anthropic, pieces)
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn finish(reason: FinishReason, word: &str) -> StreamPart {
    StreamPart::Finish(Finish::new(reason, word))
}

fn tool_call(id: &str, arguments: &str) -> StreamPart {
    let (id, name, arguments) = (id.to_owned(), "get_weather".to_owned(), arguments.to_owned());
    StreamPart::ToolCall(ToolCall { id, name, arguments })
}

/// Events as they are sent, each under the name that is its type.
fn stream(events: &[Value]) -> Vec<u8> {
    let event = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    events.iter().map(event).collect::<String>().into_bytes()
}

fn begin(index: u64, block: Value) -> Value {
    let mut event = json!({ "type": "content_block_start", "index": index });
    event["content_block"] = block;
    event
}

fn delta(index: u64, delta: Value) -> Value {
    let mut event = json!({ "type": "content_block_delta", "index": index });
    event["delta"] = delta;
    event
}

fn end(index: u64) -> Value {
    json!({ "type": "content_block_stop", "index": index })
}

#[test]
fn a_whole_stream_is_read_in_order() {
    let usage = json!({
        "input_tokens": 5, "cache_read_input_tokens": 20, "cache_creation_input_tokens": 3, "output_tokens": 1,
    });
    let message = json!({ "id": "msg_1", "role": "assistant", "content": [], "usage": usage });
    let weather = json!({ "type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {} });
    let clock = json!({ "type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {} });
    let search = json!({ "type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {} });
    let bytes = stream(&[
        json!({ "type": "message_start", "message": message }),
        begin(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        json!({ "type": "ping" }),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Let me " })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "think." })),
        delta(0, json!({ "type": "signature_delta", "signature": "EqQB" })),
        end(0),
        begin(1, json!({ "type": "redacted_thinking", "data": "opaque" })),
        end(1),
        begin(2, search),
        delta(2, json!({ "type": "input_json_delta", "partial_json": "{\"query\":1}" })),
        end(2),
        begin(3, json!({ "type": "web_search_tool_result", "content": [] })),
        end(3),
        begin(4, json!({ "type": "text", "text": "" })),
        delta(4, json!({ "type": "text_delta", "text": "Grüße" })),
        delta(4, json!({ "type": "citations_delta", "citation": { "cited_text": "no" } })),
        delta(4, json!({ "type": "text_delta", "text": " 😀" })),
        end(4),
        begin(5, weather),
        delta(5, json!({ "type": "input_json_delta", "partial_json": "" })),
        delta(5, json!({ "type": "input_json_delta", "partial_json": "{\"a\"" })),
        delta(5, json!({ "type": "input_json_delta", "partial_json": ":1}" })),
        end(5),
        begin(6, clock),
        end(6),
        json!({ "type": "something_new", "delta": { "text": "of later days" } }),
        json!({
            "type": "message_delta", "delta": { "stop_reason": "tool_use", "stop_sequence": null },
            "usage": { "output_tokens": 89, "output_tokens_details": { "thinking_tokens": 30 } },
        }),
        json!({ "type": "message_stop" }),
    ]);
    let before = Usage {
        input_tokens: 28,
        cached_tokens: 20,
        cache_write_tokens: 3,
        output_tokens: 1,
        reasoning_tokens: 0,
    };
    let after = Usage { output_tokens: 89, reasoning_tokens: 30, ..before };
    let expected = [
        StreamPart::Usage(before),
        StreamPart::Reasoning("Let me think.".to_owned()),
        text("Grüße 😀"),
        tool_call("toolu_1", "{\"a\":1}"),
        tool_call("toolu_2", "{}"),
        finish(FinishReason::ToolCalls, "tool_use"),
        StreamPart::Usage(after),
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
        ("refusal", FinishReason::Refusal),
        ("pause_turn", FinishReason::Other),
        ("compaction", FinishReason::Other),
    ] {
        let bytes = stream(&[json!({ "type": "message_delta", "delta": { "stop_reason": word } })]);
        assert_eq!(decode(&[&bytes]), (vec![finish(reason, word)], Ok(())));
    }
}

#[test]
fn why_a_model_refused_is_said_where_it_said_nothing_itself() {
    let details = json!({ "type": "refusal", "category": "cyber", "explanation": "That could do harm." });
    let stop = json!({ "stop_reason": "refusal", "stop_details": details });
    let refused = json!({ "type": "message_delta", "delta": stop });
    let refusal = finish(FinishReason::Refusal, "refusal");
    let (parts, _) = decode(&[&stream(std::slice::from_ref(&refused))]);
    assert_eq!(parts, [text("That could do harm."), refusal.clone()]);
    let spoken = delta(0, json!({ "type": "text_delta", "text": "I will not." }));
    assert_eq!(decode(&[&stream(&[spoken, refused])]).0, [text("I will not."), refusal]);
}

#[test]
fn usage_that_is_missing_or_absurd_is_survived() {
    for (usage, expected) in [
        (Value::Null, None),
        (json!({}), None),
        (json!("many"), None),
        (json!({ "input_tokens": -3, "output_tokens": "2" }), None),
        (json!({ "output_tokens": 2 }), Some(Usage { output_tokens: 2, ..Usage::default() })),
        (
            json!({ "input_tokens": u64::MAX, "cache_read_input_tokens": 1, "cache_creation_input_tokens": null }),
            None,
        ),
    ] {
        let event =
            json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": usage });
        let (parts, ended) = decode(&[&stream(&[event])]);
        let mut all = vec![finish(FinishReason::Stop, "end_turn")];
        all.extend(expected.map(StreamPart::Usage));
        assert_eq!((parts, ended), (all, Ok(())), "{usage}");
    }
}

#[test]
fn a_whole_message_in_place_of_a_stream_is_an_answer_too() {
    let document = json!({
        "id": "msg_1", "type": "message", "role": "assistant",
        "content": [
            { "type": "thinking", "thinking": "Hm.", "signature": "x" },
            { "type": "text", "text": "Hello" },
            { "type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": { "a": 1 } },
            { "type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {} },
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": { "input_tokens": 3, "output_tokens": 1 },
    });
    let expected = [
        StreamPart::Reasoning("Hm.".to_owned()),
        text("Hello"),
        tool_call("toolu_1", "{\"a\":1}"),
        tool_call("toolu_2", "{}"),
        finish(FinishReason::ToolCalls, "tool_use"),
        StreamPart::Usage(Usage { input_tokens: 3, output_tokens: 1, ..Usage::default() }),
    ];
    assert_eq!(decode(&[document.to_string().as_bytes()]), (expected.to_vec(), Ok(())));
}

#[test]
fn an_error_inside_the_stream_ends_it_and_the_text_before_stands() {
    for error in [
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"it broke\"}}\n\n",
        "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"it broke\"}}\n\n",
        "data: {\"type\":\"error\",\"message\":\"it broke\"}\n\n",
        "data: {\"error\":{\"message\":\"it broke\"}}\n\n",
        "event: error\ndata: it broke\n\n",
    ] {
        let so_far: Reply = ChatReply::at("/v1/messages").text("so far").unfinished().into();
        let (parts, ended) = decode(&[&so_far.body_bytes(), error.as_bytes()]);
        assert_eq!(parts, [text("so far")], "{error}");
        let Err(Fault::Reported(reported)) = ended else { panic!("{error}: {ended:?}") };
        assert_eq!(reported.message, "it broke", "{error}");
    }
    let (_, ended) = decode(&[b"{\"type\":\"error\",\"error\":{\"message\":\"no\"}}"]);
    assert!(matches!(ended, Err(Fault::Reported(_))), "{ended:?}");
}

#[test]
fn what_is_neither_stream_nor_message_is_told_apart() {
    for garbage in ["hello", "{\"unexpected\":true}", "{not json}", "[1,2]", "{\"content\":7}"] {
        assert_eq!(decode(&[garbage.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
    assert_eq!(decode(&[b"data: nonsense\n\n"]).1, Err(Fault::Unreadable("nonsense".to_owned())));
    for cut_short in ["", "event: ping\ndata: {}\n\n", "data: {\"type\":\"message_st", "{\"type\":\"mess"] {
        assert_eq!(decode(&[cut_short.as_bytes()]), (vec![], Err(Fault::Truncated)), "{cut_short:?}");
    }
}

#[test]
fn a_list_says_what_is_known_of_each_model_and_where_the_next_page_is() {
    let can = |supported: bool| json!({ "supported": supported });
    let list = json!({
        "data": [
            {
                "type": "model", "id": "claude-opus-4-6", "display_name": "Claude Opus 4.6",
                "created_at": "2026-02-04T00:00:00Z", "max_input_tokens": 200_000, "max_tokens": 128_000,
                "capabilities": {
                    "image_input": can(true), "pdf_input": can(true), "structured_outputs": can(false),
                    "thinking": { "supported": true, "types": {} },
                },
            },
            { "type": "model", "id": "claude-old", "display_name": "claude-old", "max_tokens": null },
            { "type": "model" },
        ],
        "has_more": true, "first_id": "claude-opus-4-6", "last_id": "claude-old",
    });
    let page = Anthropic.listed(&list).unwrap();
    let [full, plain] = page.models.as_slice() else { panic!("{page:?}") };
    assert_eq!(
        (full.title.as_deref(), full.context_window, full.max_output_tokens),
        (Some("Claude Opus 4.6"), Some(200_000), Some(128_000))
    );
    let known = full.capabilities;
    assert_eq!((known.images, known.files), (Some(true), Some(true)));
    assert_eq!((known.json_schema, known.reasoning, known.tools), (Some(false), Some(true), None));
    assert_eq!(*plain, formaops_domain::ListedModel::new("claude-old"));
    assert_eq!(page.next, Some(("after_id".to_owned(), "claude-old".to_owned())));
    let last = json!({ "data": [], "has_more": false, "last_id": "claude-old" });
    assert_eq!(Anthropic.listed(&last).unwrap().next, None);
    assert_eq!(Anthropic.listed(&json!({ "error": {} })), None);
}

proptest! {
    #[test]
    fn however_a_scripted_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        arguments in "[{}a-z\"é]{0,9}",
        broken in any::<bool>(),
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let call = ToolCall { id: "toolu_1".to_owned(), name: "look".to_owned(), arguments };
        let chat = ChatReply::at("/v1/messages").reasoning("Hm.").texts(texts.iter().map(String::as_str));
        let chat = if broken { chat.error("it broke", "server_error") } else { chat.call(&call) };
        let bytes = Reply::from(chat).body_bytes();
        let (whole, whole_end) = decode(&[&bytes]);
        let (parts, end) = decode(&cut(&bytes, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }
}
