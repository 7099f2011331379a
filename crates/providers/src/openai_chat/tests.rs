//! What is sent, the shapes that servers answer in, and streams cut anywhere.

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
    OpenAiChat::at(None).call(request).unwrap().body.into()
}

fn with(parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request("gpt-4o", "Hi") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn what_is_not_set_is_not_sent() {
    let expected = json!({
        "model": "gpt-4o",
        "messages": [{ "role": "user", "content": "Hi" }],
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    assert_eq!(body_of(&with(Parameters::default())), expected);
}

#[test]
fn every_parameter_has_its_field_and_the_free_object_is_merged_over_them() {
    let schema = object(json!({
        "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"], "additionalProperties": false,
    }));
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
        response_format: Some(ResponseFormat::Schema { name: "answer".to_owned(), schema: schema.clone() }),
        tools: vec![ToolDefinition {
            name: "look".to_owned(),
            description: "Looks.".to_owned(),
            parameters: schema.clone(),
        }],
        tool_choice: Some(ToolChoice::Tool("look".to_owned())),
        // What is null is left out, so that a server can be spared a field that it does not take.
        extra: object(json!({ "temperature": 1, "top_k": 40, "stream_options": null,
            "response_format": { "json_schema": { "strict": false } } })),
        ..Parameters::default()
    });
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let expected = json!({
        "model": "gpt-4o",
        "messages": [{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "Hi" }],
        "stream": true,
        "temperature": 1, "top_p": 0.9, "top_k": 40, "max_tokens": 100, "stop": ["END"], "seed": -7,
        "frequency_penalty": 0.1, "presence_penalty": -0.1, "reasoning_effort": "low",
        "response_format": {
            "type": "json_schema", "json_schema": { "name": "answer", "schema": schema, "strict": false },
        },
        "tools": [{
            "type": "function", "function": { "name": "look", "description": "Looks.", "parameters": schema },
        }],
        "tool_choice": { "type": "function", "function": { "name": "look" } },
    });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn images_files_calls_and_results_have_their_form() {
    let media = |media_type: &str, name: Option<&str>, source| {
        MessagePart::Media(Media { media_type: media_type.to_owned(), name: name.map(str::to_owned), source })
    };
    let call = ToolCall { id: "c1".to_owned(), name: "look".to_owned(), arguments: "{}".to_owned() };
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
                media("image/png", None, MediaSource::Bytes("abc".into())),
                media("image/jpeg", None, MediaSource::Url("https://example.com/a.jpg".parse().unwrap())),
                media("application/pdf", Some("a.pdf"), MediaSource::Bytes("abc".into())),
            ],
        },
        ModelMessage { role: Role::Assistant, parts: vec![MessagePart::ToolCall(call)] },
        ModelMessage { role: Role::Tool, parts: vec![MessagePart::ToolResult(result)] },
    ];
    let body = body_of(&ModelRequest { messages, ..request("gpt-4o", "") });
    let expected = json!([
        { "role": "user", "content": [
            { "type": "text", "text": "See" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,YWJj" } },
            { "type": "image_url", "image_url": { "url": "https://example.com/a.jpg" } },
            { "type": "file", "file": { "filename": "a.pdf", "file_data": "data:application/pdf;base64,YWJj" } },
        ] },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{}" } },
        ] },
        { "role": "tool", "tool_call_id": "c1", "content": "sunny" },
    ]);
    assert_eq!(body["messages"], expected);
}

