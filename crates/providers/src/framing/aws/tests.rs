//! Messages as the specification gives them, changed on their way, and cut anywhere.

use super::*;
use proptest::prelude::*;

fn parse(pieces: &[&[u8]]) -> (Vec<Event>, Result<(), FrameError>) {
    let (mut parser, mut events) = (Parser::default(), Vec::new());
    let fed = pieces.iter().try_for_each(|piece| parser.feed(piece, &mut events));
    (events, fed)
}

fn told(name: &str, data: &str) -> Vec<u8> {
    message(&[(":message-type", "event"), (":event-type", name)], data.as_bytes())
}

fn event_of(name: &str, data: &str) -> Event {
    Event { name: name.to_owned(), data: data.to_owned() }
}

/// With a payload and one header that is text.
const PLAIN: &[u8] =
    b"\x00\x00\x00=\x00\x00\x00 \x07\xfd\x83\x96\x0ccontent-type\x07\x00\x10application/json\
    {'foo':'bar'}\x8d\x9c\x08\xb1";

/// With a header of each type.
const ALL_TYPES: &[u8] = b"\x00\x00\x00\x62\x00\x00\x00\x52\x03\xb5\xcb\x9c\x010\x00\x011\x01\x012\x02\x02\
    \x013\x03\x00\x03\x014\x04\x00\x00\x00\x04\x015\x05\x00\x00\x00\x00\x00\x00\x00\x05\x016\x06\x00\x05bytes\
    \x017\x07\x00\x04utf8\x018\x08\x00\x00\x00\x00\x00\x00\x00\x08\x019\x090123456789abcdef\x63\x35\x36\x71";

#[test]
fn messages_of_other_makers_are_read_and_ours_are_the_same() {
    assert_eq!(parse(&[PLAIN]).0, [event_of("", "{'foo':'bar'}")]);
    assert_eq!(message(&[("content-type", "application/json")], b"{'foo':'bar'}"), PLAIN);
    assert_eq!(open(ALL_TYPES), Ok((vec![("7", "utf8")], b"".as_slice())));
    let empty = b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2H\xeb}\x98\xc8\xff";
    assert_eq!(message(&[], b""), empty);
}

#[test]
fn exceptions_and_errors_are_events_that_say_so() {
    let exception = [(":message-type", "exception"), (":exception-type", "throttlingException")];
    let error = [(":message-type", "error"), (":error-code", "Gone"), (":error-message", "it is")];
    for (bytes, data) in [
        (
            message(&exception, b"{\"message\":\"slow down\"}"),
            r#"{"message":"slow down","type":"throttlingException"}"#,
        ),
        (message(&exception, b"slow down"), r#"{"message":"slow down","type":"throttlingException"}"#),
        (message(&error, b""), r#"{"type":"Gone","message":"it is"}"#),
    ] {
        assert_eq!(parse(&[&bytes]).0, [event_of("error", data)]);
    }
}

#[test]
fn a_message_that_was_changed_on_its_way_is_refused_and_those_before_it_stand() {
    let whole = told("ping", "{\"a\":1}");
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        let (events, fed) = parse(&[&whole, &changed]);
        assert_eq!((events.len(), fed), (1, Err(FrameError::Corrupt)), "{at}");
    }
    // Lengths that do not fit each other, with checksums that are right.
    for (length, headers) in [(15_u32, 0_u32), (16, 1), (0, 0), (61, 46)] {
        let mut lying = [length.to_be_bytes(), headers.to_be_bytes()].concat();
        lying.extend(crc32fast::hash(&lying).to_be_bytes());
        assert_eq!(parse(&[&lying]).1, Err(FrameError::Corrupt), "{length} {headers}");
    }
    // A header that is longer than all of them, or of no type that there is.
    for headers in [b"\x09ab".as_slice(), b"\x01a", b"\x01a\x07\x00\x09b", b"\x01a\x0a"] {
        let mut lying = [16 + headers.len() as u32, headers.len() as u32].map(u32::to_be_bytes).concat();
        lying.extend(crc32fast::hash(&lying).to_be_bytes());
        lying.extend(headers);
        lying.extend(crc32fast::hash(&lying).to_be_bytes());
        assert_eq!(parse(&[&lying]).1, Err(FrameError::Corrupt), "{headers:?}");
    }
}

#[test]
fn a_message_that_is_too_long_is_refused_before_it_comes() {
    let mut prelude = [u32::MAX, 0].map(u32::to_be_bytes).concat();
    prelude.extend(crc32fast::hash(&prelude).to_be_bytes());
    assert_eq!(parse(&[&prelude]).1, Err(FrameError::TooLong));
}

#[test]
fn a_message_that_lost_a_key_is_whole_again() {
    let scrubber = Scrubber::new(["sk-secret"]);
    assert_eq!(scrubbed(&told("a", "{}"), &scrubber), None);
    for (name, data, clean) in [
        ("a", "{\"key\":\"sk-secret\"}", ("a", "{\"key\":\"[redacted]\"}")),
        ("sk-secret", "{}", ("[redacted]", "{}")),
    ] {
        let message = scrubbed(&told(name, data), &scrubber).unwrap();
        assert_eq!(parse(&[&message]), (vec![event_of(clean.0, clean.1)], Ok(())));
    }
}

proptest! {
    #[test]
    fn however_messages_are_cut_they_are_the_same(
        said in prop::collection::vec(("[a-z]{0,9}", "[a-zé{}\"]{0,40}"), 0..5),
        cuts in prop::collection::vec(1usize..30, 1..6),
    ) {
        let stream = said.iter().map(|(name, data)| told(name, data)).collect::<Vec<_>>().concat();
        let (events, fed) = parse(&crate::http::tests::cut(&stream, &cuts));
        prop_assert_eq!(fed, Ok(()));
        prop_assert_eq!(events, said.iter().map(|(name, data)| event_of(name, data)).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_not_complete_is_pending(data in "[a-z]{0,40}", missing in 1usize..50) {
        let whole = told("a", &data);
        let part = &whole[..whole.len().saturating_sub(missing)];
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        prop_assert_eq!(parser.feed(part, &mut events), Ok(()));
        prop_assert_eq!((events.len(), parser.pending()), (0, part.len()));
    }
}
