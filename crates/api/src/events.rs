//! The one stream of events, and what each subscriber gets of it.
//!
//! Publishing never waits for a subscriber. What a subscriber has not taken yet is joined where it can
//! be (one text of an execution, states of one thing); one that lags behind by more than [`MOST_BYTES`] or
//! [`MOST_EVENTS`] gets a single `resync` in place of what it missed, and reads again.
//!
//! While many executions stream, their columns go on as before, and everything else that changes is told once
//! in [`REFRESH`]. What somebody waits for, as the end of a run, is told at once all the same.

use formaops_domain::{Event, EventBody, ExecutionId, ExecutionStatus, Noun, ports::EventSink};
use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// The least time between two batches of one subscriber: one frame of a screen.
const PACE: Duration = Duration::from_millis(16);
/// The least time between two refreshes of all but the columns, while many of those stream.
const REFRESH: Duration = Duration::from_secs(1);
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
    /// What streams now.
    streaming: HashSet<ExecutionId>,
    /// How many may stream until the rest is held back; a hub that only passes on holds nothing back.
    threshold: Option<u32>,
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
    /// What is held back until the next refresh.
    held: VecDeque<Event>,
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
        Subscription { subscriber, last: None, refreshed: None }
    }

    /// Sets how many executions may stream until everything but their columns is told once a second only.
    pub(crate) fn set_threshold(&self, executions: u32) {
        let mut hub = lock(&self.0);
        hub.threshold = Some(executions);
        hub.for_each_subscriber(|subscriber, is_crowded| {
            let mut queue = lock(&subscriber.queue);
            if !is_crowded && !queue.held.is_empty() {
                queue.release();
                subscriber.filled.notify_one();
            }
        });
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
        match &event.body {
            EventBody::ExecutionUpdated { execution } if execution.status == ExecutionStatus::Running => {
                self.streaming.insert(execution.id);
            }
            EventBody::ExecutionUpdated { execution } => {
                self.streaming.remove(&execution.id);
            }
            // Another process goes on, and what streamed was cut.
            EventBody::Resync => self.streaming.clear(),
            _ => {}
        }
        self.for_each_subscriber(|subscriber, is_crowded| {
            let mut queue = lock(&subscriber.queue);
            if is_crowded && can_wait(&event.body) {
                queue.hold(event);
            } else {
                if !is_crowded {
                    queue.release();
                }
                queue.push(event);
            }
            subscriber.filled.notify_one();
        });
    }

    /// Forgets who is gone, and visits the others with whether many executions stream.
    fn for_each_subscriber(&mut self, visit: impl Fn(&Subscriber, bool)) {
        let is_crowded = self.threshold.is_some_and(|most| self.streaming.len() > most as usize);
        self.subscribers.retain(|subscriber| match subscriber.upgrade() {
            Some(subscriber) => {
                visit(&subscriber, is_crowded);
                true
            }
            None => false,
        });
    }
}

/// Whether nobody waits for an event, and no column shows it.
fn can_wait(body: &EventBody) -> bool {
    match body {
        EventBody::Changed { noun, .. } => *noun != Noun::Window,
        EventBody::RunUpdated { run } => !run.status.is_terminal(),
        _ => false,
    }
}

impl Queue {
    fn push(&mut self, event: &Event) {
        if matches!(self.events.front(), Some(Event { body: EventBody::Resync, .. })) {
            // Everything will be read again, so only the newest number matters.
            self.events[0].seq = event.seq;
            return;
        }
        if let EventBody::RunUpdated { run } = &event.body {
            // An older state of it must not come after this one.
            self.held.retain(
                |held| !matches!(&held.body, EventBody::RunUpdated { run: older } if older.id == run.id),
            );
        }
        if !join(&mut self.events, event) {
            self.events.push_back(event.clone());
        }
        if let EventBody::ExecutionChunk { text, .. } = &event.body {
            self.bytes += text.len();
        }
        self.keep_within_limits(event.seq);
    }

