//! What the scheduler has in hand, for people and health checks.

use super::{
    bucket::Allowance, circuit::CircuitState, limits::Limits, queue::Queue, record::Recent, run::ActiveRun,
};
use formaops_domain::{ModelRef, RunId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

/// How much is running and waiting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    /// Executions on the wire.
    pub running: u32,
    /// Executions that wait for their turn.
    pub queued: u32,
    /// Executions of paused runs, which wait for more than their turn.
    pub paused: u32,
    /// Executions that rest until their next attempt.
    #[serde(default)]
    pub resting: u32,
    /// Executions whose end the store has refused so far: it is held in memory, and nothing starts until it is kept.
    #[serde(default)]
    pub held: u32,
    /// The same for each provider that is in use, or was within the last minute, by name.
    pub providers: Vec<ProviderLoad>,
    /// The same for each model in use, and each that is not well.
    pub models: Vec<ModelLoad>,
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
    /// The requests a minute that the user allows it, and what is left of them; absent where any number is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Allowance>,
    /// The same for tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Allowance>,
    /// How its calls went of late.
    pub recent: Recent,
}

/// How much is running and waiting for one model, and how it bears that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelLoad {
    /// The model.
    pub model: ModelRef,
    /// Executions on the wire.
    pub running: u32,
    /// Executions that wait for their turn.
    pub queued: u32,
    /// Whether calls go through.
    pub circuit: CircuitState,
    /// How many calls at once it bears, where that is less than it is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many calls at once its provider is allowed; a run with a concurrency of its own may go past a default.
    pub most: u32,
    /// The requests that it still takes of those in its own window, as its answers say; absent where they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Allowance>,
    /// The same for tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Allowance>,
    /// The milliseconds until calls go out again, where it is left alone for now, has said that it has enough, or its
    /// provider has got what the user allows it a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_in_ms: Option<u64>,
    /// Whether it is what the user allows its provider a minute that holds calls back so long.
    #[serde(default)]
    pub per_minute: bool,
}

impl Load {
    /// Executions of which something is to be expected without anybody doing more.
    #[must_use]
    pub fn under_way(&self) -> u32 {
        [self.running, self.queued, self.resting, self.held].into_iter().fold(0, u32::saturating_add)
    }

    pub(super) fn of(
        limits: &Limits,
        queue: &Queue,
        runs: &BTreeMap<RunId, ActiveRun>,
        now: Duration,
    ) -> Self {
        let mut queued: BTreeMap<&ModelRef, usize> = BTreeMap::new();
        let mut paused = 0;
        for run in runs.values() {
            for (target, waiting) in &run.waiting {
                let count = if run.paused { &mut paused } else { queued.entry(target).or_default() };
                *count += waiting.len();
            }
        }
        let most = |provider: &str| limits.of(provider).map_or(Limits::PROVIDER, NonZeroU32::get);
        let mut models: BTreeMap<&ModelRef, ModelLoad> = BTreeMap::new();
        for (model, lane) in queue.lanes() {
            let [requests, tokens] = lane.allowances(now);
            let opens_at = queue.opens_at(model, lane, now).filter(|at| *at > now);
            let load = ModelLoad {
                model: model.clone(),
                running: lane.on_wire.total(),
                queued: 0,
                circuit: lane.circuit.state(now),
                limit: lane.limit(),
                most: most(&model.provider),
                requests,
                tokens,
                opens_in_ms: opens_at.map(|at| u64::try_from((at - now).as_millis()).unwrap_or(u64::MAX)),
                per_minute: opens_at.is_some_and(|at| lane.opens_at(now).is_some_and(|of_lane| of_lane < at)),
            };
            models.insert(model, load);
        }
        for (model, waiting) in queued {
            let load = models.entry(model).or_insert_with(|| ModelLoad {
                model: model.clone(),
                running: 0,
                queued: 0,
                circuit: CircuitState::Closed,
                limit: None,
                most: most(&model.provider),
                requests: None,
                tokens: None,
                opens_in_ms: None,
                per_minute: false,
            });
            load.queued = u32::try_from(waiting).unwrap_or(u32::MAX);
        }
        let recent: BTreeMap<&str, Recent> = queue.records(now).collect();
        let in_use = recent.iter().filter(|(_, recent)| recent.calls > 0).map(|(name, _)| (*name, (0, 0)));
        let mut providers: BTreeMap<&str, (u32, u32)> = in_use.collect();
        for load in models.values().filter(|load| load.running + load.queued > 0) {
            let (running, queued) = providers.entry(&load.model.provider).or_default();
            (*running, *queued) = (*running + load.running, queued.saturating_add(load.queued));
        }
        let provider = |(name, (running, queued)): (&str, (u32, u32))| {
            let [requests, tokens] = queue.allowances(name, now);
            let recent = recent.get(name).copied().unwrap_or_default();
            ProviderLoad {
                name: name.to_owned(),
                running,
                queued,
                limit: most(name),
                requests,
                tokens,
                recent,
            }
        };
        let providers: Vec<_> = providers.into_iter().map(provider).collect();
        Self {
            running: providers.iter().map(|provider| provider.running).sum(),
            queued: providers.iter().map(|provider| provider.queued).sum(),
            paused: u32::try_from(paused).unwrap_or(u32::MAX),
            resting: 0,
            held: 0,
            providers,
            models: models.into_values().collect(),
        }
    }
}
