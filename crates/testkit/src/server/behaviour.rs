//! What the server does when only a model id tells it: for the binary, benches and browser tests.

use super::{
    chat::ChatReply,
    connection::Received,
    embedding,
    reply::{Reply, Step},
    voice::Voice,
};
use formaops_domain::{ToolCall, Usage};
use serde_json::{Value, json};
use std::time::Duration;

/// One example of each behaviour; the numbers in a name may be changed.
pub(super) const EXAMPLES: [&str; 22] = [
    "echo",         // the last message, word by word
    "words-200",    // 200 tokens at once
    "slow-50x200",  // a token every 50 ms, 200 of them
    "reasoning",    // reasoning before the answer
    "thinking-5x9", // a token of reasoning every 5 ms, 9 of them, then the answer
    "markdown",     // headings, a list, a table, code, and markup that must not be live
    "json",         // what the sample code reviewer asks for
    "tool",         // asks for a tool to be called
    "finish-stop",  // a word for why it ends, as the wire format spells it
    "big-10mb",     // 10 MB of text
    "fail-400",     // any status, as OpenAI says it
    "fail-401",     //
    "fail-404",     //
    "fail-429",     // with retry-after
    "fail-500",     //
    "html",         // a page where a stream was expected
    "truncated",    // text, then the end without a word
    "stream-error", // text, then an error object in the stream
    "stall",        // text, then silence
    "silent",       // nothing at all
    "reset",        // a reset in place of an answer
    "reset-midway", // text, then a reset
];

const MARKDOWN: &str = "# Summary\n\nA **short** answer with `code`, [a link](https://example.com) and\n\
    an ![image](https://example.com/pixel.png).\n\n\
    | option | cost |\n| --- | ---: |\n| one | 1 |\n| two | 2 |\n\n\
    1. First\n2. Second\n\n```rust\nfn main() {}\n```\n\n\
    <script>alert(1)</script> and [a trap](javascript:alert(1))\n";

/// The reply that the request's model id names.
pub(super) fn of(request: &Received) -> Option<Reply> {
    let model = request.model();
    let (name, argument) = model.split_once('-').unwrap_or((model, ""));
    let words = "The quick answer comes first.";
    let chat = || ChatReply::at(&request.path);
    match (name, argument) {
        ("fail", status) => Some(failure(request, status.parse().ok()?)),
        _ if embedding::is_asked(request) => Some(embedding::reply(request)),
        ("echo", "") => Some(echo(request)),
        ("words", count) => Some(tokens(request, count.parse().ok()?, None)),
        ("slow", "") => Some(tokens(request, 200, Some(Duration::from_millis(50)))),
        ("slow", shape) => {
            let (pause, count) = pace(shape)?;
            Some(tokens(request, count, Some(pause)))
        }
        ("reasoning", "") => {
            let chat = chat().reasoning("First I think. ").reasoning("Then I am sure.");
            let usage =
                Usage { input_tokens: 10, output_tokens: 20, reasoning_tokens: 8, ..Usage::default() };
            Some(reported(request, chat.texts(words.split_inclusive(' ')), usage))
        }
        ("thinking", shape) => {
            let (pause, count) = pace(shape)?;
            let chat = (1..=count)
                .fold(chat(), |chat, number| chat.wait(pause).reasoning(&format!("thought{number} ")));
            Some(chat.texts(words.split_inclusive(' ')).into())
        }
        ("markdown", "") => Some(spoken(request, MARKDOWN)),
        ("json", "") => Some(spoken(request, &review())),
        ("tool", "") => Some(tool(request)),
        ("finish", word) if !word.is_empty() => {
            Some(chat().texts(words.split_inclusive(' ')).finish(word).into())
        }
        ("big", "10mb") => Some(big(request)),
        ("html", "") => Some(Reply::html(200, "<!DOCTYPE html><title>Welcome</title><p>Sign in first.</p>")),
        ("truncated", "") => Some(chat().texts(words.split_inclusive(' ')).unfinished().into()),
        ("stream", "error") => {
            let chat = chat().texts(words.split_inclusive(' '));
            Some(chat.error("The server had an error while processing your request", "server_error").into())
        }
        ("stall", "") => {
            let chat = chat().texts(words.split_inclusive(' ')).unfinished();
            Some(chat.into_reply().then_silence())
        }
        ("silent", "") => Some(Reply::silence()),
        ("reset", "") => Some(Reply::reset()),
        ("reset", "midway") => {
            let chat = chat().texts(words.split_inclusive(' ')).unfinished();
            // The pause lets the text arrive before the reset overtakes it.
            Some(chat.wait(Duration::from_millis(50)).into_reply().then_reset())
        }
        _ => None,
    }
}

