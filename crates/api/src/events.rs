//! The one stream of events, and what each subscriber gets of it.
//!
//! Publishing never waits for a subscriber. What a subscriber has not taken yet is joined where it can
//! be (one text of an execution, states of one thing); one that lags behind by more than [`MOST_BYTES`] or
//! [`MOST_EVENTS`] gets a single `resync` in place of what it missed, and reads again.

use formaops_domain::{Event, EventBody, ports::EventSink};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// The least time between two batches of one subscriber: one frame of a screen.
const PACE: Duration = Duration::from_millis(16);
/// The most text that waits for one subscriber.
const MOST_BYTES: usize = 4 << 20;
/// The most events that wait for one subscriber.
const MOST_EVENTS: usize = 4096;
/// How far back a newer event looks for the one it can be joined with.
const LOOK_BACK: usize = 64;

/// Where events are published and subscribed to. Clones are the same hub.
#[derive(Clone, Default)]
pub struct EventHub(Arc<Mutex<Hub>>);

#[derive(Default)]
struct Hub {
    seq: u64,
    subscribers: Vec<Weak<Subscriber>>,
}

#[derive(Default)]
struct Subscriber {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<Event>,
    bytes: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while these locks are held; if it did, the events in them would still be sound.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl EventHub {
    /// Events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        let subscriber = Arc::new(Subscriber::default());
        lock(&self.0).subscribers.push(Arc::downgrade(&subscriber));
        Subscription { subscriber, last: None }
    }

    /// Passes on an event of another process as it is.
    pub(crate) fn forward(&self, event: &Event) {
        let mut hub = lock(&self.0);
        hub.seq = hub.seq.max(event.seq);
        hub.send(event);
    }
}

impl EventSink for EventHub {
    fn publish(&self, body: EventBody) {
        let mut hub = lock(&self.0);
        hub.seq += 1;
        let event = Event { seq: hub.seq, body };
        hub.send(&event);
    }
}

impl Hub {
    fn send(&mut self, event: &Event) {
        self.subscribers.retain(|subscriber| match subscriber.upgrade() {
            Some(subscriber) => {
                lock(&subscriber.queue).push(event);
                subscriber.filled.notify_one();
                true
            }
            None => false,
        });
    }
}

impl Queue {
    fn push(&mut self, event: &Event) {
        if matches!(self.events.front(), Some(Event { body: EventBody::Resync, .. })) {
            // Everything will be read again, so only the newest number matters.
            self.events[0].seq = event.seq;
            return;
        }
        if !self.join(event) {
            self.events.push_back(event.clone());
        }
        if let EventBody::ExecutionChunk { text, .. } = &event.body {
            self.bytes += text.len();
        }
        if self.bytes > MOST_BYTES || self.events.len() > MOST_EVENTS {
            self.events.clear();
            self.bytes = 0;
            self.events.push_back(Event { seq: event.seq, body: EventBody::Resync });
        }
    }

    /// Joins an event with one that waits already; `false` where there is none to join with.
    fn join(&mut self, event: &Event) -> bool {
        for waiting in self.events.iter_mut().rev().take(LOOK_BACK) {
            match (&mut waiting.body, &event.body) {
                (
                    EventBody::ExecutionChunk { execution_id, part, offset, bytes, text },
                    EventBody::ExecutionChunk {
                        execution_id: same,
                        part: same_part,
                        offset: next,
                        bytes: more,
                        text: further,
                    },
                ) if execution_id == same && part == same_part => {
                    if *offset + *bytes != *next {
                        return false;
                    }
                    text.push_str(further);
                    *bytes += more;
                    waiting.seq = event.seq;
                    return true;
                }
                // A chunk may not overtake a change of its execution's state.
                (
                    EventBody::ExecutionUpdated { execution },
                    EventBody::ExecutionChunk { execution_id, .. },
                ) if execution.id == *execution_id => {
                    return false;
                }
                (EventBody::RunUpdated { run: waiting_run }, EventBody::RunUpdated { run })
                    if waiting_run.id == run.id =>
                {
                    waiting_run.clone_from(run);
                    return true;
                }
                (EventBody::Changed { noun, id }, EventBody::Changed { noun: same_noun, id: same_id })
                    if noun == same_noun && id == same_id =>
                {
                    return true;
                }
                _ => {}
            }
        }
        false
    }
}