    /// Holds an event back until the next refresh.
    fn hold(&mut self, event: &Event) {
        if matches!(self.events.front(), Some(Event { body: EventBody::Resync, .. })) {
            return self.push(event);
        }
        if !join(&mut self.held, event) {
            self.held.push_back(event.clone());
        }
        self.keep_within_limits(event.seq);
    }

    /// Lets go what was held back; most of it is older than what waits.
    fn release(&mut self) {
        self.held.append(&mut self.events);
        self.events = std::mem::take(&mut self.held);
    }

    fn keep_within_limits(&mut self, seq: u64) {
        if self.bytes > MOST_BYTES || self.events.len() + self.held.len() > MOST_EVENTS {
            self.events.clear();
            self.held.clear();
            self.bytes = 0;
            self.events.push_back(Event { seq, body: EventBody::Resync });
        }
    }
}

/// Joins an event with one that waits already; `false` where there is none to join with.
fn join(events: &mut VecDeque<Event>, event: &Event) -> bool {
    for waiting in events.iter_mut().rev().take(LOOK_BACK) {
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
            (EventBody::ExecutionUpdated { execution }, EventBody::ExecutionChunk { execution_id, .. })
                if execution.id == *execution_id =>
            {
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

/// Events from the moment of subscribing on.
pub struct Subscription {
    subscriber: Arc<Subscriber>,
    last: Option<Instant>,
    /// When something was last told that can wait.
    refreshed: Option<Instant>,
}

impl Subscription {
    /// The events since the last batch: at once after a pause, else a frame after the last batch.
    ///
    /// Cancel safe: events are taken only when they are answered.
    pub async fn next(&mut self) -> Vec<Event> {
        loop {
            let filled = self.subscriber.filled.notified();
            let refresh = self.refreshed.map_or_else(Instant::now, |refreshed| refreshed + REFRESH);
            let (has_events, has_held) = {
                let queue = lock(&self.subscriber.queue);
                (!queue.events.is_empty(), !queue.held.is_empty())
            };
            if !has_events {
                if !has_held {
                    filled.await;
                    continue;
                }
                tokio::select! {
                    () = filled => continue,
                    () = tokio::time::sleep_until(refresh) => {}
                }
            }
            if let Some(last) = self.last {
                tokio::time::sleep_until(last + PACE).await;
            }
            let now = Instant::now();
            let mut queue = lock(&self.subscriber.queue);
            if now >= refresh {
                queue.release();
            }
            if queue.events.is_empty() {
                continue;
            }
            if queue.events.iter().any(|event| can_wait(&event.body)) {
                self.refreshed = Some(now);
            }
            self.last = Some(now);
            queue.bytes = 0;
            return queue.events.drain(..).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_domain::{Metrics, OutputPart, RunProgress};

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

    fn updated(number: u8, status: &str) -> EventBody {
        let id = |prefix: &str| format!("{prefix}_{}", "1".repeat(26));
        let execution = serde_json::json!({
            "id": execution(number), "runId": id("run"), "promptId": id("prm"),
            "versionId": format!("ver_{}", "0".repeat(64)), "variant": 0, "case": 0, "repeat": 0, "generation": 0,
            "status": status, "model": "dry-run:echo", "parameters": {}, "preview": "", "outputBytes": 0,
            "reasoningBytes": 0, "failure": null, "metrics": Metrics::default(), "finish": null, "validationStatus": "skipped",
            "validations": [], "createdAt": "2026-01-01T00:00:00Z", "startedAt": null, "completedAt": null,
        });
        EventBody::ExecutionUpdated { execution: Box::new(serde_json::from_value(execution).unwrap()) }
    }

    fn run(status: &str, completed: u32) -> EventBody {
        let id = |prefix: &str| format!("{prefix}_{}", "1".repeat(26));
        let run = serde_json::json!({
            "id": id("run"), "kind": "compare", "status": status, "priority": "normal", "promptId": id("prm"),
            "promptName": "p", "variants": [], "inputs": {}, "repeats": 1, "createdBy": id("act"),
            "progress": RunProgress { completed, ..RunProgress::default() }, "createdAt": "2026-01-01T00:00:00Z", "startedAt": null,
            "completedAt": null,
        });
        EventBody::RunUpdated { run: Box::new(serde_json::from_value(run).unwrap()) }
    }

    async fn bodies(subscription: &mut Subscription) -> Vec<EventBody> {
        subscription.next().await.into_iter().map(|event| event.body).collect()
    }

    /// A hub with a threshold of two, on which three executions stream, and one who has heard of all that.
    async fn crowded() -> (EventHub, Subscription) {
        let hub = EventHub::default();
        hub.set_threshold(2);
        let mut subscription = hub.subscribe();
        for number in 1..=3 {
            hub.publish(updated(number, "running"));
        }
        hub.publish(changed(Noun::Prompt));
        // What has not been told for long is told at once.
        assert_eq!(subscription.next().await.len(), 4);
        (hub, subscription)
    }

    #[tokio::test(start_paused = true)]
    async fn while_many_stream_all_but_their_columns_is_told_once_a_second() {
        let (hub, mut subscription) = crowded().await;
        let start = Instant::now();
        for noun in [Noun::Egress, Noun::Egress, Noun::Prompt] {
            hub.publish(changed(noun));
        }
        hub.publish(run("running", 1));
        hub.publish(chunk(1, 0, "a"));
        assert_eq!(bodies(&mut subscription).await, [chunk(1, 0, "a")]);
        hub.publish(run("running", 2));
        hub.publish(updated(4, "running"));
        assert_eq!(bodies(&mut subscription).await, [updated(4, "running")]);
        assert!(start.elapsed() < Duration::from_millis(100));

        let told = bodies(&mut subscription).await;
        assert_eq!(told, [changed(Noun::Egress), changed(Noun::Prompt), run("running", 2)]);
        assert_eq!(start.elapsed(), REFRESH);
    }

    #[tokio::test(start_paused = true)]
    async fn once_few_stream_what_was_held_back_is_told_at_once_and_in_order() {
        let (hub, mut subscription) = crowded().await;
        let start = Instant::now();
        hub.publish(changed(Noun::Prompt));
        hub.publish(updated(2, "completed"));
        assert_eq!(bodies(&mut subscription).await, [changed(Noun::Prompt), updated(2, "completed")]);
        hub.publish(changed(Noun::Prompt));
        assert_eq!(bodies(&mut subscription).await, [changed(Noun::Prompt)]);
        assert!(start.elapsed() < Duration::from_millis(100));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_a_run_and_the_wish_to_see_the_window_never_wait() {
        let (hub, mut subscription) = crowded().await;
        let start = Instant::now();
        hub.publish(run("running", 1));
        hub.publish(run("completed", 2));
        hub.publish(changed(Noun::Window));
        assert_eq!(bodies(&mut subscription).await, [run("completed", 2), changed(Noun::Window)]);
        assert!(start.elapsed() < Duration::from_millis(100));
        // The older state of the run is gone, not told afterwards.
        hub.publish(changed(Noun::Prompt));
        assert_eq!(bodies(&mut subscription).await, [changed(Noun::Prompt)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_higher_threshold_holds_at_once_and_a_hub_that_passes_on_has_none() {
        let (hub, mut subscription) = crowded().await;
        let start = Instant::now();
        hub.publish(changed(Noun::Prompt));
        hub.set_threshold(3);
        assert_eq!(bodies(&mut subscription).await, [changed(Noun::Prompt)]);

        let hub = EventHub::default();
        let mut subscription = hub.subscribe();
        for number in 1..=9 {
            hub.publish(updated(number, "running"));
        }
        subscription.next().await;
        hub.publish(changed(Noun::Run));
        subscription.next().await;
        hub.publish(changed(Noun::Run));
        subscription.next().await;
        assert!(start.elapsed() < Duration::from_millis(200));
    }
}
