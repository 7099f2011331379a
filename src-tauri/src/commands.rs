//! What the page may call: a command for each operation, and the few that only a window needs.

use crate::{
    feed::{Batch, Feed},
    window,
};
use formaops_api::{ApiError, ErrorCode, Session};
use serde_json::Value;
use tauri::{AppHandle, State, Wry, ipc::Channel, ipc::Invoke};
use url::Url;

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($request:ty) -> $response:ty = $method:tt $path:literal, $scope:tt;)*) => {
        $(
            #[tauri::command]
            async fn $name(session: State<'_, Session>, request: Value) -> Result<Value, ApiError> {
                session.call(stringify!($name), request).await
            }
        )*

        /// Answers the calls of the page.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name,)* events_subscribe, events_ack, open_external]
        }

        /// Every command.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] =
            &[$(stringify!($name),)* "events_subscribe", "events_ack", "open_external"];
    };
}

formaops_api::for_each_operation!(commands);

/// Sends the events from now on to the page, in place of an earlier subscription.
#[tauri::command]
async fn events_subscribe(
    app: AppHandle,
    session: State<'_, Session>,
    feed: State<'_, Feed>,
    channel: Channel<Batch>,
) -> Result<(), ApiError> {
    feed.start(session.subscribe(), move |batch| channel.send(batch).is_ok(), move || window::show(&app));
    Ok(())
}

/// The page is done with a batch and all before it.
#[tauri::command]
async fn events_ack(feed: State<'_, Feed>, batch: u64) -> Result<(), ApiError> {
    feed.acknowledge(batch);
    Ok(())
}

/// Opens an address in the program the user has for it.
#[tauri::command]
async fn open_external(url: String) -> Result<(), ApiError> {
    let url = external(&url)?;
    open::that_detached(url.as_str()).map_err(|error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("no program could be started for `{url}`: {error}"),
            "Copy the address and open it yourself.",
        )
    })
}

/// An address that may be given to another program. A `file:` or an unknown scheme could start anything.
fn external(url: &str) -> Result<Url, ApiError> {
    let refused = || {
        ApiError::new(
            ErrorCode::BadRequest,
            format!("`{url}` is not an address that can be opened"),
            "Only `http`, `https` and `mailto` addresses are opened.",
        )
    };
    let url = Url::parse(url).map_err(|_| refused())?;
    if matches!(url.scheme(), "http" | "https" | "mailto") { Ok(url) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_the_generated_list_and_those_of_the_window() {
        let listed: Vec<_> = include_str!("../operations.txt").lines().collect();
        assert_eq!(NAMES[..listed.len()], listed);
        assert_eq!(NAMES[listed.len()..], ["events_subscribe", "events_ack", "open_external"]);
    }

    #[test]
    fn only_addresses_of_the_web_and_of_mail_are_opened() {
        for fine in ["https://example.com/a?b#c", "http://127.0.0.1:8080/", "mailto:a@example.com"] {
            assert_eq!(external(fine).unwrap().as_str(), fine);
        }
        for refused in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "smb://host/share",
            "-h",
            "",
            "../x",
            "tauri://localhost",
        ] {
            assert_eq!(external(refused).unwrap_err().code, ErrorCode::BadRequest, "{refused}");
        }
    }
}
