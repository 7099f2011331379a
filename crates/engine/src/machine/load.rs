//! What the scheduler has in hand, for people and health checks.

use super::{limits::Limits, queue::Queue, run::ActiveRun};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, num::NonZeroU32};

/// How much is running and waiting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    /// Executions on the wire.
    pub running: u32,
    /// Executions that wait for their turn.
    pub queued: u32,
    /// The same for each provider in use, by name.
    pub providers: Vec<ProviderLoad>,
}

/// How much is running and waiting at one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderLoad {
    /// The provider's name.
    pub name: String,
    /// Executions on the wire.
    pub running: u32,
    /// Executions that wait for their turn.
    pub queued: u32,
    /// How many may be on the wire; a run with a concurrency of its own may go past a default.
    pub limit: u32,
}

impl Load {
    pub(super) fn of<'a>(limits: &Limits, queue: &Queue, runs: impl Iterator<Item = &'a ActiveRun>) -> Self {
        let mut providers: BTreeMap<&str, (u32, usize)> = BTreeMap::new();
        for (name, running) in queue.on_wire() {
            providers.entry(name).or_default().0 += running;
        }
        for (name, waiting) in runs.flat_map(|run| &run.waiting) {
            providers.entry(name).or_default().1 += waiting.len();
        }
        let providers: Vec<_> = providers
            .into_iter()
            .map(|(name, (running, queued))| ProviderLoad {
                name: name.to_owned(),
                running,
                queued: u32::try_from(queued).unwrap_or(u32::MAX),
                limit: limits.of(name).map_or(Limits::PROVIDER, NonZeroU32::get),
            })
            .collect();
        Self {
            running: providers.iter().map(|provider| provider.running).sum(),
            queued: providers.iter().map(|provider| provider.queued).sum(),
            providers,
        }
    }
}
