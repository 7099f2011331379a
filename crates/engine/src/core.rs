//! What every task of the engine shares.

use crate::{
    handle::Ports,
    live::Live,
    machine::back_off,
    retry::RetryPolicy,
    settings::{FallbackStrategy, Settings},
    tally::Tally,
};
use formaops_domain::{
    ErrorClass, EventBody, Execution, ExecutionId, Failure, Noun, Run, RunId, ports::Timeouts,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Mutex as AsyncMutex;
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
    /// Held by whoever tries again what the store has refused; how often it was refused in a row.
    refusals: AsyncMutex<u32>,
    /// The runs that are paused in memory only, because the store has refused that so far. Held while one is paused or
    /// resumed, so that machine and store have what was asked last.
    pub(crate) unkept_pauses: AsyncMutex<HashSet<RunId>>,
    /// The runs whose end the store has refused for good: nothing of them is under way, and they have not ended.
    stalled: Mutex<HashSet<RunId>>,
    tally: Mutex<Tally>,
}

impl Core {
    pub(crate) fn new(ports: Ports, settings: &Settings) -> Self {
        let calls = Mutex::new(settings.into());
        Self {
            ports,
            calls,
            closing: CancellationToken::new(),
            live: Mutex::default(),
            refusals: AsyncMutex::default(),
            unkept_pauses: AsyncMutex::default(),
            stalled: Mutex::default(),
            tally: Mutex::default(),
        }
    }

    /// What holds for calls that begin now.
    pub(crate) fn calls(&self) -> CallSettings {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_calls(&self, settings: CallSettings) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Tells a run as it is in the store.
    pub(crate) fn tell_run(&self, run: &Run) {
        self.ports.events.publish(EventBody::RunUpdated { run: Box::new(run.clone()) });
    }

    /// Tells that the store has refused the end of a run for good.
    pub(crate) fn stall(&self, run: RunId) {
        self.all_stalled().insert(run);
        self.ports.events.publish(EventBody::Changed { noun: Noun::Run, id: Some(run.to_string()) });
    }

    /// The run is taken in hand again.
    pub(crate) fn unstall(&self, run: RunId) {
        self.all_stalled().remove(&run);
    }

    pub(crate) fn is_stalled(&self, run: RunId) -> bool {
        self.all_stalled().contains(&run)
    }

    fn all_stalled(&self) -> MutexGuard<'_, HashSet<RunId>> {
        self.stalled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the store keep what must not be lost. Where it refuses for now, `refused` is told once, and it is tried again
    /// until it is kept or the engine closes. Those that were refused stand in a line, so the store gets one try at
    /// a time; who is refused again goes to its end, and may be smaller than the room there is.
    ///
    /// # Errors
    /// Where the store fails for good, or refuses still when the engine closes.
    pub(crate) async fn keep<T, W: Future<Output = Result<T, Failure>>>(
        &self,
        write: impl Fn() -> W,
        refused: impl FnOnce(&Failure),
    ) -> Result<T, Failure> {
        let mut failure = match write().await {
            Err(failure) if failure.class == ErrorClass::NotWritable => failure,
            done => return done,
        };
        refused(&failure);
        let trying = async {
            loop {
                let mut refusals = self.refusals.lock().await;
                tokio::time::sleep(back_off(*refusals)).await;
                match write().await {
                    Err(again) if again.class == ErrorClass::NotWritable => {
                        *refusals = refusals.saturating_add(1);
                        failure = again;
                    }
                    done => {
                        *refusals = 0;
                        return done;
                    }
                }
            }
        };
        let tried = tokio::select! {
            biased;
            tried = trying => Some(tried),
            () = self.closing.cancelled() => None,
        };
        tried.unwrap_or(Err(failure))
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
