//! A client of the process that owns the workspace.

use super::{
    no_owner, owner,
    wire::{HostCall, ToClient, ToOwner, incoming, outgoing},
};
use crate::{ApiError, Caller, EventHub};
use futures::{SinkExt, StreamExt};
use interprocess::local_socket::{
    GenericFilePath, ToFsName,
    tokio::{Stream, prelude::*},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

type Waiting = HashMap<u64, oneshot::Sender<Answer>>;

/// What became of a call.
pub(super) enum Answer {
    /// It was done or refused.
    Served(Result<Value, ApiError>),
    /// The owner is closing and has not begun it.
    NotServed,
    /// The connection ended; whether it was done is not known.
    Lost,
}

/// A connection to the owner. It ends when the owner goes away or this is dropped.
pub(super) struct Client {
    next_id: AtomicU64,
    /// Who waits for an answer; `None` once the connection has ended.
    waiting: Arc<Mutex<Option<Waiting>>>,
    requests: mpsc::Sender<ToOwner>,
    closed: CancellationToken,
    reading: tokio::task::JoinHandle<()>,
}

impl Client {
    /// Connects to the owner and passes its events on to `hub`.
    pub(super) async fn connect(workspace: &Path, hub: EventHub) -> io::Result<Self> {
        let path = owner::socket_path(workspace);
        let stream = Stream::connect(path.to_fs_name::<GenericFilePath>()?).await?;
        let (reader, writer) = tokio::io::split(stream);
        let (requests, mut to_send) = mpsc::channel::<ToOwner>(64);
        let closed = CancellationToken::new();
        let waiting = Arc::new(Mutex::new(Some(Waiting::new())));
        let write_closed = closed.clone();
        tokio::spawn(async move {
            let mut writer = std::pin::pin!(outgoing(writer));
            loop {
                tokio::select! {
                    message = to_send.recv() => {
                        let Some(message) = message else { return };
                        if writer.send(message).await.is_err() {
                            return;
                        }
                    }
                    () = write_closed.cancelled() => return,
                }
            }
        });
        let (read_closed, read_waiting, acks) = (closed.clone(), Arc::clone(&waiting), requests.clone());
        let reading = tokio::spawn(async move {
            // However this ends, nobody may wait for an answer that cannot come.
            let _closing = read_closed.drop_guard();
            let mut messages = std::pin::pin!(incoming::<ToClient>(reader));
            while let Some(Ok(message)) = messages.next().await {
                match message {
                    ToClient::Answer { id, answer } => settle(&read_waiting, id, Answer::Served(Ok(answer))),
                    ToClient::Error { id, error } => settle(&read_waiting, id, Answer::Served(Err(error))),
                    ToClient::NotServed { id } => settle(&read_waiting, id, Answer::NotServed),
                    ToClient::Events { batch, events } => {
                        events.iter().for_each(|event| hub.forward(event));
                        if acks.send(ToOwner::Ack { batch }).await.is_err() {
                            break;
                        }
                    }
                }
            }
            lock(&read_waiting).take();
        });
        Ok(Self { next_id: AtomicU64::new(1), waiting, requests, closed, reading })
    }

    /// Waits until the connection has ended.
    pub(super) async fn closed(&self) {
        self.closed.cancelled().await;
    }

    pub(super) async fn call(&self, caller: &Caller, operation: &str, request: Value) -> Answer {
        let (caller, operation) = (caller.clone(), operation.to_owned());
        self.ask(|id| ToOwner::Call { id, caller, operation, request }).await
    }

    pub(super) async fn host_call(&self, call: HostCall) -> Result<Value, ApiError> {
        match self.ask(|id| ToOwner::HostCall { id, call }).await {
            Answer::Served(answer) => answer,
            Answer::NotServed | Answer::Lost => Err(no_owner()),
        }
    }

    async fn ask(&self, message: impl FnOnce(u64) -> ToOwner) -> Answer {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        match lock(&self.waiting).as_mut() {
            Some(waiting) => waiting.insert(id, answer),
            // The connection had ended before, so nothing was sent.
            None => return Answer::NotServed,
        };
        if self.requests.send(message(id)).await.is_err() {
            return Answer::NotServed;
        }
        answered.await.unwrap_or(Answer::Lost)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.reading.abort();
        self.closed.cancel();
    }
}

fn lock(waiting: &Mutex<Option<Waiting>>) -> std::sync::MutexGuard<'_, Option<Waiting>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn settle(waiting: &Mutex<Option<Waiting>>, id: u64, answer: Answer) {
    let caller = lock(waiting).as_mut().and_then(|waiting| waiting.remove(&id));
    if let Some(caller) = caller {
        // The caller may have stopped waiting, which is its right.
        let _ = caller.send(answer);
    }
}
