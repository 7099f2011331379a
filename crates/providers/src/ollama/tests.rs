//! What is sent, the lines that Ollama answers in, and streams cut anywhere.

use super::*;
use crate::{
    http::tests::{cut, decode_as, joined},
    wire::Fault,
};
use formaops_domain::{
    Finish, FinishReason, JsonObject, ListedModel, Media, MediaSource, Parameters, ResponseFormat, Role,
    ToolCall, ToolChoice, ToolDefinition, ToolResult, Usage,
    ports::{MessagePart, ModelMessage},
};
use formaops_testkit::{ChatReply, Reply, request};
use proptest::prelude::*;
use serde_json::json;

fn body_of(request: &ModelRequest) -> Value {
    Ollama.call(request).unwrap().body.into()
}

fn with(parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request("qwen3:8b", "Hi") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

fn look() -> ToolDefinition {
    ToolDefinition {
        name: "look".to_owned(),
        description: "Looks.".to_owned(),
        parameters: JsonObject::new(),
    }
}

fn call(id: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: "look".to_owned(), arguments: arguments.to_owned() }
}

#[test]
fn what_is_not_set_is_not_sent_and_messages_are_not_dropped_in_silence() {
    let expected = json!({
        "model": "qwen3:8b",
        "messages": [{ "role": "user", "content": "Hi" }],
        "stream": true,
        "truncate": false,
    });
    assert_eq!(body_of(&with(Parameters::default())), expected);
}

#[test]
fn every_parameter_has_its_field_and_the_free_object_is_merged_into_them() {
    let schema = object(json!({ "type": "object", "properties": { "a": { "type": "string" } } }));
    let mut request = with(Parameters {
        temperature: Some(0.5),
        top_p: Some(0.9),
        top_k: Some(7),
        max_tokens: Some(100),
        stop: vec!["END".to_owned()],
        seed: Some(-7),
        frequency_penalty: Some(0.1),
        presence_penalty: Some(-0.1),
        reasoning_effort: Some("low".to_owned()),
        reasoning_summary: Some(true),
        response_format: Some(ResponseFormat::Schema { name: "answer".to_owned(), schema: schema.clone() }),
        tools: vec![ToolDefinition { parameters: schema.clone(), ..look() }],
        tool_choice: Some(ToolChoice::Auto),
        extra: object(json!({
            "options": { "num_ctx": 32_768, "top_k": null }, "keep_alive": "10m", "truncate": null,
        })),
        ..Parameters::default()
    });
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let expected = json!({
        "model": "qwen3:8b",
        "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" }],
        "stream": true,
        "think": "low",
        "format": schema,
        "tools": [{
            "type": "function", "function": { "name": "look", "description": "Looks.", "parameters": schema },
        }],
        "options": {
            "temperature": 0.5, "top_p": 0.9, "num_predict": 100, "stop": ["END"], "seed": -7,
            "frequency_penalty": 0.1, "presence_penalty": -0.1, "num_ctx": 32_768,
        },
        "keep_alive": "10m",
    });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn json_without_a_schema_and_tools_without_arguments_or_choice_have_their_form() {
    let json_mode = Parameters { response_format: Some(ResponseFormat::Json), ..Parameters::default() };
    assert_eq!(body_of(&with(json_mode))["format"], "json");
    let tools = |tool_choice| {
        let parameters = Parameters { tools: vec![look()], tool_choice, ..Parameters::default() };
        body_of(&with(parameters)).get("tools").cloned()
    };
    assert_eq!(
        tools(None).unwrap()[0]["function"]["parameters"],
        json!({ "type": "object", "properties": {} })
    );
    assert_eq!(tools(Some(ToolChoice::None)), None);
}

#[test]
fn a_model_thinks_as_it_is_asked_to() {
    let think = |effort: Option<&str>, budget, summary| {
        let parameters = Parameters {
            reasoning_effort: effort.map(str::to_owned),
            reasoning_budget: budget,
            reasoning_summary: summary,
            ..Parameters::default()
        };
        Ollama.call(&with(parameters)).map(|asked| asked.body.get("think").cloned())
    };
    for (effort, budget, summary, expected) in [
        (None, None, None, None),
        (Some("high"), None, None, Some(json!("high"))),
        (Some("true"), None, None, Some(json!(true))),
        (Some("none"), None, None, Some(json!(false))),
        (None, Some(0), None, Some(json!(false))),
        (None, None, Some(true), Some(json!(true))),
        (Some("max"), None, Some(true), Some(json!("max"))),
        (None, Some(0), Some(false), Some(json!(false))),
    ] {
        assert_eq!(think(effort, budget, summary), Ok(expected), "{effort:?} {budget:?} {summary:?}");
    }
    assert!(think(None, Some(9), None).unwrap_err().0.contains("`reasoningBudget`"));
    assert!(think(None, None, Some(false)).unwrap_err().0.contains("`reasoningSummary`"));
}

