//! What every task of the engine shares.

use crate::{handle::Ports, live::Live, retry::RetryPolicy};
use formaops_domain::ExecutionId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

pub(crate) struct Core {
    pub(crate) ports: Ports,
    pub(crate) retries: RetryPolicy,
    /// Set once, by the shutdown.
    pub(crate) closing: CancellationToken,
    live: Mutex<HashMap<ExecutionId, Arc<Live>>>,
}

impl Core {
    pub(crate) fn new(ports: Ports, retries: RetryPolicy) -> Self {
        Self { ports, retries, closing: CancellationToken::new(), live: Mutex::default() }
    }

    /// Lets readers see the answer of an execution while it comes.
    pub(crate) fn show(&self, execution: ExecutionId, live: Arc<Live>) {
        self.all_live().insert(execution, live);
    }

    /// From now on the store has the answer.
    pub(crate) fn hide(&self, execution: ExecutionId) {
        self.all_live().remove(&execution);
    }

    pub(crate) fn live(&self, execution: ExecutionId) -> Option<Arc<Live>> {
        self.all_live().get(&execution).cloned()
    }

    fn all_live(&self) -> MutexGuard<'_, HashMap<ExecutionId, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
