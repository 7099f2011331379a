//! What was done and has yet to be told in the audit trail, because the store refused that for want of room.
//!
//! A run that is cancelled while the disk is full is cancelled, whether that can be written or not: to refuse it would
//! keep calls on the wire that cost money. So such an act waits here, with its own time and actor, and is told as soon
//! as the store takes writes again, in the order in which the acts were done. What waits is lost where the process ends
//! before there is room; that is said in the log. There is a limit to how many wait: beyond it an act is refused.

use formaops_store::{Store, StoreError};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The most acts that wait.
const MOST: usize = 1024;
/// How long between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// An act: the store in the name of whoever acts, what was done, and to what.
type Act = (Store, String, String);

/// Acts that wait to be told. Clones are the same ones.
#[derive(Clone, Default)]
pub(crate) struct Acts(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    acts: VecDeque<Act>,
    /// Whether a task tries to tell them.
    tried: bool,
}

impl Acts {
    /// Tells of an act now, or by `later` as soon as there is room.
    ///
    /// # Errors
    /// Where the store fails otherwise, or too many wait already.
    pub(crate) async fn tell(
        &self,
        store: &Store,
        later: Store,
        action: String,
        record: String,
    ) -> Result<(), StoreError> {
        let error = match store.insert_act(&action, &record).await {
            Err(error) if error.may_pass() => error,
            told => return told,
        };
        let mut waiting = self.waiting();
        if waiting.acts.len() == MOST {
            return Err(error);
        }
        tracing::warn!(action, record, "an act is told in the audit trail once there is room");
        waiting.acts.push_back((later, action, record));
        if !std::mem::replace(&mut waiting.tried, true) {
            tokio::spawn(self.clone().try_again());
        }
        Ok(())
    }

    async fn try_again(self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            while let Some((store, action, record)) = self.first() {
                match store.insert_act(&action, &record).await {
                    Err(error) if error.may_pass() => break,
                    Ok(()) => {}
                    Err(error) => {
                        tracing::error!(%error, action, record, "an act is missing in the audit trail");
                    }
                }
                self.waiting().acts.pop_front();
            }
            let mut waiting = self.waiting();
            if waiting.acts.is_empty() {
                waiting.tried = false;
                return;
            }
        }
    }

    fn first(&self) -> Option<Act> {
        self.waiting().acts.front().cloned()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
