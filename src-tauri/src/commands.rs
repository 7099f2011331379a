//! What the page may call: a command for each operation, and the few that only a window needs.

use crate::{
    download,
    feed::{Batch, Feed},
    menu::Chosen,
    window,
};
use formaops_api::{ApiError, ErrorCode, Session};
use serde::Deserialize;
use serde_json::Value;
use tauri::{AppHandle, Manager as _, State, Wry, ipc::Channel, ipc::Invoke};
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
            tauri::generate_handler![
                $($name,)* events_subscribe, events_ack, open_external, commands_subscribe, window_zoom,
                window_full_screen, folder_open, file_save, notify
            ]
        }

        /// Every command.
        #[cfg(test)]
        pub(crate) const NAMES: &[&str] = &[
            $(stringify!($name),)* "events_subscribe", "events_ack", "open_external", "commands_subscribe",
            "window_zoom", "window_full_screen", "folder_open", "file_save", "notify",
        ];
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

/// Opens the folder of the workspace, and no other, in the program the user has for folders.
#[tauri::command]
async fn folder_open(session: State<'_, Session>) -> Result<(), ApiError> {
    let folder = session.workspace();
    open::that_detached(folder).map_err(|error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("no program could be started for `{}`: {error}", folder.display()),
            "Copy the folder and open it yourself.",
        )
    })
}

/// What is written into a file.
#[derive(Deserialize)]
#[serde(untagged)]
enum FileContent {
    Text(String),
    Bytes(Vec<u8>),
}

/// Gives something to the reader as a file in the folder for downloads, and answers its path.
#[tauri::command]
async fn file_save(app: AppHandle, name: String, content: FileContent) -> Result<String, ApiError> {
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir()).map_err(|error| {
        ApiError::new(
            ErrorCode::Storage,
            format!("there is no folder for downloads: {error}"),
            "Copy the text instead.",
        )
    })?;
    let content = match content {
        FileContent::Text(text) => text.into_bytes(),
        FileContent::Bytes(bytes) => bytes,
    };
    let saving = tauri::async_runtime::spawn_blocking(move || download::save(&folder, &name, &content));
    let saved = saving.await.map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string(), ""))?;
    saved.map(|path| path.display().to_string())
}

/// Tells the page the names of the commands that are chosen from the menu.
#[tauri::command]
async fn commands_subscribe(chosen: State<'_, Chosen>, channel: Channel<String>) -> Result<(), ApiError> {
    chosen.send_to(channel);
    Ok(())
}

/// Shows the page larger or smaller, in percent of its own size.
#[tauri::command]
async fn window_zoom(app: AppHandle, percent: u16) -> Result<(), ApiError> {
    if !ZOOM.contains(&percent) {
        let message = format!("`percent` must be between {} and {}, got {percent}", ZOOM.start(), ZOOM.end());
        return Err(ApiError::invalid("percent", message));
    }
    window::zoom(&app, percent);
    Ok(())
}

/// Fills the screen with the window, or gives the screen back.
#[tauri::command]
async fn window_full_screen(app: AppHandle) -> Result<(), ApiError> {
    window::toggle_full_screen(&app);
    Ok(())
}

/// Tells something by the desktop's own notifications. A desktop that has none hears nothing.
#[tauri::command]
async fn notify(title: String, text: String) -> Result<(), ApiError> {
    let short = |text: &str| text.chars().take(MOST_NOTIFIED).collect::<String>();
    let shown = tauri::async_runtime::spawn_blocking(move || {
        notify_rust::Notification::new()
            .appname("FormaOps")
            .summary(&short(&title))
            // Markup would be taken as such.
            .body(&short(&text).replace('&', "&amp;").replace('<', "&lt;"))
            .show()
            .map(drop)
    });
    if let Ok(Err(error)) = shown.await {
        tracing::info!(%error, "the desktop shows no notifications");
    }
    Ok(())
}

/// How much larger or smaller the page may be shown, in percent.
const ZOOM: std::ops::RangeInclusive<u16> = 50..=300;

/// The most characters of a line of a notification.
const MOST_NOTIFIED: usize = 200;

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
        let operations = include_str!("../operations.txt").lines();
        let listed: Vec<_> = operations.chain(include_str!("../window-commands.txt").lines()).collect();
        assert_eq!(NAMES, listed);
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