/// The body that the server at this origin is sent.
fn at(origin: &str, request: &ModelRequest) -> JsonObject {
    OpenAiChat::at(Some(origin.parse().unwrap())).call(request).unwrap().body
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    for (parameters, name) in [
        (Parameters { reasoning_budget: Some(9), ..Parameters::default() }, "reasoningBudget"),
        (Parameters { reasoning_summary: Some(true), ..Parameters::default() }, "reasoningSummary"),
    ] {
        let why = OpenAiChat::at(None).call(&with(parameters)).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn the_most_tokens_go_by_the_name_that_the_server_knows_unless_the_user_names_them() {
    let names = |extra: Value, host: &str| {
        let parameters = Parameters { max_tokens: Some(9), extra: object(extra), ..Parameters::default() };
        let body = at(host, &with(parameters));
        (body.get("max_tokens").cloned(), body.get("max_completion_tokens").cloned())
    };
    assert_eq!(names(json!({}), "https://api.openai.com"), (None, Some(json!(9))));
    assert_eq!(names(json!({}), "https://openrouter.ai"), (Some(json!(9)), None));
    assert_eq!(names(json!({ "max_tokens": 5 }), "https://api.openai.com"), (Some(json!(5)), None));
    assert_eq!(names(json!({ "max_completion_tokens": 5 }), "https://other.example"), (None, Some(json!(5))));
}

#[test]
fn each_server_is_spoken_to_with_its_own_words() {
    let system = || ModelMessage::text(Role::System, "Be brief.");
    let parameters = Parameters { seed: Some(7), ..Parameters::default() };
    let asked = |model: &str| ModelRequest {
        messages: vec![system()],
        parameters: parameters.clone(),
        ..request(model, "")
    };
    let mistral = at("https://api.mistral.ai", &asked("mistral-large-4"));
    assert_eq!((mistral.get("random_seed"), mistral.get("seed")), (Some(&json!(7)), None));
    assert_eq!(mistral.get("stream_options"), None, "it tells its usage unasked, and refuses to be asked");
    let role = |model: &str| at("https://api.openai.com", &asked(model))["messages"][0]["role"].clone();
    assert_eq!((role("gpt-5"), role("gpt-4o")), (json!("developer"), json!("system")));
}

#[test]
fn the_wish_to_think_is_written_as_each_server_reads_it() {
    let thinking = |origin: &str, set: Value| {
        let parameters = serde_json::from_value(set).unwrap();
        let body = at(origin, &ModelRequest { parameters, ..request("m", "Hi") });
        let found = ["reasoning_effort", "reasoning", "thinking"];
        let found = found.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone())));
        Value::Object(found.collect())
    };
    for (origin, set, expected) in [
        ("https://api.openai.com", json!({ "reasoningEffort": "low" }), json!({ "reasoning_effort": "low" })),
        ("https://openrouter.ai", json!({}), json!({})),
        (
            "https://openrouter.ai",
            json!({ "reasoningEffort": "low", "reasoningSummary": false }),
            json!({ "reasoning": { "effort": "low", "exclude": true } }),
        ),
        (
            "https://openrouter.ai",
            json!({ "reasoningBudget": 2000 }),
            json!({ "reasoning": { "max_tokens": 2000 } }),
        ),
        (
            "https://openrouter.ai",
            json!({ "reasoningBudget": 0 }),
            json!({ "reasoning": { "effort": "none" } }),
        ),
        (
            "https://api.deepseek.com",
            json!({ "reasoningEffort": "max" }),
            json!({ "reasoning_effort": "max", "thinking": { "type": "enabled" } }),
        ),
        (
            "https://api.deepseek.com",
            json!({ "reasoningEffort": "none" }),
            json!({ "thinking": { "type": "disabled" } }),
        ),
    ] {
        assert_eq!(thinking(origin, set), expected, "{origin}");
    }
}

#[test]
fn a_list_says_what_the_server_knows_of_each_model() {
    let list = json!({ "data": [
        { "id": "plain" },
        { "id": "old", "shutdown_date": "2026-12-31" },
        {
            "id": "vendor/model", "name": "Model", "context_length": 1000,
            "top_provider": { "max_completion_tokens": 100 },
            "pricing": { "prompt": "0.0000025", "completion": "0.00001" },
            "architecture": { "input_modalities": ["text", "image"] },
            "supported_parameters": ["tools"],
        },
        { "name": "without an id" },
    ] });
    let models = OpenAiChat::at(None).listed(&list).unwrap().models;
    assert_eq!(models[0], formaops_domain::ListedModel::new("plain"));
    assert_eq!(models[1].retires_on.as_deref(), Some("2026-12-31"));
    let full = &models[2];
    assert_eq!(
        (full.title.as_deref(), full.context_window, full.max_output_tokens),
        (Some("Model"), Some(1000), Some(100))
    );
    let price = full.price.as_ref().unwrap();
    assert_eq!((price.input, price.output), (2_500_000_000, 10_000_000_000));
    assert_eq!((full.capabilities.images, full.capabilities.tools), (Some(true), Some(true)));
    assert_eq!(models.len(), 3);
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&OpenAiChat::at(None), pieces)
}

fn stop() -> StreamPart {
    StreamPart::Finish(Finish::new(FinishReason::Stop, "stop"))
}

fn body(reply: impl Into<Reply>) -> Vec<u8> {
    reply.into().body_bytes()
}

