//! `formaops`: every operation of a workspace as a verb, `run` for comparing models in the terminal, `render` for a
//! prompt file without any, `eval` for suites, `report` for what came of them, `search` for everything by words, and `serve` for the HTTP host with the
//! same screens as the desktop app.
//!
//! Exit codes: 0 done, 1 an error, 2 wrong usage, 3 an execution failed, 100 a suite may not pass, 130 cancelled.

mod arguments;
mod call;
mod config;
mod dataset;
mod eval;
mod operation;
mod output;
mod recording;
mod regrade;
mod render;
mod report;
mod run;
mod run_end;
mod schema;
mod search;
mod secret;
mod serve;
mod transfer;
mod wait;

use arguments::Chosen;
use formaops_api::{ApiError, Session, SessionOptions};
use std::{io, process::ExitCode};

/// Streams, rows and events are many small pieces of memory that one thread takes and another gives back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command ended.
enum Ending {
    Done,
    /// Something was looked at, and does not hold.
    Broken,
    ExecutionFailed,
    Cancelled,
    /// What was run may not pass.
    Judged(u8),
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::SUCCESS,
            Ending::Broken => Self::FAILURE,
            Ending::ExecutionFailed => Self::from(3),
            Ending::Cancelled => Self::from(130),
            Ending::Judged(code) => Self::from(code),
        }
    }
}

fn main() -> ExitCode {
    if formaops_sandbox::is_asked_for() {
        return formaops_sandbox::serve();
    }
    let matches = arguments::command().get_matches();
    let (global, chosen) = match arguments::read(&matches) {
        Ok(read) => read,
        Err(error) => {
            output::error(&error, matches.get_flag("json"));
            return ExitCode::from(2);
        }
    };
    if let Chosen::Completions(shell) = chosen {
        clap_complete::generate(shell, &mut arguments::command(), "formaops", &mut io::stdout());
        return ExitCode::SUCCESS;
    }
    if let Chosen::Config(command) = chosen {
        return command.perform(&global);
    }
    if let Chosen::Render(render) = chosen {
        return render.perform(&global);
    }
    if let Chosen::Eval(eval) = &chosen
        && let Some(file) = eval.env_file()
    {
        match eval::restarted_with(file) {
            Ok(None) => {}
            Ok(Some(code)) => return code,
            Err(error) => {
                output::error(&error, global.json);
                return ExitCode::FAILURE;
            }
        }
    }
    let workspace = global.workspace.clone().or_else(|| formaops_api::default_workspace().ok());
    if let Err(error) = formaops_api::logging::start(workspace.as_deref()) {
        output::line_to_stderr(&format!("warning: nothing is logged: {error}"));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::line_to_stderr(&format!("error: the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(perform(&global, chosen)) {
        Ok(ending) => ending.into(),
        Err(error) => {
            output::error(&error, global.json);
            ExitCode::FAILURE
        }
    }
}

async fn perform(global: &arguments::Global, chosen: Chosen) -> Result<Ending, ApiError> {
    let options = SessionOptions {
        workspace: global.workspace.clone(),
        config: global.config.clone(),
        ..SessionOptions::default()
    };
    let session = Session::open(options).await?;
    let problems = session.app().map_or(0, |app| app.configuration_problems().len());
    if problems > 0 {
        let count = if problems == 1 { "a problem".to_owned() } else { format!("{problems} problems") };
        output::line_to_stderr(&format!("note: the configuration has {count}: see `formaops config check`"));
    }
    let ending = match chosen {
        Chosen::Operation(operation, request) => {
            operation::perform(&session, operation, request, global.json).await
        }
        Chosen::Run(run) => run::perform(&session, *run, global.json).await,
        Chosen::Eval(eval) => eval::perform(&session, *eval, global.json).await,
        Chosen::Report(report) => report::perform(&session, report, global.json).await,
        Chosen::Search(request) => search::perform(&session, request, global.json).await,
        Chosen::Import(import) => transfer::import(&session, import, global.json).await,
        Chosen::Export(export) => transfer::export(&session, export, global.json).await,
        Chosen::Recording(command) => recording::perform(&session, command, global.json).await,
        Chosen::Regrade(regrade) => regrade::perform(&session, regrade, global.json).await,
        Chosen::Dataset(command) => dataset::perform(&session, command, global.json).await,
        Chosen::Serve(serve) => serve::perform(&session, &serve, global.json).await,
        Chosen::Config(_) | Chosen::Completions(_) | Chosen::Render(_) => Ok(Ending::Done),
    };
    leave(session).await;
    ending
}

/// Ends the session. Where this process owns the workspace, what other windows run on it is finished
/// first, unless the user does not want to wait.
async fn leave(session: Session) {
    let running = match session.app() {
        Some(app) => app.executions_under_way().await,
        None => 0,
    };
    if running > 0 {
        output::line_to_stderr(&format!("finishing {running} executions; press Ctrl+C to leave now"));
    }
    tokio::select! {
        () = session.finish() => {}
        () = stopped() => {}
    }
    session.close().await;
}

/// Completes on Ctrl+C, or when the system asks the process to end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
