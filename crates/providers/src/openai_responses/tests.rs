//! What is sent, what comes back event by event, and what comes whole.

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
    OpenAiResponses.call(request).unwrap().body.into()
}

fn with(parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request("gpt-5.1", "Hi") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_is_not_set_is_not_sent_and_nothing_is_kept_by_the_vendor() {
    let expected = json!({
        "model": "gpt-5.1", "input": [{ "role": "user", "content": "Hi" }], "stream": true, "store": false,
    });
    assert_eq!(body_of(&with(Parameters::default())), expected);
    assert_eq!(OpenAiResponses.call(&request("m", "")).unwrap().address, Address::of(["responses"]));
}

#[test]
fn every_parameter_has_its_field_and_the_free_object_is_merged_over_them() {
    let strict = object(json!({
        "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false,
    }));
    let loose = object(json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let tool = |name: &str, description: &str, parameters: JsonObject| ToolDefinition {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters,
    };
    let mut request = with(Parameters {
        temperature: Some(0.5),
        top_p: Some(0.9),
        max_tokens: Some(100),
        reasoning_effort: Some("low".to_owned()),
        reasoning_summary: Some(true),
        response_format: Some(ResponseFormat::Schema { name: "answer".to_owned(), schema: strict.clone() }),
        tools: vec![
            tool("look", "Looks.", strict.clone()),
            tool("find", "", loose.clone()),
            tool("now", "", object(json!({}))),
        ],
        tool_choice: Some(ToolChoice::Tool("look".to_owned())),
        extra: object(json!({
            "temperature": null, "store": true, "truncation": "auto", "text": { "verbosity": "low" },
        })),
        ..Parameters::default()
    });
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let nothing =
        json!({ "type": "object", "properties": {}, "required": [], "additionalProperties": false });
    let expected = json!({
        "model": "gpt-5.1",
        "input": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" }],
        "stream": true, "store": true, "top_p": 0.9, "max_output_tokens": 100,
        "reasoning": { "effort": "low", "summary": "auto" },
        "text": { "format": { "type": "json_schema", "name": "answer", "schema": strict, "strict": true }, "verbosity": "low" },
        "tools": [
            { "type": "function", "name": "look", "strict": true, "description": "Looks.", "parameters": strict },
            { "type": "function", "name": "find", "strict": false, "parameters": loose },
            { "type": "function", "name": "now", "strict": true, "parameters": nothing },
        ],
        "tool_choice": { "type": "function", "name": "look" },
        "truncation": "auto",
    });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn the_smaller_shapes_of_parameters_have_their_form_too() {
    for (parameters, path, expected) in [
        (
            Parameters { response_format: Some(ResponseFormat::Json), ..Parameters::default() },
            "/text",
            json!({ "format": { "type": "json_object" } }),
        ),
        (
            Parameters { tool_choice: Some(ToolChoice::None), ..Parameters::default() },
            "/tool_choice",
            json!("none"),
        ),
        (
            Parameters { tool_choice: Some(ToolChoice::Auto), ..Parameters::default() },
            "/tool_choice",
            json!("auto"),
        ),
        (
            Parameters { tool_choice: Some(ToolChoice::Required), ..Parameters::default() },
            "/tool_choice",
            json!("required"),
        ),
        (
            Parameters { reasoning_effort: Some("high".to_owned()), ..Parameters::default() },
            "/reasoning",
            json!({ "effort": "high" }),
        ),
    ] {
        assert_eq!(body_of(&with(parameters)).pointer(path), Some(&expected), "{path}");
    }
    let silent = with(Parameters { reasoning_summary: Some(false), ..Parameters::default() });
    assert_eq!(body_of(&silent)["reasoning"], Value::Null);
}

#[test]
fn images_files_calls_and_results_are_items() {
    let media = |media_type: &str, name: Option<&str>, source| {
        MessagePart::Media(Media { media_type: media_type.to_owned(), name: name.map(str::to_owned), source })
    };
    let at = |url: &str| MediaSource::Url(url.parse().unwrap());
    let call = ToolCall { id: "c1".to_owned(), name: "look".to_owned(), arguments: "{}".to_owned() };
    let result = ToolResult {
        call_id: "c1".to_owned(),
        name: "look".to_owned(),
        content: "sunny".to_owned(),
        is_error: false,
    };
    let text = |text: &str| MessagePart::Text(text.to_owned());
    let messages = vec![
        ModelMessage {
            role: Role::User,
            parts: vec![
                text("See"),
                media("image/png", None, MediaSource::Bytes("abc".into())),
                media("image/jpeg", None, at("https://example.com/a.jpg")),
                media("application/pdf", Some("a.pdf"), MediaSource::Bytes("abc".into())),
                media("application/pdf", None, at("https://example.com/a.pdf")),
            ],
        },
        ModelMessage {
            role: Role::Assistant,
            parts: vec![text("I look."), text("Now."), MessagePart::ToolCall(call)],
        },
        ModelMessage { role: Role::Tool, parts: vec![MessagePart::ToolResult(result)] },
        ModelMessage::text(Role::Assistant, "It is sunny."),
    ];
    let body = body_of(&ModelRequest { messages, ..request("gpt-5.1", "") });
    let expected = json!([
        { "role": "user", "content": [
            { "type": "input_text", "text": "See" },
            { "type": "input_image", "image_url": "data:image/png;base64,YWJj", "detail": "auto" },
            { "type": "input_image", "image_url": "https://example.com/a.jpg", "detail": "auto" },
            { "type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,YWJj" },
            { "type": "input_file", "file_url": "https://example.com/a.pdf" },
        ] },
        { "role": "assistant", "content": [
            { "type": "output_text", "text": "I look." }, { "type": "output_text", "text": "Now." },
        ] },
        { "type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}" },
        { "type": "function_call_output", "call_id": "c1", "output": "sunny" },
        { "role": "assistant", "content": "It is sunny." },
    ]);
    assert_eq!(body["input"], expected);
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    let extra = |name: &str| Parameters { extra: object(json!({ name: "x" })), ..Parameters::default() };
    for (parameters, name) in [
        (Parameters { stop: vec!["END".to_owned()], ..Parameters::default() }, "`stop`"),
        (Parameters { seed: Some(7), ..Parameters::default() }, "`seed`"),
        (Parameters { frequency_penalty: Some(0.1), ..Parameters::default() }, "`frequencyPenalty`"),
        (Parameters { presence_penalty: Some(0.1), ..Parameters::default() }, "`presencePenalty`"),
        (Parameters { top_k: Some(7), ..Parameters::default() }, "`topK`"),
        (Parameters { reasoning_budget: Some(7), ..Parameters::default() }, "`reasoningBudget`"),
        (extra("input"), "`input`"),
        (extra("instructions"), "`instructions`"),
    ] {
        let why = OpenAiResponses.call(&with(parameters)).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
    let image =
        Media { media_type: "image/png".to_owned(), name: None, source: MediaSource::Bytes("abc".into()) };
    let messages = vec![ModelMessage { role: Role::Assistant, parts: vec![MessagePart::Media(image)] }];
    let why = OpenAiResponses.call(&ModelRequest { messages, ..request("m", "") }).unwrap_err().to_string();
    assert!(why.contains("user message"), "{why}");
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn finish(reason: FinishReason, word: &str) -> StreamPart {
    StreamPart::Finish(Finish::new(reason, word))
}

fn call(id: &str, name: &str, arguments: &str) -> StreamPart {
    let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
    StreamPart::ToolCall(ToolCall { id, name, arguments })
}

fn usage() -> Usage {
    Usage {
        input_tokens: 20,
        cached_tokens: 12,
        cache_write_tokens: 3,
        output_tokens: 9,
        reasoning_tokens: 4,
    }
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&OpenAiResponses, pieces)
}

/// These events, of which each has its type as its name, as the vendor sends them.
fn stream(events: &[Value]) -> Vec<u8> {
    let events =
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()));
    events.collect::<String>().into_bytes()
}

fn decoded(events: &[Value]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode(&[&stream(events)])
}

fn chat() -> ChatReply {
    ChatReply::at("/v1/responses")
}

fn body(reply: impl Into<Reply>) -> Vec<u8> {
    reply.into().body_bytes()
}

#[test]
fn a_stream_gives_reasoning_text_calls_usage_and_finish_in_order() {
    let look = ToolCall { id: "call_a".into(), name: "look".into(), arguments: "{\"x\":\"ü\"}".into() };
    let chat = chat().reasoning("Let me ").reasoning("think.").text("Grüße").text(" 😀").call(&look);
    let (parts, ended) = decode(&[&body(chat.usage(usage()))]);
    assert_eq!(ended, Ok(()));
    assert_eq!(
        parts,
        [
            StreamPart::Reasoning("Let me think.".to_owned()),
            text("Grüße 😀"),
            call("call_a", "look", "{\"x\":\"ü\"}"),
            StreamPart::Usage(usage()),
            finish(FinishReason::ToolCalls, "completed"),
        ]
    );
}

#[test]
fn every_end_of_a_response_has_its_reason_and_keeps_its_word() {
    let end = |kind: &str, response: Value| json!({ "type": kind, "response": response });
    let incomplete = |reason: Value| {
        let response = json!({ "status": "incomplete", "incomplete_details": { "reason": reason } });
        end("response.incomplete", response)
    };
    for (event, reason, word) in [
        (end("response.completed", json!({ "status": "completed" })), FinishReason::Stop, "completed"),
        (incomplete(json!("max_output_tokens")), FinishReason::Length, "max_output_tokens"),
        (incomplete(json!("content_filter")), FinishReason::ContentFilter, "content_filter"),
        (incomplete(json!("something_new")), FinishReason::Other, "something_new"),
        (incomplete(Value::Null), FinishReason::Other, "incomplete"),
        (end("response.completed", Value::Null), FinishReason::Stop, "completed"),
    ] {
        assert_eq!(decoded(&[event]), (vec![finish(reason, word)], Ok(())));
    }
}

#[test]
fn a_refusal_is_text_and_an_outcome_of_its_own() {
    let completed = json!({ "type": "response.completed", "response": { "status": "completed" } });
    let refusal = json!({ "type": "response.refusal.delta", "delta": "I cannot." });
    let done = json!({ "type": "response.refusal.done", "refusal": "I cannot." });
    let expected = vec![text("I cannot."), finish(FinishReason::Refusal, "completed")];
    assert_eq!(decoded(&[refusal, done, completed]), (expected.clone(), Ok(())));

    let content = json!([{ "type": "refusal", "refusal": "I cannot." }]);
    let whole = json!({ "status": "completed", "output": [{ "type": "message", "content": content }] });
    assert_eq!(decode(&[whole.to_string().as_bytes()]), (expected, Ok(())));
}

#[test]
fn calls_come_whole_however_their_arguments_came() {
    let item = |kind: &str, place: u64, id: &str, arguments: &str| {
        let item = json!({ "type": "function_call", "call_id": id, "name": "look", "arguments": arguments });
        json!({ "type": format!("response.output_item.{kind}"), "output_index": place, "item": item })
    };
    let piece = |place: u64, delta: &str| json!({ "type": "response.function_call_arguments.delta", "output_index": place, "delta": delta });
    let whole = |place: u64, arguments: &str| json!({ "type": "response.function_call_arguments.done", "output_index": place, "arguments": arguments });
    let completed = json!({ "type": "response.completed", "response": { "status": "completed" } });
    let (parts, ended) = decoded(&[
        item("added", 1, "a", ""),
        item("added", 2, "b", ""),
        // In pieces, interleaved, and told again at the end.
        piece(1, "{\"x\""),
        piece(2, "{}"),
        piece(1, ":1}"),
        whole(1, "{\"x\":1}"),
        item("done", 1, "a", "{\"x\":1}"),
        item("done", 2, "b", "{}"),
        // Only in the event that ends them.
        item("added", 3, "c", ""),
        whole(3, "{\"y\":2}"),
        item("done", 3, "c", "{\"y\":2}"),
        // Only in the item.
        item("done", 4, "d", "{\"z\":3}"),
        // Never complete: the end of the response is the end of it.
        item("added", 5, "e", ""),
        piece(5, "{\"cut"),
        completed,
    ]);
    let expected = [
        call("a", "look", "{\"x\":1}"),
        call("b", "look", "{}"),
        call("c", "look", "{\"y\":2}"),
        call("d", "look", "{\"z\":3}"),
        call("e", "look", "{\"cut"),
        finish(FinishReason::ToolCalls, "completed"),
    ];
    assert_eq!((parts.as_slice(), ended), (expected.as_slice(), Ok(())));
}

#[test]
fn the_parts_of_a_summary_are_told_apart() {
    let begin =
        |index: u64| json!({ "type": "response.reasoning_summary_part.added", "summary_index": index });
    let more = |delta: &str| json!({ "type": "response.reasoning_summary_text.delta", "delta": delta });
    let completed = json!({ "type": "response.completed", "response": { "status": "completed" } });
    let expected = StreamPart::Reasoning("**First**\n\n**Second**".to_owned());
    let (parts, _) =
        decoded(&[begin(0), more("**Fir"), more("st**"), begin(1), more("**Second**"), completed]);
    assert_eq!(joined(parts)[0], expected);
}

/// A response in one document, with all that an answer may hold.
fn whole() -> Value {
    json!({
        "object": "response", "status": "completed", "error": null, "incomplete_details": null,
        "output": [
            { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "Hm." }] },
            { "type": "web_search_call", "status": "completed" },
            { "type": "message", "content": [
                { "type": "output_text", "text": "Hello" }, { "type": "output_text", "text": "!" },
            ] },
            { "type": "function_call", "call_id": "a", "name": "look", "arguments": "{}" },
        ],
        "usage": { "input_tokens": 3, "output_tokens": 1 },
    })
}