#[test]
fn images_calls_and_results_have_their_form() {
    let image =
        Media { media_type: "image/png".to_owned(), name: None, source: MediaSource::Bytes("abc".into()) };
    let result = ToolResult {
        call_id: "c1".to_owned(),
        name: "look".to_owned(),
        content: "sunny".to_owned(),
        is_error: false,
    };
    let messages = vec![
        ModelMessage {
            role: Role::User,
            parts: vec![
                MessagePart::Text("See".to_owned()),
                MessagePart::Media(image),
                MessagePart::Text(" this.".to_owned()),
            ],
        },
        ModelMessage { role: Role::Assistant, parts: vec![MessagePart::ToolCall(call("c1", "{\"a\":1}"))] },
        ModelMessage { role: Role::Tool, parts: vec![MessagePart::ToolResult(result)] },
    ];
    let expected = json!([
        { "role": "user", "content": "See this.", "images": ["YWJj"] },
        { "role": "assistant", "content": "", "tool_calls": [
            { "id": "c1", "function": { "name": "look", "arguments": { "a": 1 } } },
        ] },
        { "role": "tool", "content": "sunny", "tool_name": "look", "tool_call_id": "c1" },
    ]);
    assert_eq!(body_of(&ModelRequest { messages, ..request("qwen3:8b", "") })["messages"], expected);
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    let saying = |part| {
        let messages = vec![ModelMessage { role: Role::User, parts: vec![part] }];
        ModelRequest { messages, ..request("qwen3:8b", "") }
    };
    let media = |media_type: &str, source| {
        saying(MessagePart::Media(Media { media_type: media_type.to_owned(), name: None, source }))
    };
    let choosing =
        |choice| with(Parameters { tools: vec![look()], tool_choice: Some(choice), ..Parameters::default() });
    let url = "https://example.com/a.png";
    for (request, name) in [
        (media("image/png", MediaSource::Url(url.parse().unwrap())), url),
        (media("application/pdf", MediaSource::Bytes("abc".into())), "`application/pdf`"),
        (saying(MessagePart::ToolCall(call("c1", "[1]"))), "`look`"),
        (choosing(ToolChoice::Required), "`toolChoice`"),
        (choosing(ToolChoice::Tool("look".to_owned())), "`toolChoice`"),
    ] {
        let why = Ollama.call(&request).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn a_list_says_what_the_server_knows_of_each_model() {
    let details =
        json!({ "parameter_size": "8.2B", "quantization_level": "Q4_K_M", "context_length": 40_960 });
    let list = json!({ "models": [
        { "name": "qwen3:8b", "model": "qwen3:8b", "details": details,
          "capabilities": ["completion", "tools", "thinking"] },
        { "name": "nomic-embed-text:latest", "capabilities": ["embedding"] },
        { "name": "old:latest", "details": { "parameter_size": "", "quantization_level": "" } },
        { "size": 7 },
    ] });
    let models = Ollama.listed(&list).unwrap().models;
    let [qwen, old] = models.as_slice() else { panic!("{models:?}") };
    assert_eq!((qwen.id.as_str(), qwen.title.as_deref()), ("qwen3:8b", Some("qwen3:8b (8.2B, Q4_K_M)")));
    assert_eq!(qwen.context_window, Some(40_960));
    let can = qwen.capabilities;
    assert_eq!((can.images, can.tools, can.reasoning), (Some(false), Some(true), Some(true)));
    assert_eq!(old, &ListedModel::new("old:latest"));

    for empty in [json!({ "models": [] }), json!({ "models": null })] {
        assert_eq!(Ollama.listed(&empty), Some(ModelPage::whole(Vec::new())));
    }
    for other in [json!({}), json!([]), json!({ "data": [] }), json!({ "models": 7 })] {
        assert_eq!(Ollama.listed(&other), None, "{other}");
    }
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn stop() -> StreamPart {
    StreamPart::Finish(Finish::new(FinishReason::Stop, "stop"))
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&Ollama, pieces)
}

fn chat() -> ChatReply {
    ChatReply::at("/api/chat")
}

fn body(reply: impl Into<Reply>) -> Vec<u8> {
    reply.into().body_bytes()
}

fn usage() -> Usage {
    Usage { input_tokens: 20, output_tokens: 9, ..Usage::default() }
}

#[test]
fn a_stream_gives_reasoning_text_usage_and_finish() {
    let stream =
        body(chat().reasoning("Let me ").reasoning("think.").text("Grüße").text(" 😀").usage(usage()));
    let (parts, ended) = decode(&[&stream]);
    assert_eq!(ended, Ok(()));
    let reasoning = StreamPart::Reasoning("Let me think.".to_owned());
    assert_eq!(parts, [reasoning, text("Grüße 😀"), StreamPart::Usage(usage()), stop()]);
}

#[test]
fn every_finish_reason_has_its_place_and_an_unknown_one_keeps_its_word() {
    for (word, reason) in [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("load", FinishReason::Other),
        ("unload", FinishReason::Other),
    ] {
        let (parts, ended) = decode(&[&body(chat().finish(word))]);
        assert_eq!((parts, ended), (vec![StreamPart::Finish(Finish::new(reason, word))], Ok(())));
    }
    let wordless = decode(&[b"{\"done\":true}"]);
    assert_eq!(wordless, (vec![StreamPart::Finish(FinishReason::Stop.into())], Ok(())));
}

#[test]
fn calls_come_whole_with_an_id_each_and_turn_the_stop_into_one_for_tools() {
    let line = json!({ "message": { "content": "", "tool_calls": [
        { "id": "call_x", "function": { "index": 0, "name": "look", "arguments": { "b": 1, "a": "é" } } },
        { "function": { "name": "clock", "arguments": {} } },
    ] }, "done": false });
    let stream = [format!("{line}\n").into_bytes(), body(chat())].concat();
    let told = |id: &str, name: &str, arguments: &str| {
        let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
        StreamPart::ToolCall(ToolCall { id, name, arguments })
    };
    let expected = vec![
        told("call_x", "look", "{\"b\":1,\"a\":\"é\"}"),
        told("call_2", "clock", "{}"),
        StreamPart::Finish(Finish::new(FinishReason::ToolCalls, "stop")),
    ];
    assert_eq!(decode(&[&stream]), (expected, Ok(())));
}

#[test]
fn tokens_that_are_missing_or_absurd_are_survived() {
    let told = |fields: &str| {
        let (parts, ended) =
            decode(&[format!("{{\"done\":true,\"done_reason\":\"stop\"{fields}}}\n").as_bytes()]);
        assert_eq!((parts.last(), ended), (Some(&stop()), Ok(())));
        parts.len() > 1
    };
    assert!(told(",\"prompt_eval_count\":3"));
    for odd in ["", ",\"prompt_eval_count\":-1", ",\"prompt_eval_count\":\"x\"", ",\"eval_count\":3"] {
        assert!(!told(odd), "{odd}");
    }
}

#[test]
fn what_is_not_known_is_passed_over_once_it_is_clear_that_this_is_ollama() {
    let stream = [
        b"\n{\"message\":{\"content\":\"Hi\",\"images\":null,\"tool_calls\":7},\"done\":false}\n".to_vec(),
        b"\n{\"status\":\"something new\"}\n{\"message\":7}\n".to_vec(),
        body(chat()),
        // Nothing is read after the last line.
        b"{\"message\":{\"content\":\"late\"}}\n{\"error\":\"late\"}\n".to_vec(),
    ];
    assert_eq!(decode(&[&stream.concat()]), (vec![text("Hi"), stop()], Ok(())));
}

#[test]
fn an_error_line_ends_it_and_the_text_before_is_kept() {
    let begun = body(chat().text("so far").unfinished());
    for error in
        ["{\"error\":\"it broke\"}\n", "{\"error\":\"it broke\"}", "{\"error\":{\"message\":\"it broke\"}}\n"]
    {
        let (parts, ended) = decode(&[&begun, error.as_bytes()]);
        assert_eq!(parts, [text("so far")], "{error}");
        let Err(Fault::Reported(reported)) = ended else { panic!("{error}: {ended:?}") };
        assert_eq!(reported.message, "it broke");
    }
}

#[test]
fn a_stream_that_ends_without_its_last_line_is_cut_off() {
    let begun = body(chat().text("one").text("two").unfinished());
    let (parts, ended) = decode(&[&begun]);
    assert_eq!((joined(parts), ended), (vec![text("onetwo")], Err(Fault::Truncated)));
    let (parts, ended) = decode(&[&begun[..begun.len() - 9]]);
    assert_eq!((joined(parts), ended), (vec![text("one")], Err(Fault::Truncated)));
    for empty in ["", "\n\n", "{\"message\":{\"con"] {
        assert_eq!(decode(&[empty.as_bytes()]), (vec![], Err(Fault::Truncated)), "{empty:?}");
    }
}

#[test]
fn what_is_no_answer_is_told_apart() {
    assert_eq!(decode(&[b"<title>Sign in</title>"]).1, Err(Fault::Html("<title>Sign in</title>".to_owned())));
    for garbage in ["hello", "{\"unexpected\":true}", "[1,2]", "data: {\"choices\":[]}"] {
        let line = format!("{garbage}\n");
        assert_eq!(decode(&[line.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
}

proptest! {
    #[test]
    fn however_a_recorded_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        ending in 0usize..4,
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let chat = chat().reasoning("Hm.").texts(texts.iter().map(String::as_str));
        let chat = chat.call(&call("a", "{\"a\":1}")).usage(usage());
        let stream = body(match ending {
            0 => chat,
            1 => chat.without_finish(),
            2 => chat.without_done(),
            _ => chat.error("it broke", "server_error"),
        });
        let (whole, whole_end) = decode(&[&stream]);
        let (parts, end) = decode(&cut(&stream, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }
}