fn usage() -> Usage {
    Usage {
        input_tokens: 20,
        cached_tokens: 12,
        cache_write_tokens: 0,
        output_tokens: 9,
        reasoning_tokens: 4,
    }
}

#[test]
fn a_stream_gives_reasoning_text_finish_and_usage_in_order() {
    let chat = ChatReply::new().reasoning("Let me ").reasoning("think.").text("Grüße").text(" 😀");
    let stream = body(chat.finish("length").usage(usage()));
    let (parts, ended) = decode(&[&stream]);
    assert_eq!(ended, Ok(()));
    assert_eq!(
        parts,
        [
            StreamPart::Reasoning("Let me think.".to_owned()),
            text("Grüße 😀"),
            StreamPart::Finish(Finish::new(FinishReason::Length, "length")),
            StreamPart::Usage(usage()),
        ]
    );
}

#[test]
fn every_finish_reason_has_its_place_and_an_unknown_one_keeps_its_word() {
    for (word, reason) in [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
        ("tool_calls", FinishReason::ToolCalls),
        ("function_call", FinishReason::ToolCalls),
        ("insufficient_system_resource", FinishReason::Other),
    ] {
        let (parts, _) = decode(&[&body(ChatReply::new().finish(word))]);
        assert_eq!(parts, [StreamPart::Finish(Finish::new(reason, word))]);
    }
}

#[test]
fn the_odd_ways_of_compatible_servers_are_understood() {
    let cases: [(&str, &str, Vec<StreamPart>); 9] = [
        (
            "reasoning under the other name",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"Hm\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![StreamPart::Reasoning("Hm".into()), stop()],
        ),
        (
            "no index, last text and finish in one event, no [DONE]",
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("Hi"), stop()],
        ),
        (
            "[DONE] and never a finish reason",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"\"}]}\n\ndata: [DONE]\n\n",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop.into())],
        ),
        (
            "[DONE] without a blank line after it",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop.into())],
        ),
        (
            "comments that keep the connection alive",
            ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("Hi"), stop()],
        ),
        (
            "content in parts, and a refusal",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"refusal\":\"no\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("ano"), StreamPart::Finish(Finish::new(FinishReason::Refusal, "stop"))],
        ),
        (
            "other choices than the first, nulls, and unknown fields",
            "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"}}],\"usage\":null,\"error\":null,\"x\":1}\n\ndata: {\"choices\":null}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":null},\"finish_reason\":\"stop\"}]}\n\n",
            vec![stop()],
        ),
        (
            "text after the finish, which no answer has",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"late\"},\"finish_reason\":\"length\"}]}\n\n",
            vec![stop()],
        ),
        (
            "usage in the way of DeepSeek, twice",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":3}}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":3}}\n\n",
            vec![
                stop(),
                StreamPart::Usage(Usage {
                    input_tokens: 5,
                    cached_tokens: 3,
                    output_tokens: 2,
                    ..Usage::default()
                }),
            ],
        ),
    ];
    for (what, stream, expected) in cases {
        assert_eq!(decode(&[stream.as_bytes()]), (expected, Ok(())), "{what}");
    }
}

#[test]
fn a_whole_completion_in_place_of_a_stream_is_an_answer_too() {
    let document = json!({
        "object": "chat.completion",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "Hello" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 1 },
    });
    let (parts, ended) = decode(&[b"\xef\xbb\xbf \n", document.to_string().as_bytes()]);
    let usage = Usage { input_tokens: 3, output_tokens: 1, ..Usage::default() };
    assert_eq!(ended, Ok(()));
    assert_eq!(parts, [text("Hello"), stop(), StreamPart::Usage(usage)]);
}

#[test]
fn an_error_inside_the_stream_ends_it_and_the_text_before_stands() {
    for error in [
        "data: {\"error\":{\"message\":\"it broke\",\"type\":\"server_error\"}}\n\n",
        "data: {\"error\":\"it broke\"}\n\n",
        "data: {\"object\":\"error\",\"message\":\"it broke\"}\n\n",
        "event: error\ndata: {\"message\":\"it broke\"}\n\n",
        "event: error\ndata: it broke\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}],\"error\":{\"message\":\"it broke\"}}\n\n",
    ] {
        let (parts, ended) = decode(&[&body(ChatReply::new().text("so far").unfinished()), error.as_bytes()]);
        assert_eq!(parts, [text("so far")], "{error}");
        let Err(Fault::Reported(reported)) = ended else { panic!("{error}: {ended:?}") };
        assert_eq!(reported.message, "it broke", "{error}");
    }
}

