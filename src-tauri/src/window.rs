//! The window that shows the page.

use crate::menu;
use tauri::{
    AppHandle, Manager as _, Runtime, Url, Wry,
    plugin::TauriPlugin,
    webview::{NewWindowResponse, WebviewWindowBuilder},
};
use tauri_plugin_window_state::StateFlags;

/// The label of the window; the access rules in `tauri.conf.json` name it.
pub(crate) const LABEL: &str = "main";

/// Whether there is a screen to show a window on.
pub(crate) fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

/// Brings back the window's size and place of the last time.
pub(crate) fn remember_place() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_denylist(&[crate::notice::LABEL])
        .build()
}

/// Opens the window as `tauri.conf.json` describes it.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let windows = &app.config().app.windows;
    let config = windows.iter().find(|window| window.label == LABEL).ok_or(tauri::Error::WindowNotFound)?;
    WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(stays_inside)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .menu(menu::menu(app)?)
        .on_menu_event(|window, event| menu::choose(window.app_handle(), event))
        .build()?;
    Ok(())
}

/// Closes the window, which ends the program.
pub(crate) fn close(app: &AppHandle) {
    if let Some(Err(error)) = app.get_webview_window(LABEL).map(|window| window.close()) {
        tracing::warn!(%error, "the window cannot be closed");
    }
}

/// Shows the page larger or smaller, in percent of its own size.
pub(crate) fn zoom(app: &AppHandle, percent: u16) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the page cannot be shown in another size");
    }
}

/// Fills the screen with the window, or gives the screen back.
pub(crate) fn toggle_full_screen(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    let toggled = window.is_fullscreen().and_then(|is_full| window.set_fullscreen(!is_full));
    if let Err(error) = toggled {
        tracing::warn!(%error, "the window cannot fill the screen");
    }
}

/// Brings the window to the front.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for shown in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be shown");
        }
    }
}

/// Whether an address is a place in the page. Links to elsewhere go through `open_external`.
fn stays_inside(url: &Url) -> bool {
    let own_scheme = url.scheme() == "tauri" && url.host_str() == Some("localhost");
    // Where the system's web view knows no schemes of apps.
    let own_host = matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost");
    own_scheme || own_host
}

#[cfg(test)]
mod tests {
    use super::*;
    use tauri::ipc::Origin;

    #[test]
    fn the_page_never_leaves_the_app() {
        for inside in
            ["tauri://localhost/", "tauri://localhost/runs/run_1?x#y", "http://tauri.localhost/runs"]
        {
            assert!(stays_inside(&inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "https://example.com/",
            "http://tauri.localhost.example.com/",
            "https://tauri.localhost@example.com/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "javascript:alert(1)",
        ] {
            assert!(!stays_inside(&outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn the_window_may_call_every_command_and_nothing_and_nobody_else_may() {
        let mut context = crate::context();
        let authority = context.runtime_authority_mut();
        let may = |command: &str, window: &str, origin: &Origin| {
            authority.resolve_access(command, window, window, origin).is_some()
        };
        let remote = Origin::Remote { url: "https://example.com".parse().unwrap() };
        for command in crate::commands::NAMES {
            assert!(may(command, LABEL, &Origin::Local), "`{command}` is missing");
            assert!(!may(command, "other", &Origin::Local), "`{command}` from another window");
            assert!(!may(command, crate::notice::LABEL, &Origin::Local), "`{command}` from a notice");
            assert!(!may(command, LABEL, &remote), "`{command}` from the web");
        }
        for command in ["plugin:window|close", "plugin:event|listen", "plugin:window-state|filename", "eval"]
        {
            assert!(!may(command, LABEL, &Origin::Local), "`{command}`");
        }
    }

    #[test]
    fn the_policy_of_the_page_is_the_one_decided() {
        let mut context = crate::context();
        let security = &context.config_mut().app.security;
        let policy = security.csp.as_ref().unwrap().to_string();
        assert_eq!(
            policy,
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
             font-src 'self'; connect-src 'self' ipc: http://ipc.localhost; base-uri 'none'; form-action 'none'"
        );
        for rewritten in ["script-src", "style-src"] {
            assert!(!security.dangerous_disable_asset_csp_modification.can_modify(rewritten), "{rewritten}");
        }
    }
}