#[test]
fn a_whole_response_in_place_of_a_stream_or_of_its_events_is_an_answer_too() {
    let usage = Usage { input_tokens: 3, output_tokens: 1, ..Usage::default() };
    let expected = vec![
        StreamPart::Usage(usage),
        StreamPart::Reasoning("Hm.".to_owned()),
        text("Hello!"),
        call("a", "look", "{}"),
        finish(FinishReason::ToolCalls, "completed"),
    ];
    assert_eq!(decode(&[whole().to_string().as_bytes()]), (expected.clone(), Ok(())));
    // A server that says everything in its last event.
    let last = json!({ "type": "response.completed", "response": whole() });
    assert_eq!(decoded(std::slice::from_ref(&last)), (expected, Ok(())));
    // What was streamed is not told twice.
    let delta = json!({ "type": "response.output_text.delta", "delta": "Hello!" });
    assert_eq!(decoded(&[delta, last]).0.iter().filter(|part| **part == text("Hello!")).count(), 1);
}

#[test]
fn an_error_inside_the_stream_ends_it_and_the_text_before_stands() {
    let failed = |error: Value| json!({ "type": "response.failed", "response": { "status": "failed", "error": error } });
    for (error, message) in [
        (json!({ "type": "error", "code": "server_error", "message": "it broke" }), "it broke"),
        (json!({ "type": "error", "error": { "type": "x", "message": "it broke" } }), "it broke"),
        (failed(json!({ "code": "server_error", "message": "it broke" })), "it broke"),
        (failed(Value::Null), "failed"),
    ] {
        let so_far = body(chat().text("so far").unfinished());
        // With its name as an event, and without.
        for bytes in [stream(std::slice::from_ref(&error)), format!("data: {error}\n\n").into_bytes()] {
            let (parts, ended) = decode(&[&so_far, &bytes]);
            assert_eq!(parts, [text("so far")], "{error}");
            let Err(Fault::Reported(reported)) = ended else { panic!("{error}: {ended:?}") };
            assert_eq!(reported.message, message, "{error}");
        }
    }
    let (_, ended) = decode(&[b"{\"error\":{\"message\":\"no\"}}"]);
    assert!(matches!(ended, Err(Fault::Reported(_))), "{ended:?}");
}

