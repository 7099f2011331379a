//! A host's way to a workspace: as the process that owns it, or as a client of the one that does.
//!
//! Whoever holds the operating system's lock on `DIR/lock` owns the workspace and listens on
//! `DIR/socket`. Where the owner goes away, one of its clients takes the lock and goes on as the owner;
//! all subscribers get `resync`.

mod client;
mod owner;
mod wire;

use crate::{
    ApiError, App, Caller, CallerKind, ErrorCode, EventHub, Method, Operation, Subscription,
    configuration::default_config,
};
use client::{Answer, Client};
use formaops_domain::{EventBody, ports::EventSink};
use owner::{Lock, Owner};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, time::Instant};
use wire::HostCall;

/// How long a call waits for an owner before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before another try to reach the owner or to become it.
const RETRY: Duration = Duration::from_millis(50);

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The folder of the workspace; [`default_workspace`] where absent.
    pub workspace: Option<PathBuf>,
    /// The configuration file, for when this process owns the workspace; [`default_config`] where absent.
    pub config: Option<PathBuf>,
    /// The kind of host.
    pub host: CallerKind,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { workspace: None, config: None, host: CallerKind::Cli }
    }
}

/// The folder of the workspace that is opened where none is named: `formaops/default` in the
/// platform's data folder.
///
/// # Errors
/// Where the platform names no home folder.
pub fn default_workspace() -> Result<PathBuf, ApiError> {
    directories::BaseDirs::new().map(|dirs| dirs.data_dir().join("formaops").join("default")).ok_or_else(
        || {
            ApiError::new(
                ErrorCode::Storage,
                "this user has no home folder to keep a workspace in",
                "Name a folder with `--workspace DIR`.",
            )
        },
    )
}

/// An open workspace. Clones are the same session.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    workspace: PathBuf,
    config: PathBuf,
    host: CallerKind,
    hub: EventHub,
    backend: watch::Sender<Backend>,
}

#[derive(Clone)]
enum Backend {
    /// Nobody yet, or the owner went away.
    Seeking,
    Owner(Arc<Owner>),
    Client(Arc<Client>),
}

impl Session {
    /// Opens a workspace, making it where there is none.
    ///
    /// # Errors
    /// Where the folder cannot be used, or its store cannot be opened.
    pub async fn open(options: SessionOptions) -> Result<Self, ApiError> {
        let workspace = match options.workspace {
            Some(workspace) => workspace,
            None => default_workspace()?,
        };
        let workspace = owner::prepare_folder(&workspace)?;
        // Who has no home keeps it beside what it is for.
        let config = options.config.or_else(default_config).unwrap_or_else(|| workspace.join("config.toml"));
        let hub = EventHub::default();
        let first = seek(&workspace, &config, &hub, true).await?;
        let (backend, _) = watch::channel(first);
        let shared = Shared { workspace, config, host: options.host, hub, backend };
        let session = Self { shared: Arc::new(shared) };
        tokio::spawn(session.clone().follow());
        Ok(session)
    }

