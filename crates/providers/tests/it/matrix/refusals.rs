//! Answers that are no success, and errors inside of one that began so.

use super::{WIRES, World};
use formaops_domain::ErrorClass;
use formaops_testkit::{Reply, ScriptedServer};

/// A status, its class, what is said of it, and a part of what to do.
type Refusal = (u16, ErrorClass, &'static str, &'static str);

const REFUSALS: [Refusal; 15] = [
    (400, ErrorClass::BadRequest, "`local` refused the request, with status 400", "Read what it says"),
    (
        401,
        ErrorClass::Authentication,
        "`local` does not accept the key in `LOCAL_API_KEY`",
        "Put a valid key",
    ),
    (402, ErrorClass::NoQuota, "the account at `local` has no quota left", "Add credit"),
    (403, ErrorClass::Permission, "`local` does not allow the use of `any`", "Choose another model"),
    (404, ErrorClass::NotFound, "`local` has nothing at this address", "Check the base URL"),
    (408, ErrorClass::Timeout, "`local` gave up waiting for the request", "Run again"),
    (
        409,
        ErrorClass::BadRequest,
        "`local` is busy with something that this request conflicts with",
        "Run again in a little while",
    ),
    (413, ErrorClass::BadRequest, "`local` takes no request that large", "Shorten the prompt"),
    (422, ErrorClass::BadRequest, "`local` refused the request, with status 422", "Read what it says"),
    (429, ErrorClass::RateLimited, "`local` is called too often", "Wait a little"),
    (500, ErrorClass::ServerError, "`local` failed to answer, with status 500", "Run again"),
    (502, ErrorClass::ServerError, "`local` failed to answer, with status 502", "Run again"),
    (503, ErrorClass::ServerError, "`local` is overloaded or down for the moment", "in a little while"),
    (504, ErrorClass::ServerError, "a gateway gave up waiting for `local`", "a shorter answer"),
    (529, ErrorClass::ServerError, "`local` is overloaded or down for the moment", "in a little while"),
];

#[tokio::test]
async fn every_status_has_its_class_its_words_and_what_to_do() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for (status, class, message, hint) in REFUSALS {
            let what = format!("{} {status}", wire.name());
            let answer = world.answered(wire.error(status, "Something was wrong.")).await;
            let failure = answer.failure();
            assert_eq!((failure.class, failure.message.as_str()), (class, message), "{what}");
            assert!(failure.hint.contains(hint), "{what}: {}", failure.hint);
            assert_eq!(failure.http_status, Some(status), "{what}");
            assert_eq!(failure.detail.as_deref(), Some("Something was wrong."), "{what}");
            assert_eq!(failure.retry_after, None, "{what}");
            assert!(!answer.raw().is_empty() && answer.text().is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_status_alone_or_with_words_for_people_says_as_much() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for (status, class, message, _) in REFUSALS {
            let page = format!("<html><title>{status} at the gate</title>");
            for (reply, detail) in [
                (Reply::status(status), None),
                (Reply::status(status).bytes("Sorry."), Some("Sorry.".to_owned())),
                (Reply::html(status, &page), Some(format!("{status} at the gate"))),
            ] {
                let answer = world.answered(reply).await;
                let failure = answer.failure();
                let found = (failure.class, failure.message.as_str(), &failure.detail);
                assert_eq!(found, (class, message, &detail), "{} {status}", wire.name());
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_heard_in_seconds_and_as_a_date() {
    // The clock of these stories stands at the beginning of 2026.
    for (header, value, seconds) in [
        ("retry-after", "7", 7),
        ("retry-after", "0.5", 1),
        ("retry-after-ms", "1500", 2),
        ("retry-after", "Thu, 01 Jan 2026 00:01:00 GMT", 60),
    ] {
        for wire in &WIRES {
            let world = World::of(wire).await;
            for status in [429, 503, 529] {
                let reply = wire.error(status, "Slow down.").header(header, value);
                let answer = world.answered(reply).await;
                assert_eq!(answer.failure().retry_after, Some(seconds), "{} {status} {value}", wire.name());
                let says_so = answer.failure().hint.contains(&format!("{seconds} s"));
                assert_eq!(says_so, status == 429, "{}", answer.failure().hint);
            }
        }
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_keeps_the_text_before_it() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        for before in ["", "so far"] {
            let answer = world.answered(wire.chat().text(before).error("It broke.", "server_error")).await;
            assert_eq!((answer.text().as_str(), answer.finish()), (before, None), "{}", wire.name());
            let failure = answer.failure();
            assert_eq!(failure.class, ErrorClass::ServerError, "{}", wire.name());
            assert_eq!(failure.detail.as_deref(), Some("It broke."), "{}", wire.name());
            assert!(
                failure.message.contains("`local`") && failure.hint.starts_with("Run again"),
                "{failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_error_in_a_document_that_began_with_success_is_an_error() {
    for wire in &WIRES {
        let world = World::of(wire).await;
        let error = wire.error(500, "It broke.");
        let answer = world.answered(Reply::status(200).bytes(error.body_bytes())).await;
        assert_eq!(answer.class(), ErrorClass::ServerError, "{}", wire.name());
        assert_eq!(answer.failure().detail.as_deref(), Some("It broke."), "{}", wire.name());
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_nothing_is_sent_after_it() {
    let other = ScriptedServer::start().await;
    for wire in &WIRES {
        let world = World::of(wire).await;
        let target = other.base_url().join(wire.call).unwrap();
        let answer = world.answered(Reply::redirect(target.as_str())).await;
        assert_eq!(answer.class(), ErrorClass::Redirect, "{}", wire.name());
        assert!(
            answer.failure().message.contains(&format!("redirects to `{target}`")),
            "{}",
            answer.failure()
        );
        assert!(answer.failure().hint.contains("base URL"), "{}", answer.failure().hint);
    }
    assert!(other.requests().is_empty());
}