/// What the request's model id names, in one piece where the request asks for no stream.
pub(super) fn reply_to(request: &Received) -> Option<Reply> {
    let reply = of(request)?;
    let is_chat = request.path.ends_with("/chat/completions") && reply.status == 200;
    Some(if is_chat && request.body["stream"] != true { in_one_piece(request.model(), reply) } else { reply })
}

/// A streamed answer of Chat Completions as clients get it that do not stream: all pauses first, then one object.
fn in_one_piece(model: &str, streamed: Reply) -> Reply {
    let body = String::from_utf8_lossy(&streamed.body_bytes()).into_owned();
    let (mut text, mut finish, mut usage) = (String::new(), Value::Null, Value::Null);
    for event in body.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let Ok(event) = serde_json::from_str::<Value>(event) else { continue };
        let choice = &event["choices"][0];
        text += choice["delta"]["content"].as_str().unwrap_or_default();
        for (found, kept) in [(&choice["finish_reason"], &mut finish), (&event["usage"], &mut usage)] {
            if !found.is_null() {
                kept.clone_from(found);
            }
        }
    }
    let message = json!({ "role": "assistant", "content": text });
    let choice = json!({ "index": 0, "message": message, "finish_reason": finish });
    let whole = json!({
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 0, "model": model, "choices": [choice],
        "usage": usage,
    });
    let mut reply = Reply::status(200).json(&whole);
    let pauses = streamed.body.into_iter().filter(|step| matches!(step, Step::Wait(_)));
    reply.before = pauses.collect();
    reply
}

/// The pause and the count in a name that ends in `50x200`.
fn pace(shape: &str) -> Option<(Duration, u64)> {
    let (millis, count) = shape.split_once('x')?;
    Some((Duration::from_millis(millis.parse().ok()?), count.parse().ok()?))
}

/// What each message of a request says, whatever the wire format calls it.
fn messages(request: &Received) -> Vec<String> {
    let messages = ["messages", "contents", "input"].iter().find_map(|name| request.body[*name].as_array());
    messages.into_iter().flatten().map(text_of).collect()
}

/// All text in a message.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect(),
        Value::Object(fields) => {
            ["content", "parts", "text"].iter().filter_map(|name| fields.get(*name)).map(text_of).collect()
        }
        _ => String::new(),
    }
}

fn input_words(request: &Received) -> u64 {
    messages(request).iter().map(|text| text.split_whitespace().count() as u64).sum()
}

/// The chat with `usage`. OpenAI Chat Completions reports it only where the request asked for it.
fn reported(request: &Received, chat: ChatReply, usage: Usage) -> Reply {
    let wanted = !request.path.ends_with("/chat/completions")
        || request.body["stream_options"]["include_usage"] == true
        || request.body["stream"] != true;
    if wanted { chat.usage(usage).into() } else { chat.into() }
}

fn spoken(request: &Received, text: &str) -> Reply {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let usage =
        Usage { input_tokens: input_words(request), output_tokens: words.len() as u64, ..Usage::default() };
    reported(request, ChatReply::at(&request.path).texts(words), usage)
}

fn echo(request: &Received) -> Reply {
    spoken(request, &messages(request).pop().unwrap_or_default())
}

