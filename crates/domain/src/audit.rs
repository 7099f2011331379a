//! The trail of what was changed: by whom, from where, from which state to which, each event chained to the last.

use crate::{ActorId, ChainHash, StateHash, Timestamp, canonical_hash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change, or one act that leaves no state of its own behind.
///
/// Its hash covers everything here but the texts of the states, of which it covers the hashes: so a state can be
/// erased and the chain still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// Its place in the chain, from 1 and without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who; absent where FormaOps did it by itself.
    pub actor: Option<ActorId>,
    /// From where.
    pub origin: AuditOrigin,
    /// The operation that was called; absent where none was.
    pub operation: Option<String>,
    /// The request in which it was called, as the logs name it too.
    pub request_id: Option<String>,
    /// What was done, such as `prompt.update`.
    pub action: String,
    /// To what: an id or a name, and after a `/` what belongs to it.
    pub record: String,
    /// The hash of the state before; absent where there was none.
    pub before: Option<StateHash>,
    /// The hash of the state after; absent where there is none.
    pub after: Option<StateHash>,
    /// The hash of the event before; of the first one, 32 zeros.
    pub previous: ChainHash,
    /// The hash of this event.
    pub hash: ChainHash,
}

impl AuditEvent {
    /// The hash that this event must have: BLAKE3 of the canonical JSON of all its other fields and a number that
    /// names this rule.
    #[must_use]
    pub fn chained(&self) -> ChainHash {
        #[derive(Serialize)]
        struct Covered<'a> {
            rule: u32,
            seq: u64,
            at: i64,
            actor: Option<ActorId>,
            origin: AuditOrigin,
            operation: Option<&'a str>,
            request: Option<&'a str>,
            action: &'a str,
            record: &'a str,
            before: Option<StateHash>,
            after: Option<StateHash>,
            previous: ChainHash,
        }
        ChainHash::from_array(canonical_hash(&Covered {
            rule: 1,
            seq: self.seq,
            at: self.at.as_micros(),
            actor: self.actor,
            origin: self.origin,
            operation: self.operation.as_deref(),
            request: self.request_id.as_deref(),
            action: &self.action,
            record: &self.record,
            before: self.before,
            after: self.after,
            previous: self.previous,
        }))
    }
}

/// From where something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuditOrigin {
    /// The desktop window.
    Window,
    /// A browser at the HTTP host.
    Browser,
    /// The command line.
    Cli,
    /// A program with an API key.
    Api,
    /// A linked file.
    File,
    /// Another device.
    Sync,
    /// FormaOps itself.
    Engine,
}

/// An event with the states it names, as far as they were not erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditDetail {
    /// The event.
    pub event: AuditEvent,
    /// The state before; `null` where there was none, or where it was erased.
    pub before: Option<Value>,
    /// The state after; `null` where there is none, or where it was erased.
    pub after: Option<Value>,
}

/// What a look at the whole chain has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// Events that hold, from the first one on.
    pub events: u64,
    /// The hash of the last of them; absent where there is none. Kept elsewhere, it shows later that nothing up to
    /// here was taken away.
    pub head: Option<ChainHash>,
    /// States that were erased; the chain holds without them.
    pub erased: u64,
    /// The first thing that does not hold.
    pub broken: Option<BrokenLink>,
}

/// The first event of a chain that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrokenLink {
    /// The place in the chain.
    pub seq: u64,
    /// What is wrong there.
    pub reason: BreakReason,
    /// The same, for people.
    pub message: String,
}

/// What can be wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BreakReason {
    /// There is no event at a place that has later ones.
    Missing,
    /// An event is not the one that its hash was made of.
    Altered,
    /// An event does not follow the one before it.
    Unlinked,
    /// A state is not the one that its hash was made of.
    State,
    /// The head that was kept elsewhere is not in the chain: its end was taken away or made anew.
    Truncated,
}