/// Events from the moment of subscribing on.
pub struct Subscription {
    subscriber: Arc<Subscriber>,
    last: Option<Instant>,
}

impl Subscription {
    /// The events since the last batch: at once after a pause, else a frame after the last batch.
    ///
    /// Cancel safe: events are taken only when they are answered.
    pub async fn next(&mut self) -> Vec<Event> {
        loop {
            let filled = self.subscriber.filled.notified();
            if lock(&self.subscriber.queue).events.is_empty() {
                filled.await;
                continue;
            }
            if let Some(last) = self.last {
                tokio::time::sleep_until(last + PACE).await;
            }
            self.last = Some(Instant::now());
            let mut queue = lock(&self.subscriber.queue);
            queue.bytes = 0;
            return queue.events.drain(..).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::{ExecutionId, Noun, OutputPart};

    fn execution(number: u8) -> ExecutionId {
        ExecutionId::from_bytes(&[number; 16]).unwrap()
    }

    fn chunk(number: u8, offset: u64, text: &str) -> EventBody {
        part(number, OutputPart::Text, offset, text)
    }

    fn part(number: u8, part: OutputPart, offset: u64, text: &str) -> EventBody {
        let (execution_id, bytes, text) = (execution(number), text.len() as u64, text.to_owned());
        EventBody::ExecutionChunk { execution_id, part, offset, bytes, text }
    }

    fn changed(noun: Noun) -> EventBody {
        EventBody::Changed { noun, id: None }
    }

    #[tokio::test(start_paused = true)]
    async fn text_that_waits_is_joined_per_execution_and_keeps_its_place() {
        let hub = EventHub::default();
        let mut subscription = hub.subscribe();
        for body in [chunk(1, 0, "a"), chunk(2, 0, "x"), chunk(1, 1, "b"), chunk(2, 1, "y"), chunk(1, 2, "c")]
        {
            hub.publish(body);
        }
        let bodies: Vec<_> = subscription.next().await.into_iter().map(|event| event.body).collect();
        assert_eq!(bodies, [chunk(1, 0, "abc"), chunk(2, 0, "xy")]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_and_its_reasoning_are_never_joined() {
        let thought = |offset, text| part(1, OutputPart::Reasoning, offset, text);
        let hub = EventHub::default();
        let mut subscription = hub.subscribe();
        // The offsets are such that each would fit to the end of the other text.
        for body in [thought(0, "ab"), chunk(1, 0, "x"), thought(2, "c"), chunk(1, 1, "yz"), chunk(1, 3, "!")]
        {
            hub.publish(body);
        }
        let bodies: Vec<_> = subscription.next().await.into_iter().map(|event| event.body).collect();
        assert_eq!(bodies, [thought(0, "abc"), chunk(1, 0, "xyz!")]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_event_comes_at_once_and_the_next_batch_a_frame_later() {
        let hub = EventHub::default();
        let mut subscription = hub.subscribe();
        let start = Instant::now();
        hub.publish(changed(Noun::Prompt));
        subscription.next().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        hub.publish(changed(Noun::Run));
        subscription.next().await;
        assert!(start.elapsed() >= PACE);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_lags_is_told_to_read_again_and_then_goes_on() {
        let hub = EventHub::default();
        let (mut slow, mut quick) = (hub.subscribe(), hub.subscribe());
        let text = "x".repeat(MOST_BYTES);
        hub.publish(chunk(1, 0, &text));
        quick.next().await;
        hub.publish(chunk(1, text.len() as u64, "y"));
        hub.publish(changed(Noun::Run));
        let events = slow.next().await;
        assert_eq!(events, [Event { seq: 3, body: EventBody::Resync }]);
        assert_eq!(quick.next().await.len(), 2);
        hub.publish(changed(Noun::Prompt));
        assert_eq!(slow.next().await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_subscriber_that_is_gone_is_forgotten() {
        let hub = EventHub::default();
        drop(hub.subscribe());
        hub.publish(changed(Noun::Run));
        assert!(lock(&hub.0).subscribers.is_empty());
    }
}
