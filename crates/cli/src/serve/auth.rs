//! Who is let in: a browser with a one-time token, a program with an API key.

use super::Host;
use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::Next,
    response::{IntoResponse, Response},
};
use formaops_api::{ApiError, Caller, CallerKind, ErrorCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long a one-time token waits for its login.
const TOKEN_LIFE: Duration = Duration::from_secs(5 * 60);
/// How long a login lasts.
const LOGIN_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

/// Tokens that wait and logins that hold, each until when. Kept in memory only.
#[derive(Default)]
pub(super) struct Logins(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    tokens: HashMap<String, Instant>,
    bearers: HashMap<String, Instant>,
}

/// 256 random bits in hexadecimal.
fn secret() -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Logins {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        kept.tokens.retain(|_, until| *until > now);
        kept.bearers.retain(|_, until| *until > now);
        kept
    }

    /// A token for one login within five minutes.
    pub(super) fn new_token(&self) -> String {
        let token = secret();
        self.kept().tokens.insert(token.clone(), Instant::now() + TOKEN_LIFE);
        token
    }

    fn log_in(&self, token: &str) -> Option<String> {
        let mut kept = self.kept();
        kept.tokens.remove(token)?;
        let bearer = secret();
        kept.bearers.insert(bearer.clone(), Instant::now() + LOGIN_LIFE);
        Some(bearer)
    }

    fn holds(&self, bearer: &str) -> bool {
        self.kept().bearers.contains_key(bearer)
    }

    fn log_out(&self, bearer: &str) {
        self.kept().bearers.remove(bearer);
    }
}

/// What a browser logs in with.
#[derive(Deserialize)]
pub(super) struct Login {
    token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedIn {
    bearer: String,
    expires_in_seconds: u64,
}

fn unauthenticated() -> ApiError {
    ApiError::new(
        ErrorCode::Unauthenticated,
        "this login does not hold (any more)",
        "Open the address that `formaops serve` prints; press Enter there for a new one.",
    )
}

pub(super) async fn log_in(State(host): State<Host>, Json(login): Json<Login>) -> Response {
    match host.logins.log_in(&login.token) {
        Some(bearer) => Json(LoggedIn { bearer, expires_in_seconds: LOGIN_LIFE.as_secs() }).into_response(),
        None => refuse(unauthenticated()),
    }
}

pub(super) async fn log_out(State(host): State<Host>, request: Request) -> Response {
    if let Some(bearer) = bearer(&request) {
        host.logins.log_out(bearer);
    }
    StatusCode::NO_CONTENT.into_response()
}

pub(super) async fn me(request: Request) -> Response {
    match request.extensions().get::<Caller>() {
        Some(caller) => Json(json!({ "kind": caller.kind, "actor": caller.actor, "scopes": caller.scopes }))
            .into_response(),
        None => refuse(unauthenticated()),
    }
}

fn bearer(request: &Request) -> Option<&str> {
    request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Lets only known callers through, and tells the routes who calls.
pub(super) async fn require_caller(State(host): State<Host>, mut request: Request, next: Next) -> Response {
    let Some(bearer) = bearer(&request).map(str::to_owned) else { return refuse(unauthenticated()) };
    let caller = if host.logins.holds(&bearer) {
        Some(Caller::person(CallerKind::Browser))
    } else {
        match host.session.authenticate(&bearer).await {
            Ok(caller) => caller,
            Err(error) => return refuse(error),
        }
    };
    match caller {
        Some(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        None => refuse(unauthenticated()),
    }
}

/// An error as its HTTP answer.
pub(super) fn refuse(error: ApiError) -> Response {
    let status = StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lets_in_once_and_a_login_ends_with_its_logout() {
        let logins = Logins::default();
        let token = logins.new_token();
        let bearer = logins.log_in(&token).unwrap();
        assert!(logins.log_in(&token).is_none());
        assert!(logins.holds(&bearer));
        assert!(!logins.holds(&token));
        logins.log_out(&bearer);
        assert!(!logins.holds(&bearer));
    }
}