#[test]
fn a_stream_that_ends_without_a_word_is_cut_off_wherever_that_happens() {
    let whole = body(ChatReply::new().text("one").text("two").unfinished());
    for end in [whole.len(), whole.len() - 2, whole.len() - 30] {
        let (parts, ended) = decode(&[&whole[..end]]);
        assert_eq!(ended, Err(Fault::Truncated), "{end}");
        assert_eq!(joined(parts)[0], text(if end < whole.len() - 2 { "one" } else { "onetwo" }), "{end}");
    }
    for empty in ["", "\n\n", ": ping\n\n", "data: {\"choi", "{\"choices\":[{\"index\":0,\"mess"] {
        assert_eq!(decode(&[empty.as_bytes()]), (vec![], Err(Fault::Truncated)), "{empty:?}");
    }
}

#[test]
fn what_is_neither_stream_nor_completion_is_told_apart() {
    let html = "\n<!DOCTYPE html><title>Sign in</title>";
    assert_eq!(decode(&[html.as_bytes()]).1, Err(Fault::Html(html.trim().to_owned())));
    for garbage in ["hello", "hello: world\nfoo\n\n", "{\"unexpected\":true}", "{not json}", "[1,2]"] {
        assert_eq!(decode(&[garbage.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
    let (_, ended) = decode(&[b"data: nonsense\n\n"]);
    assert_eq!(ended, Err(Fault::Unreadable("nonsense".to_owned())));
    let (_, ended) = decode(&[b"{\"error\":{\"message\":\"no\"}}"]);
    assert!(matches!(ended, Err(Fault::Reported(_))), "{ended:?}");
    let binary: Vec<u8> = (0..=255).rev().collect();
    assert!(matches!(decode(&[&binary]).1, Err(Fault::Unreadable(_))));
}

#[test]
fn calls_come_whole_however_the_server_numbers_them() {
    let delta = |calls: Value| {
        let choice = json!({ "index": 0, "delta": { "tool_calls": calls } });
        format!("data: {}\n\n", json!({ "choices": [choice] }))
    };
    let begin = |index: Value, id: &str, name: &str| {
        delta(json!([{ "index": index, "id": id, "function": { "name": name, "arguments": "" } }]))
    };
    let more =
        |index: Value, text: &str| delta(json!([{ "index": index, "function": { "arguments": text } }]));
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n";
    let call = |id: &str, name: &str, arguments: &str| {
        let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
        StreamPart::ToolCall(ToolCall { id, name, arguments })
    };
    let finish = StreamPart::Finish(Finish::new(FinishReason::ToolCalls, "tool_calls"));
    for indices in [[json!(0), json!(1)], [json!(0), json!(0)], [Value::Null, Value::Null]] {
        let [first, second] = indices;
        let stream = [
            begin(first.clone(), "a", "look"),
            more(first.clone(), "{\"x\""),
            more(first, ":1}"),
            begin(second.clone(), "b", "ask"),
            more(second, "{}"),
            end.to_owned(),
        ];
        let (parts, ended) = decode(&[stream.concat().as_bytes()]);
        assert_eq!(
            (parts, ended),
            (vec![call("a", "look", "{\"x\":1}"), call("b", "ask", "{}"), finish.clone()], Ok(()))
        );
    }
    let whole = json!({ "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
        "content": null, "tool_calls": [{ "id": "a", "function": { "name": "look", "arguments": { "x": 1 } } }],
    } }] });
    assert_eq!(decode(&[whole.to_string().as_bytes()]).0, [call("a", "look", "{\"x\":1}"), finish]);
}

proptest! {
    #[test]
    fn however_a_recorded_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        comment in any::<bool>(),
        ending in 0usize..4,
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let texts = texts.iter().map(String::as_str);
        let mut chat = ChatReply::new().reasoning("Hm.").texts(texts).usage(usage());
        if comment { chat = chat.comment("ping"); }
        let stream = body(match ending {
            0 => chat,
            1 => chat.without_done(),
            2 => chat.without_finish(),
            _ => chat.error("it broke", "server_error"),
        });
        let (whole, whole_end) = decode(&[&stream]);
        let (parts, end) = decode(&cut(&stream, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }

    #[test]
    fn no_bytes_bring_it_down(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(1usize..40, 1..5)) {
        let _ = decode(&cut(&bytes, &cuts));
    }
}
