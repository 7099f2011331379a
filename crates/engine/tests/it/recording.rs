//! When parts of an answer reach the store.

use crate::support::{Asked, Entry, StoreCall, World};
use formaops_domain::{ExecutionStatus, OutputPart, ports::RecordingPart};
use std::time::Duration;
use tokio::time::Instant;

fn bytes(part: &RecordingPart) -> String {
    let all: Vec<u8> = part.frames.iter().flat_map(|(_, bytes)| bytes.to_vec()).collect();
    String::from_utf8(all).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_came_is_kept_after_a_quarter_of_a_second() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    let came = Instant::now();
    call.raw("data: Hello\n\n");
    call.text("Hello");
    world.journal.streamed(id, "Hello").await;
    tokio::time::advance(Duration::from_millis(100)).await;
    call.raw("data:  Ada\n\n");
    call.text(" Ada");
    world.journal.streamed(id, "Hello Ada").await;
    assert!(world.journal.parts().is_empty());

    while world.journal.parts().is_empty() {
        tokio::time::advance(Duration::from_millis(1)).await;
        tokio::task::yield_now().await;
    }
    assert!((250..=252).contains(&came.elapsed().as_millis()), "{:?}", came.elapsed());
    let part = world.journal.parts().remove(0);
    assert_eq!((part.text.as_str(), bytes(&part).as_str()), ("Hello Ada", "data: Hello\n\ndata:  Ada\n\n"));
    let times: Vec<_> = part.frames.iter().map(|(at, _)| at.as_micros() / 1000).collect();
    assert_eq!(times, [0, 100]);

    call.raw("data: !\n\n");
    call.text("!");
    call.finish();
    world.ended(1).await;
    let last = &world.journal.outcomes()[0].last_part;
    assert_eq!((last.text.as_str(), bytes(last).as_str()), ("!", "data: !\n\n"));
}

#[tokio::test(start_paused = true)]
async fn sixty_four_kibibytes_are_kept_without_waiting() {
    let world = World::new();
    let (_, call) = world.one_call(Asked::default()).await;
    let came = Instant::now();
    let kibibyte = "x".repeat(1 << 10);
    for _ in 0..64 {
        call.raw(&kibibyte);
    }
    call.text("x");
    world.journal.until(|entry| matches!(entry, Entry::Appended(_)).then_some(())).await;
    assert_eq!(came.elapsed(), Duration::ZERO);
    call.finish();
    world.ended(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_part_that_the_store_refused_is_kept_with_the_next_nothing_twice_and_in_order() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.fail(StoreCall::Append, 2);
    for piece in ["one ", "two ", "three ", "four "] {
        call.raw(piece);
        call.text(piece);
        let so_far = world.journal.chunks(id, OutputPart::Text);
        world.journal.streamed(id, &(so_far + piece)).await;
        tokio::time::sleep(Duration::from_millis(251)).await;
    }
    call.finish();
    world.journal.told(id, ExecutionStatus::Completed).await;
    let mut parts = world.journal.parts();
    parts.push(world.journal.outcomes().remove(0).last_part);
    let text: String = parts.iter().map(|part| part.text.as_str()).collect();
    let frames: String = parts.iter().map(bytes).collect();
    assert_eq!((text.as_str(), frames.as_str()), ("one two three four ", "one two three four "));
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_on_its_way_at_the_end_is_waited_for_and_not_kept_twice() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.stall(StoreCall::Append);
    call.text("Hello");
    tokio::time::sleep(Duration::from_millis(300)).await;
    call.text(" Ada");
    call.finish();
    world.journal.streamed(id, "Hello Ada").await;
    world.store.go_on();
    world.ended(1).await;
    assert_eq!(world.journal.parts()[0].text, "Hello");
    assert_eq!(world.journal.outcomes()[0].last_part.text, " Ada");
}

#[tokio::test(start_paused = true)]
async fn a_provider_has_to_wait_while_the_store_is_far_behind() {
    let world = World::new();
    let (id, call) = world.one_call(Asked::default()).await;
    world.store.stall(StoreCall::Append);
    let mebibyte = "x".repeat(1 << 20);
    for _ in 0..20 {
        call.text(&mebibyte);
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let taken = world.journal.chunks(id, OutputPart::Text).len() >> 20;
    assert!((8..=10).contains(&taken), "{taken} MiB were taken in");
    world.store.go_on();
    call.finish();
    world.ended(1).await;
    assert_eq!(world.journal.outcomes()[0].output.len(), 20 << 20);
}
