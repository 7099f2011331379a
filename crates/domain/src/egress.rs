//! The ledger of what left this machine.

use crate::{EgressId, ExecutionId, KeyRef, Origin, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One request that left FormaOps, or was about to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Egress {
    /// Its identity.
    pub id: EgressId,
    /// Where it went: scheme, host and port. Path and query are not kept, for they may be private.
    pub origin: Origin,
    /// Whether that is this machine.
    pub is_local: bool,
    /// What for.
    pub purpose: Purpose,
    /// The reference of the key it carried, never the key.
    pub key: Option<KeyRef>,
    /// The execution it was sent for.
    pub execution_id: Option<ExecutionId>,
    /// The bytes of the body that was sent.
    pub bytes_out: u64,
    /// The bytes of the body that came back, as far as it was read.
    pub bytes_in: u64,
    /// The HTTP status; absent where no answer came.
    pub http_status: Option<u16>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its answer was read to the end or given up; absent while it is under way, or where the
    /// process ended first.
    pub ended_at: Option<Timestamp>,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A prompt is executed.
    Execution,
    /// The list of models is read.
    Models,
    /// A connection is tested.
    Test,
    /// Servers on this machine are looked for.
    Discovery,
    /// A web service is asked whether an answer holds.
    Webhook,
}
