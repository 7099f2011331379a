//! The runs that grade answers anew, while they do.

use formaops_domain::RunId;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

type Known = HashMap<RunId, CancellationToken>;

/// The runs that grade answers anew and have not ended, and those whose end the store has refused. Clones are the same
/// ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Regrades {
    known: Arc<Mutex<Known>>,
    /// How many there are.
    count: watch::Sender<usize>,
    stalled: Arc<Mutex<HashSet<RunId>>>,
}

/// One of them; it is forgotten with this.
pub(crate) struct UnderWay {
    regrades: Regrades,
    run: RunId,
    pub(crate) cancel: CancellationToken,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.regrades.change(|known| known.remove(&self.run));
    }
}

impl Regrades {
    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut known);
        self.count.send_replace(known.len());
        changed
    }

    /// A run begins to grade.
    pub(crate) fn begin(&self, run: RunId) -> UnderWay {
        let cancel = CancellationToken::new();
        self.change(|known| known.insert(run, cancel.clone()));
        UnderWay { regrades: self.clone(), run, cancel }
    }

    /// The store has refused the end of a run that is not under way any more.
    pub(crate) fn stall(&self, run: RunId) {
        self.stalled.lock().unwrap_or_else(PoisonError::into_inner).insert(run);
    }

    pub(crate) fn is_stalled(&self, run: RunId) -> bool {
        self.stalled.lock().unwrap_or_else(PoisonError::into_inner).contains(&run)
    }

    /// How many are under way.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(*self.count.borrow()).unwrap_or(u32::MAX)
    }

    /// Cancels a run, where it is one of these, and waits until it has ended.
    pub(crate) async fn cancel(&self, run: RunId) {
        let Some(cancel) = self.change(|known| known.get(&run).cloned()) else { return };
        cancel.cancel();
        let is_gone =
            |_: &usize| !self.known.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&run);
        // The sender is here, so it does not go meanwhile.
        let _ = self.count.subscribe().wait_for(is_gone).await;
    }

    /// Cancels all of them, and waits until they have ended.
    pub(crate) async fn close(&self) {
        self.change(|known| known.values().for_each(CancellationToken::cancel));
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }
}
