//! What came from the model: text in windows, and the bytes as they were.

use crate::world::{World, at, outcome, part};
use formaops_domain::{OutputPart, OutputWindow};
use formaops_domain::{RequestHash, Span, ports::Outcome};
use formaops_store::{MOST_OUTPUT_BYTES, StoreError};
use formaops_testkit::{attempt_id, execution_id};

async fn window(world: &World, offset: u64, limit: u64) -> OutputWindow {
    world.store.get_output(execution_id(1), OutputPart::Text, offset, limit).await.unwrap()
}

#[tokio::test]
async fn text_can_be_read_while_it_comes() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    let empty = OutputWindow { text: String::new(), offset: 0, next: 0, total: 0, complete: false };
    assert_eq!(window(&world, 0, 100).await, empty);
    world.start(1).await;
    for (millis, text) in [(250, "Grüße "), (500, ""), (750, "aus "), (1000, "Köln")] {
        world.store.append_recording(part(1, millis, text)).await.unwrap();
    }
    let running = world.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!((running.preview.as_str(), running.output_bytes), ("Grüße aus Köln", 17));
    let whole =
        OutputWindow { text: "Grüße aus Köln".into(), offset: 0, next: 17, total: 17, complete: false };
    assert_eq!(window(&world, 0, 100).await, whole);
    // From within the second character of two bytes, over the border of two parts.
    let middle = window(&world, 5, 9).await;
    assert_eq!((middle.text.as_str(), middle.offset, middle.next), ("ße aus K", 4, 13));
    assert_eq!(
        window(&world, 99, 9).await,
        OutputWindow { text: String::new(), offset: 17, ..whole.clone() }
    );

    world.finish(1, "Grüße aus Köln!").await;
    let done =
        OutputWindow { text: "Grüße aus Köln!".into(), next: 18, total: 18, complete: true, ..whole };
    assert_eq!(window(&world, 0, 100).await, done);
}

#[tokio::test]
async fn a_long_text_comes_in_windows_that_join_to_the_whole() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let text = "a€😀".repeat(400_000);
    world.finish(1, &text).await;
    let (mut offset, mut read) = (0, String::new());
    loop {
        let window = window(&world, offset, u64::MAX).await;
        assert_eq!((window.offset, window.total), (offset, text.len() as u64));
        assert!(window.text.len() as u64 <= MOST_OUTPUT_BYTES);
        read.push_str(&window.text);
        if window.next == window.total {
            break;
        }
        assert!(window.next > offset);
        offset = window.next;
    }
    assert!(read == text);
    // A text that repeats itself is small on disk.
    assert!(world.store.get_size().await.unwrap() < 1 << 20);
}

#[tokio::test]
async fn reasoning_has_windows_of_its_own() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let thought = Outcome { reasoning: "let me see".into(), ..outcome(1, "42") };
    let ended = world.store.finish_attempt(&thought).await.unwrap();
    let listed = world.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!((ended.reasoning_bytes, listed.reasoning_bytes, listed.output_bytes), (10, 10, 2));
    let window = world.store.get_output(execution_id(1), OutputPart::Reasoning, 4, 100).await.unwrap();
    let expected = OutputWindow { text: "me see".into(), offset: 4, next: 10, total: 10, complete: true };
    assert_eq!(window, expected);
    let missing = world.store.get_output(crate::world::nobody(), OutputPart::Text, 0, 9).await;
    assert!(matches!(missing, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn a_recording_is_one_row_of_frames_with_their_times() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    world.store.append_recording(part(1, 250, "one ")).await.unwrap();
    world.store.append_recording(part(1, 500, "two ")).await.unwrap();
    assert_eq!(world.store.find_recording(attempt_id(1)).await.unwrap(), None);
    let hash = RequestHash::from_array([3; 32]);
    let ended =
        Outcome { request_hash: Some(hash), last_part: part(1, 750, "three"), ..outcome(1, "one two three") };
    world.store.finish_attempt(&ended).await.unwrap();
    let recording = world.store.find_recording(attempt_id(1)).await.unwrap().unwrap();
    let frames: Vec<_> =
        recording.frames.iter().map(|(at, bytes)| (at.as_micros(), bytes.to_vec())).collect();
    let expected = [(250, "one "), (500, "two "), (750, "three")];
    assert_eq!(frames, expected.map(|(millis, text)| (millis * 1000, text.as_bytes().to_vec())));
    assert_eq!((recording.request_hash, recording.recorded_at), (Some(hash), at(15)));
}

#[tokio::test]
async fn any_bytes_are_recorded_and_an_empty_answer_too() {
    let world = World::new().await;
    world.run(&["dry-run:a", "dry-run:b"]).await;
    world.start(1).await;
    world.start(2).await;
    let raw: Vec<u8> = (0..=255).collect();
    let mut last = part(1, 0, "");
    last.frames = vec![(Span::from_micros(1), raw.clone().into()), (Span::from_micros(2), Vec::new().into())];
    let text = "nul \0 stays";
    world.store.finish_attempt(&Outcome { last_part: last, ..outcome(1, text) }).await.unwrap();
    let frames = world.store.find_recording(attempt_id(1)).await.unwrap().unwrap().frames;
    assert_eq!((frames[0].1.to_vec(), frames[1].1.len(), frames.len()), (raw, 0, 2));
    assert_eq!(window(&world, 0, 100).await.text, text);
    assert_eq!(world.store.get_execution(execution_id(1)).await.unwrap().preview, "nul \u{2400} stays");

    world.store.finish_attempt(&Outcome { last_part: part(2, 0, ""), ..outcome(2, "") }).await.unwrap();
    assert_eq!(world.store.find_recording(attempt_id(2)).await.unwrap().unwrap().frames, []);
}

#[tokio::test]
async fn a_part_that_is_on_its_way_when_the_attempt_ends_is_not_lost() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    // Both are on their way at once, and arrive in this order.
    let outcome = Outcome { last_part: part(1, 500, "two"), ..outcome(1, "one two") };
    let (appended, ended) = tokio::join!(
        world.store.append_recording(part(1, 250, "one ")),
        world.store.finish_attempt(&outcome),
    );
    appended.unwrap();
    ended.unwrap();
    let frames = world.store.find_recording(attempt_id(1)).await.unwrap().unwrap().frames;
    assert_eq!(frames.len(), 2);
}

#[tokio::test]
async fn the_preview_is_the_first_characters() {
    let world = World::new().await;
    world.run(&["dry-run:a"]).await;
    world.start(1).await;
    let text = "ü".repeat(300);
    world.store.append_recording(part(1, 1, &text[..400])).await.unwrap();
    world.store.append_recording(part(1, 2, &text[400..])).await.unwrap();
    let running = world.store.get_execution(execution_id(1)).await.unwrap();
    assert_eq!((running.preview.clone(), running.output_bytes), ("ü".repeat(256), 600));
    assert_eq!(world.finish(1, &text).await.preview, running.preview);
}