fn tool(request: &Received) -> Reply {
    let arguments = json!({ "city": "Zürich", "unit": "celsius" }).to_string();
    let call = ToolCall { id: "call_scripted".to_owned(), name: "get_weather".to_owned(), arguments };
    let usage = Usage { input_tokens: input_words(request), output_tokens: 12, ..Usage::default() };
    let word = Voice::at(&request.path).tool_calls();
    reported(request, ChatReply::at(&request.path).text("Let me look. ").call(&call).finish(word), usage)
}

fn tokens(request: &Received, count: u64, pause: Option<Duration>) -> Reply {
    let chat = (1..=count).fold(ChatReply::at(&request.path), |chat, number| {
        let chat = if let Some(pause) = pause { chat.wait(pause) } else { chat };
        chat.text(&format!("word{number} "))
    });
    let usage = Usage { input_tokens: input_words(request), output_tokens: count, ..Usage::default() };
    reported(request, chat, usage)
}

fn big(request: &Received) -> Reply {
    let line = "All work and no play makes a long answer. ".repeat(390);
    let piece = &line[..16_000];
    (0..625).fold(ChatReply::at(&request.path), |chat, _| chat.text(piece)).into()
}

fn review() -> String {
    let issue = json!({
        "type": "bug", "severity": "high", "path": "src/main.rs", "line": 12,
        "description": "The result of the call is ignored.",
    });
    format!("{:#}", json!({ "issues": [issue], "overall_rating": 7 }))
}

fn failure(request: &Received, status: u16) -> Reply {
    let voice = Voice::at(&request.path);
    let error = |message: &str, kind: &str, code: Option<&str>| {
        Reply::status(status).json(&voice.error(status, message, kind, code))
    };
    match status {
        400 => error("Unsupported parameter.", "invalid_request_error", Some("unsupported_parameter")),
        401 => error("Incorrect API key provided.", "invalid_request_error", Some("invalid_api_key")),
        403 => error("You have no access to this model.", "invalid_request_error", None),
        404 => error("The model does not exist.", "invalid_request_error", Some("model_not_found")),
        429 => {
            error("Rate limit reached.", "requests", Some("rate_limit_exceeded")).header("retry-after", "2")
        }
        503 => error("The engine is overloaded.", "server_error", None),
        _ => error("The server had an error.", "server_error", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(model: &str) -> Received {
        Received {
            method: "POST".to_owned(),
            path: "/v1/chat/completions".to_owned(),
            headers: Vec::new(),
            body: json!({ "model": model, "messages": [{ "role": "user", "content": "one two" }] }),
            connection: 1,
        }
    }

    #[test]
    fn every_example_has_a_behaviour_and_any_other_name_has_none() {
        for model in EXAMPLES {
            assert!(of(&request(model)).is_some(), "{model}");
        }
        for model in
            ["", "gpt-4o", "words", "words-x", "slow-50", "slow-x", "thinking", "fail", "fail-x", "resets"]
        {
            assert!(of(&request(model)).is_none(), "{model}");
        }
    }

    #[test]
    fn who_asks_for_no_stream_gets_one_object() {
        let reply = reply_to(&request("slow-1x3")).unwrap();
        let whole: Value = serde_json::from_slice(&reply.body_bytes()).unwrap();
        let message = &whole["choices"][0]["message"];
        assert_eq!(
            (&message["content"], &whole["usage"]["completion_tokens"]),
            (&json!("word1 word2 word3 "), &json!(3))
        );
        assert_eq!(whole["choices"][0]["finish_reason"], "stop");
        assert_eq!(reply.before.len(), 3);
        let mut streamed = request("echo");
        streamed.body["stream"] = true.into();
        assert!(reply_to(&streamed).unwrap().body_bytes().starts_with(b"data: "));
    }

    #[test]
    fn the_numbers_in_a_name_shape_the_answer() {
        let body = |model: &str| String::from_utf8(of(&request(model)).unwrap().body_bytes()).unwrap();
        assert_eq!(body("words-3").matches("word").count(), 3);
        assert_eq!(body("slow-1x5").matches("word").count(), 5);
        assert_eq!(body("thinking-1x4").matches("thought").count(), 4);
        assert!(body("echo").contains("\"one \""));
    }
}
