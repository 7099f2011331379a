//! The audit trail: what was changed, and whether all of it is still what was written.

use super::limit;
use crate::{ApiError, App, Caller};
use formaops_domain::{
    ActorId, AuditDetail, AuditEvent, AuditOrigin, AuditReport, ChainHash, Page, Timestamp,
};
use formaops_store::{Actor, ActorKind, AuditFilter};
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
    /// Only what was done from there.
    #[serde(default)]
    pub origin: Option<AuditOrigin>,
    /// Where to go on, from the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// The most items, 1 to 1,000; 100 where absent.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Asks who can act.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListActors {}

/// Somebody whom the trail can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActorView {
    /// Their identity.
    pub id: ActorId,
    /// Their name: that of a person, or of an API key.
    pub name: String,
    /// Whether it is a person.
    pub is_person: bool,
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
        origin: request.origin,
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

pub(crate) async fn actor_list(app: &App, _: &Caller, _: ListActors) -> Result<Page<ActorView>, ApiError> {
    let actors = app.store.list_actors().await?.into_iter();
    let view = |Actor { id, kind, name, .. }| ActorView { id, name, is_person: kind == ActorKind::Person };
    Ok(Page::whole(actors.map(view).collect()))
}