    /// The folder of the workspace.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        &self.shared.workspace
    }

    /// Whether this process owns the workspace now.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        matches!(*self.shared.backend.borrow(), Backend::Owner(_))
    }

    /// The workspace itself, where this process owns it.
    #[must_use]
    pub fn app(&self) -> Option<App> {
        match &*self.shared.backend.borrow() {
            Backend::Owner(owner) => Some(owner.app.clone()),
            Backend::Seeking | Backend::Client(_) => None,
        }
    }

    /// Calls an operation as the person at this host.
    ///
    /// # Errors
    /// What the operation answers, or [`ErrorCode::Disconnected`] where the owner went away in the middle.
    pub async fn call(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.call_as(&Caller::person(self.shared.host), operation, request).await
    }

    /// Calls an operation as somebody this host has let in.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn call_as(&self, caller: &Caller, operation: &str, request: Value) -> Result<Value, ApiError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let client = match self.backend().await? {
                Backend::Owner(owner) => return owner.app.call(caller, operation, request).await,
                Backend::Client(client) => client,
                Backend::Seeking => return Err(no_owner()),
            };
            let may_repeat = match client.call(caller, operation, request.clone()).await {
                Answer::Served(answer) => return answer,
                Answer::NotServed => true,
                // Reading twice does no harm.
                Answer::Lost => Operation::find(operation).is_some_and(|found| found.method == Method::Get),
            };
            if !may_repeat || Instant::now() >= deadline {
                return Err(no_owner());
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Who an API key belongs to; `None` for a key that does not hold.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Caller>, ApiError> {
        let answer = self.host_call(HostCall::Authenticate { secret: secret.to_owned() }).await?;
        serde_json::from_value(answer)
            .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the owner's answer: {error}"), ""))
    }

    /// Asks the window that shows this workspace to come to the front.
    ///
    /// # Errors
    /// Where the owner cannot be reached.
    pub async fn show_window(&self) -> Result<(), ApiError> {
        self.host_call(HostCall::ShowWindow).await.map(drop)
    }

    async fn host_call(&self, call: HostCall) -> Result<Value, ApiError> {
        match self.backend().await? {
            Backend::Owner(owner) => owner::serve_host_call(&owner.app, &self.shared.hub, call).await,
            Backend::Client(client) => client.host_call(call).await,
            Backend::Seeking => Err(no_owner()),
        }
    }

    /// The events of the workspace from now on, whoever owns it.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        self.shared.hub.subscribe()
    }

    /// Where this process owns the workspace: waits until all that runs on it has ended, whoever started it,
    /// and serves other processes no more. They find the next owner once this session is closed.
    pub async fn finish(&self) {
        let backend = self.shared.backend.borrow().clone();
        if let Backend::Owner(owner) = backend {
            owner.finish().await;
        }
    }

    /// Ends what this process does for the workspace. What is on the wire is interrupted.
    pub async fn close(self) {
        let backend = self.shared.backend.send_replace(Backend::Seeking);
        if let Backend::Owner(owner) = backend {
            owner.close().await;
        }
    }

    async fn backend(&self) -> Result<Backend, ApiError> {
        let mut backend = self.shared.backend.subscribe();
        let found = backend.wait_for(|backend| !matches!(backend, Backend::Seeking));
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(Ok(backend)) => Ok(backend.clone()),
            Ok(Err(_)) | Err(_) => Err(no_owner()),
        }
    }

    /// Looks for a new owner, or becomes it, whenever the present one goes away.
    async fn follow(self) {
        loop {
            let Backend::Client(client) = self.shared.backend.borrow().clone() else { return };
            client.closed().await;
            self.shared.backend.send_replace(Backend::Seeking);
            loop {
                match seek(&self.shared.workspace, &self.shared.config, &self.shared.hub, false).await {
                    Ok(backend) => {
                        self.shared.backend.send_replace(backend);
                        self.shared.hub.publish(EventBody::Resync);
                        break;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no owner of the workspace can be reached");
                        tokio::time::sleep(PATIENCE / 10).await;
                    }
                }
            }
        }
    }
}

fn no_owner() -> ApiError {
    ApiError::new(
        ErrorCode::Disconnected,
        "the process that owns the workspace does not answer",
        "Try again; if it stays so, close every FormaOps window and command, and start again.",
    )
}

/// Becomes the owner, or a client of the one there is.
///
/// A process that has just taken the lock may not listen yet, and one that is ending may still hold it,
/// so both are tried in turn for a while.
async fn seek(workspace: &Path, config: &Path, hub: &EventHub, first: bool) -> Result<Backend, ApiError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(lock) = Lock::try_take(workspace)? {
            return Owner::start(workspace, config, lock, hub.clone(), first)
                .await
                .map(|owner| Backend::Owner(Arc::new(owner)));
        }
        match Client::connect(workspace, hub.clone()).await {
            Ok(client) => return Ok(Backend::Client(Arc::new(client))),
            Err(error) if Instant::now() >= deadline => {
                tracing::warn!(%error, "the owner of the workspace does not listen");
                return Err(no_owner());
            }
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}
