//! The process that owns a workspace: its lock, and the socket its clients come to.

use super::{
    no_owner,
    wire::{HostCall, ToClient, ToOwner, incoming, outgoing},
};
use crate::{ApiError, App, ErrorCode, EventHub, configuration::Configuration};
use formaops_domain::{EventBody, Noun, ports::EventSink};
use futures::{SinkExt, StreamExt};
use interprocess::local_socket::{
    GenericFilePath, ListenerOptions, ToFsName,
    tokio::{Listener, Stream, prelude::*},
};
use serde_json::Value;
use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

/// The most batches of events that a client has not acknowledged.
const MOST_UNACKNOWLEDGED: u64 = 2;
/// The longest path that fits the address of a Unix socket on every platform we know.
const MOST_PATH_BYTES: usize = 100;

fn storage(error: &io::Error, what: &str, path: &Path) -> ApiError {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Choose a folder that you may write to, with `--workspace DIR`."
        }
        io::ErrorKind::StorageFull => "Free some space on this disk and try again.",
        _ => "Choose another folder with `--workspace DIR`.",
    };
    ApiError::new(ErrorCode::Storage, format!("{what} `{}`: {error}", path.display()), hint)
}

/// Makes the folder of a workspace, readable for its user only, and answers its full path.
pub(super) fn prepare_folder(workspace: &Path) -> Result<PathBuf, ApiError> {
    let made = {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(workspace).and_then(|()| workspace.canonicalize())
    };
    let workspace = made.map_err(|error| storage(&error, "cannot use the workspace folder", workspace))?;
    let length = socket_path(&workspace).as_os_str().len();
    if length > MOST_PATH_BYTES {
        return Err(ApiError::new(
            ErrorCode::Storage,
            format!("the path of the workspace `{}` is too long for its socket", workspace.display()),
            format!("Choose a folder whose path has at most {} bytes.", MOST_PATH_BYTES - "/socket".len()),
        ));
    }
    Ok(workspace)
}

/// Where the owner of a workspace listens.
pub(super) fn socket_path(workspace: &Path) -> PathBuf {
    workspace.join("socket")
}