#[test]
fn what_is_missing_absurd_or_unknown_is_survived() {
    let delta = json!({ "type": "response.output_text.delta", "delta": "Hi" });
    for usage in [
        Value::Null,
        json!("many"),
        json!({}),
        json!({ "input_tokens": -1, "output_tokens": 2 }),
        json!({ "input_tokens": "5", "output_tokens": 2 }),
        json!({ "input_tokens": 1e300 }),
    ] {
        let completed =
            json!({ "type": "response.completed", "response": { "status": "completed", "usage": usage } });
        let unknown = json!({ "type": "response.something_new.delta", "delta": "x", "response": 7 });
        let (parts, ended) = decoded(&[unknown, delta.clone(), completed]);
        assert_eq!((parts, ended), (vec![text("Hi"), finish(FinishReason::Stop, "completed")], Ok(())));
    }
}

#[test]
fn a_stream_that_ends_without_a_word_is_cut_off_and_other_documents_are_not_its_own() {
    let begun = body(chat().text("one").unfinished());
    assert_eq!(decode(&[&begun]), (vec![text("one")], Err(Fault::Truncated)));
    for garbage in ["{\"unexpected\":true}", "{\"choices\":[]}", "hello"] {
        assert_eq!(decode(&[garbage.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
    assert_eq!(decode(&[b"data: nonsense\n\n"]).1, Err(Fault::Unreadable("nonsense".to_owned())));
}

#[test]
fn a_gateway_that_ends_the_stream_in_the_way_of_chat_completions_is_understood() {
    let delta = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\ndata: [DONE]\n\n";
    let stop = StreamPart::Finish(FinishReason::Stop.into());
    assert_eq!(decode(&[delta.as_bytes()]), (vec![text("Hi"), stop], Ok(())));
}

proptest! {
    #[test]
    fn however_a_recorded_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        ending in 0usize..3,
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let look = ToolCall { id: "call_a".into(), name: "look".into(), arguments: "{}".into() };
        let chat = chat().reasoning("Hm.").texts(texts.iter().map(String::as_str)).call(&look).usage(usage());
        let stream = body(match ending {
            0 => chat,
            1 => chat.finish("max_output_tokens"),
            _ => chat.error("it broke", "server_error"),
        });
        let (whole, whole_end) = decode(&[&stream]);
        let (parts, end) = decode(&cut(&stream, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }
}
