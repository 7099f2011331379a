//! What leaves this machine: its ledger, and the switch that stops it.

use super::limit;
use crate::{ApiError, App, Caller};
use formaops_domain::{Egress, ExecutionId, Noun, Origin, Page, Timestamp};
use formaops_store::EgressFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The setting that keeps the switch.
pub(crate) const OFFLINE: &str = "network.offline";

/// Asks for the ledger.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListEgress {
    /// Whether to leave out what went to this machine.
    #[serde(default)]
    pub outside: bool,
    /// Only what was sent for this execution.
    #[serde(default)]
    pub execution_id: Option<ExecutionId>,
    /// Where the list goes on: the `next` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks what went where in all.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListEgressTotals {}

/// All that went to one place beyond this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EgressTotal {
    /// The place: scheme, host and port.
    pub origin: Origin,
    /// Requests.
    pub requests: u64,
    /// Bytes of bodies that were sent.
    pub bytes_out: u64,
    /// Bytes of bodies that came back.
    pub bytes_in: u64,
    /// When the last was sent.
    pub last_at: Timestamp,
}

/// Asks how the network is switched.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetNetwork {}

/// Switches the network.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutNetwork {
    /// Whether nothing may leave this machine. Requests that are under way go on.
    pub offline: bool,
}

/// How the network is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// Whether nothing may leave this machine.
    pub offline: bool,
}

pub(crate) async fn egress_list(
    app: &App,
    _: &Caller,
    request: ListEgress,
) -> Result<Page<Egress>, ApiError> {
    let filter = EgressFilter { outside: request.outside, execution: request.execution_id };
    Ok(app.store.list_egress(filter, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn egress_totals(
    app: &App,
    _: &Caller,
    _: ListEgressTotals,
) -> Result<Page<EgressTotal>, ApiError> {
    let totals = app.store.list_egress_totals().await?.into_iter().map(|total| EgressTotal {
        origin: total.origin,
        requests: total.requests,
        bytes_out: total.bytes_out,
        bytes_in: total.bytes_in,
        last_at: total.last_at,
    });
    Ok(Page::whole(totals.collect()))
}

pub(crate) async fn network_get(app: &App, _: &Caller, _: GetNetwork) -> Result<Network, ApiError> {
    Ok(Network { offline: app.client.is_offline() })
}

pub(crate) async fn network_put(app: &App, _: &Caller, request: PutNetwork) -> Result<Network, ApiError> {
    // Off takes effect at once, on only once it is kept: a failure between leaves the safer state.
    if request.offline {
        app.client.set_offline(true);
    }
    app.store.update_setting(OFFLINE, request.offline.into(), app.now()).await?;
    app.client.set_offline(request.offline);
    app.changed(Noun::Workspace, OFFLINE);
    Ok(Network { offline: request.offline })
}
