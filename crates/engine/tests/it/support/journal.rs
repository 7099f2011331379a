//! All that the engine committed and told, in one order.

use super::soon;
use formaops_domain::{
    Attempt, EventBody, Execution, ExecutionId, ExecutionStatus, OutputPart, Run, RunId, RunStatus,
    ports::{Outcome, RecordingPart},
};
use std::sync::Mutex;
use tokio::sync::watch;

#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Started(Box<Attempt>),
    Appended(RecordingPart),
    Finished(Box<Outcome>),
    LeftQueue(ExecutionId),
    RunFinished(RunId, RunStatus),
    Told(EventBody),
}

#[derive(Default)]
pub(crate) struct Journal {
    entries: Mutex<Vec<Entry>>,
    grown: watch::Sender<()>,
}

impl Journal {
    pub(crate) fn add(&self, entry: Entry) {
        self.entries.lock().unwrap().push(entry);
        self.grown.send_replace(());
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().clone()
    }

    /// The first entry of which `find` makes something, once there is one.
    pub(crate) async fn until<T>(&self, find: impl Fn(&Entry) -> Option<T>) -> T {
        let mut grown = self.grown.subscribe();
        soon(async {
            loop {
                if let Some(found) = self.entries.lock().unwrap().iter().find_map(&find) {
                    return found;
                }
                grown.changed().await.unwrap();
            }
        })
        .await
    }

    /// The execution once it is told to have this status.
    pub(crate) async fn told(&self, id: ExecutionId, status: ExecutionStatus) -> Execution {
        self.until(|entry| match entry {
            Entry::Told(EventBody::ExecutionUpdated { execution }) => {
                (execution.id == id && execution.status == status).then(|| (**execution).clone())
            }
            _ => None,
        })
        .await
    }

    /// The execution once it is told to wait for another attempt.
    pub(crate) async fn told_again(&self, id: ExecutionId) -> Execution {
        self.until(|entry| match entry {
            Entry::Told(EventBody::ExecutionUpdated { execution }) => {
                (execution.id == id && execution.retry.is_some()).then(|| (**execution).clone())
            }
            _ => None,
        })
        .await
    }

    /// Waits until a run is told to have this status.
    pub(crate) async fn until_run(&self, id: RunId, status: RunStatus) {
        self.until(|entry| match entry {
            Entry::Told(EventBody::RunUpdated { run }) => {
                (run.id == id && run.status == status).then_some(())
            }
            _ => None,
        })
        .await;
    }

    /// Waits until the chunks of an answer make up this text.
    pub(crate) async fn streamed(&self, id: ExecutionId, text: &str) {
        self.grew_to(id, OutputPart::Text, text).await;
    }

    /// Waits until the chunks of an answer's reasoning make up this text.
    pub(crate) async fn thought(&self, id: ExecutionId, text: &str) {
        self.grew_to(id, OutputPart::Reasoning, text).await;
    }

    async fn grew_to(&self, id: ExecutionId, part: OutputPart, text: &str) {
        let mut grown = self.grown.subscribe();
        soon(async {
            while self.chunks(id, part) != text {
                grown.changed().await.unwrap();
            }
        })
        .await;
    }

    /// The chunks of a text joined, each of which must begin where the one before ended.
    pub(crate) fn chunks(&self, id: ExecutionId, of: OutputPart) -> String {
        let mut whole = String::new();
        for entry in self.entries.lock().unwrap().iter() {
            if let Entry::Told(EventBody::ExecutionChunk { execution_id, part, offset, bytes, text }) = entry
                && (*execution_id, *part) == (id, of)
            {
                assert_eq!((*offset, *bytes), (whole.len() as u64, text.len() as u64));
                whole += text;
            }
        }
        whole
    }

    pub(crate) fn parts(&self) -> Vec<RecordingPart> {
        self.collect(|entry| match entry {
            Entry::Appended(part) => Some(part.clone()),
            _ => None,
        })
    }

    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.collect(|entry| match entry {
            Entry::Finished(outcome) => Some((**outcome).clone()),
            _ => None,
        })
    }

    pub(crate) fn runs_told(&self) -> Vec<Run> {
        self.collect(|entry| match entry {
            Entry::Told(EventBody::RunUpdated { run }) => Some((**run).clone()),
            _ => None,
        })
    }

    fn collect<T>(&self, choose: impl Fn(&Entry) -> Option<T>) -> Vec<T> {
        self.entries.lock().unwrap().iter().filter_map(choose).collect()
    }
}
