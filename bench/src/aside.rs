//! Servers that stand beside what is measured.

use anyhow::Context as _;
use std::thread;
use tokio::{runtime, sync::oneshot};

/// Something on a thread and runtime of its own, so that it takes no turns of what is measured. It ends when
/// this is dropped.
pub(crate) struct Aside {
    thread: Option<thread::JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Aside {
    /// Starts it and answers what `start` says of it; what it is stays alive on its thread.
    pub(crate) async fn start<F, T, A>(start: F) -> anyhow::Result<(Self, A)>
    where
        F: AsyncFnOnce() -> (T, A) + Send + 'static,
        A: Send + 'static,
    {
        let (stop, stopped) = oneshot::channel();
        let (ready, answer) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                let (kept, answer) = start().await;
                // Where nobody waits any more the stop has come as well.
                let _ = ready.send(answer);
                let _ = stopped.await;
                drop(kept);
            });
        });
        let aside = Self { thread: Some(thread), stop: Some(stop) };
        Ok((aside, answer.await.context("the server did not start")?))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was printed when it happened.
            let _ = thread.join();
        }
    }
}
