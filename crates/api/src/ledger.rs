//! The ledger of what leaves this machine, on its way to the store.

use formaops_domain::{
    Egress, EgressId, EventBody, Noun,
    ports::{EventSink, Ledger},
};
use formaops_store::Store;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Takes entries without waiting; a task of its own keeps them.
pub struct StoreLedger {
    orders: mpsc::UnboundedSender<Order>,
}

enum Order {
    Keep(Egress),
    /// Answer once all that came before is kept.
    Flush(oneshot::Sender<()>),
}

impl StoreLedger {
    /// Starts the task, which ends once the ledger is gone and what it took is kept.
    #[must_use]
    pub fn start(store: Store, events: Arc<dyn EventSink>) -> Self {
        let (orders, queue) = mpsc::unbounded_channel();
        tokio::spawn(keep(queue, store, events));
        Self { orders }
    }

    /// Completes once all that was recorded so far is kept.
    pub async fn flush(&self) {
        let (kept, done) = oneshot::channel();
        // Where the task has ended there is nothing left to keep.
        if self.orders.send(Order::Flush(kept)).is_ok() {
            let _ = done.await;
        }
    }
}

impl Ledger for StoreLedger {
    fn record(&self, entry: Egress) {
        // Where the task has ended the store is closed as well.
        let _ = self.orders.send(Order::Keep(entry));
    }

    fn id(&self) -> EgressId {
        EgressId::from_uuid(Uuid::now_v7())
    }
}

/// What waits together is kept together. A request that began and ended meanwhile is kept once.
async fn keep(mut queue: mpsc::UnboundedReceiver<Order>, store: Store, events: Arc<dyn EventSink>) {
    while let Some(first) = queue.recv().await {
        let (mut entries, mut waiting): (Vec<Egress>, Vec<oneshot::Sender<()>>) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Keep(entry) => match entries.iter_mut().rev().find(|known| known.id == entry.id) {
                    Some(known) => *known = entry,
                    None => entries.push(entry),
                },
                Order::Flush(kept) => waiting.push(kept),
            }
            next = queue.try_recv().ok();
        }
        if !entries.is_empty() {
            match store.put_egress(entries).await {
                Ok(()) => events.publish(EventBody::Changed { noun: Noun::Egress, id: None }),
                Err(error) => tracing::error!(%error, "entries of the ledger could not be kept"),
            }
        }
        // Whoever asked may have gone.
        for kept in waiting {
            let _ = kept.send(());
        }
    }
}
