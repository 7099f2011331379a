//! The desktop shell: a window on a workspace, and nothing of its business.
//!
//! The page in the window calls one command for each operation of `formaops-api`, reads one channel of
//! events, and reaches nothing else. Whether this process owns the workspace or is a client of another
//! one makes no difference here.
//!
//! ```text
//! formaops-desktop [--workspace DIR] [--config FILE]
//! ```
//!
//! Invariants: a workspace has at most one window, and starting a second one shows the first; only the
//! window `main` may call commands; the page never leaves the app; whatever keeps a workspace from
//! being opened is told in a window, not in silence.

mod commands;
mod crash;
mod download;
mod feed;
mod menu;
mod notice;
mod start;
mod window;

use clap::Parser;
use feed::Feed;
use formaops_api::Session;
use notice::Notice;
use start::{Start, WindowLock};
use std::{path::PathBuf, process::ExitCode, sync::Mutex};
use tauri::{Manager as _, RunEvent};

/// What the program is started with.
#[derive(Debug, Parser)]
#[command(name = "formaops-desktop", version, about = "The desktop window of FormaOps")]
pub struct Arguments {
    /// The folder of the workspace [default: `formaops/default` in the platform's data folder]
    #[arg(long, value_name = "DIR", env = "FORMAOPS_WORKSPACE")]
    pub workspace: Option<PathBuf>,
    /// The configuration file [default: `formaops/config.toml` in the platform's configuration folder]
    #[arg(long, value_name = "FILE", env = "FORMAOPS_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Shows the window and answers when it was closed.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("FORMAOPS_LOG").unwrap_or_else(|_| "error".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    if !window::has_display() {
        tracing::error!("there is no display; `formaops serve` shows the same page in a browser");
        return ExitCode::FAILURE;
    }
    match tauri::async_runtime::block_on(start::start(arguments)) {
        Ok(Start::ShownElsewhere) => ExitCode::SUCCESS,
        Ok(Start::Here { session, crash, window_lock }) => {
            show(Some((session, window_lock)), crash.as_ref().map(Notice::of_crash))
        }
        Err(error) => {
            show(None, Some(Notice::of_failed_start(&error)));
            ExitCode::FAILURE
        }
    }
}

/// The configuration of `tauri.conf.json`, the page and the access rules, as they were at build time.
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// Shows the workspace, where there is one, and the notice, until the windows are closed.
fn show(opened: Option<(Session, WindowLock)>, notice: Option<Notice>) -> ExitCode {
    let html = notice.as_ref().map(Notice::to_html).unwrap_or_default();
    let mut builder = tauri::Builder::default()
        .plugin(window::remember_place())
        .register_uri_scheme_protocol(notice::SCHEME, move |_, _| notice::response(&html))
        .invoke_handler(commands::handler());
    if let Some((session, _)) = &opened {
        builder = builder.manage(session.clone()).manage(Feed::default()).manage(menu::Chosen::default());
    }
    let has_page = opened.is_some();
    let app = builder
        .setup(move |app| {
            if has_page {
                window::open(app.handle())?;
            }
            if let Some(notice) = &notice {
                notice.open(app.handle())?;
            }
            Ok(())
        })
        .build(context());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            return ExitCode::FAILURE;
        }
    };
    let opened = Mutex::new(opened);
    let code = app.run_return(move |app, event| match event {
        RunEvent::WindowEvent { label, event: tauri::WindowEvent::Destroyed, .. }
            if label == window::LABEL =>
        {
            app.exit(0);
        }
        RunEvent::Exit => {
            if let Some(feed) = app.try_state::<Feed>() {
                feed.stop();
            }
            let opened = opened.lock().ok().and_then(|mut opened| opened.take());
            if let Some((session, window_lock)) = opened {
                // Who starts the app again from here on gets a window and waits for the workspace.
                drop(window_lock);
                tauri::async_runtime::block_on(session.close());
            }
        }
        _ => {}
    });
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
