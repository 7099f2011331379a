//! Who calls an operation, and what they may do.

use crate::{ApiError, ErrorCode, Scope};
use formaops_domain::{ActorId, Priority};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who calls, from where, with which rights. Hosts make it; operations only ask it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// Where the call comes from.
    pub kind: CallerKind,
    /// Who it is, where that is not the local person.
    pub actor: Option<ActorId>,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// What logs and the audit trail name this call by; given to it where a host did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The caller's own name for this request, under which it is done once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// Where a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallerKind {
    /// The desktop window.
    Window,
    /// The command line.
    Cli,
    /// A browser that was let in by the one-time token of `formaops serve`.
    Browser,
    /// A program with an API key.
    ApiKey,
}

impl Caller {
    /// The local person, who may do everything.
    #[must_use]
    pub fn person(kind: CallerKind) -> Self {
        let scopes = vec![Scope::Read, Scope::Run, Scope::Write, Scope::Admin];
        Self { kind, actor: None, scopes, request_id: None, idempotency_key: None }
    }

    /// A program with an API key; a scope does not imply another.
    pub(crate) fn api_key(actor: ActorId, scopes: Vec<Scope>) -> Self {
        let kind = CallerKind::ApiKey;
        Self { kind, actor: Some(actor), scopes, request_id: None, idempotency_key: None }
    }

    /// The caller with a new name for this call.
    #[must_use]
    pub fn with_request_id(self) -> Self {
        Self { request_id: Some(formaops_domain::CallId::from_uuid(Uuid::now_v7()).to_string()), ..self }
    }

    pub(crate) fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let scope = format!("{scope:?}").to_lowercase();
        Err(ApiError::new(
            ErrorCode::Forbidden,
            format!("this key has no right to `{scope}`"),
            format!("Use a key with the scope `{scope}`."),
        ))
    }

    pub(crate) fn require_priority(&self, priority: Priority) -> Result<(), ApiError> {
        if priority == Priority::Critical && self.kind == CallerKind::ApiKey {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                "priority `critical` is for people, not for API keys",
                "Use `high`.",
            ));
        }
        Ok(())
    }
}
