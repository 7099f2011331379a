//! What the tests of all wire formats share, and what is true of each of them.

use super::{
    decode::Decoder,
    recorder::{Recorder, Unfinished},
};
use crate::{
    anthropic::Anthropic,
    bedrock::Bedrock,
    gemini::Gemini,
    ollama::Ollama,
    openai_chat::OpenAiChat,
    openai_responses::OpenAiResponses,
    wire::{Fault, Wire},
};
use bytes::Bytes;
use formaops_domain::{Finish, FinishReason, Scrubber, ToolCall, Usage, ports::StreamPart};
use proptest::prelude::*;

/// Every wire format.
fn wires() -> Vec<Box<dyn Wire>> {
    vec![
        Box::new(OpenAiChat::at(None)),
        Box::new(OpenAiChat::azure()),
        Box::new(OpenAiResponses),
        Box::new(Gemini),
        Box::new(Ollama),
        Box::new(Anthropic),
        Box::new(Bedrock::at(None)),
    ]
}

/// The parts of an answer that comes in these pieces, and how it ended.
pub(crate) fn decode_as(wire: &dyn Wire, pieces: &[&[u8]]) -> (Vec<StreamPart>, Result<(), Fault>) {
    let (mut decoder, mut parts) = (Decoder::new(wire), Vec::new());
    let fed = pieces.iter().try_for_each(|piece| decoder.feed(piece, &mut parts));
    let ended = fed.and_then(|()| decoder.end(&mut parts));
    (parts, ended)
}

/// The parts with adjacent text joined, which is all that may differ with the cuts.
pub(crate) fn joined(parts: Vec<StreamPart>) -> Vec<StreamPart> {
    parts.into_iter().fold(Vec::new(), |mut joined, part| {
        match (joined.last_mut(), part) {
            (Some(StreamPart::Text(before)), StreamPart::Text(more)) => before.push_str(&more),
            (Some(StreamPart::Reasoning(before)), StreamPart::Reasoning(more)) => before.push_str(&more),
            (_, part) => joined.push(part),
        }
        joined
    })
}

/// A stream in pieces of these sizes, again and again.
pub(crate) fn cut<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
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

const KEY: &str = "sk-abcabd";

fn text(text: &str) -> StreamPart {
    StreamPart::Text(text.to_owned())
}

fn call(arguments: &str) -> StreamPart {
    let (id, name) = ("call_a".to_owned(), "look".to_owned());
    StreamPart::ToolCall(ToolCall { id, name, arguments: arguments.to_owned() })
}

/// The parts as a stream of this wire format, an event each.
fn events(wire: &dyn Wire, parts: &[StreamPart]) -> Vec<Vec<u8>> {
    parts.iter().map(|part| wire.retell(part).unwrap()).collect()
}

/// What is shown and what is recorded of a stream that comes in these pieces.
fn record(wire: &dyn Wire, pieces: &[&[u8]]) -> (Vec<StreamPart>, Vec<u8>) {
    let mut recorder = Recorder::new(Scrubber::new([KEY]), wire.framing());
    let (mut decoder, mut out) = (Decoder::new(wire), Vec::new());
    for piece in pieces {
        let bytes = recorder.bytes(&Bytes::copy_from_slice(piece));
        let mut parts = Vec::new();
        decoder.feed(&bytes, &mut parts).unwrap();
        recorder.parts(bytes, parts, Unfinished::of(&decoder), wire, &mut out);
    }
    let (bytes, mut parts) = (recorder.last_bytes(), Vec::new());
    decoder.feed(&bytes, &mut parts).unwrap();
    // What an end that never came would have added.
    let _ = decoder.end(&mut parts);
    recorder.parts(bytes, parts, Unfinished::NOTHING, wire, &mut out);
    recorder.end(wire, &mut out);
    let raw = out.iter().filter_map(|part| match part {
        StreamPart::Raw(bytes) => Some(bytes.as_ref()),
        _ => None,
    });
    let raw = raw.collect::<Vec<_>>().concat();
    (out.into_iter().filter(|part| !matches!(part, StreamPart::Raw(_))).collect(), raw)
}

fn slices(pieces: &[Vec<u8>]) -> Vec<&[u8]> {
    pieces.iter().map(Vec::as_slice).collect()
}

