//! The shapes that servers answer in, and streams cut anywhere.

use super::*;
use formaops_testkit::{ChatReply, Reply};
use proptest::prelude::*;
use serde_json::json;

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn decode(pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    let (mut decoder, mut parts) = (Decoder::default(), Vec::new());
    let fed = pieces.iter().try_for_each(|piece| decoder.feed(piece, &mut parts));
    let ended = fed.and_then(|()| decoder.end(&mut parts));
    (parts, ended)
}

/// The parts with adjacent text joined, which is all that may differ with the cuts.
fn joined(parts: Vec<StreamPart>) -> Vec<StreamPart> {
    parts.into_iter().fold(Vec::new(), |mut joined, part| {
        match (joined.last_mut(), part) {
            (Some(StreamPart::Text(before)), StreamPart::Text(more)) => before.push_str(&more),
            (Some(StreamPart::Reasoning(before)), StreamPart::Reasoning(more)) => before.push_str(&more),
            (_, part) => joined.push(part),
        }
        joined
    })
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
            StreamPart::Finish(FinishReason::Length),
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
        ("insufficient_system_resource", FinishReason::Other("insufficient_system_resource".to_owned())),
    ] {
        let (parts, _) = decode(&[&body(ChatReply::new().finish(word))]);
        assert_eq!(parts, [StreamPart::Finish(reason)]);
    }
}

#[test]
fn the_odd_ways_of_compatible_servers_are_understood() {
    let cases: [(&str, &str, Vec<StreamPart>); 9] = [
        (
            "reasoning under the other name",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"Hm\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![StreamPart::Reasoning("Hm".into()), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "no index, last text and finish in one event, no [DONE]",
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "[DONE] and never a finish reason",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"\"}]}\n\ndata: [DONE]\n\n",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "[DONE] without a blank line after it",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "comments that keep the connection alive",
            ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("Hi"), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "content in parts, and a refusal",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"refusal\":\"no\"},\"finish_reason\":\"stop\"}]}\n\n",
            vec![text("ano"), StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "other choices than the first, nulls, and unknown fields",
            "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"}}],\"usage\":null,\"error\":null,\"x\":1}\n\ndata: {\"choices\":null}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":null},\"finish_reason\":\"stop\"}]}\n\n",
            vec![StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "text after the finish, which no answer has",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"late\"},\"finish_reason\":\"length\"}]}\n\n",
            vec![StreamPart::Finish(FinishReason::Stop)],
        ),
        (
            "usage in the way of DeepSeek, twice",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":3}}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"prompt_cache_hit_tokens\":3}}\n\n",
            vec![
                StreamPart::Finish(FinishReason::Stop),
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
    assert_eq!(parts, [text("Hello"), StreamPart::Finish(FinishReason::Stop), StreamPart::Usage(usage)]);
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
        assert_eq!(parts[0], text(if end < whole.len() - 2 { "one" } else { "onetwo" }), "{end}");
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
fn a_document_without_end_is_refused_before_it_fills_the_memory() {
    let mut decoder = Decoder::default();
    let piece = vec![b'<'; 1024 * 1024];
    let fed = (0..).take_while(|_| decoder.feed(&piece, &mut Vec::new()).is_ok()).count();
    assert_eq!(fed, 32);
}

fn cut<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let (mut rest, mut pieces) = (stream, Vec::new());
    for &cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, tail) = rest.split_at(cut.min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    pieces
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
