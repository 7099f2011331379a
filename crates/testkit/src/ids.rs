//! Ids that are the same in every run of a test.

use formaops_domain::{
    ActorId, AttemptId, BudgetId, DatasetId, EgressId, ExecutionId, PromptId, ProviderId, ProviderKeyId,
    RunId, VersionId, canonical_hash, ports::Ids,
};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Counts up from 1.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn attempt(&self) -> AttemptId {
        attempt_id(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

macro_rules! numbered {
    ($($(#[$doc:meta])* $function:ident: $id:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $function(number: u64) -> $id {
            $id::from_uuid(Uuid::from_u128(number.into()))
        }
    )*};
}

numbered! {
    /// The actor of this number.
    actor_id: ActorId;
    /// The attempt of this number.
    attempt_id: AttemptId;
    /// The budget of this number.
    budget_id: BudgetId;
    /// The dataset of this number.
    dataset_id: DatasetId;
    /// The entry of the ledger of this number.
    egress_id: EgressId;
    /// The execution of this number.
    execution_id: ExecutionId;
    /// The prompt of this number.
    prompt_id: PromptId;
    /// The provider of this number.
    provider_id: ProviderId;
    /// The key of a provider of this number.
    provider_key_id: ProviderKeyId;
    /// The run of this number.
    run_id: RunId;
}

/// The version of this number; it names no content.
#[must_use]
pub fn version_id(number: u64) -> VersionId {
    VersionId::from_array(canonical_hash(&number))
}