fn text_of(parts: &[StreamPart]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        StreamPart::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

#[test]
fn what_is_told_again_is_read_as_it_was() {
    for wire in wires() {
        // Ollama tells nothing of its cache.
        let cached_tokens = if wire.word() == "ollama" { 0 } else { 12 };
        let usage = Usage { input_tokens: 20, cached_tokens, output_tokens: 9, ..Usage::default() };
        for reason in
            [FinishReason::Stop, FinishReason::Length, FinishReason::ToolCalls, FinishReason::Refusal]
        {
            // The vendor's word goes with the reason, so both come from the wire format itself.
            let said = [
                StreamPart::Reasoning("Hm. 😀".to_owned()),
                text("It is \"so\".\n"),
                call("{\"a\":1}"),
                StreamPart::Usage(usage),
            ];
            let mut stream = events(&*wire, &said).concat();
            stream.extend(wire.retell(&StreamPart::Finish(reason.into())).unwrap());
            let (parts, ended) = decode_as(&*wire, &[&stream]);
            let title = wire.title();
            assert_eq!(ended, Ok(()), "{title}");
            for part in &said {
                assert!(parts.contains(part), "{title}: {part:?} in {parts:?}");
            }
            let finish = parts.iter().find_map(|part| match part {
                StreamPart::Finish(Finish { reason, .. }) => Some(*reason),
                _ => None,
            });
            assert_eq!(finish, Some(reason), "{title}");
        }
    }
}

#[test]
fn a_key_that_is_spelled_in_pieces_is_in_neither_text_nor_recording() {
    for wire in wires() {
        let pieces = events(&*wire, &["My key is ", "sk-", "abc", "abd", ", keep it."].map(text));
        let (parts, raw) = record(&*wire, &slices(&pieces));
        assert_eq!(text_of(&parts), "My key is [redacted], keep it.", "{}", wire.title());
        assert_eq!(text_of(&decode_as(&*wire, &[&raw]).0), text_of(&parts));
        assert!(!String::from_utf8_lossy(&raw).contains("abd"));
    }
}

#[test]
fn a_key_in_the_arguments_of_a_call_is_in_neither_call_nor_recording() {
    for wire in wires() {
        let mut stream = wire.retell(&call("{\"key\":\"sk-abcabd\"}")).unwrap();
        stream.extend(wire.retell(&StreamPart::Finish(FinishReason::ToolCalls.into())).unwrap());
        let (parts, raw) = record(&*wire, &cut(&stream, &[3]));
        assert_eq!(parts[0], call("{\"key\":\"[redacted]\"}"), "{}", wire.title());
        assert!(!String::from_utf8_lossy(&raw).contains("abcabd"));
        assert_eq!(decode_as(&*wire, &[&raw]).0[0], parts[0]);
    }
}

#[test]
fn text_that_only_begins_like_a_key_is_recorded_as_it_came() {
    for wire in wires() {
        let pieces = events(&*wire, &["sk-", "abc", " is no key"].map(text));
        let (parts, raw) = record(&*wire, &slices(&pieces));
        assert_eq!(text_of(&parts), "sk-abc is no key");
        assert_eq!(raw, pieces.concat());
    }
}

#[test]
fn text_that_waits_comes_before_the_finish() {
    for wire in wires() {
        let pieces = events(&*wire, &[text("the sk-ab"), StreamPart::Finish(FinishReason::Length.into())]);
        let (parts, _) = record(&*wire, &slices(&pieces));
        assert_eq!(parts[..2], [text("the "), text("sk-ab")], "{}", wire.title());
        assert!(matches!(&parts[2], StreamPart::Finish(Finish { reason: FinishReason::Length, .. })));
    }
}

#[test]
fn a_document_without_end_is_refused_before_it_fills_the_memory() {
    for wire in wires() {
        let mut decoder = Decoder::new(&*wire);
        let piece = vec![b'<'; 1024 * 1024];
        let fed = (0..).take_while(|_| decoder.feed(&piece, &mut Vec::new()).is_ok()).count();
        assert_eq!(fed, 32, "{}", wire.title());
    }
}

proptest! {
    #[test]
    fn however_a_stream_is_cut_it_is_read_the_same_and_its_recording_says_what_its_text_says(
        texts in prop::collection::vec("[abdksé😀\n\"-]{1,5}", 0..12),
        cuts in prop::collection::vec(1usize..60, 1..12),
    ) {
        for wire in wires() {
            let parts: Vec<_> = texts.iter().map(|piece| text(piece)).collect();
            let stream = events(&*wire, &parts).concat();
            let (whole, _) = decode_as(&*wire, &[&stream]);
            let (pieces, _) = decode_as(&*wire, &cut(&stream, &cuts));
            prop_assert_eq!(joined(pieces), joined(whole));
            let (shown, raw) = record(&*wire, &cut(&stream, &cuts));
            prop_assert_eq!(&text_of(&shown), &Scrubber::new([KEY]).scrub(&texts.concat()));
            prop_assert_eq!(text_of(&decode_as(&*wire, &[&raw]).0), text_of(&shown));
        }
    }

    #[test]
    fn no_bytes_bring_a_decoder_down(
        bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(1usize..40, 1..5),
    ) {
        for wire in wires() {
            let _ = decode_as(&*wire, &cut(&bytes, &cuts));
        }
    }
}
