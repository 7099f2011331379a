//! What every task of the engine shares.

use crate::{
    handle::Ports,
    live::Live,
    retry::RetryPolicy,
    settings::{FallbackStrategy, Settings},
    tally::Tally,
};
use formaops_domain::{Execution, ExecutionId, ports::Timeouts};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// What of the settings concerns a single call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallSettings {
    pub(crate) retries: RetryPolicy,
    pub(crate) timeouts: Timeouts,
    pub(crate) fallback: FallbackStrategy,
}

impl From<&Settings> for CallSettings {
    fn from(settings: &Settings) -> Self {
        let Settings { retries, timeouts, circuits, .. } = settings;
        Self { retries: *retries, timeouts: *timeouts, fallback: circuits.fallback }
    }
}

pub(crate) struct Core {
    pub(crate) ports: Ports,
    calls: Mutex<CallSettings>,
    /// Set once, by the shutdown.
    pub(crate) closing: CancellationToken,
    live: Mutex<HashMap<ExecutionId, Arc<Live>>>,
    tally: Mutex<Tally>,
}

impl Core {
    pub(crate) fn new(ports: Ports, settings: &Settings) -> Self {
        let calls = Mutex::new(settings.into());
        let (live, tally) = <_>::default();
        Self { ports, calls, closing: CancellationToken::new(), live, tally }
    }

    /// What holds for calls that begin now.
    pub(crate) fn calls(&self) -> CallSettings {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_calls(&self, settings: CallSettings) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Counts an execution, where it has ended.
    pub(crate) fn count(&self, execution: &Execution) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(execution);
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
