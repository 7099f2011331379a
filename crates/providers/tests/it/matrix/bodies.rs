//! Answers that are right, in every way that a body can be sent, and with numbers that are not.

use super::{TEXT, THOUGHT, WIRES, World, assert_golden};
use crate::world::{Answer, call_with};
use flate2::{Compression, write::GzEncoder};
use formaops_domain::{ErrorClass, ports::StreamPart};
use formaops_testkit::{Gate, Reply, request};
use std::io::Write as _;

#[tokio::test]
async fn an_answer_that_drips_byte_by_byte_is_the_same_answer() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let golden = wire.golden().into_reply();
        let count = golden.body_bytes().len();
        let gate = Gate::new();
        world.server.enqueue(golden.drip(&gate));
        // Each byte is sent once the one before it is out.
        let drip = async {
            for byte in 1..=count {
                gate.reached(byte).await;
                gate.open();
            }
            std::future::pending::<()>().await;
        };
        let answer = tokio::select! {
            answer = Answer::of(world.provider.stream(request("any", "Hi"))) => answer,
            () = drip => unreachable!("it waits for the answer"),
        };
        assert_golden(&answer, wire.name());
        let thought: String = answer
            .parts
            .iter()
            .filter_map(|part| match part {
                StreamPart::Reasoning(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(thought, THOUGHT, "{}", wire.name());
    }
}

#[tokio::test]
async fn it_does_not_matter_where_the_bytes_are_cut() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for size in [1, 2, 3, 5, 7, 64, 4096] {
            let answer = world.answered(wire.golden().into_reply().cut(size)).await;
            assert_golden(&answer, &format!("{}, {size} bytes at a time", wire.name()));
        }
    }
}

#[tokio::test]
async fn chunked_with_a_length_or_until_the_end_it_is_the_same_answer() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let body = wire.golden().into_reply().body_bytes();
        let whole = || Reply::status(200).bytes(body.clone());
        for (how, reply) in [
            ("with its length", whole()),
            ("in chunks", whole().chunked().cut(11)),
            ("until the connection ends", whole().until_close()),
        ] {
            assert_golden(&world.answered(reply).await, &format!("{} {how}", wire.name()));
        }
    }
}

#[tokio::test]
async fn a_wrong_content_type_is_no_reason_to_turn_an_answer_down() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for kind in ["text/plain", "application/octet-stream", "text/html; charset=latin1", "nonsense", ""] {
            let reply = Reply::status(200).header("content-type", kind);
            let answer = world.answered(reply.bytes(wire.golden().into_reply().body_bytes())).await;
            assert_golden(&answer, &format!("{} as `{kind}`", wire.name()));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_compressed_unasked_is_read_or_named() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let zip = |body: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        };
        let gzip = |status, body: &[u8]| {
            Reply::status(status).header("content-encoding", "gzip").bytes(zip(body)).chunked().cut(7)
        };
        let answer = world.answered(gzip(200, &wire.golden().into_reply().body_bytes())).await;
        assert_golden(&answer, wire.name());
        let error = wire.error(401, "Wrong key.");
        let answer = world.answered(gzip(401, &error.body_bytes())).await;
        assert_eq!(answer.failure().detail.as_deref(), Some("Wrong key."), "{}", wire.name());

        for (status, class) in [(200, ErrorClass::InvalidResponse), (401, ErrorClass::Authentication)] {
            for way in ["br", "zstd", "x-unheard-of"] {
                let reply = Reply::status(status).header("content-encoding", way).bytes(zip(b"{}"));
                let answer = world.answered(reply).await;
                assert_eq!((answer.class(), &answer.failure().detail), (class, &None), "{}", wire.name());
                let named = answer.failure().message.contains(&format!("`{way}`"));
                assert_eq!(named, status == 200, "{}", answer.failure());
            }
        }
    }
}

#[tokio::test]
async fn ten_megabytes_arrive_whole() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let answer = call_with(&world.provider, |request| request.model = "big-10mb".to_owned()).await;
        assert_eq!((answer.text().len(), &answer.failure), (10_000_000, &None), "{}", wire.name());
    }
}

#[tokio::test]
async fn usage_that_is_missing_or_absurd_costs_no_text_and_is_not_believed() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let answer = world.answered(wire.chat().text(TEXT)).await;
        assert_eq!((answer.text().as_str(), answer.usage()), (TEXT, None), "{}", wire.name());

        let golden = wire.golden().into_reply().body_bytes();
        for number in [
            "-1",
            "\"4711\"",
            "null",
            "true",
            "[]",
            "{}",
            "0.5",
            "1e300",
            "18446744073709551615",
            "99999999999999999999",
        ] {
            // In one place, and in both.
            for places in [&["4711"][..], &["4711", "4712"]] {
                let body =
                    places.iter().fold(golden.clone(), |body, place| (wire.reworded)(&body, place, number));
                let answer = world.answered(Reply::status(200).bytes(body)).await;
                let what = format!("{} {number}", wire.name());
                assert_eq!((answer.text().as_str(), &answer.failure), (TEXT, &None), "{what}");
                assert!(answer.finish().is_some(), "{what}");
                let usage = answer.usage().unwrap_or_default();
                assert!(usage.input_tokens <= 4711 && usage.output_tokens <= 4712, "{what}: {usage:?}");
            }
        }
    }
}
