//! Events on their way to the page.
//!
//! At most two batches are on their way at once; while the page is busy with them, what happens next
//! waits in the subscription, which joins what can be joined.

use formaops_api::Subscription;
use formaops_domain::{Event, EventBody, Noun};
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::async_runtime::JoinHandle;
use tokio::sync::watch;

/// The most batches that the page has not acknowledged.
const MOST_UNACKNOWLEDGED: u64 = 2;

/// Events that reach the page together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Batch {
    /// Counts from one within a subscription; the page acknowledges it.
    pub(crate) batch: u64,
    /// The events, oldest first.
    pub(crate) events: Vec<Event>,
}

/// The page's subscription. A page that subscribes again, as after a reload, replaces its own.
#[derive(Default)]
pub(crate) struct Feed(Mutex<Option<Running>>);

struct Running {
    acknowledged: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Feed {
    /// Gives the events of `subscription` to `send` until that answers `false`, and calls `show` when
    /// somebody asks for the window.
    pub(crate) fn start(
        &self,
        subscription: Subscription,
        send: impl Fn(Batch) -> bool + Send + Sync + 'static,
        show: impl Fn() + Send + Sync + 'static,
    ) {
        let (acknowledged, acks) = watch::channel(0);
        let task = tauri::async_runtime::spawn(forward(subscription, acks, send, show));
        *self.running() = Some(Running { acknowledged, task });
    }

    /// The page is done with a batch and all before it.
    pub(crate) fn acknowledge(&self, batch: u64) {
        if let Some(running) = &*self.running() {
            running.acknowledged.send_if_modified(|newest| {
                let newer = batch > *newest;
                *newest = batch.max(*newest);
                newer
            });
        }
    }

    /// Sends nothing any more.
    pub(crate) fn stop(&self) {
        self.running().take();
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(
    mut subscription: Subscription,
    mut acknowledged: watch::Receiver<u64>,
    send: impl Fn(Batch) -> bool,
    show: impl Fn(),
) {
    for batch in 1.. {
        if acknowledged.wait_for(|newest| batch <= newest.saturating_add(MOST_UNACKNOWLEDGED)).await.is_err()
        {
            return;
        }
        let events = subscription.next().await;
        if events.iter().any(|event| matches!(event.body, EventBody::Changed { noun: Noun::Window, .. })) {
            show();
        }
        if !send(Batch { batch, events }) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use formaops_api::EventHub;
    use formaops_domain::ports::EventSink as _;
    use std::time::Duration;
    use tokio::sync::mpsc;

    fn changed(noun: Noun, id: usize) -> EventBody {
        EventBody::Changed { noun, id: Some(id.to_string()) }
    }

    /// A subscription as a page has it.
    struct Page {
        hub: EventHub,
        acknowledge: watch::Sender<u64>,
        batches: mpsc::UnboundedReceiver<Batch>,
        shown: mpsc::UnboundedReceiver<()>,
    }

    fn page() -> Page {
        let hub = EventHub::default();
        let (acknowledge, acks) = watch::channel(0);
        let (send, batches) = mpsc::unbounded_channel();
        let (show, shown) = mpsc::unbounded_channel();
        let show = move || show.send(()).unwrap();
        tokio::spawn(forward(hub.subscribe(), acks, move |batch| send.send(batch).is_ok(), show));
        Page { hub, acknowledge, batches, shown }
    }

    #[tokio::test(start_paused = true)]
    async fn two_batches_are_on_their_way_and_the_rest_waits_until_one_is_acknowledged() {
        let mut page = page();
        for id in 1..=2 {
            page.hub.publish(changed(Noun::Run, id));
            assert_eq!(page.batches.recv().await.unwrap().batch, id as u64);
        }
        page.hub.publish(changed(Noun::Run, 3));
        page.hub.publish(changed(Noun::Run, 4));
        let third = tokio::time::timeout(Duration::from_secs(60), page.batches.recv()).await;
        assert!(third.is_err(), "sent without an acknowledgement: {third:?}");
        page.acknowledge.send_replace(1);
        let third = page.batches.recv().await.unwrap();
        assert_eq!((third.batch, third.events.len()), (3, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn the_window_is_shown_when_somebody_asks_for_it() {
        let mut page = page();
        page.hub.publish(EventBody::Changed { noun: Noun::Window, id: None });
        page.shown.recv().await.unwrap();
    }

    #[tokio::test]
    async fn an_old_acknowledgement_takes_nothing_back() {
        let (hub, feed) = (EventHub::default(), Feed::default());
        let (send, mut batches) = mpsc::unbounded_channel();
        feed.start(hub.subscribe(), move |batch| send.send(batch).is_ok(), || {});
        feed.acknowledge(5);
        feed.acknowledge(1);
        for id in 1..=7 {
            hub.publish(changed(Noun::Run, id));
            assert_eq!(batches.recv().await.unwrap().batch, id as u64);
        }
    }

    #[tokio::test]
    async fn a_page_that_subscribes_again_gets_the_events_alone() {
        let (hub, feed) = (EventHub::default(), Feed::default());
        let ((to_first, mut first), (to_second, mut second)) =
            (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        feed.start(hub.subscribe(), move |batch| to_first.send(batch).is_ok(), || {});
        feed.start(hub.subscribe(), move |batch| to_second.send(batch).is_ok(), || {});
        hub.publish(changed(Noun::Prompt, 1));
        assert_eq!(second.recv().await.unwrap().batch, 1);
        assert!(first.recv().await.is_none());
    }
}
