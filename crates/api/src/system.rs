//! The clock and the ids of the running program.

use formaops_domain::{
    ActorId, ApiKeyId, AttemptId, BudgetId, ExecutionId, PromptId, ProviderId, ProviderKeyId, RunId,
    Timestamp, WorkspaceId,
    ports::{Clock, Ids},
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The clocks of the operating system.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

/// UUIDv7 ids: they sort by the time they were made.
#[derive(Clone, Copy)]
pub(crate) struct NewIds;

impl Ids for NewIds {
    fn attempt(&self) -> AttemptId {
        AttemptId::from_uuid(Uuid::now_v7())
    }
}

macro_rules! new_ids {
    ($($name:ident: $id:ident;)*) => {
        impl NewIds {$(
            pub(crate) fn $name(self) -> $id {
                $id::from_uuid(Uuid::now_v7())
            }
        )*}
    };
}

new_ids! {
    workspace: WorkspaceId;
    actor: ActorId;
    prompt: PromptId;
    provider: ProviderId;
    provider_key: ProviderKeyId;
    run: RunId;
    execution: ExecutionId;
    api_key: ApiKeyId;
    budget: BudgetId;
}
