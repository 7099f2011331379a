//! What is sent, the shapes that Gemini answers in, and streams cut anywhere.

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
    Gemini.call(request).unwrap().body.into()
}

fn with(parameters: Parameters) -> ModelRequest {
    ModelRequest { parameters, ..request("gemini-2.5-flash", "Hi") }
}

fn asking(messages: Vec<ModelMessage>) -> ModelRequest {
    ModelRequest { messages, ..request("gemini-2.5-flash", "") }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

fn call(id: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: "look".to_owned(), arguments: arguments.to_owned() }
}

#[test]
fn what_is_not_set_is_not_sent() {
    let expected = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Hi" }] }] });
    assert_eq!(body_of(&with(Parameters::default())), expected);
}

#[test]
fn the_model_stands_in_the_path_and_the_stream_is_one_of_events() {
    for (model, path) in [
        ("gemini-2.5-flash", ["models", "gemini-2.5-flash:streamGenerateContent"]),
        ("models/gemini-2.5-flash", ["models", "gemini-2.5-flash:streamGenerateContent"]),
        ("tunedModels/mine-1", ["tunedModels", "mine-1:streamGenerateContent"]),
    ] {
        let address = Gemini.call(&request(model, "Hi")).unwrap().address;
        assert_eq!(address, Address::of(path).query("alt", "sse"), "{model}");
    }
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
        tools: vec![
            ToolDefinition {
                name: "look".to_owned(),
                description: "Looks.".to_owned(),
                parameters: schema.clone(),
            },
            ToolDefinition {
                name: "clock".to_owned(),
                description: String::new(),
                parameters: JsonObject::new(),
            },
        ],
        tool_choice: Some(ToolChoice::Tool("look".to_owned())),
        extra: object(json!({
            "generationConfig": { "topK": null, "temperature": 1, "mediaResolution": "MEDIA_RESOLUTION_LOW" },
            "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF" }],
        })),
        ..Parameters::default()
    });
    request.messages.insert(0, ModelMessage::text(Role::System, "Be brief."));
    let expected = json!({
        "systemInstruction": { "parts": [{ "text": "Be brief." }] },
        "contents": [{ "role": "user", "parts": [{ "text": "Hi" }] }],
        "tools": [{ "functionDeclarations": [
            { "name": "look", "description": "Looks.", "parametersJsonSchema": schema },
            { "name": "clock", "description": "" },
        ] }],
        "toolConfig": { "functionCallingConfig": { "mode": "ANY", "allowedFunctionNames": ["look"] } },
        "generationConfig": {
            "temperature": 1, "topP": 0.9, "maxOutputTokens": 100, "stopSequences": ["END"], "seed": -7,
            "frequencyPenalty": 0.1, "presencePenalty": -0.1,
            "thinkingConfig": { "thinkingLevel": "LOW", "includeThoughts": true },
            "responseMimeType": "application/json", "responseJsonSchema": schema,
            "mediaResolution": "MEDIA_RESOLUTION_LOW",
        },
        "safetySettings": [{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF" }],
    });
    assert_eq!(body_of(&request), expected);
}

#[test]
fn json_without_a_schema_a_budget_and_the_other_choices_have_their_words() {
    let config = |parameters| body_of(&with(parameters))["generationConfig"].clone();
    let json_mode = Parameters { response_format: Some(ResponseFormat::Json), ..Parameters::default() };
    assert_eq!(config(json_mode), json!({ "responseMimeType": "application/json" }));
    let unthinking = Parameters { reasoning_budget: Some(0), ..Parameters::default() };
    assert_eq!(config(unthinking), json!({ "thinkingConfig": { "thinkingBudget": 0 } }));

    let tools =
        vec![ToolDefinition { name: "look".into(), description: "".into(), parameters: JsonObject::new() }];
    for (choice, mode) in
        [(ToolChoice::Auto, "AUTO"), (ToolChoice::None, "NONE"), (ToolChoice::Required, "ANY")]
    {
        let parameters =
            Parameters { tools: tools.clone(), tool_choice: Some(choice), ..Parameters::default() };
        assert_eq!(
            body_of(&with(parameters))["toolConfig"]["functionCallingConfig"],
            json!({ "mode": mode })
        );
    }
}

#[test]
fn a_conversation_takes_turns_with_images_files_calls_and_results() {
    let media = |media_type: &str, source| {
        MessagePart::Media(Media { media_type: media_type.to_owned(), name: None, source })
    };
    let result = |id: &str, content: &str, is_error| {
        let (call_id, name, content) = (id.to_owned(), "look".to_owned(), content.to_owned());
        let parts = vec![MessagePart::ToolResult(ToolResult { call_id, name, content, is_error })];
        ModelMessage { role: Role::Tool, parts }
    };
    let body = body_of(&asking(vec![
        ModelMessage::text(Role::System, "One."),
        ModelMessage {
            role: Role::User,
            parts: vec![
                MessagePart::Text("See".to_owned()),
                media("image/png", MediaSource::Bytes("abc".into())),
                media("application/pdf", MediaSource::Url("https://example.com/a.pdf".parse().unwrap())),
            ],
        },
        ModelMessage::text(Role::User, "and tell."),
        ModelMessage {
            role: Role::Assistant,
            parts: vec![
                MessagePart::Text("Let me look.".to_owned()),
                MessagePart::ToolCall(call("c1", "{\"at\":\"a\"}")),
                MessagePart::ToolCall(call("", "")),
            ],
        },
        result("c1", "{\"sky\":\"blue\"}", false),
        result("", "it broke", true),
        ModelMessage::text(Role::System, "Two."),
        ModelMessage::text(Role::User, "Go on."),
    ]));
    assert_eq!(body["systemInstruction"], json!({ "parts": [{ "text": "One." }, { "text": "Two." }] }));
    let expected = json!([
        { "role": "user", "parts": [
            { "text": "See" },
            { "inlineData": { "mimeType": "image/png", "data": "YWJj" } },
            { "fileData": { "mimeType": "application/pdf", "fileUri": "https://example.com/a.pdf" } },
            { "text": "and tell." },
        ] },
        { "role": "model", "parts": [
            { "text": "Let me look." },
            { "functionCall": { "id": "c1", "name": "look", "args": { "at": "a" } } },
            { "functionCall": { "name": "look", "args": {} } },
        ] },
        { "role": "user", "parts": [
            { "functionResponse": { "id": "c1", "name": "look", "response": { "output": { "sky": "blue" } } } },
            { "functionResponse": { "name": "look", "response": { "error": "it broke" } } },
            { "text": "Go on." },
        ] },
    ]);
    assert_eq!(body["contents"], expected);
}

#[test]
fn a_call_that_is_sent_back_is_signed_where_the_model_would_refuse_it_otherwise() {
    for (model, signed) in [
        ("gemini-3-pro-preview", true),
        ("models/gemini-3-flash", true),
        ("gemini-flash-latest", true),
        ("gemini-2.5-flash", false),
        ("gemma-3-27b-it", false),
    ] {
        let calls = vec![MessagePart::ToolCall(call("a", "{}")), MessagePart::ToolCall(call("b", "{}"))];
        let messages =
            vec![ModelMessage::text(Role::User, "Hi"), ModelMessage { role: Role::Assistant, parts: calls }];
        let body = body_of(&ModelRequest { messages, ..request(model, "") });
        let parts = &body["contents"][1]["parts"];
        assert_eq!(parts[0].get("thoughtSignature").is_some(), signed, "{model}");
        assert_eq!(parts[1].get("thoughtSignature"), None, "only the first of calls made at once is signed");
    }
}

#[test]
fn what_has_no_word_here_is_told_and_not_dropped() {
    let image =
        Media { media_type: "image/png".to_owned(), name: None, source: MediaSource::Bytes("abc".into()) };
    let system = ModelMessage { role: Role::System, parts: vec![MessagePart::Media(image)] };
    let bad = ModelMessage { role: Role::Assistant, parts: vec![MessagePart::ToolCall(call("a", "[1]"))] };
    for (request, name) in [
        (with(Parameters { seed: Some(i64::MAX), ..Parameters::default() }), "`seed`"),
        (asking(vec![system, ModelMessage::text(Role::User, "Hi")]), "`system`"),
        (asking(vec![ModelMessage::text(Role::System, "Hi")]), "`user`"),
        (asking(vec![ModelMessage::text(Role::User, "Hi"), bad]), "`look`"),
    ] {
        let why = Gemini.call(&request).unwrap_err().to_string();
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn a_list_names_the_models_that_answer_and_where_it_goes_on() {
    let list = json!({
        "models": [
            {
                "name": "models/gemini-2.5-flash", "displayName": "Gemini 2.5 Flash",
                "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "thinking": true,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            { "name": "models/gemini-embedding-001", "supportedGenerationMethods": ["embedContent"] },
            { "name": "tunedModels/mine" },
            { "displayName": "without a name" },
        ],
        "nextPageToken": "more",
    });
    let page = Gemini.listed(&list).unwrap();
    assert_eq!(page.next, Some(("pageToken".to_owned(), "more".to_owned())));
    let [flash, tuned] = page.models.as_slice() else { panic!("{:?}", page.models) };
    assert_eq!((flash.id.as_str(), flash.title.as_deref()), ("gemini-2.5-flash", Some("Gemini 2.5 Flash")));
    assert_eq!((flash.context_window, flash.max_output_tokens), (Some(1_048_576), Some(65_536)));
    assert_eq!(flash.capabilities.reasoning, Some(true));
    assert_eq!(tuned, &ListedModel::new("tunedModels/mine"));

    assert_eq!(Gemini.listed(&json!({})), Some(ModelPage::whole(Vec::new())));
    assert_eq!(Gemini.listed(&json!({ "models": 7 })), None);
    assert_eq!(Gemini.listed(&json!({ "data": [] })), None);
}

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn finish(reason: FinishReason, word: &str) -> StreamPart {
    StreamPart::Finish(Finish::new(reason, word))
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    decode_as(&Gemini, pieces)
}

fn event(chunk: &Value) -> Vec<u8> {
    format!("data: {chunk}\r\n\r\n").into_bytes()
}

fn candidate(candidate: &Value) -> Vec<u8> {
    event(&json!({ "candidates": [candidate] }))
}

fn chat() -> ChatReply {
    ChatReply::at("/v1beta/models/any:streamGenerateContent")
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
fn a_stream_gives_thoughts_text_finish_and_usage_in_order() {
    let stream =
        body(chat().reasoning("Let me ").reasoning("think.").text("Grüße").text(" 😀").usage(usage()));
    let (parts, ended) = decode(&[&stream]);
    assert_eq!(ended, Ok(()));
    assert_eq!(
        parts,
        [
            StreamPart::Reasoning("Let me think.".to_owned()),
            text("Grüße 😀"),
            finish(FinishReason::Stop, "STOP"),
            StreamPart::Usage(usage()),
        ]
    );
}

#[test]
fn the_tokens_of_thoughts_and_of_googles_own_tools_are_counted_and_odd_counts_survived() {
    let told = |usage: Value| {
        let (parts, _) = decode(&[&event(&json!({ "usageMetadata": usage }))]);
        parts.first().cloned()
    };
    let expected = Usage {
        input_tokens: 15,
        cached_tokens: 3,
        cache_write_tokens: 0,
        output_tokens: 9,
        reasoning_tokens: 7,
    };
    let usage = json!({
        "promptTokenCount": 10, "toolUsePromptTokenCount": 5, "cachedContentTokenCount": 3,
        "candidatesTokenCount": 2, "thoughtsTokenCount": 7, "totalTokenCount": 24,
    });
    assert_eq!(told(usage), Some(StreamPart::Usage(expected)));
    let early = Usage { input_tokens: 10, ..Usage::default() };
    assert_eq!(told(json!({ "promptTokenCount": 10 })), Some(StreamPart::Usage(early)));
    for odd in [json!({}), json!(7), json!({ "promptTokenCount": -1 }), json!({ "promptTokenCount": "x" })] {
        assert_eq!(told(odd), None);
    }
    let huge = json!({ "promptTokenCount": 1, "candidatesTokenCount": u64::MAX, "thoughtsTokenCount": 9 });
    assert_eq!(told(huge), None, "no call has so many");
    assert_eq!(
        decode(&[&Gemini.retell(&StreamPart::Usage(expected)).unwrap()]).0,
        [StreamPart::Usage(expected)]
    );
}

#[test]
fn every_finish_reason_has_its_place_and_an_unknown_one_keeps_its_word() {
    for (word, reason) in [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("BLOCKLIST", FinishReason::ContentFilter),
        ("PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("SPII", FinishReason::ContentFilter),
        ("IMAGE_SAFETY", FinishReason::ContentFilter),
        ("LANGUAGE", FinishReason::Other),
        ("OTHER", FinishReason::Other),
        ("MALFORMED_FUNCTION_CALL", FinishReason::Other),
        ("UNEXPECTED_TOOL_CALL", FinishReason::Other),
        ("MISSING_THOUGHT_SIGNATURE", FinishReason::Other),
        ("SOMETHING_NEW", FinishReason::Other),
    ] {
        let (parts, ended) = decode(&[&candidate(&json!({ "finishReason": word }))]);
        assert_eq!((parts, ended), (vec![finish(reason, word)], Ok(())));
    }
    let unset = candidate(&json!({ "finishReason": "FINISH_REASON_UNSPECIFIED" }));
    assert_eq!(decode(&[&unset]), (vec![], Err(Fault::Truncated)));
}

#[test]
fn calls_come_whole_with_an_id_each_and_turn_the_stop_into_one_for_tools() {
    let parts = json!([
        { "text": "Let me look." },
        { "functionCall": { "id": "abc", "name": "look", "args": { "b": 1, "a": "é" } }, "thoughtSignature": "x" },
        { "functionCall": { "name": "clock" } },
    ]);
    let stream = candidate(&json!({ "content": { "parts": parts }, "finishReason": "STOP" }));
    let told = |id: &str, name: &str, arguments: &str| {
        let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
        StreamPart::ToolCall(ToolCall { id, name, arguments })
    };
    let expected = vec![
        text("Let me look."),
        told("abc", "look", "{\"b\":1,\"a\":\"é\"}"),
        told("call_2", "clock", "{}"),
        finish(FinishReason::ToolCalls, "STOP"),
    ];
    assert_eq!(decode(&[&stream]), (expected, Ok(())));
}

#[test]
fn a_request_that_is_blocked_is_told_with_the_word_for_it() {
    let blocked = json!({
        "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" }, "usageMetadata": { "promptTokenCount": 3 },
    });
    for pieces in [event(&blocked), blocked.to_string().into_bytes()] {
        let (parts, ended) = decode(&[&pieces]);
        assert_eq!(parts, [StreamPart::Usage(Usage { input_tokens: 3, ..Usage::default() })]);
        assert_eq!(ended, Err(Fault::Blocked("PROHIBITED_CONTENT".to_owned())));
    }
    let why = json!({ "promptFeedback": { "blockReason": "OTHER", "blockReasonMessage": "No." } });
    assert_eq!(decode(&[&event(&why)]).1, Err(Fault::Blocked("OTHER: No.".to_owned())));
    // Ratings alone block nothing.
    let rated = event(&json!({ "promptFeedback": { "safetyRatings": [] } }));
    let answered = body(chat().text("Hi"));
    assert_eq!(decode(&[&rated, &answered]).1, Ok(()));
}

#[test]
fn what_is_not_known_is_passed_over() {
    let stream = [
        b": ping\r\n\r\nevent: odd\r\ndata: {\"x\":1}\r\n\r\ndata: 7\r\n\r\n".to_vec(),
        event(&json!({ "candidates": null, "error": null })),
        event(&json!({ "candidates": [{ "index": 1, "content": { "parts": [{ "text": "other" }] } }] })),
        candidate(
            &json!({ "content": { "parts": [{ "inlineData": { "data": "YWJj" } }, 7, { "text": 7 }] } }),
        ),
        candidate(&json!({ "content": 7, "groundingMetadata": {} })),
        body(chat().text("Hi")),
    ];
    assert_eq!(decode(&[&stream.concat()]), (vec![text("Hi"), finish(FinishReason::Stop, "STOP")], Ok(())));
}

#[test]
fn all_chunks_in_one_document_are_an_answer_too() {
    let chunk = |said: &str, reason: Value| json!({ "candidates": [{ "content": { "parts": [{ "text": said }] }, "finishReason": reason }] });
    let stop = finish(FinishReason::Stop, "STOP");
    let array = json!([chunk("Hel", Value::Null), chunk("lo", json!("STOP"))]);
    assert_eq!(decode(&[array.to_string().as_bytes()]), (vec![text("Hello"), stop.clone()], Ok(())));
    let one = chunk("Hello", json!("STOP")).to_string();
    assert_eq!(decode(&[one.as_bytes()]), (vec![text("Hello"), stop], Ok(())));
}

#[test]
fn an_error_ends_it_wherever_it_stands_and_the_text_before_is_kept() {
    let error = json!({ "error": { "code": 503, "message": "it broke", "status": "UNAVAILABLE" } });
    let streams = [
        [body(chat().text("so far").unfinished()), event(&error)].concat(),
        [body(chat().text("so far").unfinished()), b"event: error\ndata: it broke\n\n".to_vec()].concat(),
    ];
    for stream in streams {
        let (parts, ended) = decode(&[&stream]);
        assert_eq!(parts, [text("so far")]);
        let Err(Fault::Reported(reported)) = ended else { panic!("{ended:?}") };
        assert_eq!(reported.message, "it broke");
    }
    for document in [error.to_string(), json!([error]).to_string(), json!({ "message": "no" }).to_string()] {
        let (_, ended) = decode(&[document.as_bytes()]);
        assert!(matches!(ended, Err(Fault::Reported(_))), "{ended:?}");
    }
}

#[test]
fn what_is_no_answer_is_told_apart() {
    assert_eq!(decode(&[b"<title>Sign in</title>"]).1, Err(Fault::Html("<title>Sign in</title>".to_owned())));
    for garbage in ["hello", "{\"unexpected\":true}", "[1,2]", "[]", "{\"candidates\":[]}"] {
        assert_eq!(decode(&[garbage.as_bytes()]).1, Err(Fault::Unreadable(garbage.to_owned())), "{garbage}");
    }
    assert_eq!(decode(&[b"data: nonsense\n\n"]).1, Err(Fault::Unreadable("nonsense".to_owned())));
    for cut in ["", "data: {\"cand", "[{\"candidates\":[{"] {
        assert_eq!(decode(&[cut.as_bytes()]).1, Err(Fault::Truncated), "{cut}");
    }
}

proptest! {
    #[test]
    fn however_a_recorded_stream_is_cut_its_parts_are_the_same(
        texts in prop::collection::vec("[a-zéß😀\"\\\\\n ]{0,6}", 0..8),
        ending in 0usize..3,
        cuts in prop::collection::vec(1usize..40, 1..20),
    ) {
        let chat = chat().reasoning("Hm.").texts(texts.iter().map(String::as_str));
        let chat = chat.call(&call("a", "{\"a\":1}")).usage(usage());
        let stream = body(match ending {
            0 => chat,
            1 => chat.without_finish(),
            _ => chat.error("it broke", "server_error"),
        });
        let (whole, whole_end) = decode(&[&stream]);
        let (parts, end) = decode(&cut(&stream, &cuts));
        prop_assert_eq!(joined(parts), joined(whole));
        prop_assert_eq!(end, whole_end);
    }
}