/// The operating system's lock on a workspace; it goes with the process.
pub(super) struct Lock(#[expect(dead_code, reason = "holding the file is what holds the lock")] File);

impl Lock {
    /// The lock; `None` where another process has it.
    pub(super) fn try_take(workspace: &Path) -> Result<Option<Self>, ApiError> {
        let path = workspace.join("lock");
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let mut file = opened.map_err(|error| storage(&error, "cannot open the lock", &path))?;
        match file.try_lock() {
            Ok(()) => {
                // For people who look; nothing reads it.
                let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
                Ok(Some(Self(file)))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(storage(&error, "cannot lock", &path)),
        }
    }
}

/// The workspace in the hands of this process.
pub(super) struct Owner {
    pub(super) app: App,
    door: Door,
    listener: JoinHandle<()>,
    _lock: Lock,
}

impl Owner {
    /// Opens the store, recovers what an earlier owner left, and listens for clients.
    pub(super) async fn start(
        workspace: &Path,
        config: &Path,
        lock: Lock,
        hub: EventHub,
        first: bool,
    ) -> Result<Self, ApiError> {
        let app = App::open(workspace, hub.clone(), Configuration::of_process(config.to_owned())).await?;
        let path = socket_path(workspace);
        // Whoever listened there is gone: the lock says so.
        let _ = fs::remove_file(&path);
        let listener = listen(&path).map_err(|error| storage(&error, "cannot listen on", &path))?;
        tracing::info!(workspace = %workspace.display(), takeover = !first, "this process owns the workspace");
        let door = Door::default();
        let listener = tokio::spawn(accept(listener, app.clone(), hub, door.clone()));
        Ok(Self { app, door, listener, _lock: lock })
    }

    /// Waits until nothing is on the wire or queued, whoever started it, and no call is being served.
    /// From then on clients are not served any more, which they take as a sign to look for the next owner.
    pub(super) async fn finish(&self) {
        loop {
            self.app.idle().await;
            self.door.shut().await;
            if self.app.executions_under_way().await == 0 {
                return;
            }
            // A call that was being served has started something.
            self.door.open();
        }
    }

    /// Ends the calls of clients, the engine and the store, then lets the workspace go.
    pub(super) async fn close(&self) {
        self.door.shut().await;
        self.listener.abort();
        self.app.close().await;
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn listen(path: &Path) -> io::Result<Listener> {
    let options = ListenerOptions::new().name(path.to_fs_name::<GenericFilePath>()?);
    #[cfg(unix)]
    let options = interprocess::os::unix::local_socket::ListenerOptionsExt::mode(options, 0o600);
    options.create_tokio()
}

/// Lets the calls of clients in, or not any more.
#[derive(Clone, Default)]
struct Door(TaskTracker);

impl Door {
    /// Holds the door while a call is served; `None` where it is shut.
    fn enter(&self) -> Option<TaskTrackerToken> {
        // The token is taken first, so that shutting waits for whoever saw the door open.
        let token = self.0.token();
        if self.0.is_closed() { None } else { Some(token) }
    }

    /// Lets nobody in any more, and waits until all are out.
    async fn shut(&self) {
        self.0.close();
        self.0.wait().await;
    }

    fn open(&self) {
        self.0.reopen();
    }
}

async fn accept(listener: Listener, app: App, hub: EventHub, door: Door) {
    loop {
        match listener.accept().await {
            Ok(stream) => {
                tokio::spawn(serve(stream, app.clone(), hub.clone(), door.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a client could not be accepted");
                tokio::time::sleep(super::RETRY).await;
            }
        }
    }
}

/// Serves one client until it goes.
async fn serve(stream: Stream, app: App, hub: EventHub, door: Door) {
    let (reader, writer) = tokio::io::split(stream);
    let mut requests = std::pin::pin!(incoming::<ToOwner>(reader));
    let (answers, mut to_send) = mpsc::channel::<ToClient>(64);
    let writing = tokio::spawn(async move {
        let mut writer = std::pin::pin!(outgoing(writer));
        while let Some(message) = to_send.recv().await {
            if writer.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut subscription = hub.subscribe();
    let (mut sent, mut acknowledged) = (0, 0);
    loop {
        tokio::select! {
            request = requests.next() => match request {
                Some(Ok(ToOwner::Call { id, caller, operation, request })) => {
                    let (app, answers, entered) = (app.clone(), answers.clone(), door.enter());
                    tokio::spawn(async move {
                        let answer = match &entered {
                            Some(_) => to_answer(id, app.call(&caller, &operation, request).await),
                            None => ToClient::NotServed { id },
                        };
                        let _ = answers.send(answer).await;
                    });
                }
                Some(Ok(ToOwner::HostCall { id, call })) => {
                    let answer = serve_host_call(&app, &hub, call).await;
                    let _ = answers.send(to_answer(id, answer)).await;
                }
                Some(Ok(ToOwner::Ack { batch })) => acknowledged = batch,
                Some(Err(error)) => {
                    tracing::warn!(%error, "a client sent what cannot be read");
                    break;
                }
                None => break,
            },
            events = subscription.next(), if sent - acknowledged < MOST_UNACKNOWLEDGED => {
                sent += 1;
                if answers.send(ToClient::Events { batch: sent, events }).await.is_err() {
                    break;
                }
            }
        }
    }
    writing.abort();
}

fn to_answer(id: u64, answer: Result<Value, ApiError>) -> ToClient {
    match answer {
        Ok(answer) => ToClient::Answer { id, answer },
        Err(error) => ToClient::Error { id, error },
    }
}

/// What hosts may ask for beside operations.
pub(super) async fn serve_host_call(app: &App, hub: &EventHub, call: HostCall) -> Result<Value, ApiError> {
    match call {
        HostCall::Authenticate { secret } => {
            let caller = app.authenticate(&secret).await?;
            serde_json::to_value(caller).map_err(|_| no_owner())
        }
        HostCall::ShowWindow => {
            hub.publish(EventBody::Changed { noun: Noun::Window, id: None });
            Ok(Value::Null)
        }
    }
}
