//! `formaops serve`: the screens and the REST API over HTTP, on this machine only.

mod assets;
mod auth;
mod events;
mod guard;
mod routes;

use crate::{Ending, output};
use auth::Logins;
use clap::Args;
use formaops_api::{ApiError, ErrorCode, Session};
use std::{io::IsTerminal, net::Ipv4Addr, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
};

/// What `formaops serve` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArguments {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 4173)]
    port: u16,
}

/// What every request needs.
#[derive(Clone)]
struct Host {
    session: Session,
    logins: Arc<Logins>,
    /// The only `Host` header that is served: `127.0.0.1:PORT`.
    authority: Arc<str>,
}

/// Serves until Ctrl+C.
pub(crate) async fn perform(
    session: &Session,
    arguments: &ServeArguments,
    as_json: bool,
) -> Result<Ending, ApiError> {
    let cannot = |error: std::io::Error| {
        ApiError::new(
            ErrorCode::Storage,
            format!("cannot listen on 127.0.0.1:{}: {error}", arguments.port),
            "Choose another port with `--port`, or 0 for a free one.",
        )
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await.map_err(cannot)?;
    let authority: Arc<str> = listener.local_addr().map_err(cannot)?.to_string().into();
    let host = Host { session: session.clone(), logins: Arc::new(Logins::default()), authority };
    announce(&host, as_json);
    let keyboard = tokio::spawn(renew_on_enter(host.clone(), as_json));
    // Event streams never end by themselves, so what is open is dropped with the server.
    tokio::select! {
        served = async { axum::serve(listener, routes::router(host)).await } => served.map_err(cannot)?,
        () = crate::stopped() => {}
    }
    keyboard.abort();
    Ok(Ending::Done)
}

fn announce(host: &Host, as_json: bool) {
    let address = format!("http://{}/#t={}", host.authority, host.logins.new_token());
    if as_json {
        output::line(&serde_json::json!({ "address": address }).to_string());
    } else {
        output::line(&format!("FormaOps is at {address}"));
        output::line("The address holds for one login within 5 minutes.");
        if std::io::stdin().is_terminal() {
            output::line("Press Enter for another one, Ctrl+C to stop.");
        }
    }
}

async fn renew_on_enter(host: Host, as_json: bool) {
    if !std::io::stdin().is_terminal() {
        return;
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(_)) = lines.next_line().await {
        announce(&host, as_json);
    }
}
