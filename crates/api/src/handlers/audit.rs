//! The audit trail: what was changed, and whether all of it is still what was written.

use super::limit;
use crate::{ApiError, App, Caller};
use formaops_domain::{ActorId, AuditDetail, AuditEvent, AuditReport, ChainHash, Page, Timestamp};
use formaops_store::AuditFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Asks what was changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAudit {
    /// Only what this actor did.
    #[serde(default)]
    pub actor: Option<ActorId>,
    /// Only what was done to this record (an id, or the name of a setting) and to what belongs to it.
    #[serde(default)]
    pub record: Option<String>,
    /// Only this action, such as `prompt.update`, or all of a noun, such as `prompt`.
    #[serde(default)]
    pub action: Option<String>,
    /// Only what was done at this moment or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only what was done before this moment.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// Only what was done in this request, as answers of the HTTP host (`X-Request-Id`) and logs name it.
    #[serde(default)]
    pub request_id: Option<String>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks for one change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAudit {
    /// Its place in the trail.
    pub seq: u64,
}

/// Asks whether the trail holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyAudit {
    /// A head that was written down elsewhere: where it is not in the trail, the end was taken away.
    #[serde(default)]
    pub head: Option<ChainHash>,
}

pub(crate) async fn audit_list(
    app: &App,
    _: &Caller,
    request: ListAudit,
) -> Result<Page<AuditEvent>, ApiError> {
    let filter = AuditFilter {
        actor: request.actor,
        record: request.record,
        action: request.action,
        from: request.from,
        to: request.to,
        request_id: request.request_id,
    };
    Ok(app.store.list_audit_events(filter, request.cursor.as_deref(), limit(request.limit)?).await?)
}

pub(crate) async fn audit_get(app: &App, _: &Caller, request: GetAudit) -> Result<AuditDetail, ApiError> {
    Ok(app.store.get_audit_event(request.seq).await?)
}

pub(crate) async fn audit_verify(
    app: &App,
    _: &Caller,
    request: VerifyAudit,
) -> Result<AuditReport, ApiError> {
    Ok(app.store.verify_audit(request.head).await?)
}
