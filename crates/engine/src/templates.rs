//! The templates of a run, read once for all its executions.

use crate::{aside::aside, core::Core, prepare::internal};
use formaops_domain::{Content, Failure, RunId, VersionId, ports::Work};
use formaops_template::{Compiled, Partial, Partials};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// The templates of the versions of a run, each read when it is first needed. They go with the run.
#[derive(Default)]
pub(crate) struct Templates {
    read: Mutex<HashMap<VersionId, Arc<OnceCell<Arc<Compiled>>>>>,
}

impl Templates {
    /// The templates of the version that an execution has, with the partials that its run was made with.
    ///
    /// # Errors
    /// Where the store cannot answer; the next execution asks it again.
    pub(crate) async fn of(&self, core: &Core, work: &Work) -> Result<Arc<Compiled>, Failure> {
        let (run, version) = (work.execution.run_id, work.execution.version_id);
        let cell = {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(read.entry(version).or_default())
        };
        cell.get_or_try_init(|| read(core, run, Arc::clone(&work.content))).await.cloned()
    }
}

async fn read(core: &Core, run: RunId, content: Arc<Content>) -> Result<Arc<Compiled>, Failure> {
    let called = core.ports.store.load_partials(run).await?;
    // A text may be long, and the streams of others share this thread.
    let reading = aside(false, move || {
        let mut partials = Partials::new();
        for (name, content) in called {
            partials.insert(name, Arc::new(Partial::of(&content)));
        }
        Arc::new(Compiled::new(Content::clone(&content), partials))
    });
    reading.await.ok_or_else(internal)
}
