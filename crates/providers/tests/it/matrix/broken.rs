//! Answers that stop, fall silent, break, or are something else.

use super::{TEXT, WIRES, World};
use crate::world::{Answer, call_with};
use formaops_domain::{ErrorClass, ports::StreamPart};
use formaops_testkit::{Gate, Reply, request};
use futures::StreamExt as _;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_stream_that_is_cut_off_keeps_its_text_however_it_was_cut() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let whole = wire.golden().into_reply().body_bytes();
        let begun = || Reply::status(200).chunked().bytes(wire.begun());
        for (how, reply) in [
            ("as if all was said", begun()),
            ("before the last chunk", begun().then_close()),
            ("with the connection", begun().until_close()),
            ("in the middle of an event", begun().bytes(whole[..5].to_vec())),
        ] {
            let answer = world.answered(reply).await;
            let what = format!("{} cut {how}", wire.name());
            assert_eq!((answer.class(), answer.text().as_str()), (ErrorClass::Truncated, "so far"), "{what}");
            assert!(answer.failure().hint.contains("What came before is kept"), "{what}");
            assert_eq!(answer.finish(), None, "{what}");
        }
    }
}

#[tokio::test]
async fn wherever_an_answer_is_cut_what_came_is_a_beginning_of_it() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let whole = wire.golden().into_reply().body_bytes();
        for end in (0..whole.len()).step_by(7) {
            let answer = world.answered(Reply::status(200).bytes(whole[..end].to_vec())).await;
            let what = format!("{} cut at {end}", wire.name());
            assert!(TEXT.starts_with(&answer.text()), "{what}: {:?}", answer.text());
            match &answer.failure {
                Some(failure) => {
                    let class = failure.class;
                    assert!(
                        matches!(class, ErrorClass::Truncated | ErrorClass::Reset),
                        "{what}: {failure:?}"
                    );
                    assert!(class == ErrorClass::Truncated || answer.text().is_empty(), "{what}");
                }
                // All that was missing is no text.
                None => {
                    assert_eq!((answer.text().as_str(), answer.finish().is_some()), (TEXT, true), "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn garbage_is_called_what_it_is_and_the_text_before_it_stands() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let binary: Vec<u8> = (128..=255).chain([b'\n', b'\n']).collect();
        for (garbage, before) in [
            (wire.garbage.to_vec(), ""),
            (wire.garbage.to_vec(), "so far"),
            (binary, ""),
            (b"{}".to_vec(), ""),
        ] {
            let begun = if before.is_empty() { Vec::new() } else { wire.begun() };
            let answer = world.answered(Reply::status(200).bytes([begun, garbage].concat())).await;
            let found = (answer.class(), answer.text());
            assert_eq!(found, (ErrorClass::InvalidResponse, before.to_owned()), "{}", wire.name());
            assert!(
                answer.failure().message.starts_with("`local` answered with something"),
                "{}",
                answer.failure()
            );
            assert!(answer.failure().detail.is_some() && answer.failure().hint.contains("127.0.0.1"));
        }
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_an_answer_is_named_by_its_title() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let page = "\n<!DOCTYPE html><html><title>Sign in</title>";
        for reply in [Reply::html(200, page), Reply::status(200).bytes(page).chunked().cut(1)] {
            let answer = world.answered(reply).await;
            assert_eq!(answer.class(), ErrorClass::InvalidResponse, "{}", wire.name());
            assert!(answer.failure().message.contains("web page"), "{}", answer.failure());
            assert_eq!(answer.failure().detail.as_deref(), Some("Sign in"), "{}", wire.name());
        }
    }
}

#[tokio::test]
async fn nothing_at_all_may_be_tried_again() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for (what, reply) in [
            ("closed in place of an answer", Reply::close()),
            ("reset in place of an answer", Reply::reset()),
            ("an empty body", Reply::status(200)),
            ("nothing but line ends", Reply::status(200).bytes("\r\n\r\n\n")),
        ] {
            let answer = world.answered(reply).await;
            assert_eq!(answer.class(), ErrorClass::Reset, "{} {what}", wire.name());
            assert!(answer.class().is_retryable() && answer.failure().hint.starts_with("Run again"));
        }
        assert_eq!(world.server.counts().received, 4, "nothing is tried again behind our back");
    }
}

#[tokio::test]
async fn a_reset_in_the_middle_keeps_the_text_before_it() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let gate = Gate::new();
        let reply = Reply::status(200).chunked().bytes(wire.begun()).pass(&gate).then_reset();
        world.server.enqueue(reply);
        let mut stream = world.provider.stream(request("any", "Hi"));
        let mut text = String::new();
        // The reset must not overtake the text.
        while text != "so far" {
            if let StreamPart::Text(piece) = stream.next().await.unwrap().unwrap() {
                text.push_str(&piece);
            }
        }
        gate.open();
        let rest = Answer::of(stream).await;
        assert_eq!((rest.class(), rest.text().as_str()), (ErrorClass::Reset, ""), "{}", wire.name());
    }
}

#[tokio::test]
async fn silence_ends_at_its_timeout_and_keeps_the_text_before_it() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let stall = || Reply::status(200).chunked().bytes(wire.begun()).then_silence();
        // Each has a model of its own: where the time is over before the request has come, its reply waits for
        // nobody else.
        for (model, reply, idle, first_token, words, text) in [
            ("silent-head", Reply::silence(), LONG, SHORT, "did not begin to answer within 0.02 s", ""),
            (
                "silent-body",
                Reply::status(200).chunked().then_silence(),
                LONG,
                SHORT,
                "did not begin to answer",
                "",
            ),
            ("stalled", stall(), SHORT, LONG, "fell silent for 0.02 s", "so far"),
        ] {
            world.server.script(model, reply);
            let answer = call_with(&world.provider, |request| {
                request.model = model.to_owned();
                request.timeouts.idle = idle;
                request.timeouts.first_token = first_token;
                request.timeouts.total = LONG;
            })
            .await;
            let what = format!("{}: {words}", wire.name());
            assert_eq!((answer.class(), answer.text().as_str()), (ErrorClass::Timeout, text), "{what}");
            assert!(answer.failure().message.contains(words), "{what}: {}", answer.failure());
            world.server.wait_for(|counts| counts.in_flight == 0).await;
        }
    }
}

#[tokio::test]
async fn giving_up_closes_the_connection() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        world.server.enqueue(Reply::status(200).chunked().bytes(wire.begun()).then_silence());
        let mut stream = world.provider.stream(request("any", "Hi"));
        while !matches!(stream.next().await, Some(Ok(StreamPart::Text(_)))) {}
        assert_eq!(world.server.counts().in_flight, 1, "{}", wire.name());
        drop(stream);
        world.server.wait_for(|counts| counts.in_flight == 0).await;
    }
}
